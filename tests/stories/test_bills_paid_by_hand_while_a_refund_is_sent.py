"""A payment made by hand that a person adopts while the worker is about to lower or delete its bill for a refund."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from flask_billcom.marketplace import steps
from flask_billcom.marketplace.refunds.carrying import carry_out
from tests.stories.by_hand import WHY, doctor_is_silent, due, runs
from tests.stories.conftest import Begin


@pytest.mark.parametrize(("dollars", "share"), [("10.00", "9.00"), ("4.00", "3.60")])
def test_a_bill_that_is_adopted_in_the_middle_of_a_tick_is_neither_lowered_nor_deleted(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, dollars: str, share: str
) -> None:
    town, order = due(begin, float_cents=1_000_000)
    payment = town.operator("pay_bill", id=town.bill_of(order, "ann").id)
    town.waits(bank_days=4)
    town.signs_in()
    town.billcom.refund(order, reference="r1", amount=Decimal(dollars), reason="it came broken", actor="eve")
    adopted: list[Any] = []

    def and_then_somebody_adopts(domain: Any) -> int:
        moved = carry_out(domain)
        if not adopted:
            adopted.append(town.billcom.adopt_payment(payment.id, **WHY))
        return moved

    monkeypatch.setattr(steps, "carry_out", and_then_somebody_adopts)
    town.passes()
    runs(town, bank_days=12)

    assert len(adopted) == 1
    assert town.calls("Crud/Delete/Bill") + town.calls("Crud/Update/Bill") == 0
    assert doctor_is_silent(town)
    fee = f"{Decimal('1.00') - Decimal(dollars) / 10:.2f}"
    town.ends(collected="10.00", refunded=dollars, paid_out="9.00", fees=fee, sellers_owe=share)
