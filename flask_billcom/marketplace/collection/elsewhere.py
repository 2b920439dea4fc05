"""Money that a buyer paid elsewhere: in cash, by check, by a transfer of his own.

    record() --> recorded_payment, operation `record` --RecordARPayment--> ReceivedPay --> invoice, books, sale

Bill.com moves none of it, so it lies at the bank at once and no bank movement follows. One reference names one payment:
said again it is the same. The sellers are paid for it like for any other, so recording what did not come costs money:
where the house asks for two people, two say it.

A charge that is planned and not sent is given up, since the buyer has paid in another way; so is one that is planned
before Bill.com has been told. One under way has to end first. What exceeds the amount due is the buyer's credit, and
only where that was meant.

Acts: payment_entered, payment_recorded, charge_given_up.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import bindparam, func, select, update

from flask_billcom.api.records import ReceivedPayType
from flask_billcom.audit import Act, record
from flask_billcom.engine import operations as ops
from flask_billcom.engine.decisions import NotPossible, Person
from flask_billcom.errors import InvalidRequest
from flask_billcom.marketplace.shop.sale import shown
from flask_billcom.models import LIVE, Document, Operation, OperationState, RecordedPayment
from flask_billcom.money import from_cents, to_cents
from flask_billcom.store import Rows, written

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

RECORD = "record"
"""The operation that tells Bill.com."""
LONGEST = 100
METHODS = {
    "cash": ReceivedPayType.CASH,
    "check": ReceivedPayType.CHECK,
    "card": ReceivedPayType.CREDIT_CARD,
    "ach": ReceivedPayType.ACH,
    "paypal": ReceivedPayType.PAYPAL,
    "other": ReceivedPayType.OTHER,
}
_KEY_CHARACTERS = 13
_ENTERED = (
    select(RecordedPayment.document_id)
    .join(Operation, Operation.subject_id == RecordedPayment.id)
    .where(
        RecordedPayment.document_id.in_(bindparam("ids", expanding=True)),
        Operation.kind == RECORD,
        Operation.state.in_(written(LIVE)),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """What was received.

    :param amount: Decimal dollars, more than zero.
    :param on: when it was received.
    :param reference: what names it there, such as the number of a check; up to 100 visible characters.
    :param method: cash, check, card, ach, paypal or other.
    :raises InvalidRequest: one of them cannot be.
    """

    amount: Decimal
    on: date
    reference: str
    method: str = "check"

    def __post_init__(self) -> None:
        try:
            cents = to_cents(self.amount)
        except (TypeError, ValueError) as error:
            raise InvalidRequest(str(error)) from None
        if cents <= 0:
            raise InvalidRequest("the amount received is more than zero")
        if not isinstance(self.reference, str) or not self.reference or len(self.reference) > LONGEST:
            raise InvalidRequest(f"the reference of a payment has 1 to {LONGEST} characters")
        if shown(self.reference) != self.reference:
            raise InvalidRequest("the reference of a payment holds characters that cannot be seen")
        if self.method not in METHODS:
            raise InvalidRequest(f"a payment comes by {', '.join(METHODS)}")
        if type(self.on) is not date:
            raise InvalidRequest("a payment is received on a date without a time")

    @property
    def cents(self) -> int:
        """The amount in cents."""
        return to_cents(self.amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A payment received elsewhere, and what becomes of it.

    :param invoice: number of the invoice.
    :param cents: the whole payment; `applied_cents` of it pay the invoice, `credit_cents` are the buyer's credit.
    :param gave_up_charge: whether a planned charge of the invoice was given up for it.
    :param is_new: whether it was not recorded before.
    """

    invoice: str
    reference: str
    cents: int
    applied_cents: int
    credit_cents: int
    gave_up_charge: bool = False
    is_new: bool = True
    is_dry_run: bool = False


