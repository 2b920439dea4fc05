"""What the marketplace lives through, and who takes part in it.

chapters  what happens, day by day
orders    the orders, as the shop knows them
story     one telling of it: a chapter begins again after a crash
people    what people do in the midst of it, by the names that cuts give to it
errands   what they do on the side
trade     what else is bought and given back while it is told
decider   who decides by the book what is left to people
"""
