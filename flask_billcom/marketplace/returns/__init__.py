"""Payouts that come back, until their bills are paid again or for certain never.

voidable      taken back by a person
voiding       when one is void for certain
sightings     what its reads have shown so far
by_others     payments that somebody else made of its bills
crediting     the bank's line that gives the money back
paying_again  its bills, when a person says so
paid_by_hand  payments of Bill.com's own page, taken for ours
earlier       our own payouts of a bill, and what they mean for those
as_paid       of another amount than ours: what is left, or too much
"""
