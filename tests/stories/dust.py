"""How the dust settles: faults stop, people decide by the book, and banks have their days."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import aliased

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.errors import BillcomError, MFARequired
from flask_billcom.marketplace.corrections.adjustments import PROPOSED
from flask_billcom.marketplace.counterparties.confirming import BANK_CHANGED
from flask_billcom.marketplace.holds import PARTY, PAYOUTS, SETTLEMENT, HoldOn
from flask_billcom.models import Adjustment, Document, Entry, Hold, Operation, OperationState, Party, Payment
from flask_billcom.models.parties import Role
from tests.crash.tale.decider import Decider
from tests.stories.operator import Operator
from tests.stories.town import BUYERS, Person, Town

ROUNDS = 8
OPEN = ("planned", "quarantined", "rejected", "unknown", "checking", "sending")
ON_ITS_WAY, STOPPED, TAKEN_BACK = ("scheduled", "paid"), ("held", "returning"), ("voided", "cancelled")
STEP = 3
"""Bank days between two noons."""
ROUND, WAIT = 6, 12
"""Bank days of a round, and for how many payouts on their way are waited for, before people look again."""
MINUTE = 61
"""Seconds after which a code is sent to the phone, also where the worker has just sent a minute's messages."""
LONG = 30
"""Bank days that pass at once where a whole round has changed nothing: then only time could."""
_LATER = aliased(Operation)
_SUPERSEDED = select(_LATER.supersedes).where(_LATER.supersedes.is_not(None))
_PEOPLES_HOLDS = Hold.scope.in_((SETTLEMENT, PARTY)) | (Hold.scope_id == PAYOUTS)
"""Holds on orders, sellers and all payouts."""
_STANDING = (
    select(Operation.id, Operation.state, Operation.parked).order_by(Operation.id),
    select(Payment.id, Payment.status).order_by(Payment.id),
    select(Document.id, Document.status, Document.cents).order_by(Document.id),
    select(Adjustment.id, Adjustment.state).order_by(Adjustment.id),
    select(Party.id, Party.remote_id, Party.merged_into, Party.bank_account_id).order_by(Party.id),
    select(Hold.id).where(Hold.released_at.is_(None)).order_by(Hold.id),
    select(func.count()).select_from(Entry),
)
_PAYOUTS = select(Payment.id).where(Payment.kind == "sent", Payment.status.in_(bindparam("statuses", expanding=True)))
_FOR_PEOPLE = (
    select(Operation.id).where(Operation.state.in_(OPEN), Operation.id.not_in(_SUPERSEDED)).limit(1),
    select(Party.id).where(Party.role == Role.VENDOR, Party.merged_into.is_not(None)).limit(1),
    select(Hold.id).where(Hold.released_at.is_(None)).limit(1),
    select(Document.id).where(Document.kind == "bill", Document.status == "partial").limit(1),
)
REFUSALS = (NotPossible, BillcomError, ValueError)


def settle(town: Town, operator: Operator, *, step: int = STEP) -> None:
    """Let everything come to its end.

    :param step: bank days between two noons.
    """
    town.mends()
    for dispute in town.world.rows(Adjustment, Adjustment.kind == "dispute", Adjustment.state == "open"):
        town.billcom.resolve_dispute(dispute.id, "withdrawn", actor="bob", reason="the dust settles")
    town.world.advance(seconds=MINUTE)
    Decider(town.world).let_go_on()
    for buyer in BUYERS[:2]:
        town.consents(town.buyer(buyer))
    _rounds(town, operator, step)
    town.world.advance(business_days=8)  # checks arrive later than anybody at Bill.com says


def _rounds(town: Town, operator: Operator, step: int) -> None:
    """Let people decide and banks have their days, until all is over or neither people nor time change anything."""
    was_quiet = False
    for turn in range(ROUNDS):
        before, taken_back = _standing(town), _payouts(town, TAKEN_BACK)
        _people_decide(town, operator, deletes_strays=turn > 1 or was_quiet)
        town.passes(seconds=3600)
        town.waits(bank_days=ROUND, step=step)
        if _is_over(town, taken_back, step):
            return
        is_quiet = _standing(town) == before
        if is_quiet and was_quiet:
            return
        if is_quiet:
            town.waits(bank_days=LONG, step=LONG)
        was_quiet = is_quiet


def _standing(town: Town) -> object:
    """Return what people and banks can still change of our rows, and how much the banks have moved."""
    with town.world.store.read() as rows:
        found = [rows.all(each, {}) for each in _STANDING]
    return found, len(town.world.simulator.bank.transfers)


