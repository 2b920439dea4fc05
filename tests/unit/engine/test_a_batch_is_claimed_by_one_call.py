"""From what is due to one request: what is claimed by a call, what the call says of it, and when nothing is sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest

from flask_billcom.engine.errors import NoCapacity
from flask_billcom.engine.kinds import Capability, Ready, Rendered
from flask_billcom.engine.limits import MAIL
from flask_billcom.engine.reads import Reads
from flask_billcom.models import OperationState, Quota
from tests.unit.engine.workshop import TIMING, Vendors, Workshop

VENDORS = "Bulk/Crud/Create/Vendor"
SECOND = timedelta(seconds=1)


def at_connect(shop: Workshop) -> list[Any]:
    """Return what will be seen of rows while the vendors are on their way."""
    seen: list[Any] = []

    def look(moment: str, endpoint: str) -> None:
        if (moment, endpoint) == ("connect", VENDORS):
            seen.extend(shop.operations())
            seen.extend(shop.calls())
            seen.append(shop.slots_taken())

    shop.on_call = look
    return seen


def test_while_a_call_is_under_way_its_rows_say_all_about_it(shop: Workshop) -> None:
    shop.sessions.live()
    shop.plan(1, 2)
    seen = at_connect(shop)

    assert shop.delivery.round(Vendors(date=date(2026, 3, 4))) is True

    first, second, call, slots = seen
    assert (first.state, first.attempt, first.call_id, first.call_pos) == ("sending", 1, call.id, 0)
    assert (second.state, second.call_id, second.call_pos) == ("sending", call.id, 1)
    assert (first.digest, second.digest) == ("digest of key 1", "digest of key 2")
    assert (call.organization_id, call.endpoint, call.n_items, call.session_gen) == (
        shop.organization_id,
        VENDORS,
        2,
        1,
    )
    assert call.digest == sha256(b"digest of key 1\ndigest of key 2").hexdigest(), "in the order of the request"
    assert (call.slot, call.slot_fence, call.started_at) == (0, 2, shop.now)
    assert (call.lease_until, call.not_after) == (shop.now + TIMING.lease, shop.now + TIMING.write)
    assert (call.process_date, call.outcome) == (date(2026, 3, 4), None)
    assert slots == 1
    assert shop.used("all") == 2


def test_everything_is_asked_of_the_kind_in_order(shop: Workshop) -> None:
    kind = Vendors()
    shop.plan(1)
    shop.delivery.round(kind)

    assert kind.asked == [
        "choose",
        "render",
        "check",
        f"gate {shop.now.isoformat()}",
        f"request {shop.now.isoformat()}",
    ]


def test_nothing_due_asks_nothing(shop: Workshop) -> None:
    kind = Vendors()

    assert shop.delivery.round(kind) is False
    assert (kind.asked, shop.journal()) == ([], [])


def test_the_first_attempt_is_stamped_with_bill_coms_time(shop: Workshop) -> None:
    shop.sessions.live()
    there = shop.now - timedelta(hours=1)
    shop.server_time.note(there)
    shop.plan(1)
    shop.delivery.round(Vendors())

    assert shop.operation(1).first_sent_at == there


def test_the_call_carries_the_session_and_its_address_and_may_not_be_repeated(shop: Workshop) -> None:
    heard: list[Any] = []
    send = shop.transport.call

    def call(path: str, *args: Any, **options: Any) -> Any:
        heard.append((path, args, options))
        return send(path, *args, **options)

    live = shop.sessions.live()
    shop.plan(1)
    began = shop.clock.monotonic()
    shop.transport.call = call  # type: ignore[method-assign]  # listens
    shop.delivery.round(Vendors())

    ((path, (data,), options),) = heard
    assert path == f"{VENDORS}.json"
    assert [each["obj"]["name"] for each in data["bulk"]] == ["key 1"]
    assert options["session_id"].reveal() == live.token.reveal()
    assert (options["end_point"], options["idempotent"]) == (shop.transport.base_url, False)
    assert options["not_after"] == began + TIMING.write_s


# -- when nothing is sent ------------------------------------------------------------------------------------------


def test_a_closed_capability_is_not_even_rendered(shop: Workshop) -> None:
    shop.plan(1)
    with shop.store.write() as rows:
        shop.parking.close(rows, "why", shop.now, capability="payouts")
    kind = Vendors()

    assert shop.delivery.round(kind) is False
    assert kind.asked == []
    assert shop.delivery.round(Vendors(capability=Capability.MAIL)) is True


def test_what_is_probed_later_is_closed_until_then(shop: Workshop) -> None:
    shop.plan(1)
    with shop.store.write() as rows:
        shop.parking.close(rows, "why", shop.now, capability="payouts", probe_after=shop.now + SECOND)
    kind = Vendors()

    assert shop.delivery.round(kind) is False
    assert kind.asked == []


@pytest.mark.parametrize("probe_after", [None, SECOND, timedelta(0)])
def test_what_was_closed_since_is_not_sent_but_for_the_one_that_probes(
    shop: Workshop, probe_after: timedelta | None
) -> None:
    shop.plan(1)
    shop.sessions.live()
    probes: list[Any] = []

    class Closing(Vendors):
        def check(self, reads: Reads, ready: Sequence[Ready]) -> Sequence[Rendered]:
            with shop.store.write() as rows:
                probe = None if probe_after is None else shop.now + probe_after
                shop.parking.close(rows, "why", shop.now, capability="payouts", probe_after=probe)
            return super().check(reads, ready)

    shop.on_call = lambda moment, _endpoint: probes.extend(shop.holds()) if moment == "connect" else None
    moved = shop.delivery.round(Closing())

    is_probe = probe_after == timedelta(0)
    assert moved is is_probe
    assert shop.states() == ["done" if is_probe else "planned"]
    assert [probe for *_, probe in probes] == ([shop.now + timedelta(minutes=15)] if is_probe else [])


def test_the_reserve_of_an_hour_is_not_for_changes(shop: Workshop) -> None:
    shop.plan(1)
    shop.sessions.live()
    with shop.store.write() as rows:
        hour = shop.now.replace(minute=0, second=0, microsecond=0)
        rows.session.merge(Quota(key_hash="key", name="all", window=hour, used=19_000))

    with pytest.raises(NoCapacity):
        shop.delivery.round(Vendors())
    assert shop.states() == ["planned"]


def test_an_answer_whose_claim_has_passed_to_somebody_else_is_kept(shop: Workshop) -> None:
    shop.plan(1)
    shop.sessions.live()
    shop.on_call = lambda moment, _endpoint: shop.change(1, call_id=UUID(int=9)) if moment == "answer" else None

    assert shop.delivery.round(Vendors()) is True

    assert shop.calls()[0].late_evidence == f"{shop.now.isoformat()} success"


def test_a_protected_kind_waits_for_a_trusted_session(shop: Workshop) -> None:
    shop.plan(1)
    kind = Vendors(protected=True)

    assert shop.delivery.round(kind) is True

    assert shop.states() == ["planned"]
    assert shop.holds() == [("capability", "payouts", "no MFA trust: run `flask billcom session mfa`", None)]
    assert shop.vendors() == []
    code = shop.simulator.settings.mfa_code
    shop.sessions.authenticate(shop.sessions.challenge(), code, machine_name="desk", actor="ann")
    assert shop.delivery.round(kind) is True
    assert shop.states() == ["done"]


def test_a_session_that_was_replaced_before_the_claim_sends_nothing(shop: Workshop) -> None:
    for how in ("retired", "followed"):
        shop.plan(1 if how == "retired" else 2)
        live = shop.sessions.live

        def replaced(how: str = how, live: Any = live) -> Any:
            found = live()
            with shop.store.write() as rows:
                shop.sessions.retire(rows, found.gen)
            if how == "followed":
                shop.sessions.live = live  # type: ignore[method-assign]
                live()
            return found

        shop.sessions.live = replaced  # type: ignore[method-assign]  # another process comes in between
        with pytest.raises(NoCapacity):
            shop.delivery.round(Vendors())
        shop.sessions.live = live  # type: ignore[method-assign]
        assert set(shop.states()) == {"planned"}
    assert shop.calls() == []
    assert shop.vendors() == []


def test_what_the_gate_holds_is_not_claimed(shop: Workshop) -> None:
    shop.plan(1, 2)
    kind = Vendors()
    kind.gated = lambda _rows, ready: ready[1:]

    assert shop.delivery.round(kind) is True
    assert shop.states() == ["planned", "done"]
    kind.gated = lambda _rows, _ready: []
    used = shop.used()
    assert shop.delivery.round(kind) is False
    assert shop.states() == ["planned", "done"]
    assert shop.used() == used


def test_what_another_worker_took_since_is_left_to_it(shop: Workshop) -> None:
    shop.plan(1, 2)
    kind = Vendors()

    class Late(Vendors):
        def check(self, reads: Reads, ready: Sequence[Ready]) -> Sequence[Rendered]:
            shop.change(1, state=OperationState.SENDING)
            return super().check(reads, ready)

    assert shop.delivery.round(Late()) is True
    assert shop.states() == ["sending", "done"]
    assert shop.operation(2).call_pos == 0
    shop.plan(3, state=OperationState.PLANNED)
    used = shop.used()

    class TooLate(Vendors):
        def check(self, reads: Reads, ready: Sequence[Ready]) -> Sequence[Rendered]:
            shop.change(3, state=OperationState.SENDING)
            return super().check(reads, ready)

    assert shop.delivery.round(TooLate()) is False
    assert shop.used() == used
    assert len(shop.calls()) == 1
    assert kind.asked == []


def test_a_kind_counts_in_its_own_class_as_well(shop: Workshop) -> None:
    shop.plan(1)
    shop.delivery.round(Vendors(quota=MAIL))

    assert (shop.used("all"), shop.used(MAIL)) == (2, 1)


def test_where_every_slot_is_taken_nothing_is_claimed(shop: Workshop) -> None:
    shop.plan(1)
    shop.sessions.live()
    for _ in range(3):
        with shop.store.write() as rows:
            shop.limits.take(rows, shop.now, until=shop.now + timedelta(hours=1), changes=True)

    with pytest.raises(NoCapacity):
        shop.delivery.round(Vendors())
    assert shop.states() == ["planned"]
    assert shop.calls() == []
