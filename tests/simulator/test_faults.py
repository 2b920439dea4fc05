from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import Any

import pytest
import requests

from flask_billcom.simulator import Fault
from flask_billcom.simulator.serving.faults import FORCED, KINDS
from flask_billcom.simulator.serving.server import serve
from tests.simulator.caller import Caller, MakeCaller, Refuse

NO_EFFECT = {
    "connect_refused": requests.ConnectionError,
    "reset_before": requests.ConnectionError,
    "idle_close": requests.ConnectionError,
    "timeout_before": requests.ReadTimeout,
}
EFFECT = {"reset_after": requests.ConnectionError, "timeout_after": requests.ReadTimeout}


def create(caller: Caller, url: str = "") -> Any:
    form = {
        "devKey": caller.simulator.settings.dev_key,
        "sessionId": caller.session_id,
        "data": json.dumps({"obj": {"entity": "Vendor", "name": "V"}}),
    }
    http = requests if url else caller.http
    return http.post(
        f"{url or caller.base.removesuffix('/api/v2')}/api/v2/Crud/Create/Vendor.json", data=form, timeout=0.5
    )


def made(caller: Caller) -> Any:
    return len(caller.simulator.books.vendors)


@pytest.mark.parametrize("over_http", [False, True])
@pytest.mark.parametrize(
    ("kind", "error", "effect"),
    [
        *((kind, error, 0) for kind, error in NO_EFFECT.items()),
        *((kind, error, 1) for kind, error in EFFECT.items()),
    ],
)
def test_a_broken_wire_looks_the_same_in_process_and_over_http(
    bill: Caller, kind: Any, error: Any, effect: Any, over_http: Any
) -> None:
    bill.simulator.plan_fault(kind, "Crud/Create/Vendor")
    with serve(bill.simulator) as server:
        with pytest.raises(error):
            create(bill, server.url if over_http else "")
        assert made(bill) == effect
        assert create(bill, server.url if over_http else "").json()["response_status"] == 0


def test_a_refused_connection_says_that_nothing_was_sent(bill: Caller) -> None:
    bill.simulator.plan_fault("connect_refused")
    with pytest.raises(requests.ConnectionError) as caught:
        create(bill)
    assert type(caught.value.args[0].reason).__name__ == "NewConnectionError"


@pytest.mark.parametrize("over_http", [False, True])
@pytest.mark.parametrize(
    ("kind", "status", "effect"),
    [
        ("http_5xx_before", 503, 0),
        ("http_5xx_after", 503, 1),
        ("garbage", 200, 1),
        ("truncated", 200, 1),
        ("empty", 200, 1),
        ("html", 200, 1),
    ],
)
def test_answers_that_are_no_json(bill: Caller, kind: Any, status: Any, effect: Any, over_http: Any) -> None:
    bill.simulator.plan_fault(kind)
    with serve(bill.simulator) as server:
        reply = create(bill, server.url if over_http else "")
    assert reply.status_code == status
    with pytest.raises(json.JSONDecodeError):
        json.loads(reply.text)
    assert made(bill) == effect


@pytest.mark.parametrize("over_http", [False, True])
def test_a_body_shorter_than_announced(bill: Caller, over_http: Any) -> None:
    bill.simulator.plan_fault("cut")
    with serve(bill.simulator) as server, pytest.raises(requests.exceptions.ChunkedEncodingError):
        create(bill, server.url if over_http else "")
    assert made(bill) == 1


@pytest.mark.parametrize("over_http", [False, True])
def test_a_body_that_dribbles(bill: Caller, over_http: Any) -> None:
    bill.simulator.plan_fault("dribble", seconds=0.00005)
    with serve(bill.simulator) as server:
        assert create(bill, server.url if over_http else "").json()["response_status"] == 0