def record_payment(
    domain: Domain, settlement_id: UUID, receipt: Elsewhere, person: Person | None, *, overpay: bool = False
) -> Recorded:
    """Enter a payment received elsewhere for the invoice of a sale; the runner tells Bill.com.

    :param person: who says so; None only says what would be.
    :param overpay: whether it may exceed what is due.
    :raises InvalidRequest: it was received in the future.
    :raises NotPossible: nothing is due, less is due, a charge is under way, or its reference names another payment.
    """
    if receipt.on > domain.clock.now().astimezone(domain.settings.zone).date():
        raise InvalidRequest("the payment was received in the future")
    with domain.store.write() as rows:
        invoice = invoice_of(rows, domain.organization_id, settlement_id)
        before = _find(rows, invoice, receipt.reference)
        made = [] if before is None else _operations(rows, before)
        if before is not None and not all(_given_up(each) for each in made):
            return _again(invoice, before, receipt)
        charge = _charge_to_give_up(rows, invoice)
        applied = _applied(rows, invoice, receipt, overpay=overpay)
        recorded = Recorded(
            invoice=invoice.number,
            reference=receipt.reference,
            cents=receipt.cents,
            applied_cents=applied,
            credit_cents=receipt.cents - applied,
            gave_up_charge=charge is not None,
            is_dry_run=person is None,
        )
        if person is not None:
            if charge is not None:
                _give_up(rows, domain, charge, person)
            _enter(rows, domain, invoice, receipt, recorded, person, before, made)
    return recorded


def invoice_of(rows: Rows, organization_id: str, settlement_id: UUID) -> Document:
    """Return the invoice of a sale, which stays as it is until the transaction ends.

    :raises NotPossible: it was cancelled.
    """
    found: Document | None = rows.first(
        select(Document)
        .where(
            Document.organization_id == organization_id,
            Document.origin_type == "settlement",
            Document.origin_id == settlement_id,
            Document.kind == "invoice",
        )
        .with_for_update()
    )
    if found is None or found.status == "inactive":
        raise NotPossible("the invoice of this sale was cancelled")
    return found


def due_cents(invoice: Document) -> int:
    """Return what is due on an invoice and not scheduled to be paid, in cents."""
    due = invoice.cents if invoice.due_cents is None else invoice.due_cents
    return due - (invoice.scheduled_cents or 0)


def entered_cents(rows: Rows, invoice: Document) -> int:
    """Return what payments pay of an invoice that were entered and that Bill.com is still to be told of, in cents."""
    entered = rows.first(
        select(func.coalesce(func.sum(RecordedPayment.applied_cents), 0))
        .join(Operation, Operation.subject_id == RecordedPayment.id)
        .where(RecordedPayment.document_id == invoice.id, Operation.kind == RECORD, Operation.state.in_(LIVE))
    )
    return int(entered)


