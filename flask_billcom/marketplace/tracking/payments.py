"""Payment rows and their parts: added once each, however often Bill.com shows them.

    SentPay, ReceivedPay      payment        one row by remote id
    BillPay, InvoicePay       payment_part   one row by remote id; the n-th part of its document

A payment enters as `scheduled`. What it does to documents and books follows from its moves, elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, bindparam, func, select, update

from flask_billcom.clock import Clock
from flask_billcom.errors import BillcomError
from flask_billcom.marketplace.core import DOCUMENT, OPERATION, PART, PAYMENT
from flask_billcom.marketplace.postings import Share, owed_from
from flask_billcom.marketplace.states import ROWS, chunks
from flask_billcom.models import Payment, PaymentPart
from flask_billcom.store import Rows

SENT, RECEIVED = "sent", "received"
PAY, PAY_PART = "pay", "pay_part"
PAYS = (PAY, PAY_PART)
"""Operations that payments to sellers are the effect of: the payout of a bill, and what somebody else paid beside it
of the same bill by hand, which is never sent."""
_TRIES = 5
_REMOTE_IDS: BindParameter[Any] = bindparam("remote_ids", expanding=True)
_IDS = select(Payment.remote_id, Payment.id).where(
    Payment.organization_id == bindparam("of"), Payment.kind == bindparam("kind"), Payment.remote_id.in_(_REMOTE_IDS)
)
_KNOWN_PARTS = select(PaymentPart.remote_id).where(
    PaymentPart.organization_id == bindparam("of"),
    PaymentPart.kind == bindparam("kind"),
    PaymentPart.remote_id.in_(_REMOTE_IDS),
)
_LAST = (
    select(PaymentPart.document_id, func.max(PaymentPart.generation))
    .where(PaymentPart.document_id.in_(bindparam("documents", expanding=True)), PaymentPart.kind == bindparam("kind"))
    .group_by(PaymentPart.document_id)
)


@dataclass(frozen=True, slots=True)
class NewPayment:
    """A payment to be added.

    :param cents: its whole amount.
    """

    remote_id: str
    party_id: UUID | None
    cents: int
    process_date: date | None
    bank_account_id: str | None = None
    unapplied_cents: int = 0
    created: datetime | None = None
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewPart:
    """A part of a payment to be added."""

    payment_id: UUID
    document_id: UUID
    cents: int
    remote_id: str


def add_payments(
    rows: Rows, clock: Clock, organization_id: str, kind: str, payments: Iterable[NewPayment]
) -> dict[str, UUID]:
    """Add the payments that are new and return the row id of each, by remote id."""
    now = clock.now()
    new = list(payments)
    values = [
        {
            "id": clock.new_id(),
            "organization_id": organization_id,
            "kind": kind,
            "remote_id": each.remote_id,
            "party_id": each.party_id,
            "cents": each.cents,
            "currency": "USD",
            "process_date": each.process_date,
            "bank_account_id": each.bank_account_id,
            "status": "scheduled",
            "unapplied_cents": each.unapplied_cents,
            "remote_created_at": each.created,
            "remote_updated_at": each.updated,
            "created_at": now,
        }
        for each in new
    ]
    if not values:
        return {}
    rows.insert_new(Payment, values)
    return ids_of(rows, organization_id, kind, [each.remote_id for each in new])


def ids_of(rows: Rows, organization_id: str, kind: str, remote_ids: Collection[str]) -> dict[str, UUID]:
    """Return the row ids of the payments that we know, by remote id."""
    return dict(rows.all(_IDS, {"of": organization_id, "kind": kind, "remote_ids": sorted(remote_ids)}))


def add_parts(rows: Rows, clock: Clock, organization_id: str, kind: str, parts: Sequence[NewPart]) -> None:
    """Add the parts that are new, each with the next generation of its document.

    Two transactions that number a document at once collide on the generation; the later one numbers again.
    """
    missing = list(parts)
    for _ in range(_TRIES):
        if not missing:
            return
        rows.insert_new(PaymentPart, list(_numbered(rows, clock, organization_id, kind, missing)))
        wanted = {"of": organization_id, "kind": kind, "remote_ids": [part.remote_id for part in missing]}
        known = set(rows.all(_KNOWN_PARTS, wanted))
        missing = [part for part in missing if part.remote_id not in known]
    raise RuntimeError(f"{len(missing)} parts of payments could not be numbered; another writer is in the way")


def _numbered(
    rows: Rows, clock: Clock, organization_id: str, kind: str, parts: Sequence[NewPart]
) -> Iterable[Mapping[str, Any]]:
    documents = sorted({part.document_id for part in parts})
    last: dict[UUID, int] = dict(rows.all(_LAST, {"documents": documents, "kind": kind}))
    for part in parts:
        last[part.document_id] = last.get(part.document_id, 0) + 1
        yield {
            "id": clock.new_id(),
            "organization_id": organization_id,
            "kind": kind,
            "payment_id": part.payment_id,
            "document_id": part.document_id,
            "generation": last[part.document_id],
            "cents": part.cents,
            "remote_id": part.remote_id,
        }


_FIRST_DAY = select(func.min(Payment.process_date)).where(
    Payment.organization_id == bindparam("organization_id"),
    Payment.kind == bindparam("kind"),
    Payment.status == bindparam("status"),
)
_NEXT_DAY = _FIRST_DAY.where(Payment.process_date > bindparam("last"))


def days_of(
    rows: Rows, organization_id: str, kind: str, status: str, until: date | None = None, *which: ColumnElement[bool]
) -> Iterator[date]:
    """Yield the process dates of payments in a status, each by one look into the index.

    :param until: the last one that counts.
    """
    of: dict[str, Any] = {"organization_id": organization_id, "kind": kind, "status": status}
    last: date | None = None
    while True:
        statement = _FIRST_DAY if last is None else _NEXT_DAY
        last = rows.first(statement.where(*which) if which else statement, {**of, "last": last} if last else of)
        if last is None or (until is not None and last > until):
            return
        yield last


def next_of(  # noqa: PLR0917 - a place in an index is as many values
    rows: Rows, organization_id: str, kind: str, status: str, day: date, after: UUID | None, *which: ColumnElement[bool]
) -> list[UUID]:
    """Return the next payments of a process date whose parts one short transaction can take.

    :param after: the last one of the page before, or None.
    """
    where = [
        Payment.organization_id == organization_id,
        Payment.kind == kind,
        Payment.status == status,
        Payment.process_date == day,
        *which,
    ]
    if after is not None:
        where.append(Payment.id > after)
    ids = rows.all(
        select(Payment.id)
        .outerjoin(PaymentPart, PaymentPart.payment_id == Payment.id)
        .where(*where)
        .order_by(Payment.id)
        .limit(ROWS + 1)
    )
    found = list(dict.fromkeys(ids))
    # The last one may have more parts than were looked at.
    return found[:-1] if len(ids) > ROWS and len(found) > 1 else found


def shares_of(rows: Rows, payment_ids: Collection[UUID]) -> dict[UUID, list[Share]]:
    """Return what some payments hold for which documents, with the operation behind each part where there is one."""
    shares: dict[UUID, list[Share]] = {payment_id: [] for payment_id in payment_ids}
    for ids in chunks(payment_ids):
        found = rows.execute(
            select(
                PART.c.payment_id,
                PART.c.document_id,
                PART.c.cents,
                DOCUMENT.c.party_id,
                DOCUMENT.c.origin_type,
                DOCUMENT.c.origin_id,
                DOCUMENT.c.is_refund,
                OPERATION.c.id.label("operation_id"),
            )
            .join_from(PART, DOCUMENT, DOCUMENT.c.id == PART.c.document_id)
            .outerjoin(
                OPERATION,
                (OPERATION.c.organization_id == PART.c.organization_id)
                & OPERATION.c.kind.in_((*PAYS, "charge"))
                & (OPERATION.c.remote_id == PART.c.remote_id),
            )
            .where(PART.c.payment_id.in_(ids))
            .order_by(PART.c.id)
        )
        for row in found:
            settlement_id = row.origin_id if row.origin_type == "settlement" else None
            shares[row.payment_id].append(
                Share(
                    row.document_id,
                    row.party_id,
                    settlement_id,
                    row.cents,
                    row.operation_id,
                    owed_from(is_refund=row.is_refund),
                )
            )
    return shares


def move(rows: Rows, payment_ids: Collection[UUID], *, from_: str, to: str, **values: Any) -> list[UUID]:  # noqa: ANN401
    """Move payments from one status to another and return those that moved; of two movers, one gets each payment."""
    moved: list[UUID] = []
    for ids in chunks(payment_ids):
        moved += rows.all(
            update(Payment)
            .where(Payment.id.in_(ids), Payment.status == from_)
            .values(status=to, **values)
            .returning(Payment.id)
        )
    return sorted(moved)


def change(rows: Rows, changes: Sequence[Mapping[str, Any]]) -> None:
    """Write new values of payments that this transaction has locked.

    :param changes: the row's `id`, the status that it has as `before`, and the new values; all with the same columns.
    :raises BillcomError: a status was another one after all: another worker was quicker, and the next tick reads again.
    """
    if not changes:
        return
    columns = [name for name in changes[0] if name not in {"id", "before"}]
    changed = rows.change(
        update(PAYMENT)
        .where(PAYMENT.c.id == bindparam("_id"), PAYMENT.c.status == bindparam("_before"))
        .values({name: bindparam(f"_{name}") for name in columns}),
        [{f"_{name}": value for name, value in each.items()} for each in changes],
    )
    if changed != len(changes):
        raise BillcomError("another worker changed the same payments; the next tick reads them again")
