"""The random suite is worth something only if a seed that fails can be played again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.crash.asked import Asked
from tests.crash.judging.judge import Verdict
from tests.crash.judging.shrinking import shortest
from tests.crash.judging.total import End, Total
from tests.crash.worlds.chances import HAPPENINGS, KINDS, Chances
from tests.crash.worlds.fair import MANY, Fair, Lot, fair, lots_of, tell_kinds
from tests.crash.worlds.meddling import ACTS

LOT = Lot(seed=1, number=3, size=8)


@pytest.fixture(scope="module")
def place() -> Iterator[Fair]:
    with fair("sqlite") as opened:
        yield opened


def test_a_world_ends_well_and_repeats_bit_for_bit_whatever_was_played_between(place: Fair) -> None:
    first = place.end_of(LOT)
    other = place.end_of(Lot(seed=2, number=0, size=4))
    again = place.end_of(LOT)

    assert first == again
    assert first.is_clean, first.verdict.notes
    assert other.is_clean, other.verdict.notes
    assert first.events != other.events
    assert first.faults >= 3 * LOT.size
    assert first.kills > 0


def test_a_world_without_a_fault_leaves_nothing_to_people(place: Fair) -> None:
    market, verdict = place.play(LOT, only=())

    assert verdict.is_clean, verdict.notes
    assert not market.fired
    assert verdict.quarantined == 0
    assert market.crashes == 0


def test_a_run_has_as_many_settlements_as_were_asked_for() -> None:
    lots = lots_of(Asked("random", count=5001, seed=7))

    assert sum(lot.size for lot in lots) == 5001
    assert lots == lots_of(Asked("random", count=5001, seed=7))
    assert lots_of(Asked("random", seed=7, only=lots[2].name)) == [lots[2]]


def test_another_worker_beside_meets_a_broken_wire_and_nothing_that_ends_his_round() -> None:
    chances = Chances("any")
    names = ("connect PayBills", "effect PayBills", "before commit of engine.delivery._claim")
    labels = [f"day {day}: {name}" for day in range(200) for name in names]
    alone = {label: fault for label in labels if (fault := chances.fault_at(label, 1)) is not None}
    chances.is_beside = True
    beside = {label: fault for label in labels if (fault := chances.fault_at(label, 1)) is not None}

    assert {fault for fault in alone.values() if fault in HAPPENINGS} >= {"crash", "freeze", "commit_error"}
    assert beside == {label: fault for label, fault in alone.items() if fault not in HAPPENINGS}
    assert len(beside) > 50


def test_a_kind_of_fault_that_never_happens_among_many_settlements_fails() -> None:
    kinds = {*KINDS, *ACTS}
    heard: list[str] = []
    few, many, all_of_them = (Total("random", "sqlite") for _ in range(3))
    few.add(End("0:40", Verdict(), weight=MANY - 1, fired=(("crash", 2),)))
    many.add(End("0:40", Verdict(), weight=MANY, fired=tuple((kind, 1) for kind in kinds - {"restore"})))
    all_of_them.add(End("0:40", Verdict(), weight=MANY, fired=tuple((kind, 1) for kind in kinds)))
    for total in (few, many, all_of_them):
        tell_kinds(total, heard.append)

    assert [total.is_clean for total in (few, many, all_of_them)] == [True, False, True]
    assert many.unfired == ["restore"]
    assert "crash 2;" in heard[0]
    assert "never happened: restore" in heard


def test_what_does_not_matter_is_left_out_of_a_trace() -> None:
    places = [("a", n) for n in range(20)]

    left = shortest(places, lambda some: {("a", 3), ("a", 17)} <= set(some))

    assert left == [("a", 3), ("a", 17)]