def _payouts(town: Town, statuses: Collection[str]) -> set[UUID]:
    with town.world.store.read() as rows:
        return set(rows.all(_PAYOUTS, {"statuses": list(statuses)}))


def _people_decide(town: Town, operator: Operator, *, deletes_strays: bool) -> None:
    town.world.advance(seconds=MINUTE)
    for hold in town.world.rows(Hold, Hold.released_at.is_(None), _PEOPLES_HOLDS):
        with suppress(*REFUSALS):
            town.billcom.release(HoldOn(hold.scope, hold.scope_id), actor="eve")
    for row in town.at_billcom("SentPay"):
        with suppress(*REFUSALS):
            town.bank("release_payout", row)
    for payment in town.world.rows(Payment, Payment.kind == "sent", Payment.status == "returning"):
        with suppress(*REFUSALS):
            town.billcom.void(payment.id, "the dust settles", actor="eve")
    _approve(town)
    _say_who_they_are(town, operator)
    operator.pays_rests()  # before what was refused is tried again, and nobody is told any more what else would end it
    Decider(town.world).decide_all()
    _make_anew(town)
    operator.mends(town.billcom.reconcile().differences, deletes_strays=deletes_strays)
    operator.pays_rests()


def _approve(town: Town) -> None:
    for run in town.billcom.waiting_runs():
        town.billcom.approve(run.id, actor="bob", reason="the dust settles")
    for asked in town.world.rows(Adjustment, Adjustment.state == PROPOSED):
        with suppress(*REFUSALS):
            town.billcom.approve_adjustment(asked.id, actor="bob", reason="the dust settles")


def _make_anew(town: Town) -> None:
    """Try again what somebody has given up though a document waits for it."""
    for each in town.billcom.lists().operations(stuck=True, limit=200).items:
        if each.state == OperationState.CANCELLED:
            with suppress(*REFUSALS):
                town.billcom.retry(each.id, actor="eve", reason="the dust settles")


def _say_who_they_are(town: Town, operator: Operator) -> None:
    """Confirm the vendors into which sellers were merged, and the accounts that Bill.com shows for them."""
    keys = {str(person.key): person for (role, _), person in town.people.items() if role == "seller"}
    for name, into in operator.merged.items():
        seller = town.seller(name)
        if town.remote_id(seller) != into:
            with suppress(*REFUSALS):
                town.billcom.confirm_match(seller, into, actor="eve", reason="the dust settles")
        if not _has_account(town, town.remote_id(seller)):
            _enter_account(town, seller)
    changed = {row.scope_id for row in town.world.rows(Hold, Hold.reason == BANK_CHANGED, Hold.released_at.is_(None))}
    for party in town.world.rows(Party, Party.role == Role.VENDOR, Party.local_type == "Seller"):
        if party.id.hex in changed or str(party.id) in changed:
            if not _has_account(town, party.remote_id):
                _enter_account(town, keys[party.local_id])
            with suppress(*REFUSALS):
                town.billcom.confirm_bank_account(keys[party.local_id], actor="eve", reason="the dust settles")


def _has_account(town: Town, vendor_id: str | None) -> bool:
    return any(row.is_active for row in town.at_billcom("VendorBankAccount", vendorId=vendor_id))


def _enter_account(town: Town, seller: Person) -> None:
    number = f"{6_000_000_000 + seller.key}"
    with suppress(*REFUSALS):
        try:
            town.enters_bank_account(seller, number=number)
        except MFARequired:
            town.world.trust()
            town.enters_bank_account(seller, number=number)


def _is_over(town: Town, taken_back: Collection[UUID], step: int) -> bool:
    """Return whether nothing is left to do; payouts on their way are waited for.

    :param taken_back: the payouts that people could pay again since.
    """
    if _is_for_people(town, taken_back):
        return False
    for _ in range(WAIT // step):
        if not _payouts(town, ON_ITS_WAY):
            break
        town.waits(bank_days=step, step=step)
    return not _payouts(town, ON_ITS_WAY) and not _is_for_people(town, taken_back)


def _is_for_people(town: Town, taken_back: Collection[UUID]) -> bool:
    with town.world.store.read() as rows:
        is_open = any(rows.all(each, {}) for each in _FOR_PEOPLE)
    return is_open or bool(_payouts(town, STOPPED) or _payouts(town, TAKEN_BACK) - set(taken_back))
