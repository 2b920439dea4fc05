"""Compare one page of Bill.com's payments, or of the bank's lines, with our rows.

What moves money is also added up for its bank day, ours or not: the bank's line of a day is about all of it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from flask_billcom.api.records import MoneyMovement, ReceivedPay, ReceivedPayStatus, SentPay, SentPayStatus
from flask_billcom.bankdays import add_bank_days
from flask_billcom.marketplace.returns.earlier import Earlier, Stand, payouts_of
from flask_billcom.marketplace.states import PAID
from flask_billcom.marketplace.tracking.movements import KINDS, PAYABLES, RECEIVABLES, STATUSES
from flask_billcom.marketplace.tracking.payments import RECEIVED, SENT
from flask_billcom.marketplace.tracking.receipts import cents_of, is_online
from flask_billcom.models import Document, Movement, Party, Payment, PaymentPart
from flask_billcom.money import to_cents
from flask_billcom.store import Rows

from .comparing import Tally, documents_of
from .differences import RUN_TICK, Difference, Kind, dollars, other_money, other_party, other_state, outside

LIVE_SENT = (SentPayStatus.APPROVING, SentPayStatus.SCHEDULED, SentPayStatus.PAID)
ByBill = Mapping[str, Sequence[SentPay]]
"""Payments by Bill.com's id of a bill that they pay."""
LIVE_RECEIVED = (ReceivedPayStatus.SCHEDULED, ReceivedPayStatus.PAID)
_SENT_STATES: Mapping[str, tuple[str, ...]] = {
    SentPayStatus.APPROVING: ("scheduled",),
    SentPayStatus.SCHEDULED: ("scheduled",),
    SentPayStatus.PAID: ("paid", "cleared", "held", "returning"),
    SentPayStatus.CANCELED: ("returning", "cancelled"),
    SentPayStatus.VOID: ("returning", "voided", "cancelled"),  # cancelled: void before it left
    SentPayStatus.ESCHEATED: ("escheated",),
}
_RECEIVED_STATES: Mapping[str, tuple[str, ...]] = {
    ReceivedPayStatus.SCHEDULED: ("scheduled",),
    ReceivedPayStatus.PAID: ("paid", "cleared"),
    ReceivedPayStatus.VOID: ("returning", "voided"),
    ReceivedPayStatus.CANCELED: ("cancelled", "returning", "voided"),
    ReceivedPayStatus.ESCHEATED: ("escheated",),
}


def compare_sent(tally: Tally, rows: Rows, page: Sequence[SentPay]) -> Iterator[Difference]:
    """Compare payments to sellers."""
    there = {each.id: each for each in page if each.id is not None}
    tally.seen.add(SENT, there)
    ours = _payments(tally, rows, SENT, there)
    named = {pay.bill_id for each in there.values() for pay in each.bill_pays if pay.bill_id is not None}
    bills = documents_of(tally, rows, "bill", named)
    others = _by_bill(each for key, each in there.items() if key not in ours and each.status in LIVE_SENT)
    for remote_id, each in there.items():
        if each.is_online is not False and each.process_date is not None:
            paid = each.status in {SentPayStatus.PAID, SentPayStatus.ESCHEATED}
            _moved(tally, PAYABLES, each.process_date, _amount(each), paid=paid, may=each.status == SentPayStatus.VOID)
        touched = [bills[pay.bill_id][0].number for pay in each.bill_pays if pay.bill_id in bills]
        if remote_id in ours:
            tally.counted["sent_pays"] += 1
            payment, party = ours[remote_id]
            yield from _of_payment(payment, _amount(each), each.status, _SENT_STATES)
            if party is not None and each.vendor_id not in {None, party}:
                yield other_party(f"SentPay {remote_id}", party, str(each.vendor_id))
        elif touched and each.status in LIVE_SENT:
            command = _adopting(rows, each, bills, others)
            tally.explain({bills[key][0].number: paid for key, paid in _amounts(each).items() if key in bills})
            yield outside(f"bill {', '.join(touched)}", f"SentPay {remote_id}", _amount(each), command)
        elif (odd := _oddly_paid(tally, each)) and each.status in LIVE_SENT:
            # Once it has arrived nobody can take it back, so it is named before its bill is adopted.
            yield outside(f"bill {', '.join(odd)}", f"SentPay {remote_id}", _amount(each), _taking_back(each, RUN_TICK))
        else:
            tally.counted["foreign"] += 1
    live = [p.bill_id for s in there.values() if s.status in LIVE_SENT for p in s.bill_pays if p.bill_id in bills]
    twice = tally.seen.add("paid bill", [each for each in live if each is not None])
    in_parts = _paid_in_parts(rows, [bills[bill_id][0] for bill_id in twice])
    for bill_id in (each for each in twice if bills[each][0].id not in in_parts):
        yield Difference(
            Kind.DUPLICATE,
            f"bill {bills[bill_id][0].number}",
            "one payment",
            "two living payments",
            "Two payments at Bill.com pay this bill; cancel or void one of them.",
            f"flask billcom ops list --subject {bills[bill_id][0].id}",
        )


