"""The books as people read them: accounts, statements, yearly totals, and files for the accountant.

period      "2026-10", "2026-Q4" or two dates, as moments in the organization's time zone
walking     postings in order of time, page by page, each with all its sides
meaning     what a posting says in words
parties     what everybody has in the books
history     one account with its running balance
clearing    what keeps a clearing account from being zero, one by one
csvs        text that a spreadsheet does not run
export      every entry as CSV, and a general journal that an accountant imports
statement   one seller and one period: opening balance, what happened, closing balance, and the proof
movements   what happened meanwhile, one line for each cause
facts       what it says beside the ledger
page        it, ready to be printed
totals      one year of every seller

Everything is read from `entry`; nothing here writes.
"""
