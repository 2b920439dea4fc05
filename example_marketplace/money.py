"""What the pages ask Flask-Billcom: where each order's money is, which bank account is in place."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from example_marketplace.extensions import billcom, db
from example_marketplace.models import Buyer, Order, Seller
from flask_billcom.errors import NotReady
from flask_billcom.marketplace.balances import Balance, Payout
from flask_billcom.models import Party, Settlement
from flask_billcom.models.parties import Role

CONSENT = "account page, version 1"
"""What buyers agreed to, kept with their authorization; a new text gets a new version."""
NOTHING = Balance(0, 0, 0, 0, 0, 0)


def settlements_of(orders: Iterable[Order]) -> dict[int, Settlement]:
    """Return the settlement of each order that has one, by the order's id, in one query."""
    by_local_id = {str(order.id): order.id for order in orders}
    found = db.session.scalars(
        select(Settlement).where(Settlement.local_type == "Order", Settlement.local_id.in_(by_local_id))
    )
    return {by_local_id[settlement.local_id]: settlement for settlement in found}


def money_of(seller: Seller) -> tuple[Balance, list[Payout]]:
    """Return where a seller's money is and what was sent to him; nothing before his first settled order."""
    try:
        return billcom.balance_of(seller), billcom.payouts_of(seller)
    except NotReady:
        return NOTHING, []


def last_digits_of(party: Buyer | Seller | None) -> str | None:
    """Return the last four digits of the bank account in place, or none."""
    if party is None:
        return None
    role = Role.CUSTOMER if isinstance(party, Buyer) else Role.VENDOR
    return db.session.scalar(
        select(Party.bank_last4).where(
            Party.role == role, Party.local_type == type(party).__name__, Party.local_id == str(party.id)
        )
    )
