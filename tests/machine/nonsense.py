"""Rules of wrong arguments: each is refused in words, and nothing of it is written."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st

from flask_billcom.errors import InvalidSale
from tests.machine.base import Base
from tests.machine.counted import rule
from tests.machine.sales import SELLER
from tests.stories.town import Order

NOBODY = UUID("00000000-0000-7000-8000-000000000000")
AMOUNTS: tuple[Any, ...] = (
    Decimal("-1.00"),
    Decimal(0),
    Decimal("0.001"),
    Decimal("NaN"),
    Decimal("Infinity"),
    Decimal("1E+30"),
    Decimal(2**63),
    1.5,
    1,
    -3,
    "1.00",
    True,
)
WITH_AMOUNTS = ("refund", "dispute", "record_payment", "adjust", "write_off")
AMOUNT = st.sampled_from(AMOUNTS)
WHO: dict[str, Any] = {"actor": "eve", "reason": "chance"}
UNKNOWN: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "refund": ((NOBODY,), {"reference": "r", **WHO}),
    "cancel": ((NOBODY,), WHO),
    "adopt_payment": (("stp01NOBODY",), WHO),
    "confirm_match": ((NOBODY, "0cu01NOBODY"), WHO),
    "confirm_new": ((NOBODY,), WHO),
    "export": (("the day before yesterday",), {}),
    "ledger": (("pocket money",), {}),
    "year_totals": ((0,), {}),
    "remind": ((NOBODY,), WHO),
    "charge_again": ((NOBODY,), WHO),
    "dispute": ((NOBODY,), {"reference": "d", **WHO}),
    "resolve_dispute": ((NOBODY, "lost by both"), WHO),
    "approve": ((NOBODY,), WHO),
    "approve_adjustment": ((NOBODY,), WHO),
    "deny_adjustment": ((NOBODY,), WHO),
    "write_off": ((NOBODY,), {"reference": "w", **WHO}),
    "void": ((NOBODY, "chance"), {"actor": "eve"}),
    "pay_again": ((NOBODY,), WHO),
    "confirm_credit": ((NOBODY,), WHO),
    "retry": ((NOBODY,), WHO),
    "resolve": ((NOBODY,), WHO),
    "cancel_operation": ((NOBODY,), WHO),
    "statement": ((NOBODY, "2026"), {}),
    "invoice_pdf": ((NOBODY,), {}),
    "find": (("Order", "999999"), {}),
    "tick": (("another organization",), {}),
}
NOT_MAPPED = ("settle", "settlement_of", "sync_party", "ensure_party", "balance_of", "pay_now", "credit_of", "hold")


class Nonsense(Base):
    """Somebody asks for what cannot be."""

    @rule(order=Base.orders, amount=AMOUNT, call=st.sampled_from(WITH_AMOUNTS))
    def asks_for_a_wrong_amount(self, order: Order, amount: Any, call: str) -> None:
        about: Any = self.town.seller("ann") if call in {"adjust", "write_off"} else order
        options = {"reference": "odd", **WHO, "amount": amount}
        if call == "record_payment":
            options["date"] = self.town.world.clock.now().date()
        if call == "adjust":
            options["kind"] = "bonus"
        self.asks(call, about, wrong=True, **options)

    @rule(call=st.sampled_from(sorted(UNKNOWN)))
    def asks_about_what_nobody_knows(self, call: str) -> None:
        args, options = UNKNOWN[call]
        self.asks(call, *args, wrong=True, **options)

    @rule(call=st.sampled_from(NOT_MAPPED), thing=st.sampled_from([object(), "order 1", 7]))
    def asks_about_what_is_not_mapped(self, call: str, thing: Any) -> None:
        self.asks(call, thing, *(["chance"] if call == "hold" else []), wrong=True)

    @rule(seller=SELLER, cents=st.sampled_from([-5, 2**40]), fee=st.sampled_from([0, 100, -1]))
    def sells_what_cannot_be_sold(self, seller: str, cents: int, fee: int) -> None:
        shop = self.town.world.shop
        with self.town.world.app() as session:
            order = shop.Order(id=999_999, buyer_id=self.town.buyer("Ada").key)
            order.items.append(
                shop.Item(seller_id=self.town.seller(seller).key, amount_cents=cents, fee_cents=fee, title="odd")
            )
            session.add(order)
            with pytest.raises(InvalidSale):
                shop.billcom.settle(order)
            session.rollback()
