"""Reads and pass-throughs over the wire: what they take of the limits, what they give back, and what they note."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from flask_billcom.api import requests as wire
from flask_billcom.api.records import Bill, Vendor
from flask_billcom.api.transport import Upload
from flask_billcom.engine.errors import NoCapacity
from flask_billcom.engine.limits import MAIL
from flask_billcom.errors import (
    ConnectionFailed,
    InvalidRequest,
    MalformedReply,
    NotFound,
    OutcomeUnknown,
    RequestTimedOut,
    SessionExpired,
)
from flask_billcom.models import Quota, Slot
from tests.unit.engine.workshop import TIMING, Workshop

READ = wire.list_page(Vendor)
LIST = "List/Vendor"
VENDORS = "Bulk/Crud/Create/Vendor"
SECOND = timedelta(seconds=1)


def made(*names: str) -> wire.Call:
    return wire.bulk_create([Vendor(name=name) for name in names])


def heard(shop: Workshop) -> list[Any]:
    """Return what will be given to the transport."""
    seen: list[Any] = []
    send = shop.transport.call

    def call(path: str, *args: Any, **options: Any) -> Any:
        seen.append((path, args, options, shop.rows(Slot, Slot.slot)[0].lease_until))
        return send(path, *args, **options)

    shop.transport.call = call  # type: ignore[method-assign]  # listens
    return seen


def test_a_read_goes_once_in_a_slot_of_its_own(shop: Workshop) -> None:
    live = shop.sessions.live()
    seen = heard(shop)
    call = READ

    reply = shop.gateway.read(call)

    assert (reply.ok, reply.data) == (True, [])
    ((path, (data,), options, until),) = seen
    assert (path, data, until) == (f"{LIST}.json", call.data, shop.now + TIMING.lease)
    assert options["session_id"].reveal() == live.token.reveal()
    assert (options["end_point"], options["idempotent"], options["upload"]) == (shop.transport.base_url, True, None)
    assert (shop.slots_taken(), shop.used()) == (0, 2)


def test_a_read_whose_session_has_idled_signs_in_first(shop: Workshop) -> None:
    shop.sessions.live()
    shop.advance(timedelta(minutes=31))
    seen = heard(shop)

    assert shop.gateway.read(READ).ok is True

    (*_, (path, _, options, until)) = seen
    assert (path, until) == (f"{LIST}.json", shop.now + TIMING.lease)
    assert options["session_id"].reveal() == shop.sessions.live().token.reveal()
    assert [row.state for row in shop.generations()] == ["fenced", "valid"]
    assert shop.slots_taken() == 0


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_read_takes_of_the_reserve_and_a_change_does_not(
    shop: Workshop,
    signed_in: bool,  # noqa: FBT001
) -> None:
    shop.gateway.read(READ)
    with shop.store.write() as rows:
        rows.session.merge(
            Quota(key_hash="key", name="all", window=shop.now.replace(minute=0, second=0, microsecond=0), used=19_000)
        )
    assert shop.gateway.read(READ).ok

    if not signed_in:
        shop.sessions.expired(1)
    with pytest.raises(NoCapacity):
        shop.gateway.change(made("Ann"))
    assert shop.vendors() == []


def test_a_read_is_repeated_once_with_a_new_session(shop: Workshop) -> None:
    shop.sessions.live()
    shop.simulator.plan_fault("bdc:BDC_1109", LIST)

    assert shop.gateway.read(READ).ok

    first, second = shop.generations()
    assert (first.state, first.fenced_at, first.dead_at, second.state) == ("fenced", shop.now, None, "valid")
    assert shop.journal() == ["Login", LIST, "Login", LIST]
    shop.simulator.plan_fault("bdc:BDC_1109", LIST, count=2)
    with pytest.raises(SessionExpired):
        shop.gateway.read(READ)
    assert shop.slots_taken() == 0


def test_a_change_is_sent_once_whatever_is_said(shop: Workshop) -> None:
    shop.sessions.live()
    shop.simulator.plan_fault("bdc:BDC_1109", VENDORS)

    with pytest.raises(SessionExpired):
        shop.gateway.change(made("Ann"))

    assert shop.journal() == ["Login", VENDORS]
    assert [row.state for row in shop.generations()] == ["fenced"]


def test_a_change_says_that_it_changes_something_and_counts_in_its_classes(shop: Workshop) -> None:
    shop.sessions.live()
    seen = heard(shop)

    reply = shop.gateway.change(made("Ann"), classes=("all", MAIL))

    assert reply.ok
    assert seen[0][2]["idempotent"] is False
    assert (shop.used("all"), shop.used(MAIL), shop.slots_taken()) == (2, 1, 0)
    shop.gateway.change(made("Ben"))
    assert (shop.used("all"), shop.used(MAIL)) == (3, 1)


def test_a_bulk_answer_comes_back_also_where_objects_were_refused(shop: Workshop) -> None:
    reply = shop.gateway.change(made("Ann", "x" * 101))

    assert reply.has_items


def test_a_file_goes_along_with_its_change(shop: Workshop) -> None:
    shop.gateway.change(made("Ann"))
    (vendor,) = shop.simulator.world.store["Vendor"].by_id

    sent = shop.gateway.change(wire.upload_attachment(Upload("w9.pdf", b"%PDF-1.4 what Ann signed"), object_id=vendor))

    assert sent.ok
    kept = shop.simulator.world.uploads[sent.data["documentUploadedId"]]
    assert (kept.object_id, kept.content) == (vendor, b"%PDF-1.4 what Ann signed")


@pytest.mark.parametrize(
    ("code", "error"), [("BDC_1119", InvalidRequest), ("BDC_1205", OutcomeUnknown), ("BDC_9999", OutcomeUnknown)]
)
def test_a_refused_change_raises_its_error_only_where_nothing_happened(
    shop: Workshop, code: str, error: type[Exception]
) -> None:
    shop.simulator.plan_fault(f"bdc:{code}", VENDORS)

    with pytest.raises(error) as raised:
        shop.gateway.change(made("Ann"))
    assert VENDORS in str(raised.value)
    assert shop.slots_taken() == 0


def test_a_refused_change_of_several_is_open_where_one_may_be_the_cause(shop: Workshop) -> None:
    shop.simulator.plan_fault("bdc:BDC_1119", VENDORS)

    with pytest.raises(OutcomeUnknown):
        shop.gateway.change(made("Ann", "Ben"))


def test_a_refused_read_raises_its_error_with_what_was_called(shop: Workshop) -> None:
    shop.simulator.plan_fault("bdc:BDC_1205", LIST)

    with pytest.raises(NotFound) as raised:
        shop.gateway.read(READ)
    assert (raised.value.method, raised.value.code) == (LIST, "BDC_1205")


@pytest.mark.parametrize(
    ("fault", "error", "slots"),
    [("connect_refused", ConnectionFailed, 0), ("timeout_before", RequestTimedOut, 1), ("garbage", MalformedReply, 1)],
)
def test_the_slot_of_a_silence_stays_taken(shop: Workshop, fault: str, error: type[Exception], slots: int) -> None:
    shop.sessions.live()
    shop.simulator.plan_fault(fault, LIST)

    with pytest.raises(error):
        shop.gateway.read(READ)
    assert shop.slots_taken() == slots


def test_a_used_up_hour_closes_and_says_until_when(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.sessions.live()
    shop.simulator.plan_fault("bdc:BDC_1144", LIST)
    asked: list[tuple[float, float]] = []

    def jitter(low: float, high: float) -> float:
        asked.append((low, high))
        return 20.0

    monkeypatch.setattr(shop.clock, "jitter", jitter)

    with pytest.raises(NoCapacity) as full:
        shop.gateway.read(READ)

    assert asked == [(0, 60)]
    assert full.value.retry_at == shop.now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1, seconds=20)
    assert {each.closed_until for each in shop.rows(Quota, Quota.window) if each.name == "all"} == {full.value.retry_at}
    assert shop.slots_taken() == 0


@pytest.mark.parametrize("code", ["BDC_1322", "BDC_1107"])
def test_a_busy_server_asks_for_a_second(shop: Workshop, code: str) -> None:
    shop.sessions.live()
    shop.simulator.plan_fault(f"bdc:{code}", LIST)

    with pytest.raises(NoCapacity) as full:
        shop.gateway.read(READ)
    assert full.value.retry_at == shop.now + SECOND


def test_the_servers_time_is_noted(shop: Workshop) -> None:
    shop.sessions.live()
    shop.clock.offset = timedelta(hours=1)
    assert shop.server_time.now() == shop.clock.now()

    shop.gateway.read(READ)

    assert shop.server_time.now() == shop.clock.now() - timedelta(hours=1)


# -- files ---------------------------------------------------------------------------------------------------------


def test_a_file_is_fetched_in_a_slot_of_its_own(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    live = shop.sessions.live()
    seen: list[Any] = []

    def fetch(path: str, query: Any, **options: Any) -> str:
        seen.append((path, query, options, shop.slots_taken(), shop.rows(Slot, Slot.slot)[0].lease_until))
        return "file"

    monkeypatch.setattr(shop.transport, "fetch", fetch)

    assert shop.gateway.fetch("Invoice2PdfServlet", {"Id": "1"}) == "file"  # type: ignore[comparison-overlap]
    ((path, query, options, slots, until),) = seen
    assert (path, query, slots, until) == ("Invoice2PdfServlet", {"Id": "1"}, 1, shop.now + TIMING.lease)
    assert options["session_id"].reveal() == live.token.reveal()
    assert options["end_point"] == shop.transport.base_url
    assert (shop.slots_taken(), shop.used()) == (0, 2)


def test_a_file_is_fetched_from_the_reserve(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.sessions.live()
    monkeypatch.setattr(shop.transport, "fetch", lambda *_args, **_options: "file")
    with shop.store.write() as rows:
        rows.session.merge(
            Quota(key_hash="key", name="all", window=shop.now.replace(minute=0, second=0, microsecond=0), used=19_999)
        )

    shop.gateway.fetch("Invoice2PdfServlet", {})
    with pytest.raises(NoCapacity):
        shop.gateway.fetch("Invoice2PdfServlet", {})


@pytest.mark.parametrize(
    ("fault", "error", "slots"), [("connect_refused", ConnectionFailed, 0), ("timeout_before", RequestTimedOut, 1)]
)
def test_the_slot_of_a_file_that_was_never_asked_for_is_free_again(
    shop: Workshop, fault: str, error: type[Exception], slots: int
) -> None:
    shop.sessions.live()
    shop.simulator.plan_fault(fault, "*")

    with pytest.raises(error):
        shop.gateway.fetch("Invoice2PdfServlet", {})
    assert shop.slots_taken() == slots


# -- typed reads ---------------------------------------------------------------------------------------------------


def test_one_object_is_read_with_the_servers_time_or_is_not_there(shop: Workshop) -> None:
    shop.gateway.change(made("Ann"))
    (remote_id,) = shop.simulator.world.store["Vendor"].by_id

    found, date = shop.reads.dated(Vendor, remote_id)
    assert found is not None
    assert (found.name, date) == ("Ann", shop.now)
    assert shop.reads.one(Vendor, remote_id) == found
    assert shop.reads.dated(Bill, "00n01ZZZZZZZZZZZZZZZ") == (None, shop.now)
    assert shop.reads.one(Bill, "00n01ZZZZZZZZZZZZZZZ") is None
