"""What became of the money, by Bill.com's own books and bank.

judge      the invariants
bystander  what is seen while it is told: which calls are hurt, and what is left to people
effects    what Bill.com has of an operation then
leaving    what the protocol leaves to people, and when
total      what a whole suite comes to
shrinking  as few hurts as are enough
"""
