"""What somebody else made under a number of ours, long before our own attempt, and what a person may do about it."""

from __future__ import annotations

from typing import Any

import pytest

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.models import Operation
from flask_billcom.simulator.catalogue import ENTITIES
from flask_billcom.simulator.serving import crud
from tests.stories.conftest import Begin
from tests.stories.town import Town

TEN = ("ann", "10.00", "1.00")


def enters_bill(town: Town, number: str, dollars: str) -> Any:
    """Let a bookkeeper enter a bill of ann in Bill.com's own page."""
    obj = {
        "entity": "Bill",
        "vendorId": town.vendor("ann").id,
        "invoiceNumber": number,
        "invoiceDate": "2026-03-02",
        "dueDate": "2026-03-02",
        "billLineItems": [{"entity": "BillLineItem", "amount": dollars}],
    }
    return town.world.simulator.under_lock(lambda bill: crud.single(bill, ENTITIES["Bill"], "Create", {"obj": obj}))


def finds_an_older_bill(begin: Begin) -> tuple[Town, Any, Operation]:
    """Let a bill get no answer, whose number a bookkeeper has given to one that he entered two days before.

    It is seen because the look goes back to the first attempt of another bill, which has waited for days.
    """
    town = begin(collect="send", release="on_settlement", float_cents=100_00)
    town.breaks("timeout_before", "Bulk/Crud/Create/Bill", count=3)
    town.sells(TEN)
    town.passes()
    (waits,) = town.operations("create_bill", "quarantined")
    entered = enters_bill(town, "R-77", "9.00")
    town.waits(bank_days=1)
    town.sells(TEN)
    town.waits(bank_days=1)
    town.operator("edit", id=entered.id, values={"invoiceNumber": "FB-3-1"})
    town.breaks("timeout_before", "Bulk/Crud/Create/Bill", count=2)
    town.billcom.resolve(waits.id, actor="eve", reason="it never came there")
    town.sells(TEN)
    town.passes()
    absent, older = town.operations("create_bill", "quarantined")
    assert (absent.id, older.natural_key) == (waits.id, "FB-3-1")
    assert "older than our first attempt" in (older.evidence or {})["reason"]
    town.waits(bank_days=1)
    town.billcom.resolve(absent.id, actor="eve", reason="it never came there either")
    return town, entered, older


def bills_of_the_third(town: Town) -> list[tuple[str, bool]]:
    return [(bill.id, bill.is_active) for bill in town.at_billcom("Bill", invoiceNumber="FB-3-1")]


def pays_everybody(town: Town) -> None:
    """Let the buyer pay all three orders, and the sellers be paid."""
    town.pays_by_link(*town.orders)
    town.waits(bank_days=9)


def test_a_bill_is_not_made_beside_an_older_one_of_its_number_whatever_a_person_says(begin: Begin) -> None:
    town, entered, older = finds_an_older_bill(begin)

    for act in (town.billcom.resolve, town.billcom.cancel_operation):
        with pytest.raises(NotPossible, match=f"{entered.id} of .*; adopt it with its id, or void, delete"):
            act(older.id, actor="eve", reason="I see nothing there")
    assert bills_of_the_third(town) == [(entered.id, True)]


def test_the_older_bill_is_adopted_by_a_persons_word_although_it_was_made_days_before(begin: Begin) -> None:
    town, entered, older = finds_an_older_bill(begin)
    town.billcom.resolve(older.id, actor="eve", adopt=entered.id, reason="the bookkeeper entered it for this order")
    pays_everybody(town)

    assert bills_of_the_third(town) == [(entered.id, True)]
    town.ends(collected="30.00", paid_out="27.00", fees="3.00")


def test_ours_is_not_made_beside_a_deleted_bill_that_was_paid(begin: Begin) -> None:
    town, entered, older = finds_an_older_bill(begin)
    town.operator("pay_bill", id=entered.id)
    town.operator("delete", id=entered.id)

    with pytest.raises(NotPossible, match=f"{entered.id} of .*; adopt it with its id, or void, delete"):
        town.billcom.resolve(older.id, actor="eve", reason="the bookkeeper's was a mistake")
    assert bills_of_the_third(town) == [(entered.id, False)]


def test_ours_is_made_by_a_persons_word_once_the_older_bill_is_deleted(begin: Begin) -> None:
    town, entered, older = finds_an_older_bill(begin)
    town.operator("delete", id=entered.id)
    town.billcom.resolve(older.id, actor="eve", reason="the bookkeeper's was a mistake")
    pays_everybody(town)

    assert [is_active for _, is_active in bills_of_the_third(town)] == [False, True]
    town.ends(collected="30.00", paid_out="27.00", fees="3.00")
