"""Whether a credit at the bank is that of a payout that comes back: each cent of a line is used for one payout.

    voided payouts   have used a line each: one of their own amount, else what is free of the earliest ones
    the payout       has a free line of its own amount, or what is free is enough for it and all that wait beside it

Each payout takes lines of its own days only, so that one that came back last week leaves this week's line alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Claim:
    """A payout, and the days on which its credit may stand at the bank.

    :param last: None while it is still waited for.
    """

    cents: int
    first: date
    last: date | None = None

    def takes(self, day: date) -> bool:
        """Return whether a line of a day may be its credit."""
        return self.first <= day and (self.last is None or day <= self.last)


Line = tuple[date, int]
"""A credit at the bank: its day and its cents."""


def is_covered(claim: Claim, lines: Sequence[Line], used: Iterable[Claim], beside: Iterable[Claim]) -> bool:
    """Return whether the bank has paid back a payout.

    :param used: the payouts that are void already.
    :param beside: the other payouts that come back.
    """
    free = [(day, cents) for day, cents in _left(lines, used) if claim.takes(day)]
    if any(cents == claim.cents for _, cents in free):
        return True
    waiting = sum(other.cents for other in beside if any(other.takes(day) for day, _ in free))
    return sum(cents for _, cents in free) >= claim.cents + waiting


def _left(lines: Sequence[Line], used: Iterable[Claim]) -> list[Line]:
    """Return what void payouts have left of each line."""
    left = sorted(lines)
    for claim in sorted(used, key=lambda each: (each.last or date.max, each.first)):
        open_ = [place for place, (day, cents) in enumerate(left) if cents and claim.takes(day)]
        own = next((place for place in open_ if left[place][1] == claim.cents), None)
        wanted = claim.cents
        for place in open_ if own is None else [own]:
            day, cents = left[place]
            taken = min(cents, wanted)
            left[place] = day, cents - taken
            wanted -= taken
    return [(day, cents) for day, cents in left if cents]
