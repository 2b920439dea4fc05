"""What the app says about a finished order, as values that cannot be wrong.

    Sale(buyer, lines) --checked here--> settle() --frozen--> billcom_settlement, billcom_settlement_line

Amounts are Decimal dollars with two places. A line without a seller is the marketplace's own: shipping, tax, a service
charge. Of a seller's line the marketplace keeps the fee, and the seller gets the rest.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_billcom.errors import InvalidSale
from flask_billcom.money import MAX_CENTS, from_cents, to_cents
from flask_billcom.settings import COLLECTIONS, OWN_ACCOUNTS

CURRENCY = "USD"
LONGEST_DESCRIPTION = 200
LONGEST_REFERENCE = 200
MOST_LINES = 999
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that a person cannot see: controls, direction marks, surrogates, private use, line separators."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleLine:
    """One line of a sale.

    :param seller: the app's seller object; None for a line of the marketplace's own.
    :param amount: what the buyer pays for it, Decimal dollars with two places, not negative.
    :param fee: what the marketplace keeps of it, from zero to the amount; zero on its own lines.
    :param description: what the buyer reads; cut at 200 characters, invisible characters removed.
    :param account: what an own line is for, as `BILLCOM_CHART_OF_ACCOUNTS` names it: `shipping`, `tax`,
        `service_charge` or `own`.
    :raises InvalidSale: an amount is no Decimal, negative, too large, or has more than two places; or there is no such
        account for the line.
    """

    seller: Any = None
    amount: Decimal
    fee: Decimal = Decimal("0.00")
    description: str = ""
    account: str | None = None

    def __post_init__(self) -> None:
        cents, fee_cents = _cents(self.amount, "amount"), _cents(self.fee, "fee")
        if fee_cents > cents:
            raise InvalidSale(f"the fee of a line is {self.fee}, more than its amount {self.amount}")
        if self.seller is None and fee_cents:
            raise InvalidSale("a line without a seller is all the marketplace's own; leave its fee at zero")
        if self.account is not None and (self.seller is not None or self.account not in OWN_ACCOUNTS):
            raise InvalidSale(
                f"only a line without a seller names an account, one of {', '.join(OWN_ACCOUNTS)}; "
                "a seller's line has those of BILLCOM_CHART_OF_ACCOUNTS"
            )
        if not isinstance(self.description, str):
            raise InvalidSale(f"a line's description is text, not {type(self.description).__name__}")
        object.__setattr__(self, "description", shown(self.description)[:LONGEST_DESCRIPTION].rstrip())

    @classmethod
    def from_cents(
        cls,
        *,
        cents: int,
        seller: Any = None,  # noqa: ANN401 - the app's own object
        fee_cents: int = 0,
        description: str = "",
        account: str | None = None,
    ) -> SaleLine:
        """Return a line whose amounts are given in whole cents.

        :param cents: what the buyer pays for it.
        :param fee_cents: what the marketplace keeps of it.
        """
        try:
            amount, fee = from_cents(cents), from_cents(fee_cents)
        except TypeError as error:
            raise InvalidSale(str(error)) from None
        return cls(seller=seller, amount=amount, fee=fee, description=description, account=account)

    @property
    def cents(self) -> int:
        """The amount in cents."""
        return to_cents(self.amount)

    @property
    def fee_cents(self) -> int:
        """The fee in cents."""
        return to_cents(self.fee)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A finished order.

    :param buyer: the app's buyer object.
    :param lines: at least one, together more than zero.
    :param reference: what names the sale for ever, up to 200 visible characters; the order's primary key if left out.
    :param currency: USD.
    :param collect: how this invoice is collected, where not as `BILLCOM_COLLECT` says: `send`, `charge` or `none`.
    :raises InvalidSale: there is no buyer or no line, the total is zero or too large, or the currency is another.
    """

    buyer: Any
    lines: Sequence[SaleLine]
    reference: str | None = None
    currency: str = CURRENCY
    collect: str | None = None

    def __post_init__(self) -> None:
        if self.collect is not None and self.collect not in COLLECTIONS:
            raise InvalidSale(f"a sale is collected by {', '.join(COLLECTIONS)}; leave it out for BILLCOM_COLLECT")
        if self.buyer is None:
            raise InvalidSale("a sale needs its buyer")
        if self.currency != CURRENCY:
            raise InvalidSale(f"the currency of a sale must be {CURRENCY}")
        if isinstance(self.lines, str) or not isinstance(self.lines, Sequence):
            raise InvalidSale("the lines of a sale are a list of SaleLine")
        if not all(isinstance(line, SaleLine) for line in self.lines):
            raise InvalidSale("each line of a sale is a SaleLine")
        if not self.lines:
            raise InvalidSale("a sale needs at least one line")
        if len(self.lines) > MOST_LINES:
            raise InvalidSale(f"a sale has at most {MOST_LINES} lines")
        object.__setattr__(self, "lines", tuple(self.lines))
        self._check_total()
        if self.reference is not None:
            check_reference(self.reference)

    def _check_total(self) -> None:
        total = sum(line.cents for line in self.lines)
        if total == 0:
            raise InvalidSale("the lines of a sale add up to zero: there is nothing to collect, so do not settle it")
        if total > MAX_CENTS:
            raise InvalidSale(f"a sale is at most {from_cents(MAX_CENTS)} dollars")


def check_reference(reference: object) -> str:
    """Return a reference that can be stored, shown and searched.

    :raises InvalidSale: it is no text, empty, too long, or holds something that a person cannot see.
    """
    if not isinstance(reference, str):
        raise InvalidSale(f"the reference of a sale is text, not {type(reference).__name__}; use str(...)")
    if not reference or len(reference) > LONGEST_REFERENCE or shown(reference) != reference:
        raise InvalidSale(f"the reference of a sale has 1 to {LONGEST_REFERENCE} visible characters")
    return reference


def shown(text: str) -> str:
    """Return text as a person sees it: composed, one space between words, nothing invisible."""
    seen = (" " if each.isspace() else each for each in text)
    seen = (each for each in seen if unicodedata.category(each) not in _HIDDEN)
    return " ".join(unicodedata.normalize("NFC", "".join(seen)).split())


def _cents(amount: object, name: str) -> int:
    if not isinstance(amount, Decimal):
        raise InvalidSale(
            f"the {name} of a line is a Decimal in dollars such as Decimal('12.34'), not {type(amount).__name__}; "
            "use SaleLine.from_cents(...) if you have cents"
        )
    try:
        cents = to_cents(amount, name=f"the {name} of a line")
    except ValueError as error:
        raise InvalidSale(str(error)) from None
    if cents < 0:
        raise InvalidSale(f"the {name} of a line is not negative; settle what was sold, then refund(...)")
    return cents
