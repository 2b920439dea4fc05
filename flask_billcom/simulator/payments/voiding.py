"""Taking payments back: cancel before they are processed, void after.

    cancel   until the afternoon of the bank day before processDate
    void     asked for before 4 pm Pacific: that day; and credit: bills owed again, and reissue: sent once more

https://developersupport.bill.com/hc/en-us/articles/215407383-VoidAPPayment
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.banking.bankdays import at_hour, bank_day_before, is_bank_day, next_bank_day, pacific_hour
from flask_billcom.simulator.calls import arguments
from flask_billcom.simulator.calls.answers import to_json
from flask_billcom.simulator.calls.objects import require
from flask_billcom.simulator.errors import data_refusal, refusal
from flask_billcom.simulator.papers.balances import apply_to_bill

from .disbursements import disburse, is_stoppable, stop
from .payouts import APPROVING, CANCELED, PAID, SCHEDULED, bills_of, release_credits, reopen, set_status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = ["REISSUE", "cancel_payment", "void_now", "void_payment"]

VOID_HOUR: Final = 16
CREDIT, REISSUE = "0", "1"
VOID_KINDS: Final = {CREDIT: CREDIT, REISSUE: REISSUE, "VOID_AND_CREDIT": CREDIT, "VOID_AND_REISSUE": REISSUE}


def cancel_payment(world: World, data: Mapping[str, Any]) -> Row:
    """Cancel a payment before its processing starts; the cut-off is in the afternoon of the bank day before."""
    sent = arguments.named(world, "SentPay", data, "sentPayId")
    if sent["status"] not in {APPROVING, SCHEDULED} or not sent["isOnline"] or world.now >= _cancel_until(sent):
        raise refusal("not_cancelable", sent.id)
    set_status(world, sent, CANCELED)
    stop(world, sent)
    for bill, cents in bills_of(world, sent):
        apply_to_bill(world, bill, scheduled=-cents)
    release_credits(world, sent)
    return sent


def _cancel_until(sent: Row) -> int:
    """Return the end of canceling, on the eve: 4 pm Pacific, 6 pm if the payment was scheduled after 3 pm."""
    eve = bank_day_before(date.fromisoformat(sent["processDate"]))
    late = sent.created >= at_hour(eve, 15)
    return at_hour(eve, 18 if late else VOID_HOUR)


def void_payment(world: World, data: Mapping[str, Any]) -> Row:
    """Ask for a payment to be voided; online ones wait until Bill.com has acted."""
    sent = arguments.named(world, "SentPay", data, "sentPayId")
    if sent["status"] not in {SCHEDULED, PAID}:
        raise refusal("not_voidable", sent.id)
    if not sent["isOnline"]:
        reopen(world, sent, paid=True)
        return sent
    kind = VOID_KINDS.get(str(require(data, "voidRequestType")))
    if kind is None:
        raise data_refusal("voidRequestType", data["voidRequestType"])
    reason = require(data, "reason")
    if not is_stoppable(world, sent):
        raise refusal("not_voidable", sent.id)
    world.note(sent.id)["void"] = kind
    if world.settings.void == "at_once":
        void_now(world, sent.id)
        return sent
    request = to_json({"voidRequestType": kind, "reason": str(reason), "status": "0"})
    world.change(sent, voidRequest=request)
    world.plan(_void_time(world), "void", sent.id)
    return sent


def _void_time(world: World) -> int:
    """Return when a void asked for now happens: 4 pm Pacific of this bank day, or of the next."""
    today = world.today
    in_time = is_bank_day(today) and pacific_hour(world.now) < VOID_HOUR
    return at_hour(today if in_time else next_bank_day(today), VOID_HOUR)


def void_now(world: World, sent_pay_id: str) -> None:
    """Carry out a void: the bill is owed again and the money comes back, or it is sent once more."""
    sent = world.store["SentPay"].by_id[sent_pay_id]
    kind = world.note(sent.id).pop("void", CREDIT)
    if sent["status"] not in {SCHEDULED, PAID} or not is_stoppable(world, sent):
        world.change(sent, voidRequest=None)
        return
    if kind == REISSUE:
        world.change(sent, voidRequest=None)
        if sent["status"] == PAID:
            disburse(world, sent, world.today)
        return
    paid = sent["status"] == PAID
    reopen(world, sent, paid=paid)
    stop(world, sent)
