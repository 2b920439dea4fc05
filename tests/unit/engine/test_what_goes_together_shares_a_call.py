"""Which of what is due goes in one call: how many at most, what was halved, lanes, parts of one effect, lingering."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from flask_billcom.engine.kinds import Ready
from flask_billcom.models import Operation
from flask_billcom.store import Rows, Store
from tests.unit.engine.workshop import Vendors, Workshop

SECOND = timedelta(seconds=1)


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
