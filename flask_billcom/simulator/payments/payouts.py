"""Money out: PayBills and payments recorded; `voiding` takes them back.

    PayBills ──> SentPay scheduled ──09:00 of processDate──> paid; organization debited ──> disbursement
                     │ cancel                                   │ void and credit: back to the organization
                     v                                          v void and reissue: sent again
                 canceled                                     void

processDate is a bank day after today; after 6 pm Pacific the next bank day is too early as well.
https://developer.bill.com/v2/reference/ap-vendortransactions-paybills
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.access.rights import allows
from flask_billcom.simulator.banking.bank import PAYING_OUT
from flask_billcom.simulator.banking.bankdays import at_hour, first_process_date, is_bank_day
from flask_billcom.simulator.banking.fates import fate_of_payout, has_mark
from flask_billcom.simulator.banking.movements import PAYABLES, move_on
from flask_billcom.simulator.calls import arguments
from flask_billcom.simulator.errors import Refusal, refusal
from flask_billcom.simulator.organization.accounts import active_account, usable_from
from flask_billcom.simulator.papers.balances import apply_to_bill

from .disbursements import SCHEDULED as WAITING
from .disbursements import Disbursement, disburse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = ["bills_of", "pay_bills", "pay_out", "record_payment", "release_credits", "reopen", "schedule", "set_status"]

LONGEST: Final = 200
PROCESS_HOUR: Final = 9
APPROVING, SCHEDULED, PAID, CANCELED, VOID, ESCHEATED = "0", "1", "2", "3", "4", "5"
CLOSING_HOUR: Final = 17
APPROVED, DENIED = "3", "5"
OFFLINE: Final = "6"
Part = tuple["Row", int]


def pay_bills(world: World, data: Mapping[str, Any]) -> Sequence[Row]:
    """Schedule payment of up to 200 bills, of one vendor or of several."""
    given = arguments.pairs(data, "billPays", LONGEST)
    if not given:
        raise refusal("BDC_1117", "billPays")
    account = _funding_account(world, data)
    day = process_date(world, data)
    vendor = arguments.named(world, "Vendor", data, "vendorId") if data.get("vendorId") else None
    credited = arguments.pairs(data, "billCredits", LONGEST)
    parts, first_bad = _good_parts(world, given, vendor, day)
    if first_bad is not None and world.settings.paybills == "atomic":
        raise first_bad
    if world.settings.credit_amount == "included":
        parts = _less_credits(parts, credited)
    sent = [_send(world, some, day=day, account=account) for some in _grouped(world, parts)]
    _apply_credits(world, credited, sent)
    if first_bad is not None:
        raise first_bad
    return sent


def _funding_account(world: World, data: Mapping[str, Any]) -> Row:
    if not data.get("bankAccountId"):
        if world.funding["status"] != "1":
            raise refusal("BDC_1150")  # the set-up of the account is not finished
        return world.funding
    account = arguments.named(world, "BankAccount", data, "bankAccountId")
    if not account.is_active or account["status"] != "1":
        raise refusal("BDC_1151")
    return account


def process_date(world: World, data: Mapping[str, Any]) -> date:
    """Return the process date of a call, the first possible one if it names none.

    :raises Refusal: BDC_1152 for today, the past, a weekend, a bank holiday, or what is too late for the cut-off.
    """
    earliest = first_process_date(world.now)
    given = data.get("processDate")
    if given is None or given == "":
        return earliest
    try:
        day = arguments.day(data, "processDate")
    except Refusal as error:
        raise refusal("BDC_1152", given) from error
    if day is None or day < earliest or not is_bank_day(day):
        raise refusal("BDC_1152", given)
    return day


def _good_parts(
    world: World, given: Sequence[Mapping[str, Any]], vendor: Row | None, day: date
) -> tuple[list[Part], Refusal | None]:
    parts: list[Part] = []
    first_bad = None
    taken = Counter[str]()
    for each in given:
        try:
            bill, cents = _part(world, each, vendor, day, taken)
            taken[bill.id] += cents
            parts.append((bill, cents))
        except Refusal as error:
            first_bad = first_bad or error
    return parts, first_bad


def _part(world: World, given: Mapping[str, Any], vendor: Row | None, day: date, taken: Counter[str]) -> Part:
    bill = arguments.named(world, "Bill", given, "billId")
    cents = arguments.cents(given, "amount")
    if vendor is not None and bill["vendorId"] != vendor.id:
        raise refusal("foreign_bill", bill.id)
    owner = world.store["Vendor"].by_id[bill["vendorId"]]
    if not bill.is_active:
        raise refusal("bill_inactive", bill.id)
    if not owner.is_active:
        raise refusal("vendor_inactive", owner.id)
    _check_approved(world, bill)
    if owner["payBy"] == OFFLINE or has_mark(world.settings, owner, "offline"):
        raise refusal("vendor_offline", owner.id)
    due = bill["dueAmount"] - taken[bill.id]
    if world.settings.overpay == "refuse" and cents > due:
        raise refusal("bill_paid" if due <= 0 else "BDC_1159", bill.id)
    account = active_account(world, "VendorBankAccount", owner)
    if account is not None and day < usable_from(account):
        raise refusal("BDC_1402")
    return bill, cents


def _check_approved(world: World, bill: Row) -> None:
    """Refuse a bill that the payer's role may not pay as it stands; administrators pay what is not approved."""
    if bill["approvalStatus"] == DENIED and world.settings.pay_denied == "refuse":
        raise refusal("bill_denied", bill.id)
    if bill["approvalStatus"] != APPROVED and not allows(world, "pay_unapproved"):
        raise refusal("bill_not_approved", bill.id)


