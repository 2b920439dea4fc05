"""Payouts that banks or people stop, send back, hold, or never cash; and paying again."""

from __future__ import annotations

import pytest

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.ledger import Account
from tests.stories.conftest import Begin
from tests.stories.town import Town

TEN = ("ann", "10.00", "1.00")
RETURNED = {Account.PAYOUT_RETURNED: "-9.00", Account.PROVIDER_CLEARING_OUT: "9.00"}


def paid_to_ann(town: Town) -> None:
    """Let a sale be paid out to its seller and arrive."""
    town.sold(TEN, bank_days=9)
    assert town.payout_to("ann")["status"] == "2"


def processed_to_ann(town: Town) -> None:
    """Let a payout to a seller be on its way."""
    town.sold(TEN, bank_days=7)
    assert town.payout_to("ann")["status"] == "2"


def is_void(town: Town) -> None:
    """Let a void be carried out and proved."""
    town.passes()
    town.waits(bank_days=4)
    town.passes(seconds=3600)
    assert town.billcom.payouts_of(town.seller("ann"))[0].status in {"voided", "cancelled"}


@pytest.mark.parametrize("code", ["R03", "R02", "R16"])
def test_a_payout_that_the_sellers_bank_returns_shows_although_the_bill_stays_paid(town: Town, code: str) -> None:
    paid_to_ann(town)
    town.bank("return_payout", town.payout_to("ann"), code)
    town.waits(bank_days=2)

    assert town.payout_to("ann")["status"] == "2"
    assert [payout.status for payout in town.billcom.payouts_of(town.seller("ann"))] == ["returning"]
    town.ends(
        collected="10.00",
        owed="9.00",
        fees="1.00",
        clearing=RETURNED,
        waiting=["payout returning"],
        states={"1": "funded"},
        differences=["other_state bill FB-1-1"],
    )


def test_a_returned_payout_is_voided_and_paid_again_to_the_sellers_new_account(town: Town) -> None:
    paid_to_ann(town)
    town.bank("return_payout", town.payout_to("ann"), "R03")
    town.waits(bank_days=2)
    town.enters_bank_account(town.seller("ann"), number="4888888888")
    payment = town.payout_to("ann").id
    town.billcom.void(payment, "his account was closed", actor="eve")
    is_void(town)
    town.billcom.pay_again(payment, actor="eve", reason="he gave a new account")
    town.waits(bank_days=5)

    assert len(town.payouts_to("ann")) == 2
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_nothing_is_paid_again_by_itself(town: Town) -> None:
    paid_to_ann(town)
    town.bank("return_payout", town.payout_to("ann"), "R03")
    town.waits(bank_days=2)
    town.billcom.void(town.payout_to("ann").id, "returned", actor="eve")
    is_void(town)
    town.waits(bank_days=9)

    assert len(town.payouts_to("ann")) == 1
    town.ends(collected="10.00", owed="9.00", fees="1.00", waiting=["payout voided"], states={"1": "funded"})


def test_a_payout_is_cancelled_before_it_leaves_and_paid_again(town: Town) -> None:
    town.sold(TEN, bank_days=6)
    payment = town.payout_to("ann").id
    town.billcom.void(payment, "wrong month", actor="eve")
    is_void(town)
    town.billcom.pay_again(payment, actor="eve", reason="the month has come")
    town.waits(bank_days=5)

    assert town.calls("CancelAPPayment") == 1
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_payout_that_an_operator_voids_before_it_leaves_is_no_difference(town: Town) -> None:
    town.sold(TEN, bank_days=6)
    payout = town.payout_to("ann")
    assert payout["status"] == "1"
    town.operator("void", id=payout.id)
    is_void(town)

    assert town.payout_to("ann")["status"] == "4"
    town.ends(collected="10.00", owed="9.00", fees="1.00", waiting=["payout cancelled"], states={"1": "funded"})


