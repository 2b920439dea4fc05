"""Exactly-once delivery: knows operations and their kinds, not marketplaces.

operations  plan, find what is due, move guarded between states
kinds       the seam to the domain: what must be told about each kind
decisions   what a person decides about an operation
limits      slots and quotas shared by all processes
holds       capabilities that are closed until their cause is mended
sessions    the shared session: one login at a time, generations, evidence of death
signing     what a person does with it
gateway     one read, or one call that is no operation, inside session and limits
reads       Bill.com's objects, page by page
claims      what a claim has taken
delivery    claim -> one call -> record
recording   the end of a call, in one transaction
outcomes    what an answer means for each operation in the call
readback    what became of an unknown operation
fence       prove that no earlier session lives
endings     what has been seen of the end of one, and whether that proves it
janitor     leases that have passed
worker      tick(): one round of everything
runners     one thread that ticks until it is told to stop

timing      the waiting times of the protocol
clocks      time that all processes share
servertime  Bill.com's time, as far as its answers tell it
noted       what is noted under a name
errors      what ends a step of a tick without being a fault
"""