def being_recorded(rows: Rows, invoice_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of some invoices of which Bill.com is still to be told that they are paid elsewhere."""
    return set(rows.all(_ENTERED, {"ids": list(invoice_ids)}))


def key_of(prefix: str, invoice: str, reference: str) -> str:
    """Return the number under which Bill.com keeps a recorded payment: prefix, R, and 13 base-32 characters.

    It comes from what names the payment, so that one which a restored database has forgotten gets the same when it is
    entered again.

    :param invoice: number of the invoice.
    """
    digest = hashlib.sha256(f"{invoice}\0{reference}".encode()).digest()
    return f"{prefix}R{b32encode(digest).decode()[:_KEY_CHARACTERS]}"


# -- what was said before --------------------------------------------------------------------------------------------


def _find(rows: Rows, invoice: Document, reference: str) -> RecordedPayment | None:
    found: RecordedPayment | None = rows.first(
        select(RecordedPayment).where(
            RecordedPayment.organization_id == invoice.organization_id,
            RecordedPayment.document_id == invoice.id,
            RecordedPayment.reference == reference,
        )
    )
    return found


def _operations(rows: Rows, payment: RecordedPayment) -> list[Operation]:
    found: list[Operation] = rows.all(
        select(Operation)
        .where(Operation.subject_id == payment.id, Operation.kind == RECORD)
        .order_by(Operation.generation)
    )
    return found


def _given_up(operation: Operation) -> bool:
    return operation.state in {OperationState.CANCELLED, OperationState.REJECTED} and operation.remote_id is None


def _again(invoice: Document, before: RecordedPayment, receipt: Elsewhere) -> Recorded:
    said = (before.cents, before.method, before.received_on)
    if said != (receipt.cents, receipt.method, receipt.on):
        raise NotPossible(
            f"{receipt.reference} is recorded for {invoice.number} already: {from_cents(before.cents)} dollars by "
            f"{before.method} on {before.received_on}; another payment needs another reference"
        )
    return Recorded(
        invoice=invoice.number,
        reference=before.reference,
        cents=before.cents,
        applied_cents=before.applied_cents,
        credit_cents=before.cents - before.applied_cents,
        is_new=False,
    )


# -- whether it can be -------------------------------------------------------------------------------------------------


def _charge_to_give_up(rows: Rows, invoice: Document) -> Operation | None:
    charge: Operation | None = rows.first(
        select(Operation).where(
            Operation.subject_id == invoice.id, Operation.kind == "charge", Operation.state.in_(LIVE)
        )
    )
    if charge is not None and charge.state != OperationState.PLANNED:
        raise NotPossible(f"a charge of {invoice.number} is {charge.state}; record the payment when that has ended")
    return charge


def _applied(rows: Rows, invoice: Document, receipt: Elsewhere, *, overpay: bool) -> int:
    due = due_cents(invoice) - entered_cents(rows, invoice)
    if due <= 0:
        raise NotPossible(f"nothing is due on {invoice.number} that is not paid, scheduled or recorded already")
    if receipt.cents > due and not overpay:
        raise NotPossible(
            f"{from_cents(due)} dollars are due on {invoice.number}, less than {receipt.amount}; "
            "say that it overpays, and the rest is the buyer's credit"
        )
    return min(due, receipt.cents)


# -- rows ------------------------------------------------------------------------------------------------------------


def _give_up(rows: Rows, domain: Domain, charge: Operation, person: Person) -> None:
    to = {"state": OperationState.CANCELLED, "parked": None, "evidence": {"message": "paid elsewhere"}}
    if ops.move(rows, [charge.id], from_={"state": OperationState.PLANNED}, to=to) != 1:
        raise NotPossible("the charge is being sent just now; look again in a minute")
    act = Act("charge_given_up", "document", charge.subject_id, {"reason": person.reason}, person.name)
    record(rows, domain.clock, domain.organization_id, [act])


def _enter(  # noqa: PLR0917 - a payment is as many facts
    rows: Rows,
    domain: Domain,
    invoice: Document,
    receipt: Elsewhere,
    recorded: Recorded,
    person: Person,
    before: RecordedPayment | None,
    made: Sequence[Operation],
) -> None:
    values = {
        "method": receipt.method,
        "received_on": receipt.on,
        "cents": receipt.cents,
        "applied_cents": recorded.applied_cents,
        "currency": invoice.currency,
        "actor": person.name,
    }
    if before is None:
        payment_id = domain.clock.new_id()
        fixed = {
            "id": payment_id,
            "organization_id": domain.organization_id,
            "document_id": invoice.id,
            "reference": receipt.reference,
            "created_at": domain.clock.now(),
        }
        rows.insert(RecordedPayment, [{**fixed, **values}])
    else:
        payment_id = before.id
        rows.change(update(RecordedPayment).where(RecordedPayment.id == payment_id).values(**values))
    following = ops.Plan(
        RECORD,
        "recorded_payment",
        payment_id,
        ops.lane_of_document(invoice.id),
        key_of(domain.settings.number_prefix, invoice.number, receipt.reference),
        amount_cents=receipt.cents,
        generation=len(made) + 1,
        supersedes=made[-1].id if made else None,
    )
    ops.plan(rows, domain.clock, domain.organization_id, [following])
    detail = {
        "reference": receipt.reference,
        "method": receipt.method,
        "cents": receipt.cents,
        "credit_cents": recorded.credit_cents,
        "reason": person.reason,
        "second": person.second,
    }
    act = Act("payment_entered", "document", invoice.id, detail, person.name)
    record(rows, domain.clock, domain.organization_id, [act])
