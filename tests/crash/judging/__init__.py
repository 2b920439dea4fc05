"""What became of the money, by Bill.com's own books and bank.

judge      the invariants
total      what a whole suite comes to
shrinking  as few hurts as are enough
"""
