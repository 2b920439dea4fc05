"""The last mile of a payout: from Bill.com to the vendor's account, or by check.

    scheduled 0 ──2 bank days after processDate by ACH, 7 by check──> done 3 ──the bank sends it back──> failed 4
                                                                        void 5

https://developersupport.bill.com/hc/en-us/articles/210138753-GetDisbursementData
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.banking.bank import PAYING_OUT, masked
from flask_billcom.simulator.banking.bankdays import at_hour, bank_days_after
from flask_billcom.simulator.banking.fates import LATE_DAYS, fate_of_payout
from flask_billcom.simulator.calls.answers import Cents
from flask_billcom.simulator.organization.accounts import active_account

if TYPE_CHECKING:
    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = [
    "DONE",
    "FAILED",
    "SCHEDULED",
    "STATES",
    "VOID",
    "Disbursement",
    "deliver",
    "deliver_one",
    "disburse",
    "return_payout",
    "stop",
    "travel",
]

SCHEDULED, DONE, FAILED, VOID, HOLD = "0", "3", "4", "5", "6"
NAMES: Final = {SCHEDULED: "scheduled", DONE: "done", FAILED: "failed", VOID: "void", HOLD: "on hold"}
STATES: Final = frozenset(NAMES)
CHECK, RPPS, ACH = "0", "1", "2"
RPPS_VENDOR: Final = "2"
VERIFIED: Final = "1"
DAYS: Final = {ACH: 2, CHECK: 7, RPPS: 2}
ARRIVAL_HOUR: Final = 9
RETURN_HOUR: Final = 10
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
    never_cashed: bool = False


def disburse(world: World, sent: Row, day: date) -> None:
    """Send a payment off: by ACH where the vendor has an active account, else by check."""
    found = world.disbursements[sent.id]
    vendor = world.store["Vendor"].by_id[sent["vendorId"]]
    _choose_way(world, found, vendor)
    found.sent_on = day.isoformat()
    found.cleared_on = found.returned_on = found.error_code = ""
    found.never_cashed = False
    world.set_disbursement(found, SCHEDULED)
    fate = fate_of_payout(world.settings, vendor, sent["amount"])
    travel(world, found, day, late=fate.kind == "late")
    if fate.kind == "uncashed" and found.kind == CHECK:
        leave_uncashed(world, found)
    elif fate.kind == "hold":
        world.set_disbursement(found, HOLD)
    elif fate.kind == "return":
        at = at_hour(bank_days_after(day, fate.days), RETURN_HOUR)
        world.plan(at, "give_back", f"{sent.id}/{fate.code}")


def leave_uncashed(world: World, found: Disbursement) -> None:
    """Let nobody cash a check: it lapses 90 days after it was written."""
    found.never_cashed = True
    world.plan(at_hour(date.fromisoformat(found.sent_on) + CHECK_LIFE, ARRIVAL_HOUR), "escheat", found.sent_pay_id)


def travel(world: World, found: Disbursement, day: date, *, late: bool = False) -> None:
    """Put a payment on its way: it arrives some bank days after that day."""
    arrival = bank_days_after(day, LATE_DAYS if late else DAYS[found.kind])
    found.arrives_on = arrival.isoformat()
    world.due_arrivals.setdefault(found.arrives_on, []).append(found.sent_pay_id)
    world.plan(at_hour(arrival, ARRIVAL_HOUR), "deliver", found.arrives_on)


def _choose_way(world: World, found: Disbursement, vendor: Row) -> None:
    """Decide how a payment travels: as the large biller wants it, to the vendor's account, or by check."""
    account = active_account(world, "VendorBankAccount", vendor)
    network_id = world.network.connected.get(vendor.id)
    if vendor["payBy"] == RPPS_VENDOR:
        found.kind, found.account_key = RPPS, f"biller/{vendor['largeBillerId']}"
    elif account is not None and account["status"] == VERIFIED:
        found.kind, found.account_key = ACH, world.real_numbers[account.id]
    elif network_id is not None:
        found.kind, found.account_key = ACH, f"network/{network_id}"
    else:
        found.kind, found.account_key = CHECK, f"vendor/{vendor.id}"
        found.check_number = world.ids.number("check")
    world.bank.open(found.account_key, vendor["name"], owner_id=vendor.id)


def deliver(world: World, day: str) -> None:
    """Credit the vendors whose payments arrive that day."""
    for sent_pay_id in world.due_arrivals.pop(day, ()):
        found = world.disbursements[sent_pay_id]
        if found.status != SCHEDULED or found.arrives_on != day or found.never_cashed:
            continue
        deliver_one(world, found)


def deliver_one(world: World, found: Disbursement) -> None:
    """Credit a vendor."""
    cents = world.store["SentPay"].by_id[found.sent_pay_id]["amount"]
    world.bank.move(world.now, PAYING_OUT, found.account_key, cents, kind="payout", reference=found.sent_pay_id)
    found.cleared_on = world.today.isoformat()
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
    name, details = {
        CHECK: ("checkData", _check_data),
        RPPS: ("rppsData", _rpps_data),
        ACH: ("achData", _ach_data),
    }[found.kind]
    return {"paymentType": found.kind, "disbursementStatus": found.status, name: details(world, found, sent)}


def _rpps_data(world: World, found: Disbursement, sent: Row) -> dict[str, Any]:
    vendor = world.store["Vendor"].by_id[sent["vendorId"]]
    return {
        "arrivesByDate": found.arrives_on,
        "sentDate": found.sent_on,
        "returnedDate": found.returned_on or None,
        "errorCode": found.error_code or None,
        "largeBillerId": vendor["largeBillerId"],
        "traceNumber": sent["txnNumber"],
    }


def _ach_data(world: World, found: Disbursement, sent: Row) -> dict[str, Any]:
    del sent
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


def _check_data(world: World, found: Disbursement, sent: Row) -> dict[str, Any]:
    del world
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
