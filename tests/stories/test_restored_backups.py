"""A database that forgets: what the lost minutes made is found at Bill.com, and nothing is made or paid twice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from flask_billcom.ledger import Account
from flask_billcom.marketplace.agreement.differences import Kind
from flask_billcom.models import Document
from flask_billcom.simulator.catalogue import ENTITIES
from flask_billcom.simulator.serving import crud
from tests.stories.conftest import Begin
from tests.stories.town import Order, Town

TEN = ("ann", "10.00", "1.00")


def test_a_backup_ten_minutes_old_is_restored_and_nothing_is_made_twice(begin: Begin) -> None:
    town = begin(collect="send")
    first = town.sold(TEN)
    town.pays_by_link(first)
    town.waits(bank_days=6)
    backup = town.backs_up()
    lost = town.sells(("bo", "20.00", "2.00"), number=77)
    town.passes(seconds=600)
    made = town.invoice_of(lost), town.bill_of(lost, "bo")
    town.restores(backup)
    town.orders.remove(lost)
    town.passes(seconds=600)
    second = town.sells(("cy", "30.00", "3.00"), to="Ben", number=78)
    town.passes()
    assert len(town.at_billcom("Invoice")) == 2, "nothing is sent before a person has looked"
    found = town.billcom.resume(actor="eve", reason="restored the backup of ten minutes ago")
    assert {each.key for each in found.strays} == {"FB-77", "FB-77-1"}
    town.passes(seconds=3600)
    town.pays_by_link(second)
    town.waits(bank_days=10)
    for document in made:
        town.operator("delete", id=document.id)

    town.ends(collected="40.00", paid_out="36.00", fees="4.00")


def test_a_bill_of_lost_minutes_that_belongs_to_another_vendor_is_made_anew_when_it_is_deleted(begin: Begin) -> None:
    """A seller who was new in the lost minutes is made anew, so that the bill of then is not his."""
    town = begin()
    backup, people = town.backs_up(), dict(town.people)
    town.sells(("dee", "20.00", "2.00"), number=77)
    town.passes(seconds=60)
    (lost,) = [row for row in town.at_billcom("Bill") if row["invoiceNumber"] == "FB-77-1"]
    town.restores(backup)
    town.people, town.orders = people, []
    town.sells(("dee", "20.00", "2.00"), number=77)
    town.passes(seconds=600)
    town.billcom.resume(actor="eve", reason="restored the backup of ten minutes ago")
    town.passes(seconds=3600)
    town.operator("delete", id=lost.id)
    town.operator("delete", id=lost["vendorId"])
    (invoice,) = town.operations("create_invoice", "planned")
    town.billcom.resolve(invoice.id, actor="eve", reason="the same sale", adopt=town.invoice_of(town.orders[0]).id)
    town.waits(bank_days=4, step=2)
    town.waits_long()

    town.ends(collected="20.00", paid_out="18.00", fees="2.00")


def forgets_a_new_seller(begin: Begin) -> tuple[Town, Any]:
    """Let a seller become known and enter his bank account, and put back a backup that knows nothing of him."""
    town = begin()
    backup, people = town.backs_up(), dict(town.people)
    town.billcom.ensure_party(town.seller("dee"))
    town.passes(seconds=60)
    town.enters_bank_account(town.seller("dee"))
    there = town.vendor("dee")
    town.restores(backup)
    town.people = people
    return town, there


def test_a_seller_who_became_known_in_the_lost_minutes_is_made_once_and_paid_to_his_bank_account(begin: Begin) -> None:
    town, there = forgets_a_new_seller(begin)
    town.sells(("dee", "20.00", "2.00"))
    town.passes(seconds=600)
    assert [row.id for row in town.at_billcom("Vendor", name="dee")] == [there.id]
    assert any("was it restored" in reason for reason in town.world.holds())
    found = town.billcom.resume(actor="eve", reason="restored the backup of ten minutes ago")
    assert [(each.sort, each.remote_id) for each in found.strays] == [("vendor", there.id)]
    town.passes(seconds=3600)
    (vendor,) = town.operations("create_vendor", "planned")
    assert vendor.parked == "difference"
    town.billcom.resolve(vendor.id, actor="eve", reason="the same dee", adopt=there.id)
    town.billcom.confirm_bank_account(town.seller("dee"), actor="eve", reason="called her")
    town.waits_long()

    assert [row.id for row in town.at_billcom("Vendor", name="dee")] == [there.id]
    (account,) = town.at_billcom("VendorBankAccount", vendorId=there.id)
    bank = town.world.simulator.bank
    got = [each.cents for each in bank.transfers if bank.accounts[each.credited].owner_id == account.id]
    assert got == [18_00]
    town.ends(collected="20.00", paid_out="18.00", fees="2.00")


def stranger(town: Town, entity: str, short_name: str) -> None:
    """Let an operator make somebody whom the shop does not know."""
    values = {"obj": {"entity": entity, "name": "dee", "shortName": short_name}}
    town.world.simulator.under_lock(lambda bill: crud.single(bill, ENTITIES[entity], "Create", values))


def test_whoever_cannot_look_for_lost_parties_makes_none(begin: Begin) -> None:
    town, there = forgets_a_new_seller(begin)
    town.breaks("bdc:BDC_9999", "List/Vendor", count=3)
    town.sells(("dee", "20.00", "2.00"))
    town.world.advance(seconds=5)
    town.world.tick()
    assert town.calls("Bulk/Crud/Create/Vendor") == 1, "before she was forgotten"
    town.mends()
    town.passes(seconds=60)

    assert [row.id for row in town.at_billcom("Vendor", name="dee")] == [there.id]
    assert any("was it restored" in reason for reason in town.world.holds())


def test_a_customer_or_vendor_whose_short_name_only_begins_like_ours_stops_nothing(town: Town) -> None:
    for entity, short_name in (("Vendor", "FB-Vienna"), ("Customer", "FB-Chloé")):
        stranger(town, entity, short_name)
    town.sells(("dee", "20.00", "2.00"))
    town.passes()
    assert town.world.holds() == []
    town.billcom.resume(actor="eve", reason="only looked")
    town.waits_long()

    named = ["missing_here customer", "missing_here vendor"]
    town.ends(collected="20.00", paid_out="18.00", fees="2.00", differences=named)


def test_an_invoice_of_lost_minutes_that_was_paid_and_deleted_is_not_made_and_paid_again(town: Town) -> None:
    backup = town.backs_up()
    town.sells(TEN, number=77)
    town.passes(seconds=60)
    lost = town.invoice_of(town.orders[0])
    town.restores(backup)
    town.orders.clear()
    town.waits(bank_days=2)
    town.sells(TEN, number=77)
    town.passes(seconds=600)
    town.billcom.resume(actor="eve", reason="restored the backup of ten minutes ago")
    town.passes(seconds=3600)
    town.operator("delete", id=lost.id)
    town.waits(bank_days=6, step=2)

    (invoice,) = town.operations("create_invoice")
    assert (invoice.state, invoice.parked) == ("planned", "difference")
    assert [row.id for row in town.at_billcom("Invoice")] == [lost.id]


def adopts_papers(town: Town, state: str | None = None) -> None:
    """Let somebody take the invoices and bills at Bill.com for those that are planned here."""
    for operation in town.operations("create_invoice", state) + town.operations("create_bill", state):
        there = (operation.evidence or {})["remote_id"]
        town.billcom.resolve(operation.id, actor="eve", reason="the same sale", adopt=there)


def test_a_payment_of_lost_minutes_is_found_when_its_invoice_is_adopted(begin: Begin) -> None:
    """Polls go on for another sale meanwhile, and pass over a payment of an invoice that is nobody's."""
    town = begin(collect="send")
    other = town.sold(("bo", "20.00", "2.00"), to="Ben")
    order = town.sells(TEN)
    backup = town.backs_up()
    town.passes(seconds=60)
    town.pays_by_link(order)
    town.waits(bank_days=1)
    town.restores(backup)
    town.passes(seconds=600)
    town.billcom.resume(actor="eve", reason="restored the backup of yesterday")
    town.passes(seconds=3600)
    adopts_papers(town, "planned")
    town.waits(bank_days=1)
    assert town.billcom.settlement_of(order).is_paid
    town.pays_by_link(other)
    town.waits(bank_days=10)

    town.ends(collected="30.00", paid_out="27.00", fees="3.00")


