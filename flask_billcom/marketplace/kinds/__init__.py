"""The kinds of operations: for each one its payload, checks, read-back and what follows.

parties      create_customer, create_vendor, update_customer, update_vendor
invoices     create_invoice
bills        create_bill
documents    what both of them share
corrections  update_invoice, update_bill, delete_invoice, delete_bill
mail         send_invoice
charges      charge
elsewhere    record
voids        void, with its void_part rows
payouts      pay

base             plain choices, and the two shapes of an answer
money            what charges and payouts share
balances         fresh ones before money moves
funding_account  the bank account that pays the sellers
sides            the two sides of the money, read back in one way
watch            what changed about parties, shortly before money moves
"""

from collections.abc import Sequence

from flask_billcom.engine.kinds import Kind
from flask_billcom.marketplace.context import Domain

from .bills import CreateBill
from .charges import Charge
from .corrections import DeleteDocument, UpdateDocument
from .elsewhere import RecordReceipt
from .invoices import CreateInvoice
from .mail import SendInvoice
from .parties import CreateParty, UpdateParty
from .payouts import Pay
from .voids import Void

__all__ = ["all_kinds"]


def all_kinds(domain: Domain) -> Sequence[Kind]:
    """Return every kind in the order in which a tick sends them."""
    return (
        CreateParty.of_customers(domain),
        CreateParty.of_vendors(domain),
        UpdateParty.of_customers(domain),
        UpdateParty.of_vendors(domain),
        CreateInvoice(domain),
        CreateBill(domain),
        UpdateDocument.of_invoices(domain),
        UpdateDocument.of_bills(domain),
        DeleteDocument.of_invoices(domain),
        DeleteDocument.of_bills(domain),
        SendInvoice(domain),
        RecordReceipt(domain),
        Charge(domain),
        Void(domain),
        Pay(domain),
    )
