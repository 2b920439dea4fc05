"""Refunds and cancelled sales while the buyer has paid nothing: documents are lowered, dropped or deleted."""

from __future__ import annotations

import pytest

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.models import Document

from .conftest import Open, Shop


def test_what_was_never_sent_is_lowered_here(quiet: Shop) -> None:
    order = quiet.world.settle(("ann", "60.00", "6.00"), ("cid", "40.00", "4.00"), own="10.00")

    refund = quiet.refund(order, "11.00")
    assert (refund.cents, refund.fee_cents) == (11_00, 1_00)
    assert quiet.books()["refund_payable"] == -11_00
    quiet.go()

    assert quiet.there("Invoice") == {"FB-1": 99_00}
    assert quiet.lines("Invoice", "FB-1") == [54_00, 36_00, 9_00]
    assert quiet.there("Bill") == {"FB-1-1": 48_60, "FB-1-2": 32_40}
    assert quiet.books() == {
        "buyer_receivable": 99_00,
        "seller_payable": -81_00,
        "fee_income": -9_00,
        "own_income": -9_00,
    }
    assert quiet.world.operations("update_invoice") == []
    [stood] = quiet.refunds_of(order)
    assert (stood.state, {part.state for part in stood.parts}) == ("refunded", {"done"})
    assert quiet.acts("refund_requested", "refunded") == ["refund_requested", "refunded"]
    quiet.settled_dust()


def test_a_whole_sale_that_was_never_sent_is_never_made(quiet: Shop) -> None:
    order = quiet.world.settle(("ann", "60.00", "6.00"), ("cid", "40.00", "4.00"), own="10.00")

    quiet.refund(order)
    quiet.go()

    assert (quiet.there("Invoice"), quiet.there("Bill"), quiet.books()) == ({}, {}, {})
    assert quiet.state(order) == "cancelled"
    assert set(quiet.world.states("create_invoice") + quiet.world.states("create_bill")) == {"cancelled"}
    quiet.settled_dust()


def test_nobody_makes_again_by_hand_what_a_refund_has_taken_back(quiet: Shop) -> None:
    order = quiet.world.settle(("ann", "60.00", "6.00"), ("cid", "40.00", "4.00"), own="10.00")
    quiet.refund(order)
    quiet.go()

    for given_up in quiet.world.operations("create_invoice") + quiet.world.operations("create_bill"):
        with quiet.world.app(), pytest.raises(NotPossible, match="taken back"):
            quiet.world.shop.billcom.retry(given_up.id, actor="eve", reason="it was never made")
    quiet.go()

    assert (quiet.there("Invoice"), quiet.there("Bill"), quiet.books()) == ({}, {}, {})
    quiet.settled_dust()


def test_an_open_invoice_is_lowered_at_bill_com(quiet: Shop) -> None:
    order = quiet.sell(("ann", "60.00", "6.00"), ("cid", "40.00", "4.00"), own="10.00")
    assert quiet.there("Invoice") == {"FB-1": 110_00}

    quiet.refund(order, "11.00")
    quiet.go()

    assert quiet.there("Invoice") == {"FB-1": 99_00}
    assert quiet.lines("Invoice", "FB-1") == [54_00, 36_00, 9_00]
    assert quiet.there("Bill") == {"FB-1-1": 48_60, "FB-1-2": 32_40}
    assert quiet.operations("update_invoice", "update_bill") == [
        ("update_invoice", "done", 99_00),
        ("update_bill", "done", 48_60),
        ("update_bill", "done", 32_40),
    ]
    assert quiet.books()["buyer_receivable"] == 99_00
    quiet.settled_dust()


def test_one_line_is_taken_off_with_its_fee(quiet: Shop) -> None:
    order = quiet.sell(("ann", "60.00", "6.00"), ("cid", "40.00", "4.00"), own="10.00")

    refund = quiet.refund(order, line=1)
    quiet.go()

    assert (refund.cents, refund.fee_cents, [line.position for line in refund.lines]) == (60_00, 6_00, [1])
    assert quiet.lines("Invoice", "FB-1") == [40_00, 10_00]
    assert quiet.there("Bill") == {"FB-1-2": 36_00}
    assert quiet.document("FB-1-1").status == "inactive"
    assert quiet.state(order) == "invoiced"
    quiet.settled_dust()


def test_an_open_sale_is_deleted_at_bill_com(quiet: Shop) -> None:
    order = quiet.sell(("ann", "60.00", "6.00"), ("cid", "40.00", "4.00"), own="10.00")

    quiet.refund(order)
    quiet.go()

    assert (quiet.there("Invoice"), quiet.there("Bill"), quiet.books()) == ({}, {}, {})
    assert quiet.state(order) == "cancelled"
    assert {document.status for document in quiet.world.rows(Document)} == {"inactive"}
    quiet.settled_dust()


