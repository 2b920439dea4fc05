"""Cents inside, Decimal dollars at the edge.

    Decimal("12.34")  --to_cents-->  1234  --from_cents-->  Decimal("12.34")

Floats, ints and text are refused: each of them hides a unit or a rounding that nobody decided.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

MAX_CENTS = 999_999_999_999
"""Largest amount that is accepted, in cents: one cent below ten billion dollars."""


def to_cents(amount: Decimal, *, name: str = "amount") -> int:
    """Return the cents of an amount in dollars.

    :param amount: dollars with at most two decimal places; may be negative.
    :param name: what the amount is called in the error message.
    :raises TypeError: the amount is not a Decimal.
    :raises ValueError: it is not finite, has more than two decimal places, or is too large.
    """
    if not isinstance(amount, Decimal):
        raise TypeError(
            f"{name} must be a Decimal in dollars such as Decimal('12.34'), not {type(amount).__name__}; "
            "use from_cents(...) if you have cents"
        )
    if not amount.is_finite():
        raise ValueError(f"{name} must be a finite amount")
    if abs(amount) > Decimal(MAX_CENTS):
        raise ValueError(f"{name} is larger than {from_cents(MAX_CENTS)} dollars")
    cents = amount.scaleb(2)
    if cents != cents.to_integral_value():
        raise ValueError(f"{name} has more than two decimal places")
    if abs(cents) > MAX_CENTS:
        raise ValueError(f"{name} is larger than {from_cents(MAX_CENTS)} dollars")
    return int(cents)


def from_cents(cents: int) -> Decimal:
    """Return the dollars of an amount in cents, with two decimal places.

    :param cents: whole cents; may be negative.
    :raises TypeError: cents is not an int.
    """
    if isinstance(cents, bool) or not isinstance(cents, int):
        raise TypeError(f"cents must be an int, not {type(cents).__name__}")
    return Decimal(cents).scaleb(-2)


def percent_of(cents: int, percent: Decimal) -> int:
    """Return a percentage of an amount in cents, rounded half up to a whole cent.

    :param cents: the amount in cents, not negative.
    :param percent: for example Decimal("10") for ten percent.
    """
    if not isinstance(percent, Decimal):
        raise TypeError(f"percent must be a Decimal, not {type(percent).__name__}")
    if cents < 0:
        raise ValueError("cents must not be negative")
    return int((Decimal(cents) * percent / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def spread(total_cents: int, weights: list[int]) -> list[int]:
    """Return a total split by weights, the remainder going cent by cent to the largest fractions, earlier ones first.

    :param total_cents: what to split, in cents, not negative.
    :param weights: one weight each, not negative, not all zero.
    """
    whole = sum(weights)
    if whole <= 0 or total_cents < 0 or min(weights) < 0:
        raise ValueError("spread needs a total and weights that are not negative, and one weight above zero")
    shares = [total_cents * weight // whole for weight in weights]
    by_fraction = sorted(range(len(weights)), key=lambda i: (-(total_cents * weights[i] % whole), i))
    for i in by_fraction[: total_cents - sum(shares)]:
        shares[i] += 1
    return shares
