"""A buyer's debit, or a seller's payout, comes back before, between and after the steps of a refund."""

from __future__ import annotations

from flask_billcom.models import Payment

from .conftest import Open, Shop


def test_a_debit_that_comes_back_takes_back_a_refund_that_was_not_paid_yet(shop: Shop) -> None:
    order = shop.sell(("ann", "60.00", "6.00"))
    shop.go(days=2)
    shop.refund(order, "20.00")
    shop.go()
    assert shop.there("Bill") == {"FB-1-1": 36_00, "FB-1-R1": 20_00}

    shop.return_charge()
    shop.dust()

    # Nothing was paid back, so what the buyer owes is what is left of the sale.
    assert shop.there("Bill") == {"FB-1-1": 36_00}
    assert shop.there("Invoice") == {"FB-1": 40_00}
    assert shop.document("FB-1-R1").status == "inactive"
    assert (shop.paid_to("Ada"), shop.paid_to("ann")) == (0, 0)
    assert shop.books() == {"buyer_receivable": 40_00, "seller_payable": -36_00, "fee_income": -4_00}
    assert shop.refunds_of(order)[0].state == "refunded"
    shop.settled_dust()


def test_a_planned_refund_payment_is_given_up_when_the_debit_comes_back(open_shop: Open) -> None:
    shop = open_shop(hold_days=10, approval_threshold_cents=1)
    order = shop.sell(("ann", "60.00", "6.00"))
    shop.go(days=1)
    shop.go(days=5)
    shop.refund(order, "20.00")
    shop.go()
    shop.go()
    assert shop.operations("pay") == [("pay", "planned", 20_00)]

    shop.return_charge()
    shop.dust()

    assert ("pay", "cancelled", 20_00) in shop.operations("pay")
    assert shop.paid_to("Ada") == 0
    assert shop.books() == {"buyer_receivable": 40_00, "seller_payable": -36_00, "fee_income": -4_00}
    shop.settled_dust()


def test_a_debit_that_comes_back_after_the_refund_was_paid_is_a_loss(open_shop: Open) -> None:
    shop = open_shop(hold_days=30)
    order = shop.sell(("ann", "60.00", "6.00"))
    shop.go(days=1)
    shop.go(days=5)
    shop.refund(order)
    shop.dust(days=5)
    assert shop.paid_to("Ada") == 60_00
    assert shop.refunds_of(order)[0].state == "refunded"

    shop.return_charge()
    shop.dust()

    assert shop.there("Invoice") == {}
    assert shop.books() == {"bank": -60_00, "return_loss": 60_00}
    assert shop.state(order) == "cancelled"
    shop.settled_dust()


def test_a_debit_that_comes_back_after_seller_and_buyer_were_paid(open_shop: Open) -> None:
    shop = open_shop(float_cents=200_00)
    order = shop.sell(("ann", "60.00", "6.00"))
    shop.dust()
    shop.refund(order, "20.00")
    shop.dust(days=6)
    assert (shop.paid_to("Ada"), shop.paid_to("ann"), shop.owed_by_seller("ann")) == (20_00, 54_00, 18_00)

    shop.return_charge()
    shop.dust()

    # 40.00 is what the buyer owes for what he kept; the 20.00 that he was paid back without paying are lost.
    assert shop.there("Invoice") == {"FB-1": 40_00}
    assert shop.books() == {
        "bank": -74_00,
        "buyer_receivable": 40_00,
        "return_loss": 20_00,
        "seller_clawback": 18_00,
        "fee_income": -4_00,
    }
    shop.settled_dust()


def test_a_debit_that_comes_back_before_the_refund_reached_the_invoice(shop: Shop) -> None:
    order = shop.sell(("ann", "60.00", "6.00"))
    shop.go(days=2)
    shop.return_charge()
    shop.refund(order, "20.00")
    shop.dust()

    assert shop.there("Invoice") == {"FB-1": 40_00}
    assert shop.there("Bill") == {"FB-1-1": 36_00}
    assert shop.paid_to("Ada") == 0
    shop.settled_dust()


def test_a_payout_that_comes_back_is_waited_for_and_then_lowered(shop: Shop) -> None:
    order = shop.sell(("ann", "60.00", "6.00"))
    shop.go(days=1)
    shop.go(days=5)
    shop.go(days=1)
    shop.return_payout()
    shop.go(days=2)
    [payout] = shop.world.rows(Payment, Payment.kind == "sent")
    assert payout.status == "returning"

    shop.refund(order, "20.00")
    shop.go()
    assert shop.waiting()["FB-1-1"] == "its payout is returning"
    with shop.world.app():
        billcom = shop.world.shop.billcom
        billcom.void(payout.id, "it came back", actor="Ann")
    shop.dust(days=4)
    if shop.world.rows(Payment, Payment.kind == "sent", Payment.status == "returning"):
        with shop.world.app():
            billcom.confirm_credit(payout.id, actor="Ann", reason="seen at the bank")
        shop.dust(days=2)

    assert shop.there("Bill") == {"FB-1-1": 36_00, "FB-1-R1": 20_00}
    assert shop.owed_by_seller("ann") == 0
    with shop.world.app():
        billcom.pay_again(payout.id, actor="Ann", reason="his account is right now")
    shop.dust()
    assert (shop.paid_to("ann"), shop.paid_to("Ada")) == (36_00, 20_00)
    assert shop.books() == {"bank": 4_00, "fee_income": -4_00}
    shop.settled_dust()


def test_one_of_three_sales_of_a_combined_payment_goes_back_and_the_payment_goes_on(open_shop: Open) -> None:
    shop = open_shop(combine_payments=True, float_cents=100_00)
    orders = [shop.world.settle(("ann", "10.00", "1.00")) for _ in range(3)]
    shop.go()
    shop.go(days=1)
    shop.go(days=5)
    [payout] = shop.world.rows(Payment, Payment.kind == "sent")
    assert (payout.status, payout.cents) == ("scheduled", 27_00)

    shop.refund(orders[1])
    shop.dust()

    assert (shop.paid_to("ann"), shop.paid_to("Ada")) == (27_00, 10_00)
    assert shop.owed_by_seller("ann") == 9_00
    assert shop.books() == {"bank": -7_00, "seller_clawback": 9_00, "fee_income": -2_00}
    shop.settled_dust()


def test_a_payout_that_is_to_be_taken_back_is_waited_for(shop: Shop) -> None:
    order = shop.sell(("ann", "60.00", "6.00"))
    shop.go(days=1)
    shop.go(days=5)
    [payout] = shop.world.rows(Payment, Payment.kind == "sent")
    with shop.world.app():
        shop.world.shop.billcom.void(payout.id, "the order goes back", actor="Ann")

    shop.refund(order)
    assert shop.waiting()["FB-1-1"] == "its payout is to be taken back"
    shop.go()
    for _ in range(6):
        shop.world.run(1800)
    shop.dust()

    assert shop.owed_by_seller("ann") == 0
    assert (shop.paid_to("ann"), shop.paid_to("Ada")) == (0, 60_00)
    assert shop.books() == {}
    shop.settled_dust()
