"""Buyers and sellers: their Customers and Vendors at Bill.com, and what may be done with them.

parties        planned when first needed, told when they have changed
known          their rows, for a batch of sales
digests        what was last told to Bill.com about them
matching       who may be there already; a report
confirming     what a person confirms
bank_accounts  passed through, never kept
consent        to be charged
"""
