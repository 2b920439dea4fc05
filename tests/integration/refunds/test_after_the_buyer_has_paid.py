"""Refunds once the buyer's money is on its way or there: he is paid back by a bill, the seller's share goes back."""

from __future__ import annotations

from flask_billcom.models import Payment

from .conftest import Open, Shop


def test_a_scheduled_charge_is_waited_for_and_then_paid_back(shop: Shop) -> None:
    order = shop.sell(("ann", "60.00", "6.00"), own="10.00")
    assert shop.state(order) == "collecting"

    shop.refund(order, "35.00")
    shop.go()
    # The seller's bill is lowered at once; the invoice waits for its charge.
    assert shop.there("Bill") == {"FB-1-1": 27_00}
    assert shop.waiting() == {"FB-1": "a payment of the invoice is scheduled"}
    assert shop.there("Invoice") == {"FB-1": 70_00}

    shop.go(days=1)
    assert shop.there("Bill") == {"FB-1-1": 27_00, "FB-1-R1": 35_00}
    assert shop.refunds_of(order)[0].state == "paying_back"
    shop.dust()

    assert (shop.paid_to("Ada"), shop.paid_to("ann")) == (35_00, 27_00)
    assert shop.state(order) == "paid_out"
    assert shop.books() == {"bank": 8_00, "fee_income": -3_00, "own_income": -5_00}
    assert shop.refunds_of(order)[0].state == "refunded"
    assert shop.acts("refunded") == ["refunded"]
    shop.settled_dust()


def test_a_paid_sale_is_paid_back_only_when_it_is_funded(shop: Shop) -> None:
    order = shop.sell(("ann", "60.00", "6.00"))
    shop.go(days=1)
    assert shop.state(order) == "collected"

    shop.refund(order)
    shop.go()
    assert shop.there("Bill") == {"FB-1-R1": 60_00}
    shop.go(days=3)
    assert shop.operations("pay") == []
    shop.dust()

    assert (shop.paid_to("Ada"), shop.paid_to("ann")) == (60_00, 0)
    assert shop.books() == {}
    assert shop.state(order) == "paid_out"
    shop.settled_dust()


def test_a_funded_sale_is_paid_back_with_the_next_run(open_shop: Open) -> None:
    shop = open_shop(hold_days=10)
    order = shop.sell(("ann", "60.00", "6.00"))
    shop.go(days=1)
    shop.go(days=5)
    assert shop.state(order) == "funded"

    shop.refund(order, "20.00")
    shop.go()

    assert shop.operations("pay") == [("pay", "done", 20_00)]
    assert shop.there("Bill") == {"FB-1-1": 36_00, "FB-1-R1": 20_00}
    shop.dust()
    assert (shop.paid_to("Ada"), shop.paid_to("ann")) == (20_00, 36_00)
    assert shop.books() == {"bank": 4_00, "fee_income": -4_00}
    shop.settled_dust()


def test_a_planned_payout_is_given_up_and_its_reservation_goes_back(open_shop: Open) -> None:
    shop = open_shop(approval_threshold_cents=1)
    order = shop.sell(("ann", "60.00", "6.00"))
    shop.go(days=1)
    shop.go(days=5)
    assert shop.operations("pay") == [("pay", "planned", 54_00)]
    assert shop.books()["seller_reserved"] == -54_00

    shop.refund(order, "20.00")
    shop.world.restart(approval_threshold_cents=None)
    shop.go()

    assert ("pay", "cancelled", 54_00) in shop.operations("pay")
    shop.dust()
    assert (shop.paid_to("Ada"), shop.paid_to("ann")) == (20_00, 36_00)
    assert shop.books() == {"bank": 4_00, "fee_income": -4_00}
    shop.settled_dust()


def test_a_scheduled_payout_goes_on_and_the_seller_owes_his_share(open_shop: Open) -> None:
    shop = open_shop(float_cents=100_00)
    order = shop.sell(("ann", "60.00", "6.00"))
    shop.go(days=1)
    shop.go(days=5)
    [payout] = shop.world.rows(Payment, Payment.kind == "sent")
    assert payout.status == "scheduled"

    shop.refund(order, "20.00")
    shop.go()
    assert shop.owed_by_seller("ann") == 18_00
    shop.dust()

    assert (shop.paid_to("Ada"), shop.paid_to("ann")) == (20_00, 54_00)
    assert shop.books() == {"bank": -14_00, "seller_clawback": 18_00, "fee_income": -4_00}
    shop.settled_dust()


def test_a_share_that_was_paid_out_is_taken_off_the_sellers_next_bill(open_shop: Open) -> None:
    shop = open_shop(float_cents=100_00)
    order = shop.sell(("ann", "60.00", "6.00"), ("cid", "40.00", "4.00"), own="10.00")
    shop.dust()
    assert shop.state(order) == "paid_out"

    shop.refund(order)
    shop.dust()
    assert (shop.owed_by_seller("ann"), shop.owed_by_seller("cid")) == (54_00, 36_00)
    assert shop.paid_to("Ada") == 110_00
    assert shop.state(order) == "paid_out"

    shop.world.trust()
    shop.sell(("ann", "80.00", "8.00"), buyer="Bob")
    shop.dust()
    assert shop.owed_by_seller("ann") == 0
    assert shop.paid_to("ann") == 54_00 + 72_00 - 54_00
    assert shop.books() == {"bank": 8_00 - 36_00, "seller_clawback": 36_00, "fee_income": -8_00}
    shop.settled_dust()


def test_a_half_paid_invoice_is_lowered_first_and_the_rest_is_paid_back(quiet: Shop) -> None:
    order = quiet.sell(("ann", "60.00", "6.00"), ("cid", "30.00", "3.00"), ("dan", "10.00", "1.00"))
    quiet.pay_by_link(5_000)
    quiet.go(days=1)
    assert quiet.document("FB-1").status == "partial"

    quiet.refund(order, "80.00")
    quiet.go()
    quiet.dust()

    assert quiet.there("Invoice") == {"FB-1": 50_00}
    assert quiet.paid_to("Ada") == 30_00
    assert [quiet.paid_to(name) for name in ("ann", "cid", "dan")] == [10_80, 5_40, 1_80]
    assert quiet.books() == {"bank": 2_00, "fee_income": -2_00}
    quiet.settled_dust()


def test_a_half_paid_invoice_whose_rest_is_forgiven_much_later_pays_its_sellers(quiet: Shop) -> None:
    order = quiet.sell(("ann", "60.00", "6.00"), ("cid", "40.00", "4.00"))
    quiet.pay_by_link(5_000)
    quiet.go(days=1)
    quiet.dust(days=8)
    assert quiet.state(order) == "collecting"

    quiet.refund(order, "50.00")
    quiet.go()

    assert quiet.state(order) in {"funded", "paying"}
    assert quiet.acts("charge_paid", "charge_funded") == ["charge_paid", "charge_funded"]
    quiet.dust(days=5)
    assert (quiet.paid_to("Ada"), quiet.paid_to("ann"), quiet.paid_to("cid")) == (0, 27_00, 18_00)
    assert quiet.state(order) == "paid_out"
    quiet.settled_dust()
