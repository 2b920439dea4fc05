"""What happened to what a seller is owed, one line for each cause, told from the postings.

    sale             + the price of his lines      their net is what the posting says, or the proof fails
    fee              - the marketplace's share
    refund           - what buyers got back of his lines
    fee_returned     + the marketplace's share of that
    adjustment       - a fine, + a bonus
    write_off        + a debt that he need not pay
    payout           - sent to him
    payout_returned  + sent and come back
    other            anything else: shown with the accounts that it moves between, and never left out

What he is owed stands in `OWED`; what moves between these accounts, as a payout that is planned, changes nothing for
him. What was sent is no longer owed, whether or not the bank has shown it yet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from flask_billcom.ledger import Account
from flask_billcom.marketplace.corrections.adjustments import BONUS, CHARGE, CREDIT, FINE, WRITE_OFF
from flask_billcom.store import Rows

from . import facts
from .facts import Paid, Reason, Sold, Split
from .meaning import is_sale, meaning
from .walking import Written

OWED = frozenset(
    {
        Account.SELLER_PAYABLE,
        Account.SELLER_RESERVED,
        Account.PAYOUT_SCHEDULED,
        Account.PAYOUT_RETURNED,
        Account.SELLER_CLAWBACK,
        Account.REFUND_PAYABLE,
    }
)
"""Where what a party is owed stands: credits for him, and debits for what he owes."""
_INCOME = frozenset({Account.OWN_INCOME, Account.FEE_INCOME, Account.PROVIDER_FEES})
_BUYERS = frozenset({Account.REFUND_PAYABLE, Account.BUYER_RECEIVABLE, Account.BUYER_CREDIT})


class Cause(StrEnum):
    """Why what a seller is owed changed."""

    SALE = "sale"
    FEE = "fee"
    REFUND = "refund"
    FEE_RETURNED = "fee_returned"
    ADJUSTMENT = "adjustment"
    WRITE_OFF = "write_off"
    PAYOUT = "payout"
    PAYOUT_RETURNED = "payout_returned"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One change of what a seller is owed.

    :param cents: above zero where he is owed more.
    :param what: in words.
    :param reference: of the sale, where it belongs to one.
    """

    at: datetime
    cause: Cause
    cents: int
    what: str
    reference: str | None = None
    settlement_id: UUID | None = None
    paid: Paid | None = None


def owed_change(posting: Written, party_id: UUID) -> int:
    """Return by how much a posting changes what a party is owed, in cents."""
    return -sum(side.cents for side in posting.sides if side.party_id == party_id and side.account in OWED)


