"""Payments as Bill.com carries them out.

payouts        PayBills, and payments recorded
disbursements  the last mile: to the vendor's account, or by check
voiding        cancelled before they are processed, void after
receipts       ChargeCustomer, and money received
cards          buyers who pay by card
checks         the picture of a check that has been cashed
bankevents     what banks settle, return, hold or leave unpaid
"""
