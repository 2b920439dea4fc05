"""When payouts run, as the setting says it.

    daily           every bank day
    weekly:fri      that day of the week
    monthly:15      that day of the month; the month's last day where it has fewer
    monthly:last    the month's last day
    manual          only when a person asks

A day on which banks are closed moves to the next bank day.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from .bankdays import is_bank_day

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
_LONGEST_MONTH = 31


@dataclass(frozen=True, slots=True)
class Schedule:
    """A rule for the days on which payouts run.

    :param rule: daily, weekly, monthly or manual.
    :param day: weekly: 0 for Monday to 4 for Friday; monthly: 1 to 31, where 31 is the last day; else 0.
    """

    rule: str
    day: int = 0

    @classmethod
    def parse(cls, text: str) -> Schedule:
        """Return the schedule that a text such as `weekly:fri` describes.

        :raises ValueError: it describes none.
        """
        rule, _, day = text.strip().lower().partition(":")
        if rule in {"daily", "manual"} and not day:
            return cls(rule)
        if rule == "weekly" and day in WEEKDAYS:
            return cls(rule, WEEKDAYS.index(day))
        if rule == "monthly" and (day == "last" or (day.isdecimal() and 1 <= int(day) <= _LONGEST_MONTH)):
            return cls(rule, _LONGEST_MONTH if day == "last" else int(day))
        raise ValueError("must be daily, weekly:mon to weekly:fri, monthly:1 to monthly:31, monthly:last or manual")

    def __str__(self) -> str:
        if self.rule == "weekly":
            return f"weekly:{WEEKDAYS[self.day]}"
        if self.rule == "monthly":
            return f"monthly:{'last' if self.day == _LONGEST_MONTH else self.day}"
        return self.rule

    def is_due(self, day: date) -> bool:
        """Return whether payouts run on this date: it, or a closed day just before it, is one of the rule's days."""
        if not is_bank_day(day):
            return False
        while not self._names(day):
            day -= timedelta(days=1)
            if is_bank_day(day):
                return False
        return True

    def _names(self, day: date) -> bool:
        if self.rule == "weekly":
            return day.weekday() == self.day
        if self.rule == "monthly":
            return day.day == min(self.day, monthrange(day.year, day.month)[1])
        return self.rule == "daily"
