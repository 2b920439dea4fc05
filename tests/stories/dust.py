"""How the dust settles: faults stop, people decide by the book, and banks have their days."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.errors import BillcomError
from flask_billcom.marketplace.adjustments import PROPOSED
from flask_billcom.marketplace.confirming import BANK_CHANGED
from flask_billcom.models import Adjustment, Hold, Operation, Party, Payment
from flask_billcom.models.parties import Role
from tests.crash.decider import Decider
from tests.stories.operator import Operator
from tests.stories.town import BUYERS, Town

ROUNDS = 8
OPEN = ("planned", "quarantined", "rejected", "unknown", "checking", "sending")
UNDER_WAY = ("scheduled", "paid", "held", "returning", "voided", "cancelled")
REFUSALS = (NotPossible, BillcomError, ValueError)


def settle(town: Town, operator: Operator, sellers: Sequence[str]) -> None:
    """Let everything come to its end."""
    town.mends()
    for dispute in town.world.rows(Adjustment, Adjustment.kind == "dispute", Adjustment.state == "open"):
        town.billcom.resolve_dispute(dispute.id, "withdrawn", actor="bob", reason="the dust settles")
    Decider(town.world).let_go_on()
    for buyer in BUYERS[:2]:
        town.consents(town.buyer(buyer))
    for turn in range(ROUNDS):
        _people_decide(town, operator, sellers, deletes_strays=turn > 1)
        town.passes(seconds=3600)
        town.waits(bank_days=6, step=3)
        if _is_over(town):
            break
    town.world.advance(business_days=8)  # checks arrive later than anybody at Bill.com says


def _people_decide(town: Town, operator: Operator, sellers: Sequence[str], *, deletes_strays: bool) -> None:
    known = [town.seller(name) for name in sellers if ("seller", name) in town.people]
    for on in (None, *known, *town.orders):
        with suppress(*REFUSALS):
            town.billcom.release(on, actor="eve")
    for row in town.at_billcom("SentPay"):
        with suppress(*REFUSALS):
            town.bank("release_payout", row)
    for payment in town.world.rows(Payment, Payment.kind == "sent", Payment.status == "returning"):
        with suppress(*REFUSALS):
            town.billcom.void(payment.id, "the dust settles", actor="eve")
    _approve(town)
    _say_who_they_are(town, operator)
    Decider(town.world).decide_all()
    operator.mends(town.billcom.reconcile().differences, deletes_strays=deletes_strays)


def _approve(town: Town) -> None:
    for run in town.billcom.waiting_runs():
        town.billcom.approve(run.id, actor="bob", reason="the dust settles")
    for asked in town.world.rows(Adjustment, Adjustment.state == PROPOSED):
        with suppress(*REFUSALS):
            town.billcom.approve_adjustment(asked.id, actor="bob", reason="the dust settles")


def _say_who_they_are(town: Town, operator: Operator) -> None:
    """Confirm the vendors into which sellers were merged, and the accounts that Bill.com shows for them."""
    keys = {str(person.key): person for (role, _), person in town.people.items() if role == "seller"}
    for name, into in operator.merged.items():
        seller = town.seller(name)
        if town.remote_id(seller) != into:
            with suppress(*REFUSALS):
                town.billcom.confirm_match(seller, into, actor="eve", reason="the dust settles")
        if not any(row.is_active for row in town.at_billcom("VendorBankAccount", vendorId=town.remote_id(seller))):
            with suppress(*REFUSALS):
                town.enters_bank_account(seller, number=f"{6_000_000_000 + seller.key}")
    changed = {row.scope_id for row in town.world.rows(Hold, Hold.reason == BANK_CHANGED, Hold.released_at.is_(None))}
    for party in town.world.rows(Party, Party.role == Role.VENDOR, Party.local_type == "Seller"):
        if party.id.hex in changed or str(party.id) in changed:
            with suppress(*REFUSALS):
                town.billcom.confirm_bank_account(keys[party.local_id], actor="eve", reason="the dust settles")


def _is_over(town: Town) -> bool:
    return (
        not town.world.rows(Operation, Operation.state.in_(OPEN))
        and not town.world.rows(Payment, Payment.kind == "sent", Payment.status.in_(UNDER_WAY))
        and not town.world.rows(Party, Party.role == Role.VENDOR, Party.merged_into.is_not(None))
        and not town.world.rows(Hold, Hold.released_at.is_(None))
    )