def _grouped(world: World, parts: Sequence[Part]) -> list[list[Part]]:
    """Return the bills of each payment: one bill each, or all of a vendor who wants them together."""
    groups: dict[str, list[Part]] = {}
    for bill, cents in parts:
        vendor = world.store["Vendor"].by_id[bill["vendorId"]]
        key = vendor.id if vendor["enabledCombinePayments"] else f"{bill.id}/{len(groups)}"
        groups.setdefault(key, []).append((bill, cents))
    return list(groups.values())


def _send(world: World, parts: Sequence[Part], *, day: date, account: Row) -> Row:
    vendor_id = parts[0][0]["vendorId"]
    numbers = ", ".join(bill["invoiceNumber"] or "" for bill, _ in parts)
    clearing = world.chart["Money Out Clearing"].id
    shared = {
        "processDate": day.isoformat(),
        "name": f"P{world.today:%y%m%d}01 - {world.ids.number('payment'):07d}",
        "description": f"Inv #{numbers}",
        "chartOfAccountId": clearing,
    }
    sent = _payment(
        world,
        parts,
        shared,
        vendorId=vendor_id,
        status=APPROVING if world.settings.approving_s else SCHEDULED,
        bankAccountId=account.id,
        txnNumber=world.ids.letters("transaction"),
    )
    for bill, cents in parts:
        apply_to_bill(world, bill, scheduled=cents)
    world.due_payouts.setdefault(day.isoformat(), []).append(sent)
    world.plan(at_hour(day, PROCESS_HOUR), "pay_out", day.isoformat())
    world.set_disbursement(Disbursement(sent.id), WAITING)
    if world.settings.approving_s:
        until = world.now + int(world.settings.approving_s * 1000)
        world.plan(min(until, at_hour(day, PROCESS_HOUR) - 1), "schedule", sent.id)
    return sent


def schedule(world: World, sent_pay_id: str) -> None:
    """End the approving of a payment."""
    sent = world.store["SentPay"].by_id[sent_pay_id]
    if sent["status"] == APPROVING:
        set_status(world, sent, SCHEDULED)


def _payment(
    world: World,
    parts: Sequence[Part],
    shared: Mapping[str, Any],
    *,
    part_values: Mapping[str, Any] | None = None,
    **values: object,
) -> Row:
    """Make a SentPay and the BillPay of each bill in it."""
    sent = world.store.new_row("SentPay", world.now, **shared, amount=sum(cents for _, cents in parts), **values)
    pays = tuple(
        world.insert("BillPay", billId=bill.id, sentPayId=sent.id, amount=cents, **shared, **(part_values or {}))
        for bill, cents in parts
    )
    sent["billPays"] = pays
    world.store["SentPay"].add(sent)
    world.effects.append(sent.id)
    return sent


def _apply_credits(world: World, given: Sequence[Mapping[str, Any]], sent: Sequence[Row]) -> None:
    payments = {pay["billId"]: row for row in sent for pay in row["billPays"]}
    for each in given:
        bill = arguments.named(world, "Bill", each, "billId")
        credit = arguments.named(world, "VendorCredit", each, "vendorCreditId")
        cents = arguments.cents(each, "amount")
        payment = payments.get(bill.id)
        left = credit["amount"] - credit["appliedAmount"]
        if payment is None or credit["vendorId"] != bill["vendorId"] or cents > left or not credit.is_active:
            raise refusal("credit_unusable", credit.id)
        made = world.insert("BillCredit", billId=bill.id, sentPayId=payment.id, vendorCreditId=credit.id, amount=cents)
        payment["billCredits"] = (*payment["billCredits"], made)
        _use_credit(world, credit, cents)
        apply_to_bill(world, bill, credited=cents)


def _use_credit(world: World, credit: Row, cents: int) -> None:
    world.change(credit, appliedAmount=credit["appliedAmount"] + cents)
    vendor = world.store["Vendor"].by_id[credit["vendorId"]]
    world.adjust(vendor, availCredit=vendor["availCredit"] - cents)


def release_credits(world: World, sent: Row) -> None:
    """Take back what was credited together with a payment that is canceled or void."""
    for made in sent["billCredits"] or ():
        _use_credit(world, world.store["VendorCredit"].by_id[made["vendorCreditId"]], -made["amount"])
        apply_to_bill(world, world.store["Bill"].by_id[made["billId"]], credited=-made["amount"])


