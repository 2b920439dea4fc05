"""The last mile of a payout: from Bill.com to the vendor's account, or by check.

    scheduled 0 ──2 bank days after processDate by ACH, 7 by check──> done 3 ──the bank sends it back──> failed 4
                                                                        void 5

https://developersupport.bill.com/hc/en-us/articles/210138753-GetDisbursementData
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.accounts import active_account
from flask_billcom.simulator.answers import Cents
from flask_billcom.simulator.bank import PAYING_OUT, masked
from flask_billcom.simulator.bankdays import at_hour, bank_days_after

if TYPE_CHECKING:
    from flask_billcom.simulator.rows import Row
    from flask_billcom.simulator.world import World

__all__ = [
    "DONE",
    "FAILED",
    "SCHEDULED",
    "STATES",
    "VOID",
    "Disbursement",
    "deliver",
    "disburse",
    "return_payout",
    "stop",
]

SCHEDULED, DONE, FAILED, VOID, HOLD = "0", "3", "4", "5", "6"
STATES: Final = frozenset({SCHEDULED, DONE, FAILED, VOID, HOLD})
CHECK, ACH = "0", "2"
DAYS: Final = {ACH: 2, CHECK: 7}
ARRIVAL_HOUR: Final = 9
CHECK_LIFE: Final = timedelta(days=90)


@dataclass(slots=True)
class Disbursement:
    """How one payment travels."""

    sent_pay_id: str
    status: str = SCHEDULED
    kind: str = ""
    account_key: str = ""
    sent_on: str = ""
    arrives_on: str = ""
    cleared_on: str = ""
    returned_on: str = ""
    error_code: str = ""
    check_number: int = 0


def disburse(world: World, sent: Row, day: date) -> None:
    """Send a payment off: by ACH where the vendor has an active account, else by check."""
    found = world.disbursements[sent.id]
    vendor = world.store["Vendor"].by_id[sent["vendorId"]]
    account = active_account(world, "VendorBankAccount", vendor)
    found.kind = ACH if account is not None else CHECK
    if account is not None:
        found.account_key = world.real_numbers[account.id]
    else:
        found.account_key = f"vendor/{vendor.id}"
        found.check_number = world.ids.number("check")
        world.bank.open(found.account_key, vendor["name"], owner_id=vendor.id)
    arrival = bank_days_after(day, DAYS[found.kind])
    found.sent_on, found.arrives_on = day.isoformat(), arrival.isoformat()
    found.cleared_on = found.returned_on = found.error_code = ""
    world.set_disbursement(found, SCHEDULED)
    world.due_arrivals.setdefault(found.arrives_on, []).append(sent.id)
    world.plan(at_hour(arrival, ARRIVAL_HOUR), "deliver", found.arrives_on)


def deliver(world: World, day: str) -> None:
    """Credit the vendors whose payments arrive that day."""
    for sent_pay_id in world.due_arrivals.pop(day, ()):
        found = world.disbursements[sent_pay_id]
        if found.status != SCHEDULED or found.arrives_on != day:
            continue
        sent = world.store["SentPay"].by_id[sent_pay_id]
        world.bank.move(world.now, PAYING_OUT, found.account_key, sent["amount"], kind="payout", reference=sent_pay_id)
        found.cleared_on = day
        world.set_disbursement(found, DONE)


def stop(world: World, sent: Row) -> None:
    """Stop a payment on its way."""
    found = world.disbursements.get(sent.id)
    if found is not None:
        world.set_disbursement(found, VOID)


def is_stoppable(world: World, sent: Row) -> bool:
    """Return whether a payment can still be voided: it has not arrived, or has come back."""
    found = world.disbursements.get(sent.id)
    return found is None or found.status in {SCHEDULED, FAILED, HOLD}


def return_payout(world: World, sent: Row, code: str) -> None:
    """Let the vendor's bank send a payment back: the money waits at Bill.com until the payment is voided.

    :param code: the NACHA return code, as R03.
    :raises ValueError: the payment is not on its way and has not arrived.
    """
    found = world.disbursements.get(sent.id)
    if found is None or found.status not in {SCHEDULED, DONE} or sent["status"] != "2":
        raise ValueError(f"{sent.id} is not a payout that has left")
    if found.status == DONE:
        world.bank.move(world.now, found.account_key, PAYING_OUT, sent["amount"], kind="return", reference=sent.id)
    found.error_code, found.returned_on, found.cleared_on = code, world.today.isoformat(), ""
    world.set_disbursement(found, FAILED)
    world.change(sent)


def as_answer(world: World, sent: Row) -> dict[str, Any]:
    """Return what GetDisbursementData answers; the details are empty until money has moved."""
    found = world.disbursements.get(sent.id)
    if found is None or not found.kind:
        return {"paymentType": None, "disbursementStatus": found.status if found else None}
    details = _check_data(found, sent) if found.kind == CHECK else _ach_data(world, found)
    return {
        "paymentType": found.kind,
        "disbursementStatus": found.status,
        "checkData" if found.kind == CHECK else "achData": details,
    }


def _ach_data(world: World, found: Disbursement) -> dict[str, Any]:
    account = world.bank.accounts[found.account_key]
    return {
        "depositDate": found.cleared_on or None,
        "arrivesByDate": found.arrives_on,
        "sentDate": found.sent_on,
        "returnedDate": found.returned_on or None,
        "errorCode": found.error_code or None,
        "routingNumber": masked(account.routing),
        "accountNumber": masked(account.number),
        "uniqueId": found.sent_pay_id[-15:].upper(),
    }


def _check_data(found: Disbursement, sent: Row) -> dict[str, Any]:
    expires = date.fromisoformat(found.sent_on) + CHECK_LIFE
    return {
        "checkNumber": found.check_number,
        "checkDate": found.sent_on,
        "arrivesByDate": found.arrives_on,
        "clearedDate": found.cleared_on or None,
        "amount": Cents(sent["amount"]),
        "memo": sent["description"],
        "expirationDate": expires.isoformat(),
        "trackingInfo": None,
        "errorCode": found.error_code or None,
    }
