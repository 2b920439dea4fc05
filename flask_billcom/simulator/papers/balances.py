"""What is still owed on a bill or an invoice, and by whom to whom.

    bill       dueAmount = amount - paid - scheduled - credits        open 1, scheduled 4, partly 2, paid 0
    invoice    amountDue = amount - paid - credits; what is scheduled still is due

A party's `balance` is the sum of what is due on its active documents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = ["apply_to_bill", "apply_to_invoice", "settle_bill", "settle_invoice"]

OPEN, PAID, PARTIAL, SCHEDULED = "1", "0", "2", "4"
_ZERO: Final = 0


def settle_bill(world: World, bill: Row, before: int) -> None:
    """Let a bill's due amount, status and vendor's balance follow from its amount and payments.

    :param before: cents that were due until now; 0 for a new or inactive bill.
    """
    paid, scheduled = bill["paidAmount"] or 0, bill["scheduledAmount"]
    due = bill["amount"] - paid - scheduled - bill["creditAmount"]
    status = _status(due, paid + bill["creditAmount"], scheduled, full=due <= 0)
    if due != bill["dueAmount"] or status != bill["paymentStatus"]:
        world.adjust(bill, dueAmount=due, paymentStatus=status, uiPaymentStatus=status)
    _shift_balance(world, "Vendor", bill["vendorId"], (due if bill.is_active else 0) - before)


def settle_invoice(world: World, invoice: Row, before: int) -> None:
    """Let an invoice's status and its customer's balance follow from what is due.

    :param before: cents that were due until now; 0 for a new or inactive invoice.
    """
    paid = world.paid_on_invoices.get(invoice.id, 0)
    due = invoice["amount"] - paid - invoice["creditAmount"]
    status = _status(due, paid + invoice["creditAmount"], invoice["scheduledAmount"], full=True)
    if due != invoice["amountDue"] or status != invoice["paymentStatus"]:
        world.adjust(invoice, amountDue=due, paymentStatus=status)
    _shift_balance(world, "Customer", invoice["customerId"], (due if invoice.is_active else 0) - before)


def apply_to_bill(world: World, bill: Row, *, scheduled: int = 0, paid: int = 0, credited: int = 0) -> None:
    """Add to what is scheduled, paid or credited on a bill; negative cents take back."""
    before = bill["dueAmount"] if bill.is_active else 0
    now_paid = (bill["paidAmount"] or 0) + paid
    world.change(
        bill,
        scheduledAmount=bill["scheduledAmount"] + scheduled,
        paidAmount=now_paid or None,
        creditAmount=bill["creditAmount"] + credited,
    )
    settle_bill(world, bill, before)
    if paid > 0:
        full = world.today.isoformat() if bill["paymentStatus"] == PAID else None
        world.adjust(bill, lastPaymentDate=world.today.isoformat(), fullPaymentDate=full)
    elif paid < 0:
        world.adjust(bill, fullPaymentDate=None)


def apply_to_invoice(world: World, invoice: Row, *, scheduled: int = 0, paid: int = 0, credited: int = 0) -> None:
    """Add to what is scheduled, paid or credited on an invoice; negative cents take back."""
    before = invoice["amountDue"] if invoice.is_active else 0
    if paid:
        world.paid_on_invoices[invoice.id] = world.paid_on_invoices.get(invoice.id, 0) + paid
    world.change(
        invoice,
        scheduledAmount=invoice["scheduledAmount"] + scheduled,
        creditAmount=invoice["creditAmount"] + credited,
    )
    settle_invoice(world, invoice, before)


def _status(due: int, paid: int, scheduled: int, *, full: bool) -> str:
    if scheduled > 0:
        return SCHEDULED if full else PARTIAL
    if due <= 0 and paid > 0:
        return PAID
    return PARTIAL if paid > 0 else OPEN


def _shift_balance(world: World, name: str, party_id: str, cents: int) -> None:
    if cents:
        party = world.store[name].by_id[party_id]
        world.adjust(party, balance=party["balance"] + cents)
