"""Credits of customers: a CreditMemo lowers what they owe once a person applies it to an invoice.

    CreditMemo ──Customer.availCredit──> apply_credit, by a person ──> InvoiceCredit, Invoice.creditAmount

The API makes and reads credit memos and reads what was applied; it has no call that applies them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .balances import apply_to_invoice

if TYPE_CHECKING:
    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = ["apply_credit", "unapplied"]


def unapplied(world: World, memo: Row) -> int:
    """Return the cents of a credit memo that are not applied yet."""
    return int(memo["amount"]) - int(world.note(memo.id).get("applied", 0))


def apply_credit(world: World, memo: Row, invoice: Row, cents: int) -> Row:
    """Apply cents of a credit memo to an invoice of the same customer.

    :raises ValueError: it is another customer's, deleted, or has not so much left.
    """
    if memo["customerId"] != invoice["customerId"] or not memo.is_active:
        raise ValueError(f"{memo.id} cannot be applied to {invoice.id}")
    if not 0 < cents <= min(unapplied(world, memo), invoice["amountDue"]):
        raise ValueError(f"{cents} cents are more than is left of {memo.id} or due on {invoice.id}")
    world.note(memo.id)["applied"] = world.note(memo.id).get("applied", 0) + cents
    customer = world.store["Customer"].by_id[memo["customerId"]]
    world.adjust(customer, availCredit=customer["availCredit"] - cents)
    apply_to_invoice(world, invoice, credited=cents)
    world.change(memo)
    return world.insert("InvoiceCredit", invoiceId=invoice.id, creditMemoId=memo.id, amount=cents)