def test_an_invoice_of_lost_minutes_that_somebody_changed_is_put_back_and_adopted(begin: Begin) -> None:
    town = begin(collect="send")
    order = town.sells(TEN)
    backup = town.backs_up()
    town.passes(seconds=60)
    town.restores(backup)
    invoice = town.invoice_of(order)
    change_invoice(town, invoice, "12.00")
    town.passes(seconds=60)
    town.billcom.resume(actor="eve", reason="restored the backup of ten minutes ago")
    town.passes(seconds=60)
    (difference,) = [each for each in town.billcom.reconcile().differences if each.subject == "invoice FB-1"]
    assert (difference.kind, difference.ours, difference.theirs) == ("other_amount", "10.00", "12.00")
    assert difference.command.endswith(f"--adopt {invoice.id}")
    change_invoice(town, invoice, "10.00")
    adopts_papers(town)
    town.pays_by_link(order)
    town.waits(bank_days=10)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_what_is_paid_by_hand_of_a_bill_of_lost_minutes_is_named_while_it_can_be_canceled(begin: Begin) -> None:
    town = begin()
    order = town.sells(TEN)
    backup = town.backs_up()
    town.passes(seconds=60)
    town.restores(backup)
    bill = town.bill_of(order, "ann")
    change_bill(town, bill, "12.00")
    town.operator("pay_bill", id=bill.id)
    town.passes(seconds=60)
    town.billcom.resume(actor="eve", reason="restored the backup of ten minutes ago")
    by_hand = town.payout_to("ann")
    named = {each.kind: each for each in town.billcom.reconcile().differences if each.subject == "bill FB-1-1"}
    assert set(named) == {"other_amount", "paid_outside"}
    assert named[Kind.PAID_OUTSIDE].command == f"cancel or void {by_hand.id} at Bill.com, then flask billcom tick"
    town.operator("cancel", id=by_hand.id)
    change_bill(town, bill, "9.00")
    town.passes(seconds=60)
    adopts_papers(town)
    town.waits(bank_days=12)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def change_bill(town: Town, bill: Any, dollars: str) -> None:
    """Let an operator change the price of a bill's only line."""
    (line,) = bill["billLineItems"]
    lines = [{"entity": "BillLineItem", "id": line.id, "amount": dollars}]
    town.operator("edit_bill", id=bill.id, values={"billLineItems": lines})