class Teller:
    """Tells movements from postings of one seller.

    :param sales: what he sold in the period.
    :param even: refunds of the period that cost him nothing.
    :param postings: all postings about him in the period.
    """

    def __init__(
        self,
        rows: Rows,
        organization_id: str,
        party_id: UUID,
        *,
        sales: Sequence[Sold],
        even: Sequence[Split],
        postings: Sequence[Written],
    ) -> None:
        self._even = even
        self._party_id = party_id
        self._postings = postings
        self._sales = {each.settlement_id: each for each in sales}
        ids = {each.settlement_id for each in postings if each.settlement_id is not None}
        self._sold = facts.sold_in(rows, party_id, ids)
        self._splits = facts.splits(rows, party_id, ids)
        self._reasons = facts.reasons(rows, organization_id, party_id)
        moved = [each for each in postings if self._is_payment(each) and owed_change(each, party_id)]
        by_operation = {each.operation_id for each in moved if each.operation_id is not None}
        self._by_operation = facts.paid_by_operation(rows, by_operation)
        self._by_sale = facts.paid_by_sale(rows, party_id, ids)

    def movements(self) -> list[Movement]:
        """Return every movement, in order of time."""
        told = [*self._of_sales(), *self._of_even_refunds(), *self._of_postings()]
        return sorted(told, key=lambda each: each.at)

    def odd_sales(self) -> list[str]:
        """Return the references of sales whose posting is not what their lines come to."""
        posted: dict[UUID, int] = defaultdict(int)
        for each in self._postings:
            if self._is_own_sale(each):
                assert each.settlement_id is not None
                posted[each.settlement_id] += owed_change(each, self._party_id)
        return [each.reference for each in self._sales.values() if posted[each.settlement_id] != _net(each)]

    def _of_sales(self) -> Iterator[Movement]:
        for each in self._sales.values():
            yield Movement(
                at=each.at,
                cause=Cause.SALE,
                cents=each.cents,
                what="sale",
                reference=each.reference,
                settlement_id=each.settlement_id,
            )
            if each.fee_cents:
                yield Movement(
                    at=each.at,
                    cause=Cause.FEE,
                    cents=-each.fee_cents,
                    what="fee",
                    reference=each.reference,
                    settlement_id=each.settlement_id,
                )

    def _of_even_refunds(self) -> Iterator[Movement]:
        """Yield refunds of which the marketplace bears all, so that no entry is the seller's."""
        for each in self._even:
            for cause, cents in ((Cause.REFUND, -each.cents), (Cause.FEE_RETURNED, each.fee_cents)):
                yield Movement(
                    at=each.at,
                    cause=cause,
                    cents=cents,
                    what=_words(each) if cents < 0 else f"fee of {_words(each)}",
                    reference=each.sale,
                    settlement_id=each.settlement_id,
                )

    def _of_postings(self) -> Iterator[Movement]:
        for posting in self._postings:
            change = owed_change(posting, self._party_id)
            if change and not self._is_own_sale(posting):
                yield from self._of_posting(posting, change)

    def _of_posting(self, posting: Written, change: int) -> Iterable[Movement]:
        others = {
            Account(side.account)
            for side in posting.sides
            if not (side.party_id == self._party_id and side.account in OWED)
        }
        if self._is_payment(posting):
            return [self._payment(posting, change)]
        if others & _BUYERS:
            return self._refund(posting, change)
        if others == {Account.WRITE_OFF}:
            return [self._adjustment(posting, change, Cause.WRITE_OFF, (WRITE_OFF,), "debt written off")]
        if others and others <= _INCOME:
            kinds = (FINE, CHARGE) if change < 0 else (BONUS, CREDIT)
            return [self._adjustment(posting, change, Cause.ADJUSTMENT, kinds, "adjustment")]
        return [self._line(posting, Cause.OTHER, change, meaning(posting.sides))]

    def _payment(self, posting: Written, change: int) -> Movement:
        cause, what = (Cause.PAYOUT, "payout") if change < 0 else (Cause.PAYOUT_RETURNED, "payout came back")
        paid = None if posting.operation_id is None else self._by_operation.get(posting.operation_id)
        if paid is None and posting.settlement_id is not None:
            paid = self._by_sale.get(posting.settlement_id)
        return self._line(posting, cause, change, what, paid=paid)

    def _refund(self, posting: Written, change: int) -> Iterator[Movement]:
        split = self._split_of(posting, change)
        sale = None if posting.settlement_id is None else self._sold.get(posting.settlement_id)
        words = "refund"
        if split is not None:
            cents, fee, words = split.cents, split.fee_cents, _words(split)
        elif sale is not None and -change == _net(sale):
            cents, fee, words = sale.cents, sale.fee_cents, "sale taken back"
        else:
            cents, fee = -change, 0
        yield self._line(posting, Cause.REFUND, -cents, words)
        if fee:
            yield self._line(posting, Cause.FEE_RETURNED, fee, f"fee of {words}")

    def _split_of(self, posting: Written, change: int) -> Split | None:
        """Return the refund that a posting is of, as far as this seller bears it; each is used once."""
        if not any(side.account == Account.REFUND_PAYABLE and side.cents < 0 for side in posting.sides):
            return None
        fits = [
            each
            for each in self._splits
            if each.settlement_id == posting.settlement_id and each.cents - each.fee_cents == -change
        ]
        found: Split | None = facts.take(self._splits, posting.at, fits)
        return found

    def _adjustment(self, posting: Written, change: int, cause: Cause, kinds: Sequence[str], words: str) -> Movement:
        fits = [each for each in self._reasons if each.kind in kinds and each.cents == abs(change)]
        found: Reason | None = facts.take(self._reasons, posting.at, fits)
        if found is None:
            return self._line(posting, cause, change, words)
        sale = None if posting.settlement_id is None else self._sold.get(posting.settlement_id)
        return Movement(
            at=posting.at,
            cause=cause,
            cents=change,
            what=f"{found.kind.replace('_', ' ')} {found.reference}: {found.reason}",
            reference=None if sale is None else sale.reference,
            settlement_id=posting.settlement_id,
        )

    def _line(self, posting: Written, cause: Cause, cents: int, what: str, *, paid: Paid | None = None) -> Movement:
        sale = None if posting.settlement_id is None else self._sold.get(posting.settlement_id)
        return Movement(
            at=posting.at,
            cause=cause,
            cents=cents,
            what=what,
            reference=None if sale is None else sale.reference,
            settlement_id=posting.settlement_id,
            paid=paid,
        )

    def _is_own_sale(self, posting: Written) -> bool:
        return is_sale(posting.sides) and posting.settlement_id in self._sales

    def _is_payment(self, posting: Written) -> bool:
        return any(
            side.account == Account.PROVIDER_CLEARING_OUT and side.party_id == self._party_id for side in posting.sides
        )


def _words(split: Split) -> str:
    return "sale taken back" if split.kind == "cancel" else f"refund {split.reference}"


def _net(sale: Sold) -> int:
    return sale.cents - sale.fee_cents
