"""From the sale to the last cent when nothing goes wrong: who gets what, and how it is split."""

from __future__ import annotations

from decimal import Decimal

import pytest

from flask_billcom import fee_of
from flask_billcom.errors import AlreadySettled
from tests.stories.conftest import Begin
from tests.stories.town import Town

WAYS: dict[str, tuple[list[tuple[str, ...]], str, dict[str, str]]] = {
    "two sellers and shipping": (
        [("ann", "60.00", "6.00"), ("bo", "40.00", "4.00")],
        "5.00",
        {"collected": "105.00", "paid_out": "90.00", "fees": "15.00"},
    ),
    "two lines of one seller make one bill": (
        [("ann", "10.00", "1.00"), ("ann", "2.50", "0.25")],
        "0",
        {"collected": "12.50", "paid_out": "11.25", "fees": "1.25"},
    ),
    "a line without a fee": ([("ann", "7.77")], "0", {"collected": "7.77", "paid_out": "7.77"}),
    "a one-cent line whose fee rounds to a cent makes no bill": (
        [("ann", "0.01", str(fee_of(Decimal("0.01"), Decimal(50)))), ("bo", "3.00", "0.30")],
        "0",
        {"collected": "3.01", "paid_out": "2.70", "fees": "0.31"},
    ),
    "a one-cent line without a fee is paid": ([("ann", "0.01")], "0", {"collected": "0.01", "paid_out": "0.01"}),
    "everything is the marketplace's own": ([], "19.99", {"collected": "19.99", "fees": "19.99"}),
    "an odd cent stays with the seller": (
        [("ann", "0.05", "0.01"), ("bo", "0.05", "0.01"), ("cy", "0.05", "0.01")],
        "0.01",
        {"collected": "0.16", "paid_out": "0.12", "fees": "0.04"},
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_an_order_is_collected_split_and_paid_out(town: Town, way: str) -> None:
    items, own, figures = WAYS[way]
    order = town.sells(*items, own=own)
    town.passes()
    town.waits(bank_days=6)
    town.waits(bank_days=3)

    assert town.state_of(order) == "paid_out"
    town.ends(**figures)


def test_a_buyer_who_pays_by_the_link_of_the_mail_pays_the_sellers_too(begin: Begin) -> None:
    town = begin(collect="send")
    order = town.sold(("ann", "60.00", "6.00"), to="Cleo")
    assert town.calls("SendInvoice") == 1
    town.pays_by_link(order)
    town.waits(bank_days=9)

    town.ends(collected="60.00", paid_out="54.00", fees="6.00")


def test_one_debit_collects_three_orders_of_a_buyer(town: Town) -> None:
    for seller in ("ann", "bo", "cy"):
        town.sells((seller, "10.00", "1.00"), to="Ben")
    town.passes()
    assert town.calls("ChargeCustomer") == 1
    town.waits(bank_days=9)

    assert len(town.at_billcom("ReceivedPay")) == 1
    town.ends(collected="30.00", paid_out="27.00", fees="3.00")


def test_sellers_are_paid_at_once_where_the_marketplace_stands_in_for_the_buyer(begin: Begin) -> None:
    town = begin(release="on_settlement", float_cents=100_00, collect="none")
    town.sold(("ann", "60.00", "6.00"), bank_days=3)

    town.ends(due="60.00", paid_out="54.00", fees="6.00", states={"1": "invoiced"})


def test_a_double_click_on_settle_is_one_sale(town: Town) -> None:
    order = town.sells(("ann", "10.00", "1.00"))
    assert town.billcom.settle(order).id == town.billcom.settle(order).id
    town.passes()
    town.billcom.settle(order)
    town.waits(bank_days=9)

    assert len(town.at_billcom("Invoice")) == 1
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_an_order_id_that_another_buyer_uses_again_is_refused(town: Town) -> None:
    first = town.sold(("ann", "10.00", "1.00"), to="Ada")
    town.forgets(first)
    again = town.places(("ann", "10.00", "1.00"), to="Ben", number=int(first.number))
    town.orders.remove(again)

    with pytest.raises(AlreadySettled):
        town.billcom.settle(again)
    town.waits(bank_days=9)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_an_order_id_that_the_same_buyer_uses_again_at_the_same_price_is_the_same_sale(town: Town) -> None:
    first = town.sells(("ann", "10.00", "1.00"))
    town.waits(bank_days=9)
    town.forgets(first)
    again = town.places(("ann", "10.00", "1.00"), number=int(first.number))
    town.orders.remove(again)

    assert town.billcom.settle(again).id == town.billcom.settlement_of(again).id
    town.passes()
    town.waits(bank_days=2)

    assert len(town.at_billcom("Invoice")) == len(town.payouts_to("ann")) == 1
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_an_order_id_of_the_same_buyer_at_another_price_is_refused(town: Town) -> None:
    first = town.sold(("ann", "10.00", "1.00"))
    town.forgets(first)
    again = town.places(("ann", "10.01", "1.00"), number=int(first.number))
    town.orders.remove(again)

    with pytest.raises(AlreadySettled, match="refund"):
        town.billcom.settle(again)
    town.waits(bank_days=9)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")
