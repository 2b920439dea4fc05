"""Take a payout back: cancel it before it is processed, void it with credit after; never with a reissue by itself.

    a fresh read of the SentPay   scheduled -> CancelAPPayment; paid, or refused to be canceled -> VoidAPPayment
    a payment of several bills    one row for the payment, and a `void_part` row for each further bill: together they
                                  take every lane, go in one call and change state in one transaction
    no answer                     the SentPay shows it: canceled, void, or a void that is pending

An accepted request is not the end: the payout comes back, or goes on, as the polls see it, and only two reads prove it
void; see `marketplace.voiding`.

Source: https://developersupport.bill.com/hc/en-us/articles/215407383-VoidAPPayment
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from flask_billcom.api import requests as wire
from flask_billcom.api.envelope import Reply
from flask_billcom.api.records import SentPay, SentPayStatus
from flask_billcom.audit import Act, record
from flask_billcom.engine.kinds import (
    Absent,
    Applied,
    Capability,
    Finding,
    Needless,
    Policy,
    Ready,
    Refusal,
    Remote,
    Rendered,
)
from flask_billcom.engine.reads import Reads
from flask_billcom.marketplace.returns.voidable import VOID, VOID_PART
from flask_billcom.models import Audit, Operation, Payment
from flask_billcom.store import Rows

from .base import MANY, BaseKind, digest_of

GONE = (SentPayStatus.CANCELED, SentPayStatus.VOID)
WITH_CREDIT = "0"
"""Code of a void with credit; a hint of the newer API, as v2's are not documented."""


@dataclass(frozen=True, slots=True)
class Recall:
    """One payout to be taken back.

    :param cancels: whether it has not been processed yet.
    """

    payment: Payment
    reason: str
    cancels: bool = False


class Void(BaseKind):
    """Cancel or void a payout with all its parts."""

    name = VOID
    endpoint = "VoidAPPayment"
    capability = Capability.PAYOUTS
    batch_size = MANY
    policy = Policy(Absent.REPEAT, fenced=False)
    money = True
    dated = False
    followers: Sequence[str] = (VOID_PART,)

    def choose(self, rows: Rows, due: Sequence[Operation]) -> Sequence[Operation]:
        """Return the first one due with its parts."""
        return self.company(rows, due[0])

    def company(self, rows: Rows, operation: Operation) -> Sequence[Operation]:
        """Return the payment's row and those of its parts, the payment's first."""
        root = operation.natural_key.partition(":")[0]
        found: list[Operation] = rows.all(
            select(Operation)
            .where(
                Operation.organization_id == self.organization_id,
                Operation.kind.in_((VOID, VOID_PART)),
                Operation.natural_key.startswith(root, autoescape=True),
                Operation.generation == operation.generation,
            )
            .order_by(Operation.natural_key)
        )
        return found

    def render(self, rows: Rows, operations: Sequence[Operation]) -> Sequence[Rendered]:
        """Return each row with the payment that it is about, unless that is gone by now."""
        payment: Payment = rows.first(select(Payment).where(Payment.id == operations[0].subject_id))
        if payment.status in {"cancelled", "voided", "escheated"}:
            return [Needless(operation, f"the payout is {payment.status}") for operation in operations]
        recall = Recall(payment, _reason(rows, operations[0]))
        digest = digest_of(self.organization_id, self.name, payment.remote_id)
        return [Ready(operation, recall, digest) for operation in operations]

    def check(self, reads: Reads, ready: Sequence[Ready]) -> Sequence[Rendered]:
        """Return what is to be asked for as the payout stands now."""
        recall: Recall = ready[0].payload
        there = reads.one(SentPay, recall.payment.remote_id)
        if there is not None and (there.status in GONE or there.void_request is not None):
            return [Needless(item.operation, "Bill.com shows it canceled, void or to be voided") for item in ready]
        # Refused once, it is past the time for canceling.
        cancels = (
            there is not None and there.status == SentPayStatus.SCHEDULED and ready[0].operation.error_code is None
        )
        chosen = Recall(recall.payment, recall.reason, cancels)
        return [Ready(item.operation, chosen, item.digest) for item in ready]

    def request(self, ready: Sequence[Ready], now: datetime) -> wire.Call:  # noqa: ARG002
        """Return the one call that takes the payout back."""
        recall: Recall = ready[0].payload
        if recall.cancels:
            return wire.cancel_ap_payment(recall.payment.remote_id)
        return wire.void_ap_payment(recall.payment.remote_id, void_request_type=WITH_CREDIT, reason=recall.reason)

    def parse(self, reply: Reply, ready: Sequence[Ready]) -> Sequence[Remote | Refusal | None]:  # noqa: ARG002
        """Return success: the answer holds nothing else that could be believed."""
        return [Remote(None, None) for _ in ready]

    def find(self, reads: Reads, operations: Sequence[Operation]) -> Mapping[UUID, Finding]:
        """Return whether the payout is canceled, void, or about to be voided."""
        with self.domain.store.read() as rows:
            head = self.company(rows, operations[0])[0]
            payment: Payment = rows.first(select(Payment).where(Payment.id == head.subject_id))
        there, server_date = reads.dated(SentPay, payment.remote_id)
        if there is None:
            finding = Finding(server_date=server_date, conflict="Bill.com does not know the payout")
        elif there.status in GONE or there.void_request is not None:
            finding = Finding([Remote(None, there)], [True], server_date)
        else:
            finding = Finding(server_date=server_date)
        return {operation.id: finding for operation in operations}

    def apply(self, rows: Rows, applied: Sequence[Applied]) -> None:
        """Note that a void is pending, so that the payout is not taken for arrived; the polls tell the rest."""
        heads = [item.operation for item in applied if item.operation.kind == VOID]
        rows.change(
            update(Payment)
            .where(Payment.id.in_([head.subject_id for head in heads]), Payment.void_request.is_(None))
            .values(void_request="asked")
        )
        acts = [Act("void_sent", "payment", head.subject_id, {"cents": head.amount_cents}) for head in heads]
        record(rows, self.domain.clock, self.organization_id, acts)


def _reason(rows: Rows, operation: Operation) -> str:
    """Return the words that a person gave; Bill.com wants them for payments that it moves."""
    detail = rows.first(
        select(Audit.detail)
        .where(Audit.subject_id == operation.subject_id, Audit.action == "void_asked")
        .order_by(Audit.id.desc())
        .limit(1)
    )
    return str((detail or {}).get("reason") or "void")
