"""From what is due to one request: what is set aside, what shares a call, what is claimed, and when nothing is sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from flask_billcom.engine.errors import NoCapacity
from flask_billcom.engine.kinds import Absent, Capability, Needless, Policy, Ready, Rendered, Wait
from flask_billcom.engine.limits import MAIL
from flask_billcom.engine.reads import Reads
from flask_billcom.models import Operation, OperationState, Quota
from flask_billcom.store import Rows, Store
from tests.unit.engine.workshop import TIMING, Vendors, Workshop

VENDORS = "Bulk/Crud/Create/Vendor"
SECOND = timedelta(seconds=1)


class Checking(Vendors):
    """Says at the reads before the claim what others say at rendering."""

    def _aside(self, at: str, operation: Any) -> Rendered | None:
        return super()._aside(at, operation) if at == "check" else None

    def check(self, reads: Reads, ready: Sequence[Ready]) -> Sequence[Rendered]:
        super().check(reads, ready)
        return [self._aside("check", each.operation) or each for each in ready]


class Choosing(Vendors):
    """Notes what it may choose from, and leaves some of it alone."""

    def __init__(self, *left: int, **values: Any) -> None:
        super().__init__(**values)
        self.left = left
        self.seen: list[list[int]] = []

    def choose(self, rows: Rows, due: Sequence[Operation]) -> Sequence[Operation]:
        self.seen.append([_number(each) for each in due])
        return [each for each in super().choose(rows, due) if _number(each) not in self.left]


def _number(operation: Operation) -> int:
    return int(operation.natural_key.removeprefix("key "))


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


# -- what shares a call --------------------------------------------------------------------------------------------


def sent_in_calls(shop: Workshop) -> list[list[int]]:
    by_call: dict[Any, list[int]] = {}
    for row in shop.operations():
        if row.call_id is not None:
            by_call.setdefault(row.call_id, []).append(row.id.int)
    return [by_call[call.id] for call in shop.calls()]


def test_a_call_takes_as_many_as_the_kind_allows(shop: Workshop) -> None:
    shop.plan(1, 2, 3, 4, 5)
    kind = Vendors()

    assert [shop.delivery.round(kind) for _ in range(3)] == [True, True, False]
    assert sent_in_calls(shop) == [[1, 2, 3, 4], [5]]


def test_what_was_halved_goes_ahead_and_in_smaller_calls(shop: Workshop) -> None:
    shop.plan(1)
    shop.plan(2, 3, 4, splits=1)
    shop.plan(5, 6, splits=9)
    kind = Vendors(batch_size=8)
    while shop.delivery.round(kind):
        pass

    assert sent_in_calls(shop) == [[5], [6], [2, 3, 4], [1]]


def test_halved_once_half_as_many_go(shop: Workshop) -> None:
    shop.plan(1, 2, 3, splits=1)
    kind = Vendors(batch_size=4)
    while shop.delivery.round(kind):
        pass

    assert sent_in_calls(shop) == [[1, 2], [3]]


def test_of_what_goes_alone_no_more_is_read_than_that(shop: Workshop) -> None:
    shop.plan(1, 2)
    shop.plan(3, 4, 5, splits=9)
    kind = Choosing(batch_size=8)
    while shop.delivery.round(kind):
        pass

    assert sent_in_calls(shop) == [[3], [4], [5], [1, 2]]
    assert kind.seen == [[3, 4, 5, 1, 2], [4], [5], [1], [1, 2]]


def test_what_is_left_alone_keeps_nobody_behind_it_from_going(shop: Workshop) -> None:
    shop.plan(1, 2, splits=1)
    shop.plan(3, 4, 5, splits=9)
    kind = Choosing(4, batch_size=8)
    while shop.delivery.round(kind):
        pass

    assert sent_in_calls(shop) == [[3], [5], [1, 2]]
    assert kind.seen == [[3, 4, 5, 1, 2], [4], [4, 5, 1, 2], [4], [4, 1, 2], [4], [4]]


def test_of_each_kind_it_is_remembered_what_was_halved(shop: Workshop) -> None:
    shop.plan(1, 2, splits=9)
    shop.plan(3, kind="void")
    kind, other = Choosing(batch_size=8), Choosing(batch_size=8, name="void")
    assert shop.delivery.round(kind)
    assert shop.delivery.round(other)
    assert shop.delivery.round(kind)

    assert kind.seen == [[1, 2], [2]]


def test_a_lane_goes_once_in_a_call(shop: Workshop) -> None:
    shop.plan(1, 2, lane="same")
    shop.plan(3)
    kind = Vendors()

    assert shop.delivery.round(kind)
    assert shop.states() == ["done", "planned", "done"]


def test_parts_of_one_effect_go_together_whatever_was_halved(shop: Workshop) -> None:
    shop.plan(1, splits=1)
    shop.plan(2)
    assert shop.delivery.round(Vendors(followers=("part",)))

    assert sent_in_calls(shop) == [[1, 2]]


def test_parts_of_one_effect_do_not_go_where_one_of_them_cannot(shop: Workshop) -> None:
    shop.plan(1, lane="same")
    shop.plan(2, lane="same", kind="void")
    kind = Vendors(followers=("part",))

    def take(_rows: Rows, ready: Sequence[Ready]) -> Sequence[Ready]:
        return ready[:1]

    shop.plan(3)
    kind.gated = take
    assert shop.delivery.round(kind) is False
    assert shop.states() == ["planned", "planned", "planned"]
    assert shop.calls() == []


@pytest.mark.parametrize(("count", "sent"), [(3, False), (4, True)])
def test_a_full_batch_does_not_linger(store: Store, count: int, sent: bool) -> None:  # noqa: FBT001
    shop = Workshop(store, linger_s=2.0)
    shop.plan(*range(1, count + 1), not_before=shop.now + 2 * SECOND)

    assert shop.delivery.linger == 2 * SECOND
    assert shop.delivery.round(Vendors()) is sent
    shop.advance(2)
    assert shop.delivery.round(Vendors()) is not sent


def test_without_lingering_nothing_goes_before_its_time(shop: Workshop) -> None:
    shop.plan(1, 2, 3, 4, not_before=shop.now + SECOND)

    assert shop.delivery.round(Vendors()) is False


# -- what is set aside ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind_type", [Vendors, Checking], ids=["rendered", "checked"])
def test_what_has_to_wait_is_parked_with_its_reason(shop: Workshop, kind_type: type[Vendors]) -> None:
    shop.plan(1, 2)
    kind = kind_type()
    kind.aside = {1: Wait(shop.operation(1), "cover", {"missing": 5}, again=timedelta(hours=1))}

    assert shop.delivery.round(kind) is True

    first, second = shop.operations()
    assert (first.state, first.parked, first.evidence) == ("planned", "cover", {"missing": 5})
    assert first.not_before == shop.now + timedelta(hours=1)
    assert second.state == "done"
    assert shop.told() == [("operation_parked", 1, {"reason": "cover", "missing": 5})]


@pytest.mark.parametrize("kind_type", [Vendors, Checking], ids=["rendered", "checked"])
def test_where_all_have_to_wait_something_moved_and_nothing_is_sent(shop: Workshop, kind_type: type[Vendors]) -> None:
    shop.plan(1)
    kind = kind_type()
    kind.aside = {1: Wait(shop.operation(1), "cover")}

    assert shop.delivery.round(kind) is True

    row = shop.operation(1)
    assert (row.parked, row.evidence, row.not_before) == ("cover", None, shop.now)
    assert shop.journal() == []
    assert shop.delivery.round(kind) is False


@pytest.mark.parametrize("kind_type", [Vendors, Checking], ids=["rendered", "checked"])
def test_what_is_there_already_is_given_up(shop: Workshop, kind_type: type[Vendors]) -> None:
    shop.plan(1, 2)
    kind = kind_type()
    kind.aside = {1: Needless(shop.operation(1), "it stands there as wanted")}

    assert shop.delivery.round(kind) is True

    first, second = shop.operations()
    assert (first.state, first.evidence) == ("cancelled", {"message": "it stands there as wanted"})
    assert second.state == "done"
    assert shop.told() == []


def test_what_has_moved_on_is_neither_parked_nor_given_up(shop: Workshop) -> None:
    shop.plan(1, 2, 3)
    kind = Vendors()
    kind.aside = {
        1: Wait(shop.operation(1), "cover"),
        2: Wait(shop.operation(2), "cover"),
        3: Needless(shop.operation(3), "there"),
    }
    shop.change(1, parked="older")
    shop.delivery._settle_aside([kind.aside[1]])
    for number in (2, 3):
        shop.change(number, state=OperationState.SENDING)
    shop.delivery._settle_aside([kind.aside[2], kind.aside[3]])

    first, second, third = shop.operations()
    assert (first.parked, second.parked, third.state) == ("older", None, "sending")


@pytest.mark.parametrize(
    ("policy", "state"),
    [
        (Policy(Absent.RESEND), "quarantined"),
        (Policy(Absent.REPEAT), "done"),
        (Policy(Absent.QUARANTINE), "quarantined"),
    ],
)
def test_what_must_not_change_between_attempts_and_did_is_for_a_person(
    shop: Workshop, policy: Policy, state: str
) -> None:
    shop.plan(1, digest="another")
    shop.plan(2, digest="digest of key 2")
    shop.plan(3)

    assert shop.delivery.round(Vendors(policy=policy)) is True

    first, *others = shop.operations()
    assert first.state == state
    if state == "quarantined":
        assert (first.evidence or {})["reason"] == "its content differs from that of an earlier attempt"
    assert [row.state for row in others] == ["done", "done"]


def test_where_all_have_changed_nothing_is_sent(shop: Workshop) -> None:
    shop.plan(1, digest="another")

    assert shop.delivery.round(Vendors()) is False
    assert shop.journal() == []
    assert shop.states() == ["quarantined"]


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
