"""What somebody gave up making at Bill.com is named until it is made after all, or nobody wants it any more."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from flask_billcom.engine.decisions import NotPossible
from tests.stories.conftest import Begin
from tests.stories.town import Order, Town

TEN = ("ann", "10.00", "1.00")


def paper_vanishes(town: Town, kind: str) -> None:
    """Sell, and let the invoice or the bill vanish until a person has to decide."""
    town.breaks("timeout_before", f"Bulk/Crud/Create/{kind}", count=3)
    town.sells(TEN)
    town.passes()
    town.waits(bank_days=1)


def gives_up_a_paper(begin: Begin, kind: str) -> tuple[Town, Order, Any]:
    """Let the making of an order's invoice or bill vanish until a person has to decide, who gives it up."""
    town = begin(collect="send", release="on_settlement", float_cents=100_00)
    town.lives_through(paper_vanishes, kind)
    order = town.orders[-1]
    (lost,) = town.operations(f"create_{kind.lower()}", "quarantined")
    town.billcom.cancel_operation(lost.id, actor="eve", reason="it never came there")
    return town, order, lost


def named_by_doctor(town: Town) -> list[str]:
    """Return what the doctor says about what was given up."""
    checks = town.billcom.doctor(offline=True).checks
    return [each.message for each in checks if each.level != "ok" and "given up" in each.message.replace("_", " ")]


def test_the_money_of_a_bill_that_was_given_up_is_named_until_the_bill_is_made_anew(begin: Begin) -> None:
    town, order, lost = gives_up_a_paper(begin, "Bill")
    town.pays_by_link(order)
    town.waits(bank_days=9)
    town.ends(collected="10.00", owed="9.00", fees="1.00", waiting=["bill given up"], states={"1": "funded"})
    assert [each.split(",")[0] for each in named_by_doctor(town)] == ["1 operation given_up", "1 bill"]
    (stuck,) = town.billcom.lists().operations(stuck=True).items
    assert (stuck.id, stuck.is_stuck, "ops retry" in (stuck.next_step or "")) == (lost.id, True, True)
    assert town.billcom.status().stuck == 1
    town.billcom.retry(lost.id, actor="eve", reason="the network is mended")
    town.passes()
    town.waits(bank_days=4)

    assert named_by_doctor(town) == []
    assert town.billcom.status().stuck == 0
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_bill_that_was_given_up_and_lowered_since_is_made_anew_as_it_stands(begin: Begin) -> None:
    town, order, lost = gives_up_a_paper(begin, "Bill")
    town.pays_by_link(order)
    town.waits(bank_days=2)
    town.billcom.refund(order, reference="r1", amount=Decimal("4.00"), reason="a scratch", actor="eve")
    town.passes()
    assert len(named_by_doctor(town)) == 2
    town.billcom.retry(lost.id, actor="eve", reason="the network is mended")
    (anew,) = town.operations("create_bill", "planned")
    assert anew.amount_cents == 5_40
    town.passes()
    town.waits_long()

    town.ends(collected="10.00", refunded="4.00", paid_out="5.40", fees="0.60")


def test_a_bill_that_was_given_up_is_named_no_more_when_its_sale_is_given_back(begin: Begin) -> None:
    town, order, lost = gives_up_a_paper(begin, "Bill")
    town.pays_by_link(order)
    town.waits(bank_days=2)
    town.billcom.refund(order, reference="r1", reason="sold out", actor="eve")
    town.waits_long()

    assert named_by_doctor(town) == []
    with pytest.raises(NotPossible, match="was taken back"):
        town.billcom.retry(lost.id, actor="eve", reason="the network is mended")
    town.ends(collected="10.00", refunded="10.00")


