"""Money in: ChargeCustomer, buyers who pay by themselves, payments recorded, and debits that come back.

    charge ──> ReceivedPay scheduled ──09:00 of paymentDate──> paid, invoices paid, buyer debited
               one MoneyMovement a day, sent ──next bank day──> confirmed, organization credited
https://developersupport.bill.com/hc/en-us/articles/215407243-ChargeCustomer
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.banking.bank import COLLECTING
from flask_billcom.simulator.banking.bankdays import at_hour, bank_days_after, is_bank_day, next_bank_day, pacific_date
from flask_billcom.simulator.banking.fates import fate_of_charge
from flask_billcom.simulator.banking.movements import RECEIVABLES, move_on, returned
from flask_billcom.simulator.calls import arguments
from flask_billcom.simulator.calls.objects import require
from flask_billcom.simulator.errors import Refusal, data_refusal, refusal
from flask_billcom.simulator.organization.accounts import active_account
from flask_billcom.simulator.papers.balances import apply_to_invoice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = [
    "charge_customer",
    "collect",
    "collect_now",
    "let_buyers_pay",
    "record_payment",
    "return_charge",
    "schedule_receipt",
    "void_receipt",
]

LONGEST: Final = 200
PAY_HOUR: Final = 8
PROCESS_HOUR: Final = 9
RETURN_HOUR: Final = 10
CARD, BANK_DEBIT = "2", "3"
PAID, VOID, SCHEDULED = "0", "1", "2"
Part = tuple["Row", int]


def charge_customer(world: World, data: Mapping[str, Any]) -> Row:
    """Schedule a debit of a customer's bank account for up to 200 of his invoices."""
    customer = arguments.named(world, "Customer", data, "customerId")
    if not customer["hasAuthorizedToCharge"]:
        raise refusal("not_authorized_to_charge", customer.id)
    if str(require(data, "paymentType")) != BANK_DEBIT:
        raise data_refusal("paymentType", data["paymentType"])
    account = arguments.named(world, "CustomerBankAccount", data, "paymentAccountId")
    if account["customerId"] != customer.id or not account.is_active or account["status"] != "1":
        raise refusal("bank_account_unusable", account.id)
    parts = [_part(world, customer, each) for each in arguments.pairs(data, "invoicePays", LONGEST)]
    applied = sum(cents for _, cents in parts)
    total = arguments.cents(data, "totalAmount") if data.get("totalAmount") is not None else applied
    if total < applied or not total:
        raise refusal("BDC_1117", "invoicePays") if not total else data_refusal("totalAmount", data["totalAmount"])
    memo = arguments.text(data, "memo") or arguments.text(data, "Memo")
    return schedule_receipt(
        world,
        customer,
        parts,
        paid_on=_payment_date(world, data),
        account=account,
        total=total,
        description=memo if world.settings.keep_memo else None,
    )


def _payment_date(world: World, data: Mapping[str, Any]) -> date:
    given = arguments.day(data, "paymentDate")
    if given is None:
        return next_bank_day(world.today)
    if given < world.today:
        raise data_refusal("paymentDate", given)
    return given


def _part(world: World, customer: Row, given: Mapping[str, Any]) -> Part:
    invoice_id = require(given, "invoiceId")
    invoice = world.find("Invoice", str(invoice_id))
    if invoice is None:
        raise Refusal("BDC_1205", f"Invalid Id: {invoice_id}.")
    cents = arguments.cents(given, "amount")
    if invoice["customerId"] != customer.id:
        raise refusal("foreign_invoice", invoice.id)
    if not invoice.is_active:
        raise refusal("invoice_inactive", invoice.id)
    if world.settings.overpay == "refuse":
        due = invoice["amountDue"] - invoice["scheduledAmount"]
        if due <= 0:
            raise refusal("invoice_paid", invoice.id)
        if cents > due:
            raise refusal("amount_exceeds_due", invoice.id)
    return invoice, cents


