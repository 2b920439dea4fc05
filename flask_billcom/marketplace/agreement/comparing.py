"""Compare one page of Bill.com's parties or documents with our rows.

Each comparison looks up the page's rows in one statement, tells what is ours by remote id or by our own mark, and
yields the differences. Nothing is changed here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select

from flask_billcom.api.records import Bill, Customer, Invoice, Vendor
from flask_billcom.marketplace import states
from flask_billcom.marketplace.refunds.lowering import planned_cents
from flask_billcom.marketplace.returns import sightings
from flask_billcom.models import Document, Party, Payment, PaymentPart
from flask_billcom.models.parties import Role
from flask_billcom.money import to_cents
from flask_billcom.store import Rows

from .differences import RUN_TICK, Difference, Kind, dollars, other_amount, other_party, other_state
from .seen import Seen

ACTIVE = "1"

Days = dict[tuple[str, date], Counter[str]]
"""Cents of each sort of movement and bank day: `must` have moved, `may` have moved, `lines` of the bank."""


@dataclass(slots=True)
class MorePaid:
    """A bill of which more is paid at Bill.com than by the payments that we know.

    :param cents: how much more, as far as no payment that was met there explains it.
    """

    difference: Difference
    cents: int


@dataclass(slots=True)
class Tally:
    """What a reconciliation knows while it goes through the pages.

    :param prefix: start of our numbers and short names.
    :param seen: the ids that were met.
    :param counted: objects that were compared, by sort.
    :param days: what moved at the bank.
    :param oddly_paid: bills of ours that are not adopted yet and that somebody pays with another amount, by remote id.
    :param unlisted: remote ids of parties of ours that no page has, by row id; not more than are worth naming.
    :param more_paid: bills whose payments there are still to be met, by number.
    """

    organization_id: str
    prefix: str
    seen: Seen
    counted: Counter[str] = field(default_factory=Counter)
    days: Days = field(default_factory=dict)
    oddly_paid: dict[str, Document] = field(default_factory=dict)
    unlisted: dict[UUID, str] = field(default_factory=dict)
    more_paid: dict[str, MorePaid] = field(default_factory=dict)

    def explain(self, paid: Mapping[str, int]) -> None:
        """Note that a payment which is not ours, and is named itself, pays some bills.

        :param paid: cents by number.
        """
        for number, cents in paid.items():
            if number in self.more_paid:
                self.more_paid[number].cents -= cents

    def unexplained(self) -> Iterator[Difference]:
        """Yield what no payment explains."""
        return (more.difference for more in self.more_paid.values() if more.cents > 0)


def compare_parties(tally: Tally, rows: Rows, role: Role, page: Sequence[Customer | Vendor]) -> Iterator[Difference]:
    """Compare customers or vendors."""
    there = {each.id: each for each in page if each.id is not None}
    tally.seen.add(role, there)
    found = rows.all(
        select(Party).where(
            Party.organization_id == tally.organization_id, Party.role == role, Party.remote_id.in_(list(there))
        )
    )
    ours = {party.remote_id: party for party in found}
    mark = f"{tally.prefix}{'C' if role == Role.CUSTOMER else 'V'}"
    for remote_id, each in there.items():
        if remote_id in ours:
            tally.counted[f"{role}s"] += 1
            yield from _of_party(ours[remote_id], each)
        elif (each.short_name or "").startswith(mark) and each.is_active == ACTIVE:
            yield Difference(
                Kind.MISSING_HERE,
                f"{role} {remote_id}",
                "no row",
                f"short name {each.short_name}",
                "It carries our own key, and no party of ours has its id: an answer was lost, or the database was "
                "restored from a backup.",
                "flask billcom ops list --state unknown",
            )
        else:
            tally.counted["foreign"] += 1


def compare_documents(tally: Tally, rows: Rows, kind: str, page: Sequence[Invoice | Bill]) -> Iterator[Difference]:
    """Compare invoices or bills."""
    there = {each.id: each for each in page if each.id is not None}
    tally.seen.add(kind, there)
    marked = {key: each for key, each in there.items() if each.invoice_number.startswith(tally.prefix)}
    ours = documents_of(tally, rows, kind, there)
    by_number = _by_number(tally, rows, kind, [each.invoice_number for each in marked.values()])
    ids = [document.id for document, _ in ours.values()]
    coming_back, lowered = _coming_back(tally, rows, ids), planned_cents(rows, ids)
    received = _received(rows, [ours[key][0].id for key, each in there.items() if key in ours and _is_overpaid(each)])
    for remote_id, each in there.items():
        if remote_id in ours:
            tally.counted[f"{kind}s"] += 1
            document, party = ours[remote_id]
            if _is_lowered(document, each, lowered.get(document.id, 0)):
                yield _being_lowered(document, each)
            else:
                paid = received.get(document.id, _paid_here(document))
                for difference in _of_document(document, party, each, paid, is_coming_back=document.id in coming_back):
                    if difference.kind == Kind.PAID_OUTSIDE and kind == "bill":
                        more = _paid_there(each, document.cents) - paid
                        tally.more_paid[document.number] = MorePaid(difference, more)
                    else:
                        yield difference
        elif remote_id in marked and each.is_active == ACTIVE:
            planned = by_number.get(each.invoice_number)
            if isinstance(each, Bill) and planned is not None and _is_oddly_paid(planned, each):
                tally.oddly_paid[remote_id] = planned
            yield _stray(kind, each, planned)
        else:
            tally.counted["foreign"] += 1
    live = [each.invoice_number for each in marked.values() if each.is_active == ACTIVE]
    for number in tally.seen.add(f"{kind} number", live):
        yield Difference(
            Kind.DUPLICATE,
            f"{kind} {number}",
            "one",
            "two",
            "Two active documents at Bill.com have this number; only the one whose id our row has is followed.",
            "delete the other one at Bill.com, then flask billcom books reconcile",
        )


def documents_of(
    tally: Tally, rows: Rows, kind: str, remote_ids: Iterable[str]
) -> dict[str, tuple[Document, str | None]]:
    """Return our documents of a kind, each with its party's remote id, by remote id."""
    found = rows.all(
        select(Document, Party.remote_id)
        .join(Party, Party.id == Document.party_id)
        .where(
            Document.organization_id == tally.organization_id,
            Document.kind == kind,
            Document.remote_id.in_(list(remote_ids)),
        )
    )
    return {document.remote_id: (document, party) for document, party in found}


