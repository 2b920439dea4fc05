"""The places that only a hurt story passes: found by listening to a few tellings in which every fault happens once.

    telling   sell/1:effect ChargeCustomer/crash + pay out/-1/timeout_after@PayBills + ...
    place     correct: before commit of engine.janitor.sweep

The janitor, read-backs, fences, sessions that are renewed, people who decide: each place that one of these tellings is
the first to pass is cut in that telling, as the places of the unhurt story are cut in that one.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tests.crash.cutting.cuts import (
    Cut,
    Trail,
    first_of_each_name,
    named,
    often,
    other_faults,
    packed,
    wire_faults,
)
from tests.crash.cutting.theatre import Theatre, end_of
from tests.crash.judging.total import End
from tests.crash.tale.chapters import CHAPTERS, UNHURT

DEEP = 3
"""How many faults of each chapter share one of these tellings."""
HURTS = (
    (
        "meet/-1/introduce",
        "sell/-1/refuse",
        "change/-1/agree",
        "change/-1/match",
        "correct/-1/remind",
        "collect/-1/fine",
        "collect/-1/files",
        "collect/-1/timeout_before@UploadAttachment",
        "collect/-1/deaf",
        "refund/-1/files",
        "refund/-1/connect_refused@UploadAttachment",
        "refund/-1/dispute",
        "refund/-1/look_around",
        "pay out/-1/account",
        "pay out/-1/large_run",
        "recall/-1/wait_and_see",
    ),
    (
        "sell/-1/restored",
        "refund/-1/charge_again",
        "pay out/-1/holidays",
        "take back/-1/forgotten",
    ),
    (
        "sell/-1/timeout_before@Login",
        "correct/-1/bdc:BDC_9999@Crud/Update/Invoice",
        "collect/-1/too_often",
        "pay out/-1/timeout_after@PayBills",
        "pay out/1:after commit of engine.readback._claim/timeout_before@List/SentPay",
        "arrive/3:connect Login/by_hand",
        "decide/-1/found_paid",
    ),
)
"""Tellings that lead to what no single fault leads to."""
QUIET = ("List", "Login", "GetSessionInfo", "Crud/Read")


@dataclass(frozen=True)
class Detour:
    """A hurt telling, with the places that nothing passed before it.

    :param hurts: how it is hurt.
    :param trail: its new places, by chapter.
    :param end: how it ended by itself.
    """

    hurts: tuple[Cut, ...]
    trail: Trail
    end: End

    @property
    def boundaries(self) -> int:
        """Return how many places it adds."""
        return sum(len(labels) for labels in self.trail.values())

    def cuts(self) -> list[Cut]:
        """Return a crash at each of its places, and every other fault at those of a worker."""
        of_workers = {chapter: labels for chapter, labels in self.trail.items() if chapter not in UNHURT}
        return [*first_of_each_name(self.trail), *other_faults(of_workers), *wire_faults(of_workers)]


@dataclass(frozen=True)
class Heard:
    """A hurt telling, with all the places that it passed."""

    hurts: tuple[Cut, ...]
    trail: Sequence[str]
    end: End


def one_of_each_fault(trail: Trail, seed: int) -> list[Cut]:
    """Return a cut for every fault, where something is being changed."""
    chance = random.Random(seed)
    offered: dict[str, list[Cut]] = {}
    for cut in often(trail):
        offered.setdefault(cut.fault, []).append(cut)
    return [chance.choice(list(filter(_changes, cuts)) or cuts) for cuts in offered.values()]


def _changes(cut: Cut) -> bool:
    called = cut.endpoint or cut.label.partition(": ")[2].partition(" ")[2]
    return not called.startswith((*QUIET, "commit of"))


def detours(house: Theatre, seed: int) -> Iterator[Detour]:
    """Listen to the hurt tellings."""
    return detours_of(house.trail, (listen(house, cuts) for cuts in hurt_tellings(house.trail, seed)))


def hurt_tellings(trail: Trail, seed: int) -> list[list[Cut]]:
    """Return the ways in which the tellings are hurt that are listened to."""
    return [*packed(one_of_each_fault(trail, seed), CHAPTERS, deep=DEEP), *map(named, HURTS)]


def listen(house: Theatre, cuts: Sequence[Cut]) -> Heard:
    """Listen to a telling that is hurt in some ways."""
    run, verdict, unfired = house.play(cuts)
    return Heard(tuple(cuts), run.boundaries.trail, end_of(cuts, run, verdict, unfired))


def detours_of(unhurt: Trail, tellings: Iterable[Heard]) -> Iterator[Detour]:
    """Yield what each telling passes that nothing passed before it."""
    known = {_name(label) for labels in unhurt.values() for label in labels}
    for heard in tellings:
        trail: dict[str, list[str]] = {}
        for label in heard.trail:
            if _name(label) not in known:
                known.add(_name(label))
                trail.setdefault(label.partition(": ")[0], []).append(label)
        if trail:
            yield Detour(heard.hurts, trail, heard.end)


def _name(label: str) -> str:
    return label.partition(": ")[2]