def test_a_sale_is_cancelled_before_it_is_collected(quiet: Shop) -> None:
    order = quiet.sell(("ann", "60.00", "6.00"), own="10.00")

    first = quiet.cancel(order)
    again = quiet.cancel(order)
    quiet.go()

    assert first.id == again.id
    assert (quiet.there("Invoice"), quiet.there("Bill"), quiet.books()) == ({}, {}, {})
    assert quiet.state(order) == "cancelled"
    assert quiet.acts("cancel_requested", "cancelled") == ["cancel_requested", "cancelled"]
    with pytest.raises(NotPossible, match="nothing is left to refund"):
        quiet.refund(order)
    quiet.settled_dust()


def test_what_was_collected_is_refunded_and_not_cancelled(shop: Shop) -> None:
    order = shop.sell(("ann", "60.00", "6.00"))

    with pytest.raises(NotPossible, match=r"a payment of it is scheduled; give the money back with refund\(order"):
        shop.cancel(order)


def test_a_planned_charge_is_given_up_and_made_anew_for_what_is_left(open_shop: Open) -> None:
    shop = open_shop(payments_enabled=False)
    order = shop.sell(("ann", "60.00", "6.00"))
    assert shop.operations("charge") == [("charge", "planned", 60_00)]

    shop.refund(order, "20.00")
    shop.go()
    shop.world.restart(payments_enabled=True)
    shop.go()

    assert shop.operations("charge") == [("charge", "cancelled", 60_00), ("charge", "done", 40_00)]
    [paid] = shop.world.simulator.books.received_pays
    assert paid["amount"] == 40_00
    shop.dust()
    assert shop.paid_to("ann") == 36_00
    assert shop.state(order) == "paid_out"
    assert shop.books() == {"bank": 4_00, "fee_income": -4_00}
    shop.settled_dust()


def test_more_than_is_left_is_refused(quiet: Shop) -> None:
    order = quiet.sell(("ann", "60.00", "6.00"), ("cid", "40.00", "4.00"))

    quiet.refund(order, "50.00", line=1)
    with pytest.raises(NotPossible, match=r"10\.01 is more than the 10\.00 left to refund of line 1 of sale 1"):
        quiet.refund(order, "10.01", line=1)
    with pytest.raises(NotPossible, match=r"50\.01 is more than the 50\.00 left to refund of sale 1"):
        quiet.refund(order, "50.01")
    with pytest.raises(NotPossible, match="there is no line 3 of sale 1"):
        quiet.refund(order, line=3)
    with pytest.raises(NotPossible, match="above zero"):
        quiet.refund(order, "0.00")
    with pytest.raises(TypeError, match="must be a Decimal"):
        quiet.call("refund", order, amount=5, reference="x", reason="y")

    quiet.refund(order)
    with pytest.raises(NotPossible, match="nothing is left to refund of sale 1"):
        quiet.refund(order)
    quiet.go()
    assert quiet.books() == {}
    quiet.settled_dust()


def test_a_double_click_is_one_refund_and_two_references_are_two(quiet: Shop) -> None:
    order = quiet.sell(("ann", "60.00", "6.00"))

    first = quiet.refund(order, "5.00", reference="a")
    clicked = quiet.refund(order, "5.00", reference="a")
    second = quiet.refund(order, "5.00", reference="b")
    with pytest.raises(NotPossible, match=r"reference a was used on .* with another amount: 5\.00, not 6\.00"):
        quiet.refund(order, "6.00", reference="a")
    with pytest.raises(NotPossible, match="another line: None, not 1"):
        quiet.refund(order, "5.00", line=1, reference="a")
    with pytest.raises(NotPossible, match="another rule for the fee: proportional, not keep"):
        quiet.refund(order, "5.00", reference="a", keep_fee=True)
    with pytest.raises(NotPossible, match=r"another amount: 5\.00, not all that was left"):
        quiet.refund(order, reference="a")
    quiet.go()

    assert first.id == clicked.id != second.id
    assert quiet.there("Invoice") == {"FB-1": 50_00}
    assert [each.reference for each in quiet.refunds_of(order)] == ["a", "b"]
    quiet.settled_dust()


def test_a_rehearsal_writes_nothing(quiet: Shop) -> None:
    order = quiet.sell(("ann", "60.00", "6.00"))
    before = quiet.books()

    refund = quiet.refund(order, "20.00", dry_run=True)

    assert (refund.id, refund.cents, refund.fee_cents, refund.is_dry_run) == (None, 20_00, 2_00, True)
    assert quiet.refunds_of(order) == []
    assert quiet.books() == before


def test_a_refund_goes_with_the_apps_transaction(quiet: Shop) -> None:
    order = quiet.sell(("ann", "60.00", "6.00"))

    quiet.refund(order, "20.00", commit=False)
    quiet.go()

    assert quiet.refunds_of(order) == []
    assert quiet.there("Invoice") == {"FB-1": 60_00}