def _by_number(tally: Tally, rows: Rows, kind: str, numbers: Sequence[str]) -> dict[str, Document]:
    found = rows.all(
        select(Document).where(
            Document.organization_id == tally.organization_id, Document.kind == kind, Document.number.in_(numbers)
        )
    )
    return {document.number: document for document in found}


def _of_party(party: Party, there: Customer | Vendor) -> Iterator[Difference]:
    subject = f"{party.role} {party.remote_id}"
    if party.is_active != (there.is_active == ACTIVE):
        words = {True: "active", False: "not active"}
        yield other_state(subject, words[party.is_active], words[there.is_active == ACTIVE])
    if (
        there.merged_into_id is not None
        and there.merged_into_id != party.merged_into
        and there.merged_into_id.strip("0")
    ):
        yield Difference(
            Kind.OTHER_PARTY,
            subject,
            "itself",
            f"merged into {there.merged_into_id}",
            "Somebody merged it at Bill.com; nothing is paid to it before a person has confirmed the other one.",
            "flask billcom parties confirm",
        )


def _of_document(
    document: Document, party: str | None, there: Invoice | Bill, paid: int, *, is_coming_back: bool
) -> Iterator[Difference]:
    subject = f"{document.kind} {document.number}"
    owner = there.customer_id if isinstance(there, Invoice) else there.vendor_id
    amount = to_cents(there.amount) if there.amount is not None else 0
    if owner != party:
        yield other_party(subject, str(party), owner)
    if amount != document.cents:
        yield other_amount(subject, document.cents, amount, is_paid=isinstance(there, Bill) and there.due_amount == 0)
    if there.invoice_number != document.number:
        yield other_state(subject, document.number, there.invoice_number)
    if (there.is_active == ACTIVE) != (document.status != "inactive"):
        yield other_state(subject, document.status, "active" if there.is_active == ACTIVE else "deleted")
    if amount == document.cents:
        yield from _of_payments(subject, paid, _paid_there(there, amount), is_coming_back=is_coming_back)


def _of_payments(subject: str, ours: int, theirs: int, *, is_coming_back: bool) -> Iterator[Difference]:
    """Yield what differs about how much is paid, which says nothing where the amounts differ already."""
    if is_coming_back and theirs > ours:
        yield Difference(
            Kind.OTHER_STATE,
            subject,
            f"paid {dollars(ours)}",
            f"paid {dollars(theirs)}",
            "Its payout comes back; Bill.com goes on showing the bill as paid until the payment is voided.",
            "flask billcom pay void",
        )
    elif theirs > ours:
        yield Difference(
            Kind.PAID_OUTSIDE,
            subject,
            f"paid {dollars(ours)}",
            f"paid {dollars(theirs)}",
            "Bill.com shows more of it paid than the payments that we know: one that we have not read yet, or one "
            "made by hand.",
            RUN_TICK,
        )
    elif theirs < ours:
        yield other_state(subject, f"paid {dollars(ours)}", f"paid {dollars(theirs)}")


