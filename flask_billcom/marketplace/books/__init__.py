"""The books as people read them: accounts, statements, yearly totals, and files for the accountant.

period      "2026-10", "2026-Q4" or two dates, as moments in the organization's time zone
walking     postings in order of time, page by page, each with all its sides
meaning     what a posting says in words
history     one account with its running balance
clearing    what keeps a clearing account from being zero, one by one
export      every entry as CSV, and a general journal that an accountant imports
statement   one seller and one period: opening balance, what happened, closing balance, and the proof
totals      one year of every seller

Everything is read from `entry`; nothing here writes.
"""