def change_invoice(town: Town, invoice: Any, dollars: str) -> None:
    """Let an operator change the price of an invoice's only line."""
    (line,) = invoice["invoiceLineItems"]
    lines = [{"entity": "InvoiceLineItem", "id": line.id, "price": dollars, "quantity": 1}]
    town.operator("edit_invoice", id=invoice.id, values={"invoiceLineItems": lines})


def test_a_refund_of_a_sale_whose_papers_a_backup_forgot_waits_until_they_are_known_again(begin: Begin) -> None:
    town = begin(float_cents=100_00)
    order = town.sells(TEN)
    backup = town.backs_up()
    town.passes(seconds=60)
    town.restores(backup)
    town.billcom.adjust(
        town.seller("ann"), kind="fine", amount=Decimal("1.00"), reference="f1", reason="late", actor="eve"
    )
    town.billcom.refund(order, reference="r1", amount=Decimal("4.00"), reason="a scratch", actor="eve")
    town.passes(seconds=60)
    assert {each.cents for each in town.world.rows(Document)} == {10_00, 9_00}
    town.billcom.resume(actor="eve", reason="restored the backup of ten minutes ago")
    town.passes(seconds=60)
    adopts_papers(town)
    town.waits(bank_days=4, step=2)
    town.waits_long()

    town.ends(collected="10.00", refunded="4.00", paid_out="5.40", fees="1.60", sellers_owe="1.00")


def test_a_backup_from_before_a_payout_pays_nobody_twice(town: Town) -> None:
    town.sold(TEN, bank_days=5)
    backup = town.backs_up()
    town.waits(bank_days=1)
    assert len(town.payouts_to("ann")) == 1
    town.restores(backup)
    town.passes()
    town.waits(bank_days=3)

    assert len(town.payouts_to("ann")) == 1
    town.ends(
        collected="10.00",
        paid_out="9.00",
        owed="9.00",
        fees="1.00",
        paid_by_hand="9.00",
        clearing={Account.SELLER_RESERVED: "-9.00"},
        waiting=["payout parked: difference"],
        states={"1": "funded"},
        differences=["paid_outside bill FB-1-1"],
    )


def test_a_worker_that_plans_in_its_first_round_asks_bill_com_what_was_made_before_it_sends(begin: Begin) -> None:
    town = begin()
    order = town.sold(TEN, bank_days=1)
    town.waits(bank_days=9)
    town.billcom.refund(order, reference="r1", amount=Decimal("4.00"), reason="a scratch", actor="eve")
    town.restarts()
    made, looked = town.calls("Bulk/Crud/Create/Bill"), town.calls("List/Bill")
    town.breaks("garbage", "List/Invoice")

    report = town.world.tick()

    assert report.unguarded is not None
    assert town.calls("Bulk/Crud/Create/Bill") == made
    town.passes()
    assert town.calls("Bulk/Crud/Create/Bill") == made + 1
    assert town.calls("List/Bill") > looked


@pytest.mark.parametrize("was_entered", [True, False])
def test_a_check_for_a_part_of_an_invoice_is_not_recorded_a_second_time(begin: Begin, was_entered: bool) -> None:  # noqa: FBT001
    town = begin(collect="send")
    order = town.sold(TEN)
    if was_entered:
        enters_check(town, order)
    backup = town.backs_up()
    if not was_entered:
        enters_check(town, order)
    town.passes(seconds=600)
    (receipt,) = town.at_billcom("ReceivedPay")
    town.restores(backup)
    town.passes(seconds=1200)
    if not was_entered:
        enters_check(town, order)
    town.passes(seconds=1200)

    (record,) = town.operations("record", "planned")
    assert record.parked == "difference"
    assert receipt.id in (record.evidence or {})["difference"]
    town.billcom.resolve(record.id, actor="eve", reason="the check of 4.00", adopt=receipt.id)
    town.pays_by_link(order)
    town.waits(bank_days=9)

    town.ends(collected="6.00", outside="4.00", paid_out="9.00", fees="1.00")


def enters_check(town: Town, order: Order) -> None:
    """Enter a check for a part of an order."""
    today = town.world.clock.now().astimezone(town.world.settings.zone).date()
    town.billcom.record_payment(order, amount=Decimal("4.00"), date=today, reference="check 7", actor="eve")
