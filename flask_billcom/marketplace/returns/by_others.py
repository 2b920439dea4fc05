"""Payments of a bill that somebody else made, by hand, while the payout that had paid it was coming back.

    living BillPay whose SentPay we do not know, and no payout of its bill in doubt
        -> another's: its bill stays shut until a person adopts it or it is taken back, the rest of the payout is free

A payment of ours that could still land is an operation in doubt, as each attempt is proved absent, with every earlier
session dead, before another one is made. One that is ours in spite of all that has the bill's cents and goes to its
seller: a bill that is not due in full is not paid, so it costs nothing but the person's word that adopts it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from flask_billcom.marketplace.states import PAID
from flask_billcom.marketplace.tracking.payments import PAYS, SENT
from flask_billcom.models import OPEN_LANE, Audit, Document, Operation, OperationState, Payment, PaymentPart
from flask_billcom.store import Rows

from . import sightings
from .sightings import PAID_BY_HAND, VOIDED

PARTIAL = "partial"
"""Status of a bill that somebody paid by hand with several payments, one of which has come back."""
LIVING_PARTS = ("1", "2")
"""BillPay states scheduled and paid."""


def may_be_ours(
    rows: Rows, organization_id: str, bill_ids: Collection[UUID], sent_pay_ids: Collection[str | None]
) -> bool:
    """Return whether one of some living payments of bills is ours, or may turn out to be."""
    if None in sent_pay_ids:
        return True
    known = rows.first(
        select(Payment.id)
        .where(
            Payment.organization_id == organization_id,
            Payment.kind == SENT,
            Payment.remote_id.in_(sorted(str(each) for each in sent_pay_ids)),
        )
        .limit(1)
    )
    in_doubt = rows.first(
        select(Operation.id)
        .where(
            Operation.organization_id == organization_id,
            Operation.kind == "pay",
            Operation.subject_id.in_(sorted(bill_ids)),
            Operation.state.in_(OPEN_LANE),
        )
        .limit(1)
    )
    return known is not None or in_doubt is not None


def adopted_beside(rows: Rows, payment: Payment, bill: Document) -> set[str]:
    """Return the payments that pay what a payment leaves of a bill: a person took them for ours together.

    Only then does a bill have several payouts that are done; an index refuses it otherwise.
    """
    made = (Operation.subject_id == PaymentPart.document_id) & (Operation.remote_id == PaymentPart.remote_id)
    return set(
        rows.all(
            select(Payment.remote_id)
            .join(PaymentPart, PaymentPart.payment_id == Payment.id)
            .join(Operation, made)
            .where(
                PaymentPart.document_id == bill.id,
                Payment.id != payment.id,
                Payment.status.in_((*PAID, "scheduled")),
                Operation.kind.in_(PAYS),
                Operation.state == OperationState.DONE,
            )
        )
    )


@dataclass(frozen=True, slots=True)
class ByHand:
    """A bill that a payout had paid which is void, and what pays it now.

    :param payments: the SentPays that others made.
    :param payout: the SentPay that had paid it before.
    :param is_proved: whether that is proved void, so that a person may adopt the other one.
    :param is_in_part: whether another payout of ours still pays a part of it, so that none may pay it again.
    """

    number: str
    payments: Sequence[str]
    payout: str
    is_proved: bool
    is_in_part: bool = False


def paid_by_hand(rows: Rows, organization_id: str) -> Iterator[ByHand]:
    """Yield what others pay of the bills of payouts that come back, and of void ones nobody has decided about."""
    ours = (Payment.organization_id == organization_id, Payment.kind == SENT, Payment.status == "returning")
    coming = rows.all(select(Payment.id, Payment.remote_id).where(*ours).order_by(Payment.id))
    shown = sightings.of(rows, organization_id, [payout.id for payout in coming])
    for payout in coming:
        others = shown[payout.id].others if payout.id in shown else {}
        for number, payments in sorted(others.items()):
            yield ByHand(number, payments, payout.remote_id, is_proved=False)
    for number, status, payout_id, detail in rows.all(_left_open(organization_id)):
        if payments := detail.get(PAID_BY_HAND, {}).get(number):
            yield ByHand(number, payments, payout_id, is_proved=True, is_in_part=status == PARTIAL)


def _left_open(organization_id: str) -> Select[Any]:
    """Return the statement for bills whose last payout is void, with the act that says so."""
    last = (PaymentPart.document_id == Operation.subject_id) & (PaymentPart.remote_id == Operation.remote_id)
    return (
        select(Document.number, Document.status, Payment.remote_id, Audit.detail)
        .select_from(Payment)
        .join(PaymentPart, PaymentPart.payment_id == Payment.id)
        .join(Operation, last)
        .join(Document, Document.id == PaymentPart.document_id)
        .join(Audit, Audit.subject_id == Payment.id)
        .where(
            Payment.organization_id == organization_id,
            Payment.kind == SENT,
            Payment.status.in_(("voided", "cancelled")),
            Operation.kind.in_(PAYS),
            Operation.state == OperationState.DONE,
            Document.status.in_(("open", PARTIAL)),
            Audit.action == VOIDED,
        )
        .order_by(Document.number)
    )
