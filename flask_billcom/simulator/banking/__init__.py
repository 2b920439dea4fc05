"""The banks behind Bill.com.

bank       accounts with balances, and transfers
bankdays   when banks work
movements  the organization's bank statement
nacha      why electronic payments are sent back
fates      magic names and amounts
"""
