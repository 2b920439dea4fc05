from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask, current_app, has_request_context

from flask_billcom.audit import Act, record, seal
from flask_billcom.clock import ManualClock
from flask_billcom.marketplace.events import Events, failing_events, party_created, settled, signals
from flask_billcom.models import Settlement
from tests.support.local_shop import LocalShop
from tests.support.rows import select_all
from tests.support.shop import Shop

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)


class Heard(list[dict[str, Any]]):
    """A receiver that remembers, and raises as often as it is told to."""

    def __init__(self) -> None:
        self.raises = 0

    def __call__(self, sender: Flask, **arguments: Any) -> None:
        assert sender is current_app._get_current_object()  # type: ignore[attr-defined]
        assert not has_request_context()
        if self.raises:
            self.raises -= 1
            raise ValueError("not now")
        self.append(arguments)


@pytest.fixture
def heard() -> Iterator[Heard]:
    receiver = Heard()
    with settled.connected_to(receiver):
        yield receiver


def test_a_settlement_is_told_after_its_commit(local: LocalShop, heard: Heard) -> None:
    shop = local.shop
    with shop.app.app_context():
        shop.billcom.settle(shop.order(("Bert", "10.00")))
        shop.db.session.rollback()
        local.tick(2)
        assert heard == []

        shop.billcom.settle(shop.order(("Bert", "10.00")))
        shop.db.session.commit()
        local.tick(2)

        (event,) = heard
        assert event["subject_id"] == select_all(shop, Settlement.id)[0]
        assert (event["action"], event["reference"], event["gross_cents"]) == ("settled", "1", 1000)
        assert len(event["event_id"]) == 32

        local.tick(3)
        assert len(heard) == 1


def test_what_the_engine_did_is_told_too(local: LocalShop) -> None:
    created = Heard()
    with local.shop.app.app_context(), party_created.connected_to(created):
        local.shop.billcom.settle(local.shop.order(("Bert", "10.00")))
        local.shop.db.session.commit()
        local.tick(2)

    assert sorted(event["role"] for event in created) == ["customer", "vendor"]


# -- the cursor alone --------------------------------------------------------------------------------------------------


def act(shop: Shop, action: str, *, count: int = 1) -> None:
    state = shop.billcom.state_of()
    with state.store.write() as rows:
        acts = [Act(action, "settlement", None, {"number": number}) for number in range(count)]
        record(rows, state.clock, state.settings.organization_id, acts)
        while seal(rows, state.settings.organization_id):
            pass


@pytest.fixture
def events(shop: Shop, in_app: object) -> Events:  # noqa: ARG001 - pushes the context
    state = shop.billcom.state_of()
    return Events(state.settings.organization_id, state.store, state.clock, lambda: shop.app)


def failing(shop: Shop) -> list[Any]:
    with shop.billcom.state_of().store.read() as rows:
        return failing_events(rows, shop.billcom.state_of().settings.organization_id)


def test_they_come_in_order_and_once(shop: Shop, events: Events, heard: Heard) -> None:
    act(shop, "settled", count=450)

    events.deliver()
    events.deliver()

    assert [event["number"] for event in heard] == list(range(450))


def test_an_act_that_is_not_sealed_waits(shop: Shop, events: Events, heard: Heard) -> None:
    state = shop.billcom.state_of()
    with state.store.write() as rows:
        record(rows, state.clock, state.settings.organization_id, [Act("settled", "settlement", None, {})])

    assert not events.deliver()
    assert heard == []


def test_one_that_was_not_taken_holds_up_no_other_and_comes_again_later(
    shop: Shop, events: Events, heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    assert isinstance(shop.clock, ManualClock)
    heard.raises = 2
    act(shop, "settled", count=3)

    events.deliver()

    assert [event["number"] for event in heard] == [2]
    assert [(each.action, each.attempts, each.error.split()[0]) for each in failing(shop)] == [
        ("settled", 1, "ValueError"),
        ("settled", 1, "ValueError"),
    ]
    assert "the event settled raised" in caplog.text

    events.deliver()
    assert [event["number"] for event in heard] == [2]

    shop.clock.advance(timedelta(seconds=10))
    events.deliver()
    assert [event["number"] for event in heard] == [2, 0, 1]
    assert failing(shop) == []


def test_it_comes_later_and_later(shop: Shop, events: Events, heard: Heard) -> None:
    assert isinstance(shop.clock, ManualClock)
    heard.raises = 4
    act(shop, "settled")
    waits = []

    for _ in range(4):
        before = shop.clock.now()
        events.deliver()
        (event,) = failing(shop)
        waits.append((datetime.fromisoformat(event.retry_at) - before).total_seconds())
        shop.clock.advance(timedelta(seconds=waits[-1]))
    events.deliver()

    assert waits == [10, 20, 40, 80]
    assert len(heard) == 1


def test_a_receiver_that_raises_keeps_nothing_from_the_others(shop: Shop, events: Events, heard: Heard) -> None:
    broken = Heard()
    broken.raises = 10**6
    with settled.connected_to(broken):
        act(shop, "settled")
        events.deliver()

    assert len(heard) == 1
    assert len(failing(shop)) == 1


def test_it_goes_on_after_a_crash_where_it_stood(shop: Shop, events: Events, heard: Heard) -> None:
    class Crash(BaseException):
        pass

    def crash(_sender: Flask, *, number: int, **_: Any) -> None:
        if number == 1 and len(heard) < 3:
            raise Crash

    act(shop, "settled", count=2)
    with settled.connected_to(crash), pytest.raises(Crash):
        events.deliver()
    first = [event["event_id"] for event in heard]

    events.deliver()

    again = [event["event_id"] for event in heard[len(first) :]]
    assert len(set(first + again)) == 2
    assert set(first) <= set(again)


def test_any_act_is_a_signal(shop: Shop, events: Events) -> None:
    other = Heard()
    with signals.signal("something_new").connected_to(other):
        act(shop, "something_new")
        events.deliver()

    assert len(other) == 1