def _adopting(
    rows: Rows, there: SentPay, bills: Mapping[str, tuple[Document, str | None]], others: ByBill
) -> str | None:
    """Return what takes a payment for the payouts of our bills, or None where one may be on its way.

    One of the same amount is taken for ours, alone or with those that pay the rest. One of another amount cannot be: it
    is taken back, and ours goes on by itself, or is paid again where it was void. Once it has arrived nobody can take
    it back: its bills are taken as they were paid.

    :param others: payments of the same page that are not ours, this one among them.
    """
    named = [bill_id for bill_id in _amounts(there) if bill_id in bills]
    earlier = payouts_of(rows, [bills[bill_id][0].id for bill_id in named])
    if any(each.stand == Stand.BUSY for each in earlier):
        return None
    coming = sorted({str(each.payment) for each in earlier if each.stand == Stand.COMES_BACK})
    kept = {bill_id: _kept(earlier, bills[bill_id][0]) for bill_id in named}
    alone = {bill_id: [there] for bill_id in named}
    together = {bill_id: others[bill_id] for bill_id in named}
    for payments in (alone, together):
        paid = {
            bill_id: kept[bill_id] + sum(_amounts(each)[bill_id] for each in payments[bill_id]) for bill_id in named
        }
        if all(cents == bills[bill_id][0].cents for bill_id, cents in paid.items()):
            adopt = f"flask billcom pay adopt {_ids(payments)} --reason WHY"
            return f"{RUN_TICK}, until payout {', '.join(coming)} is void; then {adopt}" if coming else adopt
    taking_back = _taking_back(there, _way_on(earlier))
    if not _is_out(there) or coming:
        return taking_back
    odd = [
        f"bill {bills[each][0].number} to {dollars(paid[each])}" for each in named if paid[each] != bills[each][0].cents
    ]
    adopt = f"flask billcom pay adopt {_ids(together)} --as-paid --reason WHY"
    return f"{taking_back}; once it has arrived, set {', '.join(odd)} there, then {adopt}"


def _way_on(earlier: Sequence[Earlier]) -> str:
    """Return what pays bills after somebody has taken back what was paid of them by hand.

    A payout that is void is paid again, but none may pay a bill of which another one still pays a part.
    """
    in_part = {each.bill_id for each in earlier if each.stand == Stand.PART}
    void = sorted(str(each.payment) for each in earlier if each.stand == Stand.VOID and each.bill_id not in in_part)
    if void:
        return f"flask billcom pay again {void[0]} --reason WHY"
    return "pay the rest there and flask billcom pay adopt that" if in_part else RUN_TICK


def _by_bill(payments: Iterable[SentPay]) -> ByBill:
    found: dict[str, list[SentPay]] = defaultdict(list)
    for each in payments:
        for bill_id in _amounts(each):
            found[bill_id].append(each)
    return found


def _ids(payments: ByBill) -> str:
    return " ".join(sorted({str(each.id) for some in payments.values() for each in some}))


def _amounts(there: SentPay) -> dict[str, int]:
    """Return what a payment pays of which bill at Bill.com, in cents."""
    return {
        pay.bill_id: to_cents(pay.amount)
        for pay in there.bill_pays
        if pay.bill_id is not None and pay.amount is not None
    }


def _kept(earlier: Sequence[Earlier], bill: Document) -> int:
    """Return what payouts of ours pay of a bill that they pay in part."""
    return sum(each.cents for each in earlier if each.bill_id == bill.id and each.stand == Stand.PART)


def _paid_in_parts(rows: Rows, bills: Sequence[Document]) -> set[UUID]:
    """Return which bills several payments of ours pay together, and no more than they come to."""
    if not bills:
        return set()
    found = rows.all(
        select(PaymentPart.document_id, func.count(), func.sum(PaymentPart.cents))
        .join(Payment, Payment.id == PaymentPart.payment_id)
        .where(PaymentPart.document_id.in_([bill.id for bill in bills]), Payment.status.in_((*PAID, "scheduled")))
        .group_by(PaymentPart.document_id)
    )
    parts = {bill_id: (number, int(cents)) for bill_id, number, cents in found}
    return {bill.id for bill in bills if (known := parts.get(bill.id)) and known[0] > 1 and known[1] <= bill.cents}


def _oddly_paid(tally: Tally, there: SentPay) -> list[str]:
    """Return the numbers of the bills that a payment pays with another amount, and that are not adopted yet."""
    named = [pay.bill_id for pay in there.bill_pays if pay.bill_id is not None]
    return [tally.oddly_paid[bill_id].number for bill_id in named if bill_id in tally.oddly_paid]


def _taking_back(there: SentPay, then: str) -> str:
    return f"cancel or void {there.id} at Bill.com, then {then}"


def _is_out(there: SentPay) -> bool:
    """Return whether a payment has been processed, so that it may have arrived."""
    return there.status == SentPayStatus.PAID


