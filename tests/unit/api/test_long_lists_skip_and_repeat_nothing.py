"""Paging beside a writer: what was there all along comes once, and only one page is in memory."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flask_billcom.api import Filter, Sort, Vendor
from flask_billcom.api.paging import by_count, by_time

START = datetime(2031, 1, 1, tzinfo=UTC)
OPS = {">=": operator.ge, ">": operator.gt}


class Shelf:
    """A list at Bill.com, and somebody who changes it between two pages."""

    def __init__(self, times: Sequence[int], size: int, meanwhile: Callable[[Shelf], object] = lambda _: None) -> None:
        self.size = size
        self.meanwhile = meanwhile
        self.rows = [self.row(number, seconds) for number, seconds in enumerate(times)]
        self.calls = 0
        self.longest = 0

    @staticmethod
    def row(number: int, seconds: int) -> Vendor:
        moment = START + timedelta(seconds=seconds)
        return Vendor(id=f"009{number:017}", name="x", created_time=moment, updated_time=moment)

    def fetch(self, filters: Sequence[Filter], sort: Sequence[Sort], start: int) -> Sequence[Vendor]:
        self.calls += 1
        rows = [row for row in self.rows if all(OPS[f.op](getattr(row, f.field), f.value) for f in filters)]
        for step in reversed(sort):
            rows.sort(key=lambda row: getattr(row, step.field), reverse=step.descending)
        page = rows[start : start + self.size]
        self.longest = max(self.longest, len(page))
        self.meanwhile(self)
        return page


@given(st.lists(st.integers(0, 30), max_size=120), st.integers(1, 9))
@settings(deadline=None)
def test_any_list_comes_whole_and_once(times: list[int], size: int) -> None:
    shelf = Shelf(times, size)
    seen = [row.id for row in by_time(shelf.fetch, size=size)]
    assert sorted(map(str, seen)) == sorted(str(row.id) for row in shelf.rows)


def test_more_objects_of_one_moment_than_a_page_holds_come_all() -> None:
    shelf = Shelf([0] * 5 + [7] * 350 + [8] * 5, size=100)
    assert len({row.id for row in by_time(shelf.fetch, size=100)}) == 360


def test_beside_a_writer_nothing_is_skipped_or_repeated() -> None:
    chance = Random(7)

    def write(shelf: Shelf) -> None:
        number = len(shelf.rows) + 100_000 * shelf.calls
        for _ in range(20):
            shelf.rows.append(Shelf.row(number + _, 5000 + shelf.calls))
        for place in chance.sample(range(10_000), 20):
            moment = START + timedelta(seconds=9000 + shelf.calls)
            shelf.rows[place] = replace(shelf.rows[place], updated_time=moment)

    shelf = Shelf([number // 3 for number in range(10_000)], 999, write)
    there = {row.id for row in shelf.rows}
    seen = [row.id for row in by_time(shelf.fetch, size=999)]
    assert there <= set(seen)
    assert len(seen) == len(set(seen))
    assert shelf.longest <= 999


def test_a_delta_read_gives_an_object_again_that_changes_meanwhile() -> None:
    def write(shelf: Shelf) -> None:
        if shelf.calls == 1:
            shelf.rows[0] = replace(shelf.rows[0], updated_time=START + timedelta(seconds=99))

    shelf = Shelf(range(10), 4, write)
    conditions = [Filter("updated_time", ">=", START)]
    seen = [row.updated_time for row in by_time(shelf.fetch, size=4, filters=conditions, field="updated_time")]
    assert len(seen) == 11
    assert seen[-1] == START + timedelta(seconds=99)
    assert seen == sorted(seen)  # type: ignore[type-var]


@pytest.mark.parametrize("size", [2, 3, 10, 100, 999])
def test_counted_pages_overlap_so_that_a_few_removals_skip_nothing(size: int) -> None:
    def write(shelf: Shelf) -> None:
        if size >= 10:
            del shelf.rows[:3]

    shelf = Shelf(range(400), size, write)
    last = {row.id for row in shelf.rows[200:]}
    seen = [row.id for row in by_count(shelf.fetch, size=size, sort=[Sort("created_time")])]
    assert last <= set(seen)
    assert len(seen) == len(set(seen))


def test_pages_are_fetched_as_they_are_needed() -> None:
    shelf = Shelf(range(100), 10)
    rows = by_time(shelf.fetch, size=10)
    for _ in range(5):
        next(rows)
    assert shelf.calls == 1
