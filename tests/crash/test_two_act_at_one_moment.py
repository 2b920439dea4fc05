"""The suite `overlaps`: a transaction is held open while somebody else acts, and what that leads to is judged."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from tests.crash.asked import CannotPlay
from tests.crash.cutting.cuts import named
from tests.crash.mistakes import MUTANTS
from tests.crash.mutants import assert_clean, caught
from tests.crash.overlapping import meeting
from tests.crash.overlapping.house import Crossroads
from tests.crash.overlapping.meeting import Meeting, Stuck, Watcher
from tests.crash.overlapping.overlaps import Turns
from tests.crash.overlapping.tellings import Telling, crossroads, every_telling, known, play

APPROVE = next(mutant for mutant in MUTANTS if mutant.are_two)
FUNDED = "pay out/1:before commit of marketplace.collection.funding._fund_day/overlap@regret"
PLANNED = "pay out/1:before commit of marketplace.paying.payouts.plan/overlap@tick"
NOWHERE = "arrive/1:before commit of nothing/overlap@fund"


@pytest.fixture(scope="module")
def house() -> Iterator[Crossroads]:
    with crossroads("postgresql", seed=1) as opened:
        yield opened


def test_who_comes_in_between_does_no_harm_and_nobody_comes_in_between_him(house: Crossroads) -> None:
    run, verdict, unfired, heard = house.told(named([FUNDED, PLANNED]))

    assert verdict.is_clean, verdict.notes
    assert not unfired
    assert [cut.name for cut in heard.done] == [FUNDED, PLANNED]
    assert heard.seen.counts["overlaps"] == 2
    assert any(order.given_back for order in run.orders)


def test_an_approval_that_misses_another_one_is_caught(house: Crossroads) -> None:
    assert_clean(house, APPROVE.hurts[0])
    assert caught(house, APPROVE) is not None


def test_somebody_who_never_comes_fails_the_suite(house: Crossroads) -> None:
    assert play(house, Telling(None, tuple(named([NOWHERE])))).unfired == (NOWHERE,)


def test_nobody_plays_whom_nobody_knows(house: Crossroads) -> None:
    with pytest.raises(CannotPlay, match="nobody is called 'Godot'"):
        known(house, Telling.parse(NOWHERE.replace("fund", "Godot")))


def test_each_telling_has_a_name_that_is_read_as_the_same(house: Crossroads) -> None:
    tellings = every_telling(house)

    assert [Telling.parse(telling.name) for telling in tellings] == tellings
    assert len({telling.name for telling in tellings}) == len(tellings)


def test_each_takes_his_turn_at_every_nth() -> None:
    turns = Turns(nth=3, first=1, shift=1)

    assert [turns.of(number, ["a", "b", "c"]) for number in range(9)] == [
        *(None, "b", None),
        *(None, "c", None),
        *(None, "a", None),
    ]


@pytest.fixture
def engine(tmp_path: Any) -> Iterator[Engine]:
    made = create_engine(f"sqlite:///{tmp_path}/rows.sqlite")
    yield made
    made.dispose()


def hold(met: Meeting) -> None:
    met.begin()
    met.end()


@pytest.mark.parametrize("is_later", [False, True])
def test_who_neither_ends_nor_waits_ends_the_suite(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, *, is_later: bool
) -> None:
    monkeypatch.setattr(meeting, "LIMIT_S", 0.1)
    never, began = Event(), Event()

    def act(met: Meeting) -> None:
        if is_later:
            met._gives_way.set()
        began.set()
        never.wait()

    with Session(engine) as session:
        session.execute(text("select 1"))
        met = Meeting(session, Watcher(engine, engine), act)
        with pytest.raises(Stuck, match=r"neither ends nor waits for a lock within[\s\S]*never\.wait"):
            hold(met)
    assert began.is_set()
    never.set()
