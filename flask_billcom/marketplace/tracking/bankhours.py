"""When banks act on a payment, and which payments they have acted on by now.

    process date     09:00 Pacific   the payment is processed
    + 1 bank day     09:00           its movement is confirmed
    + 2 bank days    09:00           a payout has arrived, unless it came back
    + return days    09:00           a buyer's payment can be counted on

`moment` looks forward from a payment; `reached` looks back from a clock, so that one comparison of process dates
answers for a million payments.

Wire: https://help.bill.com/hc/en-us/articles/115005322726 (processing and arrival); the hour is assumed.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from flask_billcom.bankdays import PACIFIC, add_bank_days

OPENING = time(9, 0)
CONFIRMED_DAYS = 1
ARRIVED_DAYS = 2
LATE = timedelta(days=60)
"""How long after a payment a bank may still send it back: an unauthorized debit may be disputed for 60 days."""
UNCASHED = timedelta(days=120)
"""How long after a payout by check it may turn out that nobody cashes it: 90 days, and some for Bill.com to act."""


def opening(day: date) -> datetime:
    """Return the moment at which banks begin to work on a date."""
    return datetime.combine(day, OPENING, PACIFIC)


def moment(process_date: date, bank_days: int) -> datetime:
    """Return when a number of bank days after a process date has passed.

    :param bank_days: zero for the processing itself.
    """
    return opening(add_bank_days(process_date, bank_days))


def reached(now: datetime, bank_days: int) -> date:
    """Return the last process date for which that number of bank days has passed.

    :param now: aware.
    """
    day = now.astimezone(PACIFIC).date()
    while moment(day, bank_days) > now:
        day -= timedelta(days=1)
    return day


def last_opening(now: datetime) -> datetime:
    """Return when banks last began to work."""
    return moment(reached(now, 0), 0)
