"""Overdue invoices are sent again: on a schedule, and when a person asks for it.

    BILLCOM_REMINDER_DAYS = [3, 10]
    due date ──3 days──> first reminder ──7 more──> second reminder ──> silence

A reminder is Bill.com's own e-mail with the payment link once more. Each wanted e-mail is one operation, named by the
invoice and its day in the schedule, so none is wanted twice; the mail limit of a few a minute spreads them. An invoice
that is paid, scheduled to be paid, cancelled or collected elsewhere gets none, and none is sent while its buyer
disputes the sale; each is read at Bill.com right before it is sent. Where several days of the schedule have passed, one
e-mail stands for them all.

Bill.com's own reminders are settings of its web app and not known to its API; leave them off where these are on.

Acts: reminded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import literal_column, select, update

from flask_billcom.audit import Act, record
from flask_billcom.engine import operations as ops
from flask_billcom.engine.decisions import NotPossible, Person
from flask_billcom.marketplace.corrections.adjustments import is_disputed
from flask_billcom.marketplace.states import ROWS
from flask_billcom.models import LIVE, Document, Operation
from flask_billcom.store import Rows, written

from .elsewhere import invoice_of

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

SEND = "send_invoice"
OPEN = ("open", "partial")
REMINDED = ("send", "charge")
"""Ways of collecting whose overdue invoices are sent again; one that was charged and is still open may be paid by the
link."""
_LONGEST = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded:
    """An e-mail that is wanted.

    :param invoice: number of the invoice.
    :param due_on: when it was, or is, due.
    :param is_new: whether it was not asked for before under the same reference.
    """

    invoice: str
    due_on: date
    is_new: bool = True
    is_dry_run: bool = False


def remind_overdue(domain: Domain) -> int:
    """Plan the reminders that are due and return how many; no network."""
    today = domain.clock.now().astimezone(domain.settings.zone).date()
    days = domain.settings.reminder_days
    planned = 0
    # The last step first: an invoice that is past several of them gets one e-mail.
    for step in range(len(days), 0, -1):
        due_until = today - timedelta(days=days[step - 1])
        for passed in range(step):
            planned += _remind_step(domain, due_until, passed, step)
    return planned


def remind(domain: Domain, settlement_id: UUID, person: Person | None, *, reference: str | None = None) -> Reminded:
    """Plan one more e-mail of a sale's invoice.

    :param person: who asks; None only says what would be.
    :param reference: what names this e-mail; the same one is one e-mail. Today's date if left out.
    :raises NotPossible: the invoice is not at Bill.com yet, is paid, or was cancelled; its buyer disputes the sale; or
        an e-mail of it is under way.
    """
    with domain.store.write() as rows:
        invoice = invoice_of(rows, domain.organization_id, settlement_id)
        if invoice.remote_id is None or invoice.status not in OPEN:
            what = "not at Bill.com yet" if invoice.remote_id is None else invoice.status
            raise NotPossible(f"{invoice.number} is {what}; only an open invoice is sent again")
        if disputed(rows, [invoice.id]):
            raise NotPossible(f"the buyer disputes the sale of {invoice.number}; he is reminded when that has ended")
        name = reference or domain.clock.now().astimezone(domain.settings.zone).date().isoformat()
        plan = _mail(invoice, f"h{hashlib.sha256(name.encode()).hexdigest()[:_LONGEST]}")
        known = _known(rows, domain.organization_id, [plan.natural_key])
        reminded = Reminded(
            invoice=invoice.number, due_on=invoice.due_date, is_new=not known, is_dry_run=person is None
        )
        if person is not None and not known:
            if _under_way(rows, [invoice.id]):
                raise NotPossible(f"an e-mail of {invoice.number} is under way already")
            ops.plan(rows, domain.clock, domain.organization_id, [plan])
            detail = {"reason": person.reason, "reference": name}
            act = Act("reminded", "document", invoice.id, detail, person.name)
            record(rows, domain.clock, domain.organization_id, [act])
    return reminded


def is_reminder(operation: Operation) -> bool:
    """Return whether an e-mail is not the first one of its invoice."""
    return ":" in operation.natural_key


def disputed(rows: Rows, document_ids: Iterable[UUID]) -> set[UUID]:
    """Return those of some invoices whose buyers dispute the sale."""
    return set(rows.all(select(Document.id).where(Document.id.in_(sorted(document_ids)), is_disputed())))


def _remind_step(domain: Domain, due_until: date, passed: int, step: int) -> int:
    planned = 0
    while True:
        with domain.store.read() as rows:
            if not _overdue(rows, domain.organization_id, due_until, passed, limit=1):
                return planned
        with domain.store.write() as rows:
            overdue = _overdue(rows, domain.organization_id, due_until, passed, limit=ROWS, locked=True)
            planned += _plan_step(rows, domain, overdue, step)
        if len(overdue) < ROWS:
            return planned


def _overdue(
    rows: Rows, organization_id: str, due_until: date, passed: int, *, limit: int, locked: bool = False
) -> list[Document]:
    """Return open invoices that were due by a day and have passed so many days of the schedule."""
    wanted = (
        select(Document)
        .where(
            Document.organization_id == organization_id,
            Document.kind == literal_column("'invoice'"),
            Document.status.in_(written(OPEN)),
            Document.reminders == passed,
            Document.due_date <= due_until,
            ~is_disputed(),
        )
        .order_by(Document.due_date, Document.id)
        .limit(limit)
    )
    found: list[Document] = rows.all(wanted.with_for_update(skip_locked=True) if locked else wanted)
    return found


def _plan_step(rows: Rows, domain: Domain, overdue: Sequence[Document], step: int) -> int:
    days = domain.settings.reminder_days[step - 1]
    busy = _under_way(rows, [invoice.id for invoice in overdue])
    free = [invoice for invoice in overdue if invoice.id not in busy and invoice.collection in REMINDED]
    ops.plan(rows, domain.clock, domain.organization_id, [_mail(invoice, f"r{days}") for invoice in free])
    # An invoice that is sent, or charged, at this moment has had its reminder.
    rows.change(update(Document).where(Document.id.in_([invoice.id for invoice in overdue])).values(reminders=step))
    acts = [Act("reminded", "document", invoice.id, {"days": days}) for invoice in free]
    record(rows, domain.clock, domain.organization_id, acts)
    return len(free)


def _under_way(rows: Rows, document_ids: Iterable[UUID]) -> set[UUID]:
    """Return the invoices that are being sent or charged, or are about to be."""
    return set(
        rows.all(
            select(Operation.subject_id).where(
                Operation.subject_id.in_(sorted(document_ids)),
                Operation.kind.in_((SEND, "charge")),
                Operation.state.in_(LIVE),
                Operation.parked.is_(None),
            )
        )
    )


def _known(rows: Rows, organization_id: str, keys: Iterable[str]) -> set[str]:
    return set(
        rows.all(
            select(Operation.natural_key).where(
                Operation.organization_id == organization_id,
                Operation.kind == SEND,
                Operation.natural_key.in_(list(keys)),
            )
        )
    )


def _mail(invoice: Document, name: str) -> ops.Plan:
    return ops.Plan(
        SEND, "document", invoice.id, f"mail:{invoice.id.hex}", f"{invoice.id.hex}:{name}", amount_cents=invoice.cents
    )