def compare_received(tally: Tally, rows: Rows, page: Sequence[ReceivedPay]) -> Iterator[Difference]:
    """Compare payments of buyers."""
    there = {each.id: each for each in page if each.id is not None}
    tally.seen.add(RECEIVED, there)
    ours = _payments(tally, rows, RECEIVED, there)
    named = {pay.invoice_id for each in there.values() for pay in each.invoice_pays}
    invoices = documents_of(tally, rows, "invoice", named)
    parts = _parts_of(rows, [payment.id for payment, _ in ours.values()])
    for remote_id, each in there.items():
        if is_online(each) and each.payment_date is not None:
            paid = each.status in {ReceivedPayStatus.PAID, ReceivedPayStatus.ESCHEATED}
            _moved(
                tally,
                RECEIVABLES,
                each.payment_date,
                cents_of(each),
                paid=paid,
                may=each.status == ReceivedPayStatus.VOID,
            )
        touched = [pay for pay in each.invoice_pays if pay.invoice_id in invoices]
        if remote_id in ours:
            tally.counted["received_pays"] += 1
            payment, _ = ours[remote_id]
            yield from _of_payment(payment, cents_of(each), each.status, _RECEIVED_STATES)
            applied = sum(to_cents(pay.amount) for pay in touched)
            if each.status in LIVE_RECEIVED and applied != parts.get(payment.id, 0):
                yield other_money(f"ReceivedPay {remote_id}, applied", parts.get(payment.id, 0), applied)
        elif touched and each.status in LIVE_RECEIVED:
            numbers = ", ".join(invoices[pay.invoice_id][0].number for pay in touched)
            yield outside(f"invoice {numbers}", f"ReceivedPay {remote_id}", cents_of(each))
        else:
            tally.counted["foreign"] += 1


def _payments(tally: Tally, rows: Rows, kind: str, remote_ids: Iterable[str]) -> dict[str, tuple[Payment, str | None]]:
    found = rows.all(
        select(Payment, Party.remote_id)
        .outerjoin(Party, Party.id == Payment.party_id)
        .where(
            Payment.organization_id == tally.organization_id,
            Payment.kind == kind,
            Payment.remote_id.in_(list(remote_ids)),
        )
    )
    return {payment.remote_id: (payment, party) for payment, party in found}


def compare_movements(tally: Tally, rows: Rows, page: Sequence[MoneyMovement]) -> Iterator[Difference]:
    """Compare the bank's lines; those that we have not read yet count for their day all the same."""
    there = {each.id: each for each in page if each.id is not None and str(each.type) in KINDS}
    found = rows.all(
        select(Movement).where(Movement.organization_id == tally.organization_id, Movement.remote_id.in_(list(there)))
    )
    ours = {movement.remote_id: movement for movement in found}
    for remote_id, each in there.items():
        kind, status = KINDS[str(each.type)], STATUSES.get(str(each.status))
        cents = to_cents(each.amount) if each.amount is not None else 0
        forward = cents > 0 if kind == RECEIVABLES else cents < 0
        if forward and status != "void" and each.process_date is not None:
            tally.days.setdefault((kind, each.process_date), Counter())["lines"] += abs(cents)
        if remote_id not in ours:
            tally.counted["foreign"] += 1
            continue
        tally.counted["money_movements"] += 1
        if ours[remote_id].cents != cents:
            yield other_money(f"MoneyMovement {remote_id}", ours[remote_id].cents, cents)
        if status == "void" and ours[remote_id].status != "void":
            yield other_state(f"MoneyMovement {remote_id}", ours[remote_id].status, status)


def _moved(tally: Tally, kind: str, day: date, cents: int, *, paid: bool, may: bool) -> None:
    totals = tally.days.setdefault((kind, add_bank_days(day, 0)), Counter())
    if paid:
        totals["must"] += cents
    if paid or may:
        totals["may"] += cents


def _of_payment(
    payment: Payment,
    theirs: int,
    status: str | None,
    states: Mapping[str, tuple[str, ...]],
) -> Iterator[Difference]:
    subject = f"{'SentPay' if payment.kind == SENT else 'ReceivedPay'} {payment.remote_id}"
    if payment.cents != theirs:
        yield other_money(subject, payment.cents, theirs)
    if payment.status not in states.get(str(status), ()):
        yield other_state(subject, payment.status, getattr(status, "name", str(status)).lower())


def _parts_of(rows: Rows, payment_ids: Sequence[UUID]) -> Counter[UUID]:
    sums: Counter[UUID] = Counter()
    for payment_id, cents in rows.all(
        select(PaymentPart.payment_id, PaymentPart.cents).where(PaymentPart.payment_id.in_(payment_ids))
    ):
        sums[payment_id] += cents
    return sums


def _amount(there: SentPay) -> int:
    if there.amount is not None:
        return to_cents(there.amount)
    return sum(to_cents(pay.amount) for pay in there.bill_pays if pay.amount is not None)
