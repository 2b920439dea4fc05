"""Typed reads of whatever answers: what is asked for, and what is no answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from flask_billcom.api import Reply
from flask_billcom.api import requests as wire
from flask_billcom.api.query import Filter, Sort
from flask_billcom.api.records import SentPay, SentPayStatus, Vendor
from flask_billcom.engine.reads import PAGE, Reads
from flask_billcom.errors import MalformedReply, NotFound

AT = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
ID = "00901AAAAAAAAAAAAAAA"
FILTERS = [Filter("name", "=", "Ann")]
SORT = [Sort("createdTime")]


class Answers:
    """Answers each read with what comes next."""

    def __init__(self, *data: Any) -> None:
        self.data = list(data)
        self.calls: list[wire.Call] = []

    def read(self, call: wire.Call) -> Reply:
        self.calls.append(call)
        data = self.data.pop(0)
        if isinstance(data, Exception):
            raise data
        return Reply(200, 0, "Success", data, AT)


def vendor(name: str) -> dict[str, Any]:
    return {"entity": "Vendor", "id": ID, "isActive": "1", "name": name}


def test_a_page_is_asked_for_as_it_is_wanted() -> None:
    answers = Answers([vendor("Ann")])

    page = Reads(answers).page(Vendor, filters=FILTERS, sort=SORT, start=3, max=7, nested=True)

    assert [each.name for each in page.records] == ["Ann"]
    assert page.server_date == AT
    assert answers.calls == [wire.list_page(Vendor, filters=FILTERS, sort=SORT, start=3, max=7, nested=True)]


def test_a_page_begins_at_the_start_and_is_as_long_as_it_can_be() -> None:
    answers = Answers([])
    Reads(answers).page(Vendor)

    assert answers.calls == [wire.list_page(Vendor, filters=(), sort=(), start=0, max=999, nested=False)]


def test_pages_are_read_until_one_is_short() -> None:
    answers = Answers([vendor("a")] * PAGE, [vendor("b")] * PAGE, [vendor("c")])

    pages = list(Reads(answers).pages(Vendor, filters=FILTERS, sort=SORT, nested=True))

    assert [len(page.records) for page in pages] == [999, 999, 1]
    assert answers.calls == [
        wire.list_page(Vendor, filters=FILTERS, sort=SORT, start=start, max=999, nested=True)
        for start in (0, 999, 1998)
    ]
    plain = Answers([])
    list(Reads(plain).pages(Vendor))
    assert plain.calls == [wire.list_page(Vendor, nested=False)]


def test_one_object_is_there_or_not() -> None:
    answers = Answers(vendor("Ann"), NotFound(code="BDC_1205", server_date=AT), vendor("Ben"))
    reads = Reads(answers)

    found, date = reads.dated(Vendor, ID)
    assert found is not None
    assert (found.name, date) == ("Ann", AT)
    assert reads.dated(Vendor, ID) == (None, AT)
    one = reads.one(Vendor, ID)
    assert one is not None
    assert one.name == "Ben"
    assert answers.calls == [wire.read(Vendor, ID)] * 3


def test_payments_are_asked_for_by_the_status_of_their_disbursement() -> None:
    paid = {"entity": "SentPay", "id": "stp01AAAAAAAAAAAAAAA", "status": "2"}
    answers = Answers({"payments": [paid]}, {"payments": []})
    page = Reads(answers).payments("3", start=5, max=9)
    assert Reads(answers).payments("3").records == ()

    (payment,) = page.records
    assert isinstance(payment, SentPay)
    assert (payment.id, payment.status, page.server_date) == (paid["id"], SentPayStatus.PAID, AT)
    assert answers.calls == [wire.list_payments("3", start=5, max=9), wire.list_payments("3", start=0, max=999)]


@pytest.mark.parametrize("data", [[], {}, {"payments": {}}, None])
def test_an_answer_without_payments_is_none(data: Any) -> None:
    with pytest.raises(MalformedReply) as raised:
        Reads(Answers(data)).payments("3")
    assert raised.value.server_date == AT


@pytest.mark.parametrize("data", [{}, None, [[]], ["x"]])
def test_a_list_that_is_none_is_no_answer(data: Any) -> None:
    with pytest.raises(MalformedReply, match=r"Vendor is not an? (list|object)|the list of Vendor is not a list"):
        Reads(Answers(data)).page(Vendor)
    with pytest.raises(MalformedReply, match="a Vendor is not an object"):
        Reads(Answers([])).one(Vendor, ID)
