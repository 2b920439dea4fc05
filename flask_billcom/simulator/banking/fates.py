"""Magic names and amounts: what happens to whom without any set-up.

in a customer's name    ~R01   ~R01+4       his debits come back with that code, after so many bank days
in a vendor's name      ~R03   ~R03+1       payouts to him come back
                        ~uncashed           he never cashes a check
                        ~hold               payouts to him are held back
                        ~late               payouts to him take ten bank days
                        ~offline            he cannot be paid through Bill.com
in either               ~inactive           his bank account fails its test deposit after three bank days
anywhere in a call      ~slow               its answer comes five seconds later

a payment of $…66,666.NN                    comes back with code RNN
a payment out of $…77,777.00                is held back
                 $…77,777.01                is one that the organization's bank does not cover
                 $…77,777.02                is a check that is never cashed
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from .nacha import CODES

if TYPE_CHECKING:
    from flask_billcom.simulator.settings import Settings
    from flask_billcom.simulator.state.rows import Row

__all__ = ["Fate", "fate_of_charge", "fate_of_payout", "has_mark", "slowness"]

SLOW: Final = "~slow"
SLOW_S: Final = 5.0
LATE_DAYS: Final = 10
_RETURN: Final = re.compile(r"~(R\d\d)(?:\+(\d{1,2}))?")
_PLACES: Final = 10_000_000
_RETURNED: Final = 6_666_600
_SPECIAL: Final = {7_777_700: "hold", 7_777_701: "nsf", 7_777_702: "uncashed"}
CHARGE_DAYS, PAYOUT_DAYS = 2, 3


class Fate(NamedTuple):
    """What happens to one payment.

    :param kind: return, hold, nsf, uncashed, late; empty for nothing out of the ordinary.
    :param code: the return code.
    :param days: bank days until it comes back.
    """

    kind: str = ""
    code: str = ""
    days: int = 0


ORDINARY: Final = Fate()


def slowness(settings: Settings, data: str | None) -> float:
    """Return the seconds that a call's answer is kept back: some where its data names `~slow`."""
    return SLOW_S if data is not None and SLOW in data and settings.magic else 0.0


def has_mark(settings: Settings, party: Row, mark: str) -> bool:
    """Return whether a vendor's or customer's name holds a mark."""
    return settings.magic and f"~{mark}" in (party["name"] or "")


def fate_of_charge(settings: Settings, customer: Row, cents: int) -> Fate:
    """Return what happens to a debit of a customer."""
    return _returned(settings, customer, cents, CHARGE_DAYS)


def fate_of_payout(settings: Settings, vendor: Row, cents: int) -> Fate:
    """Return what happens to a payment to a vendor."""
    if not settings.magic:
        return ORDINARY
    special = _SPECIAL.get(cents % _PLACES, "")
    if special:
        return Fate(special)
    for mark in ("uncashed", "hold", "late"):
        if has_mark(settings, vendor, mark):
            return Fate(mark)
    return _returned(settings, vendor, cents, PAYOUT_DAYS)


def _returned(settings: Settings, party: Row, cents: int, days: int) -> Fate:
    if not settings.magic:
        return ORDINARY
    code = f"R{cents % 100:02d}"
    if cents % _PLACES - cents % 100 == _RETURNED and code in CODES:
        return Fate("return", code, days)
    found = _RETURN.search(party["name"] or "")
    if found is None or found[1] not in CODES:
        return ORDINARY
    return Fate("return", found[1], int(found[2] or days))