def test_a_payout_on_its_way_is_voided_and_its_money_comes_back(town: Town) -> None:
    processed_to_ann(town)
    town.billcom.void(town.payout_to("ann").id, "a mistake", actor="eve")
    is_void(town)

    assert town.calls("VoidAPPayment") == 1
    town.ends(collected="10.00", owed="9.00", fees="1.00", waiting=["payout voided"], states={"1": "funded"})


def test_two_people_who_void_one_payout_void_it_once(town: Town) -> None:
    processed_to_ann(town)
    town.billcom.void(town.payout_to("ann").id, "a mistake", actor="eve")
    with pytest.raises(NotPossible):
        town.billcom.void(town.payout_to("ann").id, "a mistake", actor="bob")
    is_void(town)

    assert town.calls("VoidAPPayment") == 1
    town.ends(collected="10.00", owed="9.00", fees="1.00", waiting=["payout voided"], states={"1": "funded"})


def test_a_void_payout_that_two_people_pay_again_is_paid_once(town: Town) -> None:
    processed_to_ann(town)
    payment = town.payout_to("ann").id
    town.billcom.void(payment, "a mistake", actor="eve")
    is_void(town)
    town.billcom.pay_again(payment, actor="eve", reason="it was right")
    town.passes(seconds=60)
    with pytest.raises(NotPossible):
        town.billcom.pay_again(payment, actor="bob", reason="it was right")
    town.waits(bank_days=4)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_payout_on_risk_hold_is_released_a_week_later(town: Town) -> None:
    processed_to_ann(town)
    town.bank("hold_payout", town.payout_to("ann"))
    town.waits(bank_days=5)
    assert [payout.status for payout in town.billcom.payouts_of(town.seller("ann"))] == ["held"]
    town.bank("release_payout", town.payout_to("ann"))
    town.waits(bank_days=4)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_the_marketplaces_own_debit_fails_and_the_sellers_are_owed_again(town: Town) -> None:
    processed_to_ann(town)
    (debit,) = [row for row in town.at_billcom("MoneyMovement") if row["amount"] < 0]
    town.bank("bounce_funding", debit)
    town.waits(bank_days=4)
    town.billcom.confirm_credit(town.payout_to("ann").id, actor="eve", reason="the statement shows no debit")
    town.passes(seconds=3600)
    town.passes(seconds=3600)

    town.ends(collected="10.00", owed="9.00", fees="1.00", waiting=["payout"], states={"1": "funded"})


def test_a_combined_payment_of_three_orders_arrives_as_one(begin: Begin) -> None:
    town = begin(combine_payments=True)
    town.operator("edit", id=town.vendor("ann").id, values={"enabledCombinePayments": True})
    for _ in range(3):
        town.sells(TEN)
    town.passes()
    town.waits(bank_days=9)

    (payment,) = town.payouts_to("ann")
    assert payment["amount"] == 27_00
    town.ends(collected="30.00", paid_out="27.00", fees="3.00")


def test_voiding_a_combined_payment_gives_back_all_its_bills(begin: Begin) -> None:
    town = begin(combine_payments=True)
    town.operator("edit", id=town.vendor("ann").id, values={"enabledCombinePayments": True})
    for _ in range(3):
        town.sells(TEN)
    town.passes()
    town.waits(bank_days=7)
    payment = town.payout_to("ann").id
    said = town.billcom.void(payment, "a mistake", actor="eve", dry_run=True)
    assert said.numbers == ("FB-1-1", "FB-2-1", "FB-3-1")
    town.billcom.void(payment, "a mistake", actor="eve")
    is_void(town)
    town.billcom.pay_again(payment, actor="eve", reason="mended")
    town.waits(bank_days=5)

    town.ends(collected="30.00", paid_out="27.00", fees="3.00")