def schedule_receipt(
    world: World,
    customer: Row,
    parts: Sequence[Part],
    *,
    paid_on: date,
    account: Row | None,
    total: int,
    **more: object,
) -> Row:
    """Make a payment that is debited on a day."""
    receipt = _receipt(
        world,
        customer,
        parts,
        total=total,
        paymentDate=paid_on.isoformat(),
        refNumber="Bill.com ePayment",
        depositToAccountId=world.chart["Undeposited Funds"].id,
        payToBankAccountId=world.funding.id,
        **({"customerBankAccountId": account.id} if account is not None else {}),
        **more,
    )
    for invoice, cents in parts:
        apply_to_invoice(world, invoice, scheduled=cents)
    plan_collection(world, receipt, paid_on)
    return receipt


def plan_collection(world: World, receipt: Row, paid_on: date) -> None:
    """Put the debit on the agenda: 9 am Pacific of the payment date, or of the next bank day when that is past."""
    day = paid_on if is_bank_day(paid_on) else next_bank_day(paid_on)
    while at_hour(day, PROCESS_HOUR) <= world.now:
        day = next_bank_day(day)
    world.due_receipts.setdefault(day.isoformat(), []).append(receipt)
    world.plan(at_hour(day, PROCESS_HOUR), "collect", day.isoformat())


def _receipt(world: World, customer: Row, parts: Sequence[Part], *, total: int, **values: object) -> Row:
    pays = tuple(
        world.store.new_row("InvoicePay", world.now, invoiceId=invoice.id, amount=cents) for invoice, cents in parts
    )
    applied = sum(cents for _, cents in parts)
    return world.insert(
        "ReceivedPay",
        customerId=customer.id,
        amount=total,
        unappliedAmount=total - applied,
        invoicePays=pays,
        **values,
    )


def _invoices(world: World, receipt: Row) -> Iterable[Part]:
    invoices = world.store["Invoice"].by_id
    for pay in receipt["invoicePays"]:
        yield invoices[pay["invoiceId"]], pay["amount"]


def collect(world: World, day: str) -> None:
    """Debit every buyer whose payment is due that day, and send the day's total on its way to the organization."""
    total = sum(_collected(world, receipt) for receipt in world.due_receipts.pop(day, ()))
    if total:
        move_on(world, RECEIVABLES, total, date.fromisoformat(day))


def collect_now(world: World, receipt: Row) -> None:
    """Debit one buyer before his day.

    :raises ValueError: the payment is not scheduled.
    """
    cents = _collected(world, receipt)
    if not cents:
        raise ValueError(f"{receipt.id} is not a scheduled payment")
    move_on(world, RECEIVABLES, cents, world.today)


def _collected(world: World, receipt: Row) -> int:
    """Debit a buyer and return the cents; none where the payment is not scheduled any more."""
    if receipt["status"] != SCHEDULED:
        return 0
    cents = int(receipt["amount"])
    world.change(receipt, status=PAID)
    for invoice, part in _invoices(world, receipt):
        apply_to_invoice(world, invoice, scheduled=-part, paid=part)
    world.bank.move(world.now, _buyer_key(world, receipt), COLLECTING, cents, kind="charge", reference=receipt.id)
    fate = fate_of_charge(world.settings, world.store["Customer"].by_id[receipt["customerId"]], cents)
    if fate.kind == "return" and receipt["paymentType"] == BANK_DEBIT:
        at = at_hour(bank_days_after(world.today, fate.days), RETURN_HOUR)
        world.plan(at, "take_back", f"{receipt.id}/{fate.code}")
    return cents


def _buyer_key(world: World, receipt: Row) -> str:
    key = world.real_numbers.get(receipt["customerBankAccountId"])
    if key is None:
        customer = world.store["Customer"].by_id[receipt["customerId"]]
        key = f"buyer/{customer.id}"
        world.bank.open(key, customer["name"], owner_id=customer.id)
    return key


