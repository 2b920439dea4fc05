"""Our own payouts of a bill, and what each means for a payment that somebody made by hand.

planned, kept by a difference     that payment can take its place
paid a part of the bill           that payment may pay the rest
void                              given up: that payment takes its place
comes back, under way, paid       refused until that is settled
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select

from flask_billcom.engine.decisions import DIFFERENCE
from flask_billcom.marketplace.tracking.payments import PAYS
from flask_billcom.models import LIVE, Document, Operation, OperationState, Payment, PaymentPart
from flask_billcom.store import Rows


class Stand(StrEnum):
    """What an earlier payout of ours means for a payment that somebody made by hand."""

    WAITS = "waits"
    """A difference keeps it: that payment can take its place."""
    VOID = "void"
    """It was paid, and is proved void."""
    PART = "part"
    """It pays a part of its bill, beside that payment."""
    COMES_BACK = "comes_back"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Earlier:
    """Our own payout of a bill, or of a part of it.

    :param cents: what it pays of it.
    :param state: of its operation.
    :param status: of its payment, which is `payment` at Bill.com; None where it made none.
    :param bill_status: how the bill stands.
    """

    bill_id: UUID
    operation_id: UUID
    kind: str
    cents: int
    state: str
    parked: str | None
    status: str | None
    payment: str | None
    bill_status: str

    @property
    def stand(self) -> Stand:
        """What it means for the other payment."""
        if self.state == OperationState.PLANNED and self.parked == DIFFERENCE:
            return Stand.WAITS
        if self.state == OperationState.DONE and self.status in {"voided", "cancelled"}:
            return Stand.VOID
        if self.state == OperationState.DONE and self.status == "returning":
            return Stand.COMES_BACK
        if self.state == OperationState.DONE and self.bill_status == "partial":
            return Stand.PART
        return Stand.BUSY


def payouts_of(rows: Rows, bill_ids: Collection[UUID]) -> list[Earlier]:
    """Return our own payouts of some bills that were not given up."""
    part = (PaymentPart.document_id == Operation.subject_id) & (PaymentPart.remote_id == Operation.remote_id)
    found = rows.all(
        select(
            Operation.subject_id,
            Operation.id,
            Operation.kind,
            Operation.amount_cents,
            Operation.state,
            Operation.parked,
            Payment.status,
            Payment.remote_id,
            Document.status,
        )
        .join(Document, Document.id == Operation.subject_id)
        .outerjoin(PaymentPart, part)
        .outerjoin(Payment, Payment.id == PaymentPart.payment_id)
        .where(
            Operation.subject_id.in_(sorted(bill_ids)),
            Operation.kind.in_(PAYS),
            Operation.state.in_((*LIVE, OperationState.DONE)),
        )
        .order_by(Operation.id)
    )
    return [Earlier(*row) for row in found]
