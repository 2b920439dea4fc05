"""Buyers and sellers of one name, who leave, come back, are merged or switched off."""

from __future__ import annotations

from tests.stories.conftest import Begin
from tests.stories.town import Town

TEN = ("ann", "10.00", "1.00")


def joins(town: Town, role: str, name: str) -> None:
    """Let somebody new come into the shop, with a bank account that is old enough."""
    person = town.person(role, name)
    town.billcom.ensure_party(person)
    town.passes()
    town.enters_bank_account(person)
    if role == "buyer":
        town.consents(person)


def test_two_buyers_and_two_sellers_of_one_name_are_never_taken_for_each_other(town: Town) -> None:
    for role, name in (("seller", "sam#1"), ("seller", "sam#2"), ("buyer", "Bea#1"), ("buyer", "Bea#2")):
        joins(town, role, name)
    town.waits(bank_days=4)
    town.sells(("sam#1", "10.00", "1.00"), to="Bea#1")
    town.sells(("sam#2", "20.00", "2.00"), to="Bea#2")
    town.passes()
    town.waits(bank_days=9)

    assert len(town.at_billcom("Customer", name="Bea")) == len(town.at_billcom("Vendor", name="sam")) == 2
    assert [sum(row["amount"] for row in town.payouts_to(name)) for name in ("sam#1", "sam#2")] == [9_00, 18_00]
    town.ends(collected="30.00", paid_out="27.00", fees="3.00")


def test_a_buyer_anonymised_between_plan_and_resend_keeps_his_customer(town: Town) -> None:
    joins(town, "buyer", "Bea#1")
    joins(town, "buyer", "Bea#2")
    town.breaks("timeout_before", "Bulk/Crud/Create/Invoice")
    order = town.sells(TEN, to="Bea#1")
    town.world.advance(seconds=5)
    town.ticks()
    town.changes(town.buyer("Bea#1"), name="anonymous", email="nobody@example.com")
    town.passes(seconds=1800)
    town.waits(bank_days=10)

    assert town.invoice_of(order)["customerId"] == town.customer("Bea#1").id
    assert town.at_billcom("ReceivedPay", customerId=town.customer("Bea#2").id) == []
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_stranger_of_the_same_name_at_bill_com_is_never_adopted(town: Town) -> None:
    from flask_billcom.api.records import Customer, Vendor

    town.billcom.client().vendors.create(Vendor(name="dee", email="seller4@example.com"))
    town.billcom.client().customers.create(Customer(name="Dan", email="buyer4@example.com"))
    joins(town, "buyer", "Dan")
    town.sells(("dee", "10.00", "1.00"), to="Dan")
    town.passes()
    town.waits(bank_days=14)

    assert len(town.at_billcom("Vendor", name="dee")) == len(town.at_billcom("Customer", name="Dan")) == 2
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_seller_who_sells_for_the_first_time_is_paid_when_his_account_is_old_enough(town: Town) -> None:
    order = town.sold(("dee", "10.00", "1.00"), bank_days=4)
    town.enters_bank_account(town.seller("dee"))
    town.waits(bank_days=9)

    assert town.state_of(order) == "paid_out"
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_seller_who_changes_his_name_is_paid_under_the_new_one(town: Town) -> None:
    town.sold(TEN)
    town.changes(town.seller("ann"), name="Ann & Daughters", email="new@example.com")
    town.billcom.sync_party(town.seller("ann"))
    town.waits(bank_days=9)

    assert town.vendor("ann")["name"] == "Ann & Daughters"
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_vendor_that_was_merged_is_paid_after_a_person_says_who_it_is(begin: Begin) -> None:
    town = begin(payout_schedule="manual")
    town.sold(TEN, bank_days=7)
    into = town.billcom.client().vendors.create(_again()).id
    town.operator("merge", id=town.vendor("ann").id, into=into)
    town.passes(seconds=90_000)
    town.billcom.payout_run(actor="eve")
    town.passes()
    assert town.at_billcom("SentPay") == []
    town.billcom.confirm_match(town.seller("ann"), into, actor="eve", reason="it is the same firm")
    town.enters_bank_account(town.seller("ann"), number="4666666666")
    town.waits(bank_days=4)
    town.billcom.confirm_bank_account(town.seller("ann"), actor="eve", reason="called the firm")
    town.waits(bank_days=4)
    town.billcom.payout_run(actor="eve")
    town.passes()
    town.waits(bank_days=3)

    assert [row["vendorId"] for row in town.at_billcom("SentPay")] == [into]
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def _again() -> object:
    from flask_billcom.api.records import Vendor

    return Vendor(name="Ann Again")


def test_a_vendor_that_was_switched_off_at_bill_com_waits_by_name(begin: Begin) -> None:
    town = begin(payout_schedule="manual")
    town.sold(TEN, ("bo", "10.00", "1.00"), bank_days=7)
    town.operator("delete", id=town.vendor("ann").id)
    town.passes(seconds=90_000)
    town.billcom.payout_run(actor="eve")
    town.passes()
    town.waits(bank_days=3)

    assert town.payouts_to("ann") == []
    town.ends(
        collected="20.00",
        paid_out="9.00",
        owed="9.00",
        fees="2.00",
        waiting=["the vendor is not active"],
        states={"1": "funded"},
    )


def test_a_vendor_that_is_switched_on_again_is_paid(begin: Begin) -> None:
    town = begin()
    town.sold(TEN)
    vendor = town.vendor("ann").id
    town.operator("delete", id=vendor)
    town.waits(bank_days=8)
    assert town.at_billcom("SentPay") == []
    town.operator("undelete", id=vendor)
    town.waits(bank_days=5)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")
