"""The money: payable cents that nothing pays, payouts that come back, and what Bill.com has beside our rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select

from flask_billcom.marketplace import strays
from flask_billcom.marketplace.context import Domain
from flask_billcom.marketplace.idle import IN_PART, idle
from flask_billcom.marketplace.paying.payouts import SWITCHED_OFF, stop_of
from flask_billcom.marketplace.refunds.waiting import waiting
from flask_billcom.marketplace.returns.by_others import paid_by_hand
from flask_billcom.marketplace.tracking.payments import PAYS
from flask_billcom.models import Document, Operation, OperationState, Payment, Settlement
from flask_billcom.money import from_cents

from .checks import Check, Subject, age, counted, problem, warning, well

SLOW = timedelta(days=30)
"""A sale that has not come to its end after this is worth a look."""
_TERMINAL = ("paid_out", "cancelled")
_NEEDS_A_PERSON = (
    "bill rejected",
    "bill given up",
    "bill in quarantine",
    "payout rejected",
    "payout in quarantine",
    "payout returning",
    "payout voided",
    "payout cancelled",
    "payout failed",
)
"""How the reasons begin that no tick ends."""
_HELD = ("hold: ", "payout parked: held")
"""How the reasons begin that a release ends."""


def payable(domain: Domain) -> Iterator[Check]:
    """Name why bills are not being paid, where that is a matter for a person, and those that nothing explains."""
    reasons: dict[str, list[int]] = defaultdict(list)
    stopped = _planned_and_stopped(domain)
    for each in idle(domain):
        if each.reason is None:
            reasons[""].append(each.cents)
        elif each.reason == SWITCHED_OFF or each.reason.startswith(_HELD):
            stopped[each.reason].append(each.cents)
        elif _needs_a_person(each.reason):
            reasons[each.reason if IN_PART in each.reason else each.reason.split("; ")[0]].append(each.cents)
    for reason, cents in sorted(reasons.items()):
        message = f"{counted(len(cents), 'bill')}, {from_cents(sum(cents))} dollars"
        if reason:
            why, _, way = reason.partition("; ")
            yield warning(
                "payable", f"{message}: {why}", way or "`flask billcom ops list --stuck`; `pay again` for voids"
            )
        else:
            yield problem("payable", f"{message}: nothing is going to pay them", "`flask billcom books reconcile`")
    yield from _stopped(stopped)
    if not reasons and not stopped:
        yield well("payable", "every payable cent is on its way or waits for a known day")


def _planned_and_stopped(domain: Domain) -> dict[str, list[int]]:
    """Return the cents of the payouts that are planned and go nowhere, as no payout at all does, by the reason."""
    found: dict[str, list[int]] = defaultdict(list)
    with domain.store.read() as rows:
        stop = stop_of(rows, domain)
        if stop is not None:
            planned = select(Operation.amount_cents).where(
                Operation.organization_id == domain.organization_id,
                Operation.kind.in_(PAYS),
                Operation.state == OperationState.PLANNED,
                Operation.parked.is_(None),
            )
            cents = rows.all(planned)
            if cents:
                found[stop] = cents
    return found


def _stopped(found: Mapping[str, list[int]]) -> Iterator[Check]:
    for reason, cents in sorted(found.items()):
        message = f"{counted(len(cents), 'bill')}, {from_cents(sum(cents))} dollars wait"
        why, _, way = reason.partition("; ")
        if reason == SWITCHED_OFF:
            yield warning("payable", f"{message}: {why}", f"{way} once money may move")
        else:
            why = reason.partition("hold: ")[2]
            message += f" for a hold: {why}" if why else " for the hold on their seller or sale"
            yield warning("payable", message, "`flask billcom pay release` once its reason is gone")


def _needs_a_person(reason: str) -> bool:
    return IN_PART in reason or reason.startswith(_NEEDS_A_PERSON)


def coming_back(subject: Subject, now: datetime) -> Iterator[Check]:
    """Name payouts that come back: they are proved void by themselves, once they are voided and the credit is seen."""
    with subject.store.read() as rows:
        count, cents, oldest = rows.first(
            select(func.count(), func.coalesce(func.sum(Payment.cents), 0), func.min(Payment.returning_since)).where(
                Payment.organization_id == subject.organization_id,
                Payment.kind == "sent",
                Payment.status == "returning",
            )
        )
    if count:
        since = age(now, oldest) if oldest is not None else "a while"
        message = f"{counted(count, 'payout')}, {from_cents(int(cents))} dollars, coming back for {since}"
        step = "`flask billcom pay void` if Bill.com still holds the money; `pay credited` once the bank shows it"
        yield warning("payouts.returning", message, step)
    else:
        yield well("payouts.returning", "no payout comes back")
    yield from _paid_by_hand(subject)


def _paid_by_hand(subject: Subject) -> Iterator[Check]:
    """Name what somebody pays of the bills of payouts that came back, and what a person says about it."""
    with subject.store.read() as rows:
        found = list(paid_by_hand(rows, subject.organization_id))
    for each in found[:20]:
        adopt = f"`flask billcom pay adopt {' '.join(each.payments)} --reason WHY`"
        payments = ", ".join(each.payments)
        if each.is_proved:
            message = f"bill {each.number} of void payout {each.payout} was paid by hand, by {payments}"
            once_more = f"`flask billcom pay again {each.payout} --reason WHY`"
            again = "pay the rest at Bill.com, and adopt that" if each.is_in_part else once_more
            step = f"{adopt}; if it was taken back since, {again}"
        else:
            message = f"bill {each.number} was paid by hand, by {payments}, before payout {each.payout} was void"
            step = f"once the payout is void, {adopt}"
        yield warning("payouts.by_hand", message, step)


def refunds(domain: Domain) -> Iterator[Check]:
    """Name refunds that are not carried out, where that is a matter for a person."""
    found = list(waiting(domain))
    stuck = [each for each in found if each.needs_person]
    for each in stuck[:20]:
        message = f"refund {each.refund} of sale {each.sale}, {each.number}, {from_cents(each.cents)} dollars"
        yield warning("refunds", f"{message}: {each.reason}", "`flask billcom pay refunds`")
    if not stuck:
        waits = f"; {counted(len(found), 'part')} of refunds under way" if found else ""
        yield well("refunds", f"no refund waits for a person{waits}")


def beside(subject: Subject) -> Iterator[Check]:
    """Name what Bill.com has with our mark and no row of ours has made."""
    with subject.store.read() as rows:
        found = strays.unexplained(rows, subject.organization_id)
    for each in found[:20]:
        message = f"{each.sort} {each.key} at Bill.com ({each.remote_id}) was made by no row of ours"
        yield problem("strays", message, f"delete it there, or `flask billcom ops resolve ID --adopt {each.remote_id}`")
    if not found:
        yield well("strays", "Bill.com has nothing with our mark that we do not know")


def slow_sales(subject: Subject, now: datetime) -> Iterator[Check]:
    """Name sales without an invoice, and those that have not come to their end for long."""
    has_invoice = select(Document.id).where(Document.origin_id == Settlement.id, Document.kind == "invoice").exists()
    open_ = (Settlement.organization_id == subject.organization_id, Settlement.state.not_in(_TERMINAL))
    with subject.store.read() as rows:
        lost = rows.first(select(func.count()).select_from(Settlement).where(*open_, ~has_invoice))
        slow, oldest = rows.first(
            select(func.count(), func.min(Settlement.settled_at)).where(*open_, Settlement.settled_at < now - SLOW)
        )
    if lost:
        message = f"{counted(int(lost), 'sale')} settled without an invoice"
        yield problem("sales", message, "rows were removed by hand; restore them, or settle the orders again")
    if slow:
        message = f"{counted(int(slow), 'sale')} not at their end, the oldest after {age(now, oldest)}"
        yield warning("sales", message, "`flask billcom status` shows how far they are")
    if not lost and not slow:
        yield well("sales", "every sale is younger than a month, or at its end")
