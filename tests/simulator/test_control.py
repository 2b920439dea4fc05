from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.caller import Caller, MakeCaller, Refuse


def test_the_clock_is_told_where_to_go(bill: Caller) -> None:
    assert bill.control("clock")["now"] == "2026-03-02T17:00:00+00:00"
    assert bill.control("clock", {"advance_s": 90.5})["now"] == "2026-03-02T17:01:30.500000+00:00"
    assert bill.control("clock", {"to": "2026-03-06T20:00:00"})["mode"] == "manual"
    moved = bill.control("clock", {"business_days": 1})
    assert moved["now"] == "2026-03-09T19:00:00+00:00"  # noon of Monday, daylight saving time
    assert "past" in bill.control("clock", {"to": "2020-01-01"})["error"]
    assert "give one of" in bill.control("clock", {"nonsense": 1})["error"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"advance_s": -1},
        {"advance_s": 1e300},
        {"business_days": -1},
        {"business_days": 10**9},
        {"business_days": 49_999},
        {"to": "9999-12-31"},
    ],
)
def test_a_clock_that_is_told_to_go_where_no_time_is_stays_where_it_was(bill: Caller, wrong: dict[str, Any]) -> None:
    assert "the clock goes" in bill.control("clock", wrong)["error"]
    assert bill.control("clock")["now"] == "2026-03-02T17:00:00+00:00"


def test_the_clock_goes_to_the_next_event(bill: Caller) -> None:
    customer = bill.customer(chargeable=True)
    bill.charge(customer, (bill.invoice(customer), 10))
    kinds = []
    while (state := bill.control("clock"))["next_event"]:
        kinds.append((state["next_event"], state["next_event_kind"]))
        bill.control("clock", {"to_next_event": True})
    assert kinds == [
        ("2026-03-03T16:00:00+00:00", "buyers_pay"),
        ("2026-03-03T17:00:00+00:00", "collect"),
        ("2026-03-04T17:00:00+00:00", "confirm"),
    ]


def test_switches_are_read_and_set(bill: Caller) -> None:
    assert bill.control("switches")["overpay"] == "accept"
    assert bill.control("switches", {"overpay": "refuse", "list_lag_s": 1.5})["overpay"] == "refuse"
    assert bill.simulator.settings.list_lag_s == 1.5
    for wrong in ({"overpay": "perhaps"}, {"nonsense": 1}, {"password": "x"}, {"hourly_cap": -1}, {"buyers_pay": 1}):
        assert "switch" in bill.control("switches", wrong)["error"], wrong


def test_the_books_show_counts_cents_and_rows(bill: Caller) -> None:
    vendor = bill.vendor()
    bill.bill(vendor, "12.34")
    books = bill.control("books")
    assert books["counts"]["Bill"] == 1
    assert books["by_state"]["Bill"] == {"1": {"count": 1, "cents": 1234}}
    assert books["cents"]["payable"] == 1234
    page = bill.control("books/Bill")
    assert page["rows"][0]["billLineItems"][0]["amount"] == 1234
    assert bill.control("books/Bill?start=1")["rows"] == []
    assert "unknown" in bill.control("books/Nonsense")["error"]


def test_the_bank_knows_full_numbers(payer: Caller) -> None:
    payer.vendor(number="1234567")
    payer.customer(chargeable=True, number="7654321")
    numbers = {each["account_number"] for each in payer.control("bank")["accounts"]}
    assert {"1234567", "7654321"} <= numbers


def test_the_journal_holds_every_request_with_its_effect(bill: Caller) -> None:
    before = bill.control("journal")["count"]
    vendor = bill.vendor()
    with pytest.raises(Exception, match="BDC_1205"):
        bill.read("Vendor", "00901AAAAAAAAAAAAaaa")
    journal = bill.control(f"journal?since={before}")
    first, second = journal["entries"]
    assert (first["endpoint"], first["effects"], first["code"]) == ("Crud/Create/Vendor", [vendor["id"]], "")
    assert (second["endpoint"], second["effects"], second["code"]) == ("Crud/Read/Vendor", [], "BDC_1205")
    assert first["in_flight"] == 1
    assert journal["calls"]["Login"] == 1
    assert journal["max_calls_per_hour"] == before + 2
    assert bill.simulator.journal.since(0, "Login")[0].endpoint == "Login"


def test_a_snapshot_is_a_whole_state(bill: Caller, refused: Refuse) -> None:
    vendor = bill.vendor()
    bill.control("snapshot", {"name": "before"})
    made = bill.bill(vendor)
    bill.simulator.clock.advance(business_days=3)
    bill.control("restore", {"name": "before"})
    assert bill.control("clock")["now"] == "2026-03-02T17:00:00+00:00"
    assert bill.simulator.books.bills == []
    assert bill.bill(vendor)["id"] == made["id"]
    bill.control("reset", {})
    assert bill.simulator.books.vendors == []
    refused("BDC_1109", bill, "CurrentTime")
    assert "unknown" in bill.control("restore", {"name": "nonsense"})["error"]


def test_a_person_pays_edits_deletes_and_merges(bill: Caller) -> None:
    vendor, other = bill.vendor("A"), bill.vendor("B")
    made = bill.bill(vendor, 10)
    paid = bill.control("people", {"act": "pay_bill", "id": made["id"]})
    assert (paid["entity"], paid["amount"]) == ("SentPay", 1000)
    assert bill.control("people", {"act": "cancel", "id": paid["id"]})["status"] == "3"
    edited = bill.control(
        "people", {"act": "edit_bill", "id": made["id"], "values": {"billLineItems": [{"amount": 7}]}}
    )
    assert edited["amount"] == 700
    merged = bill.control("people", {"act": "merge_vendor", "id": vendor["id"], "into": other["id"]})
    assert (merged["mergedIntoId"], merged["isActive"]) == (other["id"], "2")
    assert bill.read("Bill", made["id"])["vendorId"] == other["id"]
    assert bill.read("Vendor", other["id"])["balance"] == 7
    assert bill.control("people", {"act": "deny", "id": made["id"]})["approvalStatus"] == "5"
    assert bill.control("people", {"act": "delete", "id": made["id"]})["isActive"] == "2"
    assert bill.control("people", {"act": "undelete", "id": made["id"]})["isActive"] == "1"
    assert bill.control("people", {"act": "record_payment", "id": made["id"]})["isOnline"] is False
    assert "there is no act" in bill.control("people", {"act": "dance"})["error"]
    assert "unknown" in bill.control("people", {"act": "delete", "id": "nobody"})["error"]


def test_one_seed_repeats_bit_for_bit(make_caller: MakeCaller) -> None:
    def story(seed: Any) -> Any:
        caller = make_caller(seed=seed)
        caller.trust()
        made = caller.bill(caller.vendor(number="1234567"))
        caller.simulator.clock.advance(business_days=2)
        caller.again()
        sent = caller.pay((made, 10))
        caller.simulator.clock.advance(business_days=5)
        return sent, caller.control("bank"), caller.control("books/SentPay"), caller.session_id

    assert story(7) == story(7)
    assert story(7)[0][0]["id"] != story(8)[0][0]["id"]


def test_unknown_controls_answer_404(bill: Caller) -> None:
    assert bill.http.get("https://x.test/simulator/nonsense", timeout=5).status_code == 404
    assert bill.http.post("https://x.test/simulator/clock", data="[1]", timeout=5).status_code == 400