@pytest.mark.parametrize("over_http", [False, True])
def test_an_answer_slower_than_the_client_waits(bill: Caller, over_http: Any) -> None:
    bill.simulator.plan_fault("slow", seconds=2)
    with serve(bill.simulator) as server:
        began = time.monotonic()
        with pytest.raises(requests.ReadTimeout):
            create(bill, server.url if over_http else "")
        assert time.monotonic() - began < 1.5
    assert made(bill) == 1


@pytest.mark.parametrize(("kind", "effect"), [("bdc:BDC_1322", 0), ("bdc_after:BDC_1001", 1)])
def test_forced_codes(bill: Caller, refused: Refuse, kind: Any, effect: Any) -> None:
    bill.simulator.plan_fault(kind)
    refused(kind.partition(":")[2], bill.vendor)
    assert made(bill) == effect


def test_a_late_effect_lands_when_the_clock_gets_there(bill: Caller) -> None:
    bill.simulator.plan_fault("late_effect", "Crud/*", seconds=600)
    with pytest.raises(requests.ReadTimeout):
        create(bill)
    bill.simulator.clock.advance(seconds=599)
    assert made(bill) == 0
    bill.simulator.clock.advance(seconds=1)
    assert made(bill) == 1
    assert bill.simulator.books.vendors[0].created == bill.simulator.world.clock.millis()
    landed = bill.simulator.entries()[-1]
    assert (landed.fault, landed.code, landed.effects) == ("landed", "", (bill.simulator.books.vendors[0].id,))


def test_a_snapshot_keeps_what_is_on_its_way(payer: Caller) -> None:
    customer, vendor = payer.customer(chargeable=True), payer.vendor()
    invoice = payer.invoice(customer)
    payer.simulator.plan_fault("late_effect", "*", seconds=600, count=2)
    with pytest.raises(requests.ReadTimeout):
        payer.bill(vendor)
    with pytest.raises(requests.ReadTimeout):
        payer("SendInvoice", {"invoiceId": invoice["id"]})

    payer.simulator.snapshot()
    for _ in range(2):
        payer.simulator.restore()
        assert payer.simulator.books.bills == []
        payer.simulator.clock.advance(seconds=600)
        assert len(payer.simulator.books.bills) == 1
        assert [entry.endpoint for entry in payer.simulator.entries()[-2:]] == ["Crud/Create/Bill", "SendInvoice"]


def test_a_late_effect_of_a_dead_session_does_not_land(bill: Caller) -> None:
    bill.simulator.plan_fault("late_effect", "Crud/*", seconds=600)
    with pytest.raises(requests.ReadTimeout):
        create(bill)
    bill("Logout")
    bill.simulator.clock.advance(seconds=600)
    assert made(bill) == 0
    assert bill.simulator.entries()[-1].code == "BDC_1109"


def test_an_error_may_come_before_the_end_of_the_work(make_caller: MakeCaller, refused: Refuse) -> None:
    bill = make_caller(answer="early", landing_s=60)
    bill.simulator.plan_fault("bdc:BDC_1001", "Crud/*")
    refused("BDC_1001", bill.vendor)
    bill.simulator.clock.advance(seconds=60)
    assert made(bill) == 1


def test_what_is_refused_at_the_door_is_never_worked_on(make_caller: MakeCaller, refused: Refuse) -> None:
    bill = make_caller(answer="early", landing_s=60)
    for code in ("BDC_1109", "BDC_1144", "BDC_1322"):
        bill.simulator.plan_fault(f"bdc:{code}", "Crud/*")
        refused(code, bill.vendor)
    bill.simulator.clock.advance(seconds=60)
    assert made(bill) == 0


def test_bulk_answers_may_be_short_or_reordered(bill: Caller) -> None:
    objects = [{"obj": {"entity": "Vendor", "name": name}} for name in "abcd"]
    for kind, names in (("short_bulk", ["a", "b"]), ("reordered_bulk", ["d", "c", "b", "a"])):
        bill.simulator.plan_fault(kind)
        found = bill("Bulk/Crud/Create/Vendor", {"bulk": objects})["bulk"]
        assert [each["response_data"]["name"] for each in found] == names


