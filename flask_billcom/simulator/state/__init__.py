"""What the simulated Bill.com holds, in memory.

store       the objects
rows        one stored object
visibility  what a list can see while it is behind
books       Bill.com's own view of it, in cents
ids         ids as Bill.com writes them
"""
