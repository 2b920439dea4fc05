"""Ask for a payout to be taken back: said first with every bill that it reverses, then planned for all of them.

The payment's own row takes the lane of its first bill, a `void_part` row that of each further one, so that nothing else
touches one of these bills while the void is under way or in doubt.

Acts: void_asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select

from flask_billcom.engine.decisions import NotPossible, Person
from flask_billcom.engine.operations import Plan, lane_of_document, plan
from flask_billcom.models import Document, Operation, PaymentPart
from flask_billcom.store import Rows

from .paying_again import sent_payment, tell

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

VOID, VOID_PART = "void", "void_part"
POSSIBLE = ("scheduled", "paid", "held", "returning")


@dataclass(frozen=True, slots=True)
class Recalled:
    """A payout that is, or would be, taken back.

    :param numbers: every bill that is owed again then.
    :param operation_id: what takes it back; None where nothing was planned.
    """

    payment: str
    numbers: tuple[str, ...]
    cents: int
    operation_id: UUID | None = None


def void(domain: Domain, payment_id: UUID, person: Person | None) -> Recalled:
    """Plan to cancel or void a payout, whichever Bill.com still allows when it is sent.

    :param person: who decides, and why; None only says what would be reversed.
    :raises NotPossible: there is no such payout, it cannot be taken back, or that is under way already.
    """
    with domain.store.write() as rows:
        payment = sent_payment(rows, domain.organization_id, payment_id)
        if payment.status not in POSSIBLE:
            raise NotPossible(f"the payout is {payment.status}; it cannot be taken back")
        parts = _parts(rows, payment_id)
        numbers = tuple(sorted(part.number for part in parts))
        operation_id = None
        if person is not None:
            operation_id = _plan(rows, domain, payment_id, parts)
            detail = {"reason": person.reason, "second": person.second, "bills": list(numbers), "cents": payment.cents}
            tell(rows, domain, "void_asked", payment, detail, person.name)
    return Recalled(payment.remote_id, numbers, payment.cents, operation_id)


@dataclass(frozen=True, slots=True)
class _Part:
    id: UUID
    document_id: UUID
    number: str
    cents: int


def _parts(rows: Rows, payment_id: UUID) -> list[_Part]:
    found = rows.all(
        select(PaymentPart.id, PaymentPart.document_id, Document.number, PaymentPart.cents)
        .join(Document, Document.id == PaymentPart.document_id)
        .where(PaymentPart.payment_id == payment_id)
        .order_by(PaymentPart.id)
    )
    return [_Part(*row) for row in found]


def _plan(rows: Rows, domain: Domain, payment_id: UUID, parts: Sequence[_Part]) -> UUID:
    last: int = rows.first(
        select(func.coalesce(func.max(Operation.generation), 0)).where(
            Operation.organization_id == domain.organization_id,
            Operation.kind == VOID,
            Operation.natural_key == payment_id.hex,
        )
    )
    plans = [_planned(place, payment_id, part, last + 1) for place, part in enumerate(parts)]
    ids = plan(rows, domain.clock, domain.organization_id, plans)
    found = set(rows.all(select(Operation.id).where(Operation.id.in_(sorted(ids.values())))))
    if len(found) != len(plans):
        raise NotPossible("it is being taken back already; `flask billcom ops list --kind void` shows how far it is")
    return ids[VOID, payment_id.hex, last + 1]


def _planned(place: int, payment_id: UUID, part: _Part, generation: int) -> Plan:
    is_first = place == 0
    return Plan(
        kind=VOID if is_first else VOID_PART,
        subject_type="payment" if is_first else "payment_part",
        subject_id=payment_id if is_first else part.id,
        lane=lane_of_document(part.document_id),
        natural_key=payment_id.hex if is_first else f"{payment_id.hex}:{place:03}",
        amount_cents=part.cents,
        generation=generation,
    )
