"""No fault of the protocol's list is left out, and each that is a kind of cut is offered where it fits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from flask_billcom.simulator.serving.faults import FORCED, KINDS
from tests.crash.cutting.codes import CODES
from tests.crash.cutting.cuts import MORE_AROUND_CALLS, Cut, every_fault, named
from tests.crash.cutting.recoveries import HURTS
from tests.crash.cutting.theatre import Theatre, theatre
from tests.crash.tale.chapters import CHAPTERS
from tests.crash.worlds.chances import KINDS as BY_CHANCE
from tests.crash.worlds.meddling import ACTS

ROOT = Path(__file__).parents[2]
BY_COMMAND = {"overlaps", "processes", "mutants"}
NO_HARM = {"slow"}
"""What changes nothing as long as the answer comes within the deadline; after it it is a time-out."""


@pytest.fixture(scope="module")
def house() -> Iterator[Theatre]:
    with theatre() as opened:
        yield opened


@pytest.fixture(scope="module")
def offered(house: Theatre) -> list[Cut]:
    return every_fault(house.trail)


def test_each_code_has_something_that_plays_it() -> None:
    assert list(CODES) == [*(f"F{n}" for n in range(1, 17)), *(f"P{n}" for n in range(1, 9))]
    assert all(played.cuts or played.chapters or played.elsewhere for played in CODES.values())


def test_what_is_named_as_a_cut_is_offered_and_nothing_is_offered_without_a_code(offered: list[Cut]) -> None:
    assert {kind for played in CODES.values() for kind in played.cuts} == {cut.fault for cut in offered}


def test_what_is_named_besides_is_there() -> None:
    hurts = {cut.fault for names in HURTS for cut in named(names)}

    for code, played in CODES.items():
        assert set(played.detours) <= hurts, code
        assert set(played.chapters) <= CHAPTERS.keys(), code
        assert set(played.random) <= {*ACTS, *BY_CHANCE}, code
        assert all(where in BY_COMMAND or (ROOT / where).is_file() for where in played.elsewhere), code
        assert all(played.elsewhere.values()), code


def test_every_kind_of_fault_of_the_simulator_is_offered(offered: list[Cut]) -> None:
    kinds = {cut.fault.partition(":")[0] for cut in offered}

    assert KINDS - kinds == NO_HARM
    assert kinds >= FORCED


def test_each_call_of_several_objects_may_end_with_some_of_them_done(house: Theatre, offered: list[Cut]) -> None:
    calls = {label.partition(": connect ")[2] for labels in house.trail.values() for label in labels}
    several = {call for call in calls if call.startswith("Bulk/") or call == "PayBills"}

    assert several == {cut.endpoint for cut in offered if cut.fault == "bdc_some:BDC_9999"}
    assert several == {cut.endpoint for cut in offered if cut.fault == "timeout_some"}


@pytest.mark.parametrize("fault", MORE_AROUND_CALLS)
def test_another_worker_and_the_clock_come_at_every_answer_and_behind_every_commit(
    house: Theatre, offered: list[Cut], fault: str
) -> None:
    passed = {label.partition(": ")[2] for labels in house.trail.values() for label in labels}
    names = {cut.label.partition(": ")[2] for cut in offered if cut.fault == fault}

    assert {name for name in passed if name.startswith(("answer ", "after commit of "))} <= names