def test_of_many_objects_some_may_be_made_before_the_answer_is_an_error(bill: Caller, refused: Refuse) -> None:
    objects = [{"obj": {"entity": "Vendor", "name": name}} for name in "abcde"]
    bill.simulator.plan_fault("bdc_some:BDC_9999", "Bulk/*")

    refused("BDC_9999", bill, "Bulk/Crud/Create/Vendor", {"bulk": objects})

    assert [row["name"] for row in bill.simulator.books.vendors] == ["a", "b"]
    assert len(bill.simulator.entries()[-1].effects) == 2


def test_of_many_bills_some_may_be_paid_before_the_answer_is_lost(payer: Caller) -> None:
    vendor = payer.vendor()
    bills = [payer.bill(vendor) for _ in range(3)]
    payer.simulator.plan_fault("timeout_some", "PayBills")
    wanted = {"billPays": [{"billId": bill["id"], "amount": float(bill["amount"])} for bill in bills]}

    with pytest.raises(requests.ReadTimeout):
        payer("PayBills", {"vendorId": vendor["id"], **wanted})

    (sent,) = payer.simulator.books.sent_pays
    assert [part["billId"] for part in sent["billPays"]] == [bills[0]["id"]]


@pytest.mark.parametrize("kind", ["bdc_some:BDC_9999", "timeout_some"])
def test_of_a_lone_object_there_is_no_half(bill: Caller, kind: str) -> None:
    bill.simulator.plan_fault(kind)
    with suppress(requests.ReadTimeout):
        create(bill)
    assert made(bill) == 0


def test_a_list_may_be_stale_for_once(bill: Caller) -> None:
    bill.simulator.plan_fault("stale_list", "List/Vendor", seconds=30)
    bill.vendor()
    assert bill.list("Vendor") == []
    assert len(bill.list("Vendor")) == 1


def test_faults_hit_the_calls_they_name_in_order(bill: Caller, refused: Refuse) -> None:
    bill.simulator.plan_fault("bdc:BDC_1001", "List/*", count=2, skip=1)
    bill.vendor()
    bill.list("Vendor")
    for _ in range(2):
        refused("BDC_1001", bill.list, "Vendor")
    bill.list("Vendor")
    assert bill.control("faults") == {"planned": []}


def test_faults_are_planned_over_the_control_side(bill: Caller, refused: Refuse) -> None:
    answer = bill.control("faults", {"kind": "bdc:BDC_1107", "endpoint": "CurrentTime", "count": 3})
    assert [each["kind"] for each in answer["planned"]] == ["bdc:BDC_1107"]
    refused("BDC_1107", bill, "CurrentTime")
    assert bill.control("faults/clear", {}) == {"planned": []}
    bill("CurrentTime")
    assert "there is no fault" in bill.control("faults", {"kind": "nonsense"})["error"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"count": "2"},
        {"count": -1},
        {"skip": 0.5},
        {"skip": True},
        {"seconds": "1"},
        {"seconds": -1},
        {"status": "503"},
    ],
)
def test_a_fault_of_a_wrong_type_is_refused_and_breaks_no_later_call(bill: Caller, wrong: dict[str, Any]) -> None:
    assert "of a fault" in bill.control("faults", {"kind": "slow", **wrong})["error"]
    assert bill.control("faults") == {"planned": []}
    bill("CurrentTime")


@pytest.mark.parametrize("kind", sorted(KINDS - FORCED))
def test_every_fault_is_in_the_journal(bill: Caller, kind: Any) -> None:
    bill.simulator.plan_fault(kind, seconds=0.001)
    with suppress(requests.RequestException):
        create(bill)
    assert bill.simulator.entries()[-1].fault == kind


def test_a_forced_code_must_be_named() -> None:
    with pytest.raises(ValueError, match="needs a code"):
        Fault("bdc")
