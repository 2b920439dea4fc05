"""Exactly-once delivery: knows operations and their kinds, not marketplaces.

operations  plan, find what is due, move guarded between states
limits      slots and quotas shared by all processes
sessions    the shared session: one login at a time, generations, evidence of death
gateway     one read, or one call that is no operation, inside session and limits
delivery    claim -> one call -> record
outcomes    what an answer means for each operation in the call
readback    what became of an unknown operation
fence       prove that no earlier session lives
janitor     leases that have passed
worker      tick(): one round of everything
"""