def _less_credits(parts: Sequence[Part], given: Sequence[Mapping[str, Any]]) -> list[Part]:
    """Return what is left to pay where an amount includes the credit."""
    credited = Counter[str]()
    for each in given:
        credited[str(each.get("billId"))] += arguments.cents(each, "amount")
    return [(bill, cents - credited[bill.id]) for bill, cents in parts if cents > credited[bill.id]]


def bills_of(world: World, sent: Row) -> Sequence[Part]:
    """Return the bills in a payment, each with its cents."""
    bills = world.store["Bill"].by_id
    return [(bills[pay["billId"]], pay["amount"]) for pay in sent["billPays"]]


def set_status(world: World, sent: Row, status: str, **values: object) -> None:
    """Set the status of a payment and of its parts."""
    world.change(sent, status=status, **values)
    for pay in sent["billPays"]:
        world.change(pay, paymentStatus=status)


def pay_out(world: World, day: str) -> None:
    """Process the payments of a day: bills are paid, the organization is debited once, disbursements begin."""
    processed = [sent for sent in world.due_payouts.pop(day, ()) if sent["status"] == SCHEDULED]
    for sent in processed:
        set_status(world, sent, PAID)
        for bill, cents in bills_of(world, sent):
            apply_to_bill(world, bill, scheduled=-cents, paid=cents)
        disburse(world, sent, date.fromisoformat(day))
    if processed:
        _debit(world, processed, date.fromisoformat(day))


def _debit(world: World, processed: Sequence[Row], day: date) -> None:
    """Debit the organization once for all payments of a day, and look at the end of it whether that was covered."""
    total = sum(sent["amount"] for sent in processed)
    movement = move_on(world, PAYABLES, -total, day)
    world.bank.move(world.now, world.funding_key, PAYING_OUT, total, kind="debit", reference=movement.id)
    note = world.note(movement.id)
    note["payments"] = [sent.id for sent in processed]
    vendors = world.store["Vendor"].by_id
    note["nsf"] = any(
        fate_of_payout(world.settings, vendors[sent["vendorId"]], sent["amount"]).kind == "nsf" for sent in processed
    )
    if note["nsf"] or world.bank.balance(world.funding_key) < 0:
        world.plan(at_hour(day, CLOSING_HOUR), "look_at_balance", movement.id)


def record_payment(world: World, data: Mapping[str, Any]) -> Row:
    """Book a payment made outside Bill.com: RecordAPPayment; no money moves."""
    given = arguments.pairs(data, "billPays", LONGEST)
    if not given:
        raise refusal("BDC_1117", "billPays")
    day = arguments.day(data, "processDate")
    if day is None:
        raise refusal("BDC_1117", "processDate")
    to_print = arguments.flag(data, "toPrintCheck")
    named = arguments.named(world, "Vendor", data, "vendorId") if data.get("vendorId") else None
    if named is None and len(given) > 1:
        raise refusal("BDC_1117", "vendorId")
    parts = [_recorded_part(world, each, named) for each in given]
    chart = (
        arguments.named(world, "ChartOfAccount", data, "chartOfAccountId").id if data.get("chartOfAccountId") else None
    )
    shared: dict[str, Any] = {
        "processDate": day.isoformat(),
        "description": arguments.text(data, "description"),
        "syncReference": arguments.text(data, "syncReference"),
        "toPrintCheck": to_print,
        **({"chartOfAccountId": chart} if chart else {}),
    }
    sent = _payment(
        world,
        parts,
        shared,
        vendorId=parts[0][0]["vendorId"],
        status=PAID,
        isOnline=False,
        paymentType="4",
        part_values={"paymentStatus": PAID, "paymentType": "1"},
    )
    for bill, cents in parts:
        apply_to_bill(world, bill, paid=cents)
    _apply_credits(world, arguments.pairs(data, "billCredits", LONGEST), [sent])
    return sent


def _recorded_part(world: World, given: Mapping[str, Any], vendor: Row | None) -> Part:
    bill = arguments.named(world, "Bill", given, "billId")
    if not bill.is_active:
        raise refusal("bill_inactive", bill.id)
    if vendor is not None and bill["vendorId"] != vendor.id:
        raise refusal("foreign_bill", bill.id)
    cents = arguments.cents(given, "amount")
    if world.settings.overpay == "refuse" and cents > bill["dueAmount"]:
        raise refusal("bill_paid" if bill["dueAmount"] <= 0 else "BDC_1159", bill.id)
    return bill, cents


def reopen(world: World, sent: Row, *, paid: bool, moves_money: bool = True) -> None:
    """Void a payment: its bills are owed again, and what left the organization's account comes back.

    :param paid: it has been processed.
    :param moves_money: the money comes back as a movement of its own.
    """
    if paid and moves_money and sent["isOnline"]:
        move_on(world, PAYABLES, sent["amount"], world.today, f"Void {sent['name']}")
    set_status(world, sent, VOID, voidRequest=None)
    for bill, cents in bills_of(world, sent):
        apply_to_bill(world, bill, **{"paid" if paid else "scheduled": -cents})
    release_credits(world, sent)
