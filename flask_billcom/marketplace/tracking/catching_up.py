"""Parts of a payout that are recorded late: the books make for them the steps that its other parts have made.

One SentPay may pay several bills. Where the answer told of some of them and the rest was read back, the payment may
have been processed, banked or returned in between, and its polls have booked only the parts that were there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from flask_billcom import ledger
from flask_billcom.clock import Clock
from flask_billcom.ledger import Account, Posting
from flask_billcom.marketplace import postings
from flask_billcom.marketplace.postings import Share
from flask_billcom.models import Entry, Operation, Payment, PaymentPart
from flask_billcom.store import Rows

from .payments import PAYS, SENT, shares_of

_LEFT = ("paid", "cleared", "held", "escheated")
_BACK = ("returning", "voided", "cancelled")
_LATE = (
    select(PaymentPart.remote_id, Payment.id, Payment.status, Payment.confirmed_at)
    .join(Payment, Payment.id == PaymentPart.payment_id)
    .where(
        PaymentPart.organization_id == bindparam("of"),
        PaymentPart.kind == SENT,
        PaymentPart.remote_id.in_(bindparam("parts", expanding=True)),
        Payment.status != "scheduled",
    )
    .order_by(Payment.id)
    # Whoever moves a payment, or confirms it, books the parts that he sees: he has come first, or sees these as well.
    .with_for_update(of=Payment, key_share=True)
)


def catch_up(rows: Rows, clock: Clock, organization_id: str, part_ids: Sequence[str]) -> None:
    """Book for some parts, scheduled until now, what has become of their payments meanwhile.

    :param part_ids: remote ids of BillPays that were just recorded.
    """
    late = rows.all(_LATE, {"of": organization_id, "parts": sorted(part_ids)})
    if not late:
        return
    operations = _operations(rows, [row.remote_id for row in late])
    shares = shares_of(rows, {row.id for row in late})
    entries: list[Posting] = []
    for row in late:
        own = [share for share in shares[row.id] if share.operation_id == operations.get(row.remote_id)]
        others = [share for share in shares[row.id] if share not in own]
        entries += _steps(row, own, was_processed=bool(processed(rows, organization_id, others)))
    ledger.post(rows, clock, organization_id, entries)


def processed(rows: Rows, organization_id: str, shares: Collection[Share]) -> set[UUID]:
    """Return the operations among those behind some shares whose money has left as far as the books know."""
    wanted = {share.operation_id for share in shares if share.operation_id is not None}
    found = rows.all(
        select(Entry.operation_id)
        .where(
            Entry.organization_id == organization_id,
            Entry.account == Account.PROVIDER_CLEARING_OUT,
            Entry.party_id.in_(sorted({share.party_id for share in shares})),
            Entry.operation_id.in_(sorted(wanted)),
        )
        .distinct()
    )
    return set(found)


def _operations(rows: Rows, part_ids: Sequence[str]) -> dict[str, UUID]:
    return dict(
        rows.all(
            select(Operation.remote_id, Operation.id).where(
                Operation.kind.in_(PAYS), Operation.remote_id.in_(sorted(part_ids))
            )
        )
    )


def _steps(payment: Any, own: Sequence[Share], *, was_processed: bool) -> Iterable[Posting]:  # noqa: ANN401 - a row
    has_left = payment.status in _LEFT or was_processed or payment.confirmed_at is not None
    if has_left:
        yield from postings.processed(own)
    if payment.confirmed_at is not None:
        yield from postings.banked_out(own)
    if payment.status in _BACK:
        yield from postings.returning(own, was_processed=has_left)
    if payment.status in {"voided", "cancelled"}:
        yield from postings.given_back(own)
        if payment.confirmed_at is not None:
            yield from postings.credited(own)
