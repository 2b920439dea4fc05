"""Fees that are kept, cents that do not divide, sellers without a bill: nothing is lost and nobody pays twice."""

from __future__ import annotations

from decimal import Decimal

import pytest

from flask_billcom.api.records import ChartOfAccount
from flask_billcom.engine.decisions import NotPossible

from .conftest import Open, Shop


def test_a_kept_fee_is_borne_by_the_seller(quiet: Shop) -> None:
    order = quiet.sell(("ann", "60.00", "6.00"))

    refund = quiet.refund(order, "20.00", keep_fee=True)
    quiet.go()

    assert (refund.cents, refund.fee_cents) == (20_00, 0)
    assert quiet.there("Bill") == {"FB-1-1": 34_00}
    assert quiet.books() == {"buyer_receivable": 40_00, "seller_payable": -34_00, "fee_income": -6_00}
    quiet.settled_dust()


def test_a_kept_fee_that_his_bill_does_not_cover_is_owed(open_shop: Open) -> None:
    shop = open_shop(collect="none", refund_fee="keep")
    order = shop.sell(("ann", "60.00", "6.00"))

    shop.refund(order)
    shop.go()

    assert (shop.there("Invoice"), shop.there("Bill")) == ({}, {})
    assert shop.owed_by_seller("ann") == 6_00
    assert shop.books() == {"seller_clawback": 6_00, "fee_income": -6_00}
    shop.settled_dust()


def test_a_seller_whose_fee_took_everything_has_no_bill_and_owes_nothing(quiet: Shop) -> None:
    order = quiet.sell(("ann", "10.00", "10.00"), ("cid", "10.00", "1.00"))

    quiet.refund(order, line=1)
    quiet.refund(order, "5.00", line=2)
    quiet.go()

    assert quiet.there("Invoice") == {"FB-1": 5_00}
    assert quiet.there("Bill") == {"FB-1-2": 4_50}
    assert quiet.books() == {"buyer_receivable": 5_00, "seller_payable": -4_50, "fee_income": -50}
    quiet.settled_dust()


def test_a_kept_fee_of_a_seller_without_a_bill_is_owed_at_once(quiet: Shop) -> None:
    order = quiet.sell(("ann", "10.00", "10.00"))

    quiet.refund(order, keep_fee=True)

    assert quiet.owed_by_seller("ann") == 10_00
    quiet.go()
    assert quiet.books() == {"seller_clawback": 10_00, "fee_income": -10_00}
    quiet.settled_dust()


def test_one_cent_lines_go_back_cent_by_cent(quiet: Shop) -> None:
    order = quiet.sell(("ann", "0.01", "0.01"), ("ann", "0.01"), ("cid", "0.01"), own="0.01")

    amounts = []
    for _ in range(4):
        refund = quiet.refund(order, "0.01")
        amounts.append([line.position for line in refund.lines])
        quiet.go()
        quiet.check()

    assert amounts == [[1], [2], [3], [4]]
    assert (quiet.there("Invoice"), quiet.there("Bill"), quiet.books()) == ({}, {}, {})
    assert quiet.state(order) == "cancelled"
    with pytest.raises(NotPossible, match="nothing is left"):
        quiet.refund(order, "0.01")
    quiet.settled_dust()


def test_thirds_of_a_sale_leave_no_cent_behind(shop: Shop) -> None:
    order = shop.sell(("ann", "33.33", "3.33"), ("cid", "33.33", "3.33"), ("dan", "33.34", "3.34"), own="0.01")
    shop.go(days=1)
    for _ in range(3):
        shop.refund(order, "33.33")
        shop.go()
    shop.refund(order)
    shop.dust()

    assert shop.paid_to("Ada") == 100_01
    assert [shop.paid_to(name) for name in ("ann", "cid", "dan")] == [0, 0, 0]
    assert shop.books() == {}
    assert set(shop.there("Bill")) == {"FB-1-R1", "FB-1-R2", "FB-1-R3", "FB-1-R4"}
    shop.settled_dust()


def test_a_fee_of_its_own_account_is_lowered_with_its_line(open_shop: Open) -> None:
    shop = open_shop(collect="none")
    with shop.world.app():
        chart = shop.world.shop.billcom.client.chart_of_accounts
        made = {use: chart.create(ChartOfAccount(name=use, account_type="12")) for use in ("fee", "seller_clearing")}
    accounts = {use: account.id for use, account in made.items()}
    shop.world.restart(chart_of_accounts=accounts)
    order = shop.sell(("ann", "60.00", "6.00"))
    assert shop.lines("Bill", "FB-1-1") == [60_00, -6_00]

    shop.refund(order, "20.00")
    shop.go()

    assert shop.lines("Bill", "FB-1-1") == [40_00, -4_00]
    shop.settled_dust()


def test_a_bill_to_a_buyer_of_a_long_reference_has_a_number_that_fits(quiet: Shop) -> None:
    from flask_billcom.marketplace.numbers import LONGEST, refund_number

    assert refund_number("FB-", "1042", 2) == "FB-1042-R2"
    long = refund_number("FB-", "a reference that is much too long for a number", 12)
    assert len(long) <= LONGEST
    assert long.endswith("-R12")
    with pytest.raises(NotPossible, match="1 to 100 printable characters"):
        quiet.call("refund", quiet.sell(("ann", "1.00")), reference="", reason="x", amount=Decimal(1))