def record_payment(world: World, data: Mapping[str, Any]) -> Row:
    """Book money that came in outside Bill.com: RecordARPayment."""
    customer = arguments.named(world, "Customer", data, "customerId")
    paid_on = arguments.day(data, "paymentDate")
    if paid_on is None:
        raise refusal("BDC_1117", "paymentDate")
    kind = str(require(data, "paymentType"))
    if kind not in world.store["ReceivedPay"].entity.fields["paymentType"].values:
        raise data_refusal("paymentType", kind)
    total = arguments.cents(data, "amount")
    parts = [_recorded_part(world, customer, each) for each in arguments.pairs(data, "invoicePays", LONGEST)]
    if sum(cents for _, cents in parts) > total:
        raise data_refusal("amount", data["amount"])
    deposit = data.get("depositToAccountId")
    receipt = _receipt(
        world,
        customer,
        parts,
        total=total,
        status=PAID,
        paymentDate=paid_on.isoformat(),
        paymentType=kind,
        isOnline=False,
        description=arguments.text(data, "description"),
        refNumber=arguments.text(data, "refNumber"),
        **(
            {"depositToAccountId": arguments.named(world, "ChartOfAccount", data, "depositToAccountId").id}
            if deposit
            else {}
        ),
    )
    for invoice, cents in parts:
        apply_to_invoice(world, invoice, paid=cents)
    return receipt


def _recorded_part(world: World, customer: Row, given: Mapping[str, Any]) -> Part:
    if world.find("Invoice", str(require(given, "invoiceId"))) is None:
        raise Refusal("BDC_1205", "Invoice is not found.")
    return _part(world, customer, given)


def void_receipt(world: World, data: Mapping[str, Any]) -> Row:
    """Void a payment: a scheduled one is canceled, a recorded one is taken back, money that moved stays where it is."""
    receipt = arguments.named(world, "ReceivedPay", data, "id")
    if receipt["status"] == SCHEDULED:
        world.change(receipt, status="3")
        for invoice, cents in _invoices(world, receipt):
            apply_to_invoice(world, invoice, scheduled=-cents)
    elif receipt["status"] == PAID and not receipt["isOnline"]:
        world.change(receipt, status=VOID)
        for invoice, cents in _invoices(world, receipt):
            apply_to_invoice(world, invoice, paid=-cents)
    else:
        raise refusal("not_voidable", receipt.id)
    return receipt


def return_charge(world: World, receipt: Row, code: str) -> None:
    """Let the buyer's bank take a debit back: payment void, invoices open again, organization debited.

    :param code: the NACHA return code, as R01.
    :raises ValueError: the payment has not been collected.
    """
    if receipt["status"] != PAID or not receipt["isOnline"]:
        raise ValueError(f"{receipt.id} is not a collected payment")
    world.change(receipt, status=VOID)
    world.note(receipt.id)["returned"] = code
    for invoice, cents in _invoices(world, receipt):
        apply_to_invoice(world, invoice, paid=-cents)
    returned(world, receipt, _buyer_key(world, receipt), code)


def plan_buyers(world: World) -> None:
    """Make sure that buyers look at their open invoices on the next bank day."""
    day = next_bank_day(world.today)
    world.plan(at_hour(day, PAY_HOUR), "buyers_pay", day.isoformat())


def let_buyers_pay(world: World, day: str) -> None:
    """Let each buyer pay all of his invoices made before that day in full, up to 200 in one payment."""
    if not world.settings.buyers_pay:
        return
    table = world.store["Invoice"]
    open_now: dict[str, list[Part]] = {}
    for status in ("1", "2"):
        for invoice in table.having("paymentStatus", status):
            due = invoice["amountDue"] - invoice["scheduledAmount"]
            if due > 0 and invoice.is_active and pacific_date(invoice.created).isoformat() < day:
                open_now.setdefault(invoice["customerId"], []).append((invoice, due))
    for customer_id in sorted(open_now, key=lambda each: world.store["Customer"].by_id[each].place):
        customer = world.store["Customer"].by_id[customer_id]
        account = active_account(world, "CustomerBankAccount", customer)
        parts = sorted(open_now[customer_id], key=lambda part: part[0].place)
        for begin in range(0, len(parts), LONGEST):
            some = parts[begin : begin + LONGEST]
            total = sum(cents for _, cents in some)
            schedule_receipt(world, customer, some, paid_on=date.fromisoformat(day), account=account, total=total)
