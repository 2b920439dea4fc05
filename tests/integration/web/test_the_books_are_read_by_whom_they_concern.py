from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.integration.web.conftest import PREFIX, Visitor

STAFF_ONLY = ("/books/trial", "/books/ledger/bank", "/books/balances", "/books/clearing", "/books/totals?year=2031")


def own_id(visitor: Visitor) -> str:
    ((found,),) = [visitor.get("/parties?role=vendor")["items"]]
    return str(found["id"])


def fetch(visitor: Visitor, path: str) -> TestResponse:
    answer = visitor.client.get(PREFIX + path, headers=visitor.headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    return answer


def year_of(staff: Visitor) -> str:
    return str(staff.get("/settlements")["items"][0]["settled_at"])[:4]


def test_a_seller_reads_his_own_statement_and_nobody_elses(ann: Visitor, bob: Visitor, staff: Visitor) -> None:
    year, mine = year_of(staff), own_id(ann)

    found = ann.get(f"/parties/{mine}/statement?period={year}")

    assert (found["sales"], found["fees"], found["closing_cents"]) == ("15.00", "-1.50", 13_50)
    assert found["is_proved"] is True
    assert [line["reference"] for line in found["lines"] if line["cause"] == "sale"] == ["1", "2"]
    bob.get(f"/parties/{mine}/statement?period={year}", 404)
    assert staff.get(f"/parties/{mine}/statement?period={year}") == found


def test_a_buyer_has_no_statement(ada: Visitor, staff: Visitor) -> None:
    (buyer,) = ada.get("/parties")["items"]

    ada.get(f"/parties/{buyer['id']}/statement?period={year_of(staff)}", 404)


def test_nobody_reads_a_statement_unasked(nobody: Visitor, ann: Visitor, staff: Visitor) -> None:
    nobody.get(f"/parties/{own_id(ann)}/statement?period={year_of(staff)}", 403)


def test_a_statement_comes_as_a_page_that_loads_nothing(ann: Visitor, staff: Visitor) -> None:
    answer = fetch(ann, f"/parties/{own_id(ann)}/statement?period={year_of(staff)}&format=html")

    assert answer.mimetype == "text/html"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Statement for Seller 1" in answer.text


def test_a_statement_comes_as_a_file(ann: Visitor, staff: Visitor) -> None:
    year = year_of(staff)
    answer = fetch(ann, f"/parties/{own_id(ann)}/statement?period={year}&format=csv")

    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="statement-Seller_1-{year}.csv"'
    assert list(csv.DictReader(io.StringIO(answer.text)))[-1]["Balance"] == "13.50"


@pytest.mark.parametrize("query", ["", "?period=yesterday", "?period=2031&format=pdf", "?period=2031&of=bob"])
def test_a_statement_of_no_period_is_refused(ann: Visitor, query: str) -> None:
    assert ann.get(f"/parties/{own_id(ann)}/statement{query}", 400)["code"] == "invalid_query"


@pytest.mark.parametrize("path", [*STAFF_ONLY, "/books/export?period=2031"])
def test_the_books_are_for_staff(ann: Visitor, nobody: Visitor, path: str) -> None:
    assert ann.get(path, 403)["code"] in {"staff_only", "not_allowed"}
    nobody.get(path, 403)


def test_staff_read_every_account(staff: Visitor) -> None:
    trial = staff.get("/books/trial")
    page = staff.get("/books/ledger/seller_payable?limit=1")
    rest = staff.get(f"/books/ledger/seller_payable?after={page['after']}")

    assert trial["total_cents"] == 0
    assert page["items"][0]["meaning"] == "sale"
    assert (rest["opening_cents"], rest["after"]) == (page["closing_cents"], None)
    payable = next(each["cents"] for each in trial["accounts"] if each["account"] == "seller_payable")
    assert rest["closing_cents"] == payable
    staff.get("/books/ledger/cash", 400)
    staff.get("/books/ledger/bank?since=soon", 400)


def test_staff_read_one_sellers_account(staff: Visitor, ann: Visitor) -> None:
    page = staff.get(f"/books/ledger/seller_payable?party={own_id(ann)}&since=2001-01-01&until=2099-01-01")

    assert page["closing_cents"] == -13_50
    assert {each["party"] for each in page["items"]} == {"Seller 1"}


def test_staff_read_what_stands_open_and_for_whom(staff: Visitor) -> None:
    balances = staff.get("/books/balances?role=vendor")

    assert staff.get("/books/clearing") == {"items": []}
    assert {each["local_id"]: each["owed"] for each in balances["items"]} == {"1": "13.50", "2": "17.50"}


def test_staff_fetch_the_journal(staff: Visitor) -> None:
    answer = fetch(staff, f"/books/export?period={year_of(staff)}&format=journal")

    lines: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="journal-')
    assert {line["Account"] for line in lines} >= {"Buyer receivable", "Seller payable", "Fee income"}
    staff.get("/books/export", 400)
    staff.get("/books/export?period=2031&format=xml", 400)


def test_staff_read_a_year(staff: Visitor) -> None:
    year = year_of(staff)

    page = staff.get(f"/books/totals?year={year}&limit=1")
    answer = fetch(staff, f"/books/totals?year={year}&limit=1&format=csv")

    assert len(page["items"]) == 1
    assert answer.headers["X-After"] == page["after"]
    assert len(answer.text.splitlines()) == 2
    staff.get("/books/totals", 400)
    staff.get("/books/totals?year=two", 400)
