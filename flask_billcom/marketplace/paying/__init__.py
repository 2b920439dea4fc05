"""The run that pays sellers: which bills, from what money, and why the others wait.

payouts    the run: which bills are paid
payable    which may be, and why the others wait
gate       cover and caps, asked once more before one is sent
liquidity  what payouts may still take
reserve    a share that stays unpaid
"""