def _is_lowered(document: Document, there: Invoice | Bill, planned: int) -> bool:
    """Return whether Bill.com shows a document as a refund, whose outcome is not recorded yet, wants it."""
    if not planned:
        return False
    if planned == document.cents:
        return there.is_active != ACTIVE
    return there.amount is not None and to_cents(there.amount) == document.cents - planned


def _being_lowered(document: Document, there: Invoice | Bill) -> Difference:
    return Difference(
        Kind.OTHER_STATE,
        f"{document.kind} {document.number}",
        dollars(document.cents),
        "deleted" if there.is_active != ACTIVE else str(there.amount),
        "A refund lowers it, and the outcome of that is not recorded yet; the next read-back finds it.",
        RUN_TICK,
    )


def _paid_here(document: Document) -> int:
    if document.due_cents is None:
        return 0
    scheduled = (document.scheduled_cents or 0) if document.kind == "bill" else 0
    return document.cents - document.due_cents - scheduled


def _is_overpaid(there: Invoice | Bill) -> bool:
    """Return whether a buyer paid more than an invoice comes to; nobody may be paid more than a bill does."""
    return isinstance(there, Invoice) and there.amount_due is not None and there.amount_due < 0


def _is_oddly_paid(document: Document, there: Bill) -> bool:
    """Return whether a bill that is not adopted yet is paid, or to be paid, with another amount than ours."""
    if document.remote_id is not None or there.amount is None or there.due_amount is None:
        return False
    return to_cents(there.amount) - to_cents(there.due_amount) not in {0, document.cents}


def _received(rows: Rows, invoice_ids: Sequence[UUID]) -> Mapping[UUID, int]:
    """Return what buyers paid by payments that we know; an invoice itself only says that nothing of it is due."""
    if not invoice_ids:
        return {}
    found = rows.execute(
        select(PaymentPart.document_id, func.sum(PaymentPart.cents).label("cents"))
        .join(Payment, Payment.id == PaymentPart.payment_id)
        .where(PaymentPart.document_id.in_(invoice_ids), Payment.status.in_(states.PAID))
        .group_by(PaymentPart.document_id)
    )
    return {row.document_id: int(row.cents) for row in found}


def _paid_there(there: Invoice | Bill, amount: int) -> int:
    if isinstance(there, Invoice):
        return amount - (to_cents(there.amount_due) if there.amount_due is not None else amount)
    scheduled = to_cents(there.scheduled_amount) if there.scheduled_amount is not None else 0
    return amount - (to_cents(there.due_amount) if there.due_amount is not None else amount - scheduled) - scheduled


def _stray(kind: str, there: Invoice | Bill, ours: Document | None) -> Difference:
    subject = f"{kind} {there.invoice_number}"
    if ours is None:
        return Difference(
            Kind.MISSING_HERE,
            subject,
            "no row",
            f"{there.id}, {there.amount}",
            "It carries our prefix, and we know nothing of it: made by hand, or by a database that was restored since.",
            "flask billcom ops list --state unknown; if nobody made it here, delete it at Bill.com",
        )
    if ours.remote_id is None and there.amount is not None and to_cents(there.amount) != ours.cents:
        return Difference(
            Kind.OTHER_AMOUNT,
            subject,
            dollars(ours.cents),
            dollars(to_cents(there.amount)),
            "A database that was restored since has made it, and somebody changed it there: put the amount back at "
            "Bill.com, then adopt it.",
            f"flask billcom ops resolve ID --adopt {there.id}",
        )
    if ours.remote_id is None:
        return Difference(
            Kind.MISSING_HERE,
            subject,
            ours.status,
            str(there.id),
            "It was made, and its outcome is not recorded yet; the next read-back finds it.",
            RUN_TICK,
        )
    return Difference(
        Kind.DUPLICATE,
        subject,
        str(ours.remote_id),
        str(there.id),
        "Another document at Bill.com has the number of ours.",
        "delete the other one at Bill.com, then flask billcom books reconcile",
    )


def _coming_back(tally: Tally, rows: Rows, document_ids: Sequence[UUID]) -> set[UUID]:
    """Return the bills that Bill.com goes on showing as paid by our own payout, although that comes back."""
    found = rows.all(
        select(PaymentPart.document_id, Payment.id)
        .join(Payment, Payment.id == PaymentPart.payment_id)
        .where(
            PaymentPart.document_id.in_(document_ids),
            Payment.status == "returning",
            or_(Payment.disbursement_status == "failed", Payment.void_request.is_not(None)),
        )
    )
    # Once a look has shown the payout as void, what is paid is paid by somebody else.
    shown = sightings.of(rows, tally.organization_id, {payment_id for _, payment_id in found})
    void = {payment_id for payment_id, sighting in shown.items() if sighting.first is not None}
    return {document_id for document_id, payment_id in found if payment_id not in void}