def test_an_invoice_that_was_given_up_is_named_until_it_is_made_anew(begin: Begin) -> None:
    town, order, lost = gives_up_a_paper(begin, "Invoice")
    town.waits(bank_days=5)
    assert named_by_doctor(town) == ["1 operation given_up, the oldest for 7 d"], "since it was given up"
    town.billcom.retry(lost.id, actor="eve", reason="the network is mended")
    town.passes()
    town.pays_by_link(order)
    town.waits(bank_days=9)

    assert named_by_doctor(town) == []
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_seller_whose_making_was_given_up_is_named_as_long_as_a_bill_waits_for_him(begin: Begin) -> None:
    town = begin()
    town.breaks("timeout_before", "Bulk/Crud/Create/Vendor", count=3)
    town.sells(("dee", "10.00", "1.00"))
    town.passes()
    town.waits(bank_days=1)
    (lost,) = town.operations("create_vendor", "quarantined")
    town.billcom.cancel_operation(lost.id, actor="eve", reason="he never came there")
    town.waits(bank_days=3)
    assert [each.split(",")[0] for each in named_by_doctor(town)] == ["1 operation given_up"]
    town.billcom.sync_party(town.seller("dee"))
    town.waits_long()

    assert named_by_doctor(town) == []
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def gives_up_a_charge(begin: Begin, *, part: str | None = None) -> tuple[Town, Order, Any]:
    """Let a charge vanish on its way until a person has to decide, who gives it up.

    :param part: what the buyer pays by the link meanwhile.
    """
    town = begin()
    town.breaks("timeout_before", "ChargeCustomer")
    order = town.sells(TEN)
    town.world.advance(seconds=5)
    town.world.run_until(lambda: town.operations("charge", "unknown") != [], within=600)
    if part is not None:
        town.pays_by_link(order, amount=part)
    town.waits(bank_days=2)
    (lost,) = town.operations("charge", "quarantined")
    town.billcom.cancel_operation(lost.id, actor="eve", reason="Ada's bank shows no debit", second="bob")
    town.waits(bank_days=1)
    return town, order, lost


def stuck(town: Town) -> list[tuple[Any, str]]:
    """Return what is listed as stuck, with the next step."""
    return [(each.id, str(each.next_step)) for each in town.billcom.lists().operations(stuck=True).items]


def test_a_charge_that_was_given_up_is_named_until_it_is_tried_again(begin: Begin) -> None:
    town, _, lost = gives_up_a_charge(begin)
    ((named, step),) = stuck(town)
    assert (named, "ops retry" in step, "link" in step) == (lost.id, True, True)
    assert [each.split(",")[0] for each in named_by_doctor(town)] == ["1 operation given_up"]
    assert town.billcom.status().stuck == 1
    town.billcom.retry(lost.id, actor="eve", reason="it never was", second="bob")
    assert (stuck(town), named_by_doctor(town)) == ([], [])
    town.waits_long()

    assert town.calls("ChargeCustomer") == 2
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_charge_that_was_given_up_is_named_until_its_invoice_is_paid_by_link(begin: Begin) -> None:
    town, order, lost = gives_up_a_charge(begin, part="4.00")
    assert [named for named, _ in stuck(town)] == [lost.id]
    town.pays_by_link(order)
    town.waits(bank_days=9)

    assert (stuck(town), named_by_doctor(town)) == ([], [])
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


@pytest.mark.parametrize("back", ["refund", "cancel"])
def test_a_charge_that_was_given_up_is_named_no_more_when_its_sale_is_given_back(begin: Begin, back: str) -> None:
    town, order, lost = gives_up_a_charge(begin)
    assert [named for named, _ in stuck(town)] == [lost.id]
    if back == "refund":
        town.billcom.refund(order, reference="r1", reason="sold out", actor="eve")
    else:
        town.billcom.cancel(order, actor="eve", reason="sold out")
    town.passes()
    town.waits(bank_days=1)

    assert (stuck(town), named_by_doctor(town)) == ([], [])
    town.ends()


def test_a_charge_that_gave_way_to_a_refund_or_to_money_from_elsewhere_is_not_named(begin: Begin) -> None:
    town = begin()
    lowered, elsewhere = town.sells(TEN), town.sells(TEN, to="Ben")
    town.billcom.hold(lowered, "it may be scratched", actor="eve")
    town.billcom.hold(elsewhere, "he sends a check", actor="eve")
    town.passes()
    town.billcom.refund(lowered, reference="r1", amount=Decimal("4.00"), reason="a scratch", actor="eve")
    today = town.world.clock.now().astimezone(town.world.settings.zone).date()
    town.billcom.record_payment(elsewhere, amount=Decimal("6.00"), date=today, reference="check 7", actor="eve")
    town.ticks()

    assert [each for each in town.operations("charge") if each.state == "cancelled"]
    assert stuck(town) == []
