"""Faults of the wire as the client sees them: what surely did not happen, and what may have."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flask_billcom.api import Certainty, Client, Customer, Secret, Transport, Vendor, classify
from flask_billcom.api import requests as build
from flask_billcom.api.replies import parse_bulk
from flask_billcom.errors import (
    APIError,
    BillcomError,
    ConnectionFailed,
    InvalidRequest,
    MalformedReply,
    OutcomeUnknown,
    RateLimited,
    RequestTimedOut,
)
from flask_billcom.simulator import Simulator

NEVER_REACHED = ["connect_refused"]
LOST = ["reset_before", "reset_after", "timeout_before", "timeout_after", "idle_close", "cut", "late_effect"]
BROKEN = ["http_5xx_before", "http_5xx_after", "garbage", "truncated", "empty", "html"]


def create(client: Client) -> BillcomError:
    with pytest.raises(BillcomError) as caught:
        client.vendors.create(Vendor(name="A"))
    return caught.value


@pytest.mark.parametrize("kind", NEVER_REACHED)
def test_what_was_never_reached_is_safe_to_send_again(client: Client, simulator: Simulator, kind: str) -> None:
    client.vendors.list()
    simulator.plan_fault(kind, "Crud/Create/Vendor")
    error = create(client)
    assert isinstance(error, ConnectionFailed)
    assert classify(error).not_applied
    assert client.vendors.list() == []


@pytest.mark.parametrize("kind", LOST + BROKEN)
def test_what_was_lost_may_have_happened(client: Client, simulator: Simulator, kind: str) -> None:
    client.vendors.list()
    simulator.plan_fault(kind, "Crud/Create/Vendor", seconds=60)
    error = create(client)
    assert isinstance(error, MalformedReply if kind in BROKEN else RequestTimedOut)
    assert classify(error).certainty is Certainty.NO_ANSWER
    assert simulator.journal.calls["Crud/Create/Vendor"] == 1
    happened = kind.endswith("_after") or kind in {"garbage", "truncated", "empty", "html", "cut"}
    assert len(client.vendors.list()) == happened


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("BDC_1322", RateLimited),
        ("BDC_1144", RateLimited),
        ("BDC_1119", InvalidRequest),
        ("BDC_1205", OutcomeUnknown),
        ("BDC_1001", OutcomeUnknown),
        ("BDC_4711", OutcomeUnknown),
    ],
)
def test_a_refusal_is_named_by_what_is_sure(
    client: Client, simulator: Simulator, code: str, expected: type[BillcomError]
) -> None:
    client.vendors.list()
    simulator.plan_fault(f"bdc:{code}", "Crud/Create/Vendor")
    error = create(client)
    assert type(error) is expected
    assert error.code == code


Send = Callable[[list[Customer]], list[Certainty]]


@pytest.fixture
def send(client: Client, transport: Transport, simulator: Simulator) -> Send:
    session_id = Secret(sign_in(client, simulator))

    def once(customers: list[Customer]) -> list[Certainty]:
        call = build.bulk_create(customers)
        reply = transport.call(call.path, call.data, session_id=session_id, idempotent=False)
        items = parse_bulk(reply, customers, number=lambda c: c.name, echo=lambda wire: wire.get("name"))
        return [item.verdict.certainty for item in items]

    return once


def sign_in(client: Client, simulator: Simulator) -> str:
    client.vendors.list()
    return next(iter(simulator.world.sessions.live))


THREE = [Customer(name="A"), Customer(name="B"), Customer(name="C")]
BAD = [Customer(name="A"), Customer(name="x" * 101), Customer(name="C")]
APPLIED, NONE = Certainty.APPLIED, Certainty.NO_ANSWER


def test_a_whole_bulk_answer_is_believed(send: Send) -> None:
    assert send(THREE) == [APPLIED] * 3


def test_a_short_bulk_answer_leaves_its_tail_open(send: Send, simulator: Simulator) -> None:
    simulator.plan_fault("short_bulk", "Bulk/*")
    judged = send(THREE)
    assert judged[-1] is NONE
    assert len(judged) == 3


def test_a_reordered_bulk_answer_leaves_everything_open(send: Send, simulator: Simulator) -> None:
    simulator.plan_fault("reordered_bulk", "Bulk/*")
    assert send(THREE) == [NONE] * 3


@pytest.mark.parametrize("mode", ["per_item", "rollback"])
def test_a_bad_object_among_good_ones_is_told_apart(
    send: Send, simulator: Simulator, client: Client, mode: str
) -> None:
    simulator.switch(bulk=mode)
    judged = send(BAD)
    names = {customer.name for customer in client.customers.list()}
    assert judged[1] is not APPLIED
    for customer, certainty in zip(BAD, judged, strict=True):
        if certainty is APPLIED:
            assert customer.name in names
        if certainty in {Certainty.NOT_APPLIED_RETRY, Certainty.NOT_APPLIED_PARK, Certainty.REFUSED}:
            assert customer.name not in names
    assert (names == {"A", "C"}) is (mode == "per_item")


def test_after_a_lost_call_no_further_chunk_is_sent(client: Client, simulator: Simulator) -> None:
    client.vendors.list()
    simulator.plan_fault("timeout_after", "Bulk/*", skip=1)
    outcomes = client.vendors.bulk_create([Vendor(name=f"V{number}") for number in range(350)])
    assert len(outcomes) == 350
    assert all(outcome.record for outcome in outcomes[:100])
    assert all(isinstance(outcome.error, RequestTimedOut) for outcome in outcomes[100:200])
    assert all(type(outcome.error) is APIError and "not sent" in str(outcome.error) for outcome in outcomes[200:])
    assert simulator.journal.calls["Bulk/Crud/Create/Vendor"] == 2


def test_one_bad_object_does_not_stop_the_others(client: Client) -> None:
    customers = [Customer(name=f"V{number}") for number in range(150)]
    customers[20] = Customer(name="x" * 101)
    outcomes = client.customers.bulk_create(customers)
    assert [outcome.index for outcome in outcomes if outcome.error] == [20]
    assert len(client.customers.list()) == 149


def test_a_bulk_of_ids_puts_away_and_brings_back(client: Client) -> None:
    outcomes = client.vendors.bulk_create([Vendor(name=f"V{number}") for number in range(120)])
    ids = [outcome.record.id for outcome in outcomes if outcome.record and outcome.record.id]
    assert {o.record.is_active for o in client.vendors.bulk_delete(ids) if o.record} == {"2"}
    assert {o.record.is_active for o in client.vendors.bulk_undelete(ids) if o.record} == {"1"}
    updates = [Vendor(id=id_, name="same") for id_ in ids]
    assert {o.record.name for o in client.vendors.bulk_update(updates) if o.record} == {"same"}
