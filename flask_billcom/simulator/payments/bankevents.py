"""What banks do by themselves or when told: settle, return, hold, leave unpaid.

charge   collected ──return──> void                         scheduled ──settle──> collected
payout   on its way ──settle──> arrived ──return──> failed  ──hold──> held ──release──> on its way
         check, not cashed in 90 days ──> escheated
funding  debit not covered at 5 pm ──next bank day──> debit void, its payments void, bills owed again
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from flask_billcom.simulator.banking.bank import PAYING_OUT
from flask_billcom.simulator.banking.bankdays import at_hour, next_bank_day
from flask_billcom.simulator.banking.movements import SENT
from flask_billcom.simulator.banking.nacha import checked

from .disbursements import CHECK, HOLD, SCHEDULED, VOID, deliver_one, leave_uncashed, return_payout, travel
from .payouts import ESCHEATED, PAID, reopen
from .receipts import collect_now, return_charge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

    from .disbursements import Disbursement

__all__ = ["KINDS", "bounce", "escheat", "fail_account", "give_back", "look_at_balance", "take_back"]

VOIDED: Final = "2"
UNCLAIMED: Final = "state/unclaimed"
BOUNCE_HOUR: Final = 8
INVALID: Final = "5"


def take_back(world: World, about: str) -> None:
    """Let a debit come back that is due to: `about` is its id and code."""
    receipt_id, _, code = about.partition("/")
    receipt = world.store["ReceivedPay"].by_id[receipt_id]
    if receipt["status"] == "0":
        return_charge(world, receipt, code)


def give_back(world: World, about: str) -> None:
    """Let a payout come back that is due to: `about` is its id and code."""
    sent_pay_id, _, code = about.partition("/")
    sent = world.store["SentPay"].by_id[sent_pay_id]
    if sent["status"] == PAID and world.disbursements[sent_pay_id].status not in {VOID, "4"}:
        return_payout(world, sent, code)


def escheat(world: World, sent_pay_id: str) -> None:
    """Let a check that nobody cashed lapse: the money goes to the state, or by switch back to the organization."""
    found = world.disbursements[sent_pay_id]
    sent = world.store["SentPay"].by_id[sent_pay_id]
    if found.kind != CHECK or found.status != SCHEDULED or sent["status"] != PAID:
        return
    world.set_disbursement(found, VOID)
    if world.settings.uncashed == "void":
        reopen(world, sent, paid=True)
        return
    world.bank.open(UNCLAIMED, "Unclaimed property")
    world.bank.move(world.now, PAYING_OUT, UNCLAIMED, sent["amount"], kind="escheat", reference=sent.id)
    world.change(sent, status=ESCHEATED)


def look_at_balance(world: World, movement_id: str) -> None:
    """Hold the payments of a debit that the organization's account does not cover at the end of the bank day."""
    movement = world.store["MoneyMovement"].by_id[movement_id]
    forced = world.note(movement_id).get("nsf", False)
    if not forced and (world.bank.balance(world.funding_key) >= 0 or world.settings.nsf == "overdraw"):
        return
    if movement["status"] != SENT:
        return
    world.note(movement_id)["nsf"] = True
    for sent_pay_id in world.note(movement_id)["payments"]:
        found = world.disbursements[sent_pay_id]
        if found.status == SCHEDULED:
            world.set_disbursement(found, HOLD)
    world.plan(at_hour(next_bank_day(world.today), BOUNCE_HOUR), "bounce", movement_id)


def bounce(world: World, movement_id: str) -> None:
    """Undo a debit that was not covered: the money is where it was, its payments are void, their bills owed again."""
    movement = world.store["MoneyMovement"].by_id[movement_id]
    if movement["status"] == VOIDED:
        return
    world.change(movement, status=VOIDED)
    cents = -movement["amount"]
    world.bank.move(world.now, PAYING_OUT, world.funding_key, cents, kind="nsf", reference=movement.id)
    for sent_pay_id in world.note(movement_id)["payments"]:
        sent, found = world.store["SentPay"].by_id[sent_pay_id], world.disbursements[sent_pay_id]
        if sent["status"] == PAID and found.status in {SCHEDULED, HOLD}:
            found.error_code = "R01"
            world.set_disbursement(found, VOID)
            reopen(world, sent, paid=True, moves_money=False)
    world.send(world.user["email"], "insufficient funds", movement.id)


def fail_account(world: World, account_id: str) -> None:
    """Let the test deposit to a new bank account fail: it becomes invalid and inactive."""
    name = "VendorBankAccount" if account_id in world.store["VendorBankAccount"].by_id else "CustomerBankAccount"
    account = world.store[name].by_id[account_id]
    if not account.is_active:
        return
    world.change(account, isActive="2", status=INVALID)
    if name == "VendorBankAccount":
        vendor = world.store["Vendor"].by_id[account["vendorId"]]
        world.change(vendor, payBy="0", vendorBankAccountStatus=int(INVALID))
    else:
        world.change(world.store["Customer"].by_id[account["customerId"]], hasBankAccount=False)


# -- when told -----------------------------------------------------------------------------------------------------


def _payout(world: World, row_id: str, *states: str) -> tuple[Row, Disbursement]:
    sent = world.store["SentPay"].by_id[row_id]
    found = world.disbursements.get(row_id)
    if found is None or found.status not in states or sent["status"] != PAID:
        raise ValueError(f"{row_id} is no payment out of which that can happen now")
    return sent, found


def _settle_payout(world: World, row_id: str, code: str) -> None:
    del code
    _, found = _payout(world, row_id, SCHEDULED)
    deliver_one(world, found)


def _hold(world: World, row_id: str, code: str) -> None:
    del code
    _, found = _payout(world, row_id, SCHEDULED)
    world.set_disbursement(found, HOLD)


def _release(world: World, row_id: str, code: str) -> None:
    del code
    _, found = _payout(world, row_id, HOLD)
    world.set_disbursement(found, SCHEDULED)
    travel(world, found, world.today)


def _never_cashed(world: World, row_id: str, code: str) -> None:
    del code
    _, found = _payout(world, row_id, SCHEDULED)
    if found.kind != CHECK:
        raise ValueError(f"{row_id} is no check")
    leave_uncashed(world, found)


def _return_charge(world: World, row_id: str, code: str) -> None:
    return_charge(world, world.store["ReceivedPay"].by_id[row_id], checked(code))


def _return_payout(world: World, row_id: str, code: str) -> None:
    return_payout(world, world.store["SentPay"].by_id[row_id], checked(code))


def _settle_charge(world: World, row_id: str, code: str) -> None:
    del code
    collect_now(world, world.store["ReceivedPay"].by_id[row_id])


def _bounce_funding(world: World, row_id: str, code: str) -> None:
    del code
    if "payments" not in world.notes.get(row_id, {}):
        raise ValueError(f"{row_id} is no debit for payments")
    bounce(world, row_id)


def _fail_account(world: World, row_id: str, code: str) -> None:
    del code
    fail_account(world, row_id)


#: What a bank can be told to do, by name; `code` is a return code.
KINDS: Final[Mapping[str, Callable[[World, str, str], None]]] = MappingProxyType(
    {
        "settle_charge": _settle_charge,
        "return_charge": _return_charge,
        "settle_payout": _settle_payout,
        "return_payout": _return_payout,
        "hold_payout": _hold,
        "release_payout": _release,
        "never_cashed": _never_cashed,
        "bounce_funding": _bounce_funding,
        "fail_account": _fail_account,
    }
)
