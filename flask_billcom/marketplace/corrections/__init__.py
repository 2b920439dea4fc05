"""Adjustments of what a seller is owed, and what he owes, taken off what he is paid next.

adjusting         fines, bonuses, write-offs: asked for, approved, booked
adjustments       their rows
adjustment_bills  their bills
credits           the bill of a bonus
clawback          what sellers owe
netting           taken off their next bills
netting_again     taken off bills that are paid again
"""
