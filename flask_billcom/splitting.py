"""Percentages of money, to the cent.

    fee_of(amount, percent)      half a cent rounds up
    fees_of(amounts, percent)    the fee of their sum, spread over them
    split(amount, shares)        shares that add up to the amount

Where cents are left over, they go one by one to the shares that lost the largest fraction of a cent; of equal ones the
earlier gets it. So nothing is lost, nothing appears, and the same amounts give the same cents every time.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm

from .money import from_cents, percent_of, spread, to_cents

WHOLE = Decimal(100)


def fee_of(amount: Decimal, percent: Decimal) -> Decimal:
    """Return a percentage of an amount, rounded half up to a whole cent.

    :param amount: Decimal dollars with at most two places, not negative.
    :param percent: from 0 to 100, such as Decimal("12.5").
    :raises TypeError: one of them is no Decimal.
    :raises ValueError: one of them is out of range.
    """
    return from_cents(percent_of(_cents(amount), _checked(percent)))


def fees_of(amounts: Sequence[Decimal], percent: Decimal) -> list[Decimal]:
    """Return the fee of each amount so that together they are the fee of the sum; none exceeds its amount.

    :param amounts: Decimal dollars with at most two places, not negative.
    :param percent: from 0 to 100.
    :raises TypeError: a value is no Decimal.
    :raises ValueError: a value is out of range.
    """
    cents = [_cents(amount) for amount in amounts]
    total = percent_of(sum(cents), _checked(percent))
    if not total:
        return [from_cents(0) for _ in cents]
    return [from_cents(share) for share in spread(total, cents)]


def split(amount: Decimal, shares: Sequence[Decimal | int]) -> list[Decimal]:
    """Return an amount split in proportion to shares; the parts add up to it.

    :param amount: Decimal dollars with at most two places, not negative.
    :param shares: weights such as [60, 40] or [Decimal("1.5"), Decimal("2")], not negative, not all zero.
    :raises TypeError: a value is neither Decimal nor int.
    :raises ValueError: a value is out of range.
    """
    exact = [_weight(share) for share in shares]
    whole = lcm(*(share.denominator for share in exact))
    return [from_cents(part) for part in spread(_cents(amount), [int(share * whole) for share in exact])]


def _cents(amount: Decimal) -> int:
    cents = to_cents(amount)
    if cents < 0:
        raise ValueError("amount must not be negative")
    return cents


def _checked(percent: Decimal) -> Decimal:
    if not isinstance(percent, Decimal):
        raise TypeError(f"percent must be a Decimal such as Decimal('12.5'), not {type(percent).__name__}")
    if not percent.is_finite() or not 0 <= percent <= WHOLE:
        raise ValueError("percent must be from 0 to 100")
    return percent


def _weight(share: Decimal | int) -> Fraction:
    if isinstance(share, bool) or not isinstance(share, (Decimal, int)):
        raise TypeError(f"shares must be Decimal or int, not {type(share).__name__}")
    if not Decimal(share).is_finite() or share < 0:
        raise ValueError("shares must be finite and not negative")
    return Fraction(share)