def test_a_seller_without_a_bank_account_gets_a_cheque(town: Town) -> None:
    town.sold(("dee", "10.00", "1.00"), bank_days=13)
    assert town.payout_to("dee")["status"] == "2"
    town.waits(bank_days=3)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_two_payouts_that_come_back_within_a_week_each_have_their_own_credit(town: Town) -> None:
    for seller in ("ann", "bob"):
        town.sells((seller, "10.00", "1.00"))
        town.passes()
        town.waits(bank_days=4)
    for seller in ("ann", "bob"):
        while town.payout_to(seller)["status"] != "2":
            town.waits()
        town.billcom.void(town.payout_to(seller).id, "a mistake", actor="eve")
        town.passes()
        town.waits(bank_days=4)
        town.passes(seconds=3600)
        assert [payout.status for payout in town.billcom.payouts_of(town.seller(seller))] == ["voided"]

    town.ends(
        collected="20.00",
        owed="18.00",
        fees="2.00",
        waiting=["payout voided"] * 2,
        states={"1": "funded", "2": "funded"},
    )


def test_a_cheque_that_nobody_cashes_goes_to_the_state(town: Town) -> None:
    town.sold(("dee", "10.00", "1.00"), bank_days=7)
    town.bank("never_cashed", town.payout_to("dee"))
    town.waits(bank_days=2)
    town.waits(bank_days=70, step=70)
    town.waits(bank_days=2)

    assert town.payout_to("dee")["status"] == "5"
    assert [payout.status for payout in town.billcom.payouts_of(town.seller("dee"))] == ["escheated"]
    town.ends(collected="10.00", unclaimed="9.00", fees="1.00", states={"1": "paying"})


def test_a_cheque_that_went_to_the_state_while_the_worker_slept_is_at_rest_in_the_books(town: Town) -> None:
    town.sold(("dee", "10.00", "1.00"), bank_days=7)
    town.bank("never_cashed", town.payout_to("dee"))
    town.waits(bank_days=70, step=70)
    town.waits(bank_days=4)

    assert [payout.status for payout in town.billcom.payouts_of(town.seller("dee"))] == ["escheated"]
    town.ends(collected="10.00", unclaimed="9.00", fees="1.00", states={"1": "paying"})


def test_an_uncashed_cheque_that_bill_com_voids_is_owed_again(begin: Begin) -> None:
    town = begin(simulator={"uncashed": "void"})
    town.sold(("dee", "10.00", "1.00"), bank_days=7)
    town.bank("never_cashed", town.payout_to("dee"))
    town.waits(bank_days=70, step=70)
    town.waits(bank_days=4)
    town.passes(seconds=3600)

    town.ends(collected="10.00", owed="9.00", fees="1.00", waiting=["payout"], states={"1": "funded"})


def test_an_operator_voids_and_reissues_a_cheque(town: Town) -> None:
    town.sold(("dee", "10.00", "1.00"), bank_days=8)
    town.operator("void", id=town.payout_to("dee").id, kind="reissue")
    town.waits(bank_days=12)

    assert len(town.payouts_to("dee")) == 1
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_seller_who_deletes_his_account_after_the_run_is_paid_by_cheque(town: Town) -> None:
    town.sold(TEN, bank_days=6)
    (account,) = town.at_billcom("VendorBankAccount", vendorId=town.vendor("ann").id)
    town.operator("delete", id=account.id)
    town.waits(bank_days=9)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_one_vendor_of_two_hundred_with_a_day_old_bank_account_keeps_nobody_else_waiting(begin: Begin) -> None:
    town = begin(bank_change_hold_days=0, payout_schedule="manual")
    crowd = [f"seller {place}" for place in range(199)]
    town.sells(*((name, "1.00", "0.10") for name in ("ann", *crowd)))
    town.passes()
    town.waits(bank_days=7)
    town.enters_bank_account(town.seller("ann"), number="4777777777")
    assert town.billcom.payout_run(actor="eve").sellers == 200
    town.passes()
    town.waits(bank_days=9)

    days = {row["vendorId"]: row["processDate"] for row in town.at_billcom("SentPay")}
    late = days.pop(town.vendor("ann").id)
    assert len(set(days.values())) == 1
    assert len(days) == 199
    assert late > max(days.values())
    town.ends(collected="200.00", paid_out="180.00", fees="20.00")
