"""How the shop looks to Flask-Billcom: the file to copy.

Buyer  -> Customer      who is invoiced
Seller -> Vendor        who is paid out
Order  -> Sale          what is settled when the order has shipped
"""

from __future__ import annotations

from flask import has_request_context
from flask_login import current_user

from example_marketplace.extensions import billcom
from example_marketplace.models import Buyer, Order, Seller
from flask_billcom import Sale, SaleLine
from flask_billcom.api import Customer, Vendor

OWN = {"settlement_of", "balance_of", "payouts_of", "statement", "invoice_pdf"}
"""What buyers and sellers may ask about themselves; everything else is for staff."""


@billcom.customer_from(Buyer)
def customer(buyer: Buyer) -> Customer:
    return Customer(name=buyer.company, email=buyer.email)


@billcom.vendor_from(Seller)
def vendor(seller: Seller) -> Vendor:
    return Vendor(name=seller.name, email=seller.email)


@billcom.sale_from(Order)
def sale(order: Order) -> Sale:
    lines = [SaleLine(seller=i.seller, amount=i.total, fee=i.fee, description=i.title) for i in order.items]
    if order.shipping:
        lines.append(SaleLine(amount=order.shipping, description="Shipping"))
    return Sale(buyer=order.buyer, lines=lines)


@billcom.authorize
def may(action: str, party: object | None) -> bool:
    if not current_user.is_authenticated:
        return False
    return bool(current_user.is_staff) or (action in OWN and party is not None)


@billcom.party_of_request
def mine() -> Buyer | Seller | None:
    if not has_request_context() or not current_user.is_authenticated or current_user.is_staff:
        return None
    party: Buyer | Seller | None = current_user.seller or current_user.buyer
    return party
