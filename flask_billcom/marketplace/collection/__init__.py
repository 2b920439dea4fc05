"""Money on its way in: charges, reminders, money received in another way, and when it is safe.

charging   charges asked for again, and those that nobody needs
reminders  overdue invoices sent again
elsewhere  money received in another way
funding    when money is safe, and what that sets free
"""
