"""In which ways a telling can be hurt, and what happens then.

crash                                the process ends                                       P1
commit_error, commit_ack_lost        a commit that fails, or that only seems to             P4
freeze, long_freeze, suspend         the worker stands still while another one works        P3
second_runner                        a tick of another worker in the midst of this one      P6
sessions_end                         all sessions are over, and two others notice it first  F9, P6
clock_forward, clock_back            the database's clock jumps by an hour                  P5
stranger and other deeds             what people do meanwhile: see `people`              P8
files and other errands              what people do at the beginning: see `errands`
restored                             of those: a chapter's beginning comes back             P7
edited, merged                       of those: all bills at Bill.com, a seller there        P8
everything else                      a fault of the wire, by the simulator's name           F1 to F15

`codes` has the faults of the protocol one by one, and what plays each.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.exc import OperationalError

from tests.crash.boundaries import Act, Crash
from tests.crash.tale.errands import ERRANDS
from tests.crash.tale.people import DEEDS

if TYPE_CHECKING:
    from tests.crash.tale.story import Run

T = TypeVar("T")
HOUR = timedelta(hours=1)
BEFORE = ("connect_refused", "timeout_before", "reset_before", "http_5xx_before", "idle_close")
AFTER = ("timeout_after", "reset_after", "http_5xx_after", "garbage", "truncated", "cut", "empty", "html", "dribble")
REFUSALS = ("bdc:BDC_1109", "bdc:BDC_1144", "bdc:BDC_1322", "bdc:BDC_1001", "bdc:BDC_9999", "bdc_after:BDC_9999")
CHANGE_FAULTS = (*BEFORE, *AFTER, *REFUSALS, "late_effect")
READ_FAULTS = ("connect_refused", "timeout_before", "garbage", "bdc:BDC_1109", "bdc:BDC_1144", "stale_list")
"""What each list meets in each chapter."""
MORE_READ_FAULTS = (
    "reset_before",
    "http_5xx_before",
    "idle_close",
    "truncated",
    "cut",
    "empty",
    "html",
    "dribble",
    "bdc:BDC_1322",
    "bdc:BDC_9999",
)
"""What each list meets once: to who reads, most of these look like one of the others."""
BULK_FAULTS = ("short_bulk", "reordered_bulk")
SOME_FAULTS = ("bdc_some:BDC_9999", "timeout_some")
"""Of calls that carry several objects."""
AROUND_CALLS = ("freeze", "second_runner", "clock_forward", "clock_back")
MORE_AROUND_CALLS = (*AROUND_CALLS, "sessions_end")
"""What happens behind each commit and each answer, where one of its name is passed first in the whole story."""
SECONDS = {"late_effect": 300.0, "stale_list": 120.0, "dribble": 1.0}
LOSING = frozenset(
    {"crash", "freeze", "long_freeze", "suspend", "late_effect", "commit_error", "timeout_some", *BEFORE, *AFTER}
)
"""What can leave an attempt without an answer."""
NAME = re.compile(r"([^/]+)/(?:(\d+):([^@]*)|(-?\d+))/([^/@]+)(?:@(.*))?")


@dataclass(frozen=True)
class Cut:
    """One way in which a telling is hurt.

    :param chapter: where it happens.
    :param at: number of the boundary, counted from the start of the telling; -1 for none.
    :param fault: what happens there.
    :param endpoint: of a fault of the wire.
    :param label: the name of the boundary.
    :param nth: which passing of the label it is, from 1, in place of a number; 0 where `at` tells.
    :param seconds: how long it delays, where that is not as usual.
    """

    chapter: str
    at: int
    fault: str
    endpoint: str = ""
    label: str = ""
    nth: int = 0
    seconds: float = 0.0

    @property
    def is_of_the_wire(self) -> bool:
        """Return whether the simulator carries it out."""
        return self.at < 0 and not self.nth and not self.is_an_errand

    @property
    def is_an_errand(self) -> bool:
        """Return whether people do it at the beginning of the chapter."""
        return self.fault in ERRANDS

    @property
    def place(self) -> tuple[str, str, int]:
        """Return what it may not share with another cut of the same telling."""
        return self.chapter, self.endpoint or self.label, self.nth or self.at

    @property
    def name(self) -> str:
        """Return what tells it from all others, as the command line takes it."""
        place = f"{self.nth}:{self.label.partition(': ')[2]}" if self.nth else str(self.at)
        return f"{self.chapter}/{place}/{self.fault}{'@' + self.endpoint if self.endpoint else ''}"

    def __str__(self) -> str:
        return f"{self.name} ({self.label})"


def act_of(run: Run, cut: Cut, fired: list[Cut]) -> Act:
    """Return what a cut does, which also notes that it was done."""

    def act() -> None:
        fired.append(cut)
        if cut.is_an_errand:
            ERRANDS[cut.fault](run)
        elif cut.fault in ACTS:
            ACTS[cut.fault](run)
        else:
            plan(run, cut)

    return act


def plan(run: Run, cut: Cut) -> None:
    """Let the simulator carry out a fault of the wire at the next call that it fits."""
    seconds = cut.seconds or SECONDS.get(cut.fault, 0.0)
    run.world.simulator.plan_fault(cut.fault, cut.endpoint, seconds=seconds)


def _crash(_: Run) -> None:
    raise Crash


def _no_commit(_: Run) -> None:
    raise OperationalError("commit", {}, Exception("the connection is gone"))


def _freeze(run: Run, minutes: int) -> None:
    """Let this worker stand still, while another one works."""
    other = run.world.process()
    for _ in range(minutes):
        run.world.advance(seconds=60)
        run.world.tick(other)


def _suspend(run: Run) -> None:
    """The same on a machine that was put to sleep: its own deadlines have slept as well."""
    before = run.world.clock.monotonic()
    _freeze(run, 60)
    run.world.clock.rewind(run.world.clock.monotonic() - before)


def _second_runner(run: Run) -> None:
    run.world.tick(run.world.process())


def _sessions_end(run: Run) -> None:
    """Let Bill.com end all sessions, while this worker still counts on his, and two others have noticed."""
    run.world.simulator.under_lock(lambda there: there.sessions.live.clear())
    for _ in range(2):
        _second_runner(run)


def _jump(run: Run, by: timedelta) -> None:
    run.world.clock.offset += by


ALMOST_IDLE = 30
"""Minutes in which all is looked up, fenced and sent again, while Bill.com still lets an idle session live."""
ACTS: Mapping[str, Callable[[Run], None]] = MappingProxyType(
    {
        "crash": _crash,
        "commit_error": _no_commit,
        "commit_ack_lost": _no_commit,
        "freeze": lambda run: _freeze(run, 10),
        "long_freeze": lambda run: _freeze(run, ALMOST_IDLE),
        "suspend": _suspend,
        "second_runner": _second_runner,
        "sessions_end": _sessions_end,
        "clock_forward": lambda run: _jump(run, HOUR),
        "clock_back": lambda run: _jump(run, -HOUR),
        **DEEDS,
    }
)

# -- which cuts a story offers -------------------------------------------------------------------------------------

Trail = Mapping[str, list[str]]
"""The boundaries of each chapter, by name, in the order of their passing."""


def first_of_each_name(trail: Trail) -> list[Cut]:
    """Return a crash at the first passing of each boundary of another name."""
    return [
        Cut(chapter, -1, "crash", label=label, nth=1)
        for chapter, labels in trail.items()
        for label in dict.fromkeys(labels)
    ]


def every_boundary(trail: Trail) -> list[Cut]:
    """Return a crash at every boundary."""
    cuts = []
    for chapter, labels in trail.items():
        passed: dict[str, int] = {}
        for label in labels:
            passed[label] = passed.get(label, 0) + 1
            cuts.append(Cut(chapter, -1, "crash", label=label, nth=passed[label]))
    return cuts


def other_faults(trail: Trail) -> list[Cut]:
    """Return every fault but a crash, at the first passing of each boundary that it fits."""
    cuts = []
    for cut in first_of_each_name(trail):
        if "commit of" in cut.label:
            cuts.append(replace(cut, fault="commit_error" if "before commit" in cut.label else "commit_ack_lost"))
        elif ": connect" in cut.label or ": effect" in cut.label:
            cuts += [replace(cut, fault=fault) for fault in AROUND_CALLS]
    return cuts


def wire_faults(trail: Trail) -> list[Cut]:
    """Return every fault of the wire, at the first call of each endpoint in each chapter."""
    cuts = []
    for chapter, labels in trail.items():
        called = dict.fromkeys(label.partition(": connect ")[2] for label in labels if ": connect " in label)
        for endpoint in called:
            cuts += [Cut(chapter, -1, fault, endpoint) for fault in faults_of(endpoint)]
    return cuts


def beside_commits(trail: Trail) -> list[Cut]:
    """Return what may happen behind each commit and each answer, once for each name in the whole story.

    Before a commit another worker would wait for this one's transaction, which waits for him.
    """
    seen: set[str] = set()
    cuts = []
    for cut in first_of_each_name(trail):
        name = cut.label.partition(": ")[2]
        if name.startswith(("after commit of ", "answer ")) and name not in seen:
            seen.add(name)
            cuts += [replace(cut, fault=fault) for fault in MORE_AROUND_CALLS]
    return cuts


def once_of_the_wire(trail: Trail) -> list[Cut]:
    """Return what each call of several objects, and each list, meets besides, in the first chapter that makes it."""
    first: dict[str, str] = {}
    for chapter, labels in trail.items():
        for label in labels:
            _, is_call, endpoint = label.partition(": connect ")
            if is_call:
                first.setdefault(endpoint, chapter)
    cuts = []
    for endpoint, chapter in first.items():
        if endpoint.startswith("List"):
            cuts += [Cut(chapter, -1, fault, endpoint) for fault in MORE_READ_FAULTS]
        elif endpoint.startswith("Bulk/") or endpoint == "PayBills":
            cuts += [Cut(chapter, -1, fault, endpoint) for fault in SOME_FAULTS]
    return cuts


RESTORED = ("meet", "sell", "change", "collect", "pay out", "recall", "take back", "arrive")
"""The chapters whose beginning comes back from a backup once they are over; what was given back in a lost time is known
to nobody but who did it."""
OF_PEOPLE = (*((chapter, "restored") for chapter in RESTORED), ("pay out", "edited"), ("change", "merged"))


def of_people(trail: Trail) -> list[Cut]:
    """Return what people do to all the documents, or to our rows, in chapters that are told."""
    return [Cut(chapter, -1, errand) for chapter, errand in OF_PEOPLE if chapter in trail]


def faults_of(endpoint: str) -> tuple[str, ...]:
    """Return the faults of the wire that fit an endpoint."""
    faults: tuple[str, ...] = READ_FAULTS if endpoint.startswith("List") else CHANGE_FAULTS
    return faults + (BULK_FAULTS if endpoint.startswith("Bulk/") else ())


def often(trail: Trail) -> list[Cut]:
    """Return the faults that come in each chapter where they fit."""
    return [*first_of_each_name(trail), *other_faults(trail), *wire_faults(trail)]


def every_fault(trail: Trail) -> list[Cut]:
    """Return every fault of each kind where it fits first, in each chapter or in the whole story."""
    return [*often(trail), *once_of_the_wire(trail), *beside_commits(trail), *of_people(trail)]


def some_of(cuts: list[T], count: int | None, seed: int) -> list[T]:
    """Return a seeded sample, in its old order."""
    if count is None or count >= len(cuts):
        return cuts
    chosen = set(random.Random(seed).sample(range(len(cuts)), count))
    return [cut for place, cut in enumerate(cuts) if place in chosen]


def named(names: Iterable[str]) -> list[Cut]:
    """Return the cuts of some names, as the command line takes them."""
    return [_named(name) for name in names]


def _named(name: str) -> Cut:
    found = NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"{name!r} names no cut")
    chapter, nth, place, at, fault, endpoint = found.groups()
    if nth:
        return Cut(chapter, -1, fault, endpoint or "", label=f"{chapter}: {place}", nth=int(nth))
    return Cut(chapter, int(at), fault, endpoint or "")


def packed(cuts: Iterable[Cut], chapters: Iterable[str], *, deep: int = 1) -> list[list[Cut]]:
    """Return tellings that hold a few cuts of each chapter, so that a story serves many of them.

    :param deep: how many of one chapter at most; those of one telling are far apart and have different places.
    """
    of_chapter: dict[str, list[Cut]] = {chapter: [] for chapter in chapters}
    for cut in cuts:
        of_chapter[cut.chapter].append(cut)
    count = max((-(-len(some) // deep) for some in of_chapter.values()), default=0)
    tellings: list[list[Cut]] = [[] for _ in range(count)]
    for some in of_chapter.values():
        for number, cut in enumerate(some):
            _put(cut, tellings, number % count)
    return [telling for telling in tellings if telling]


def _put(cut: Cut, tellings: list[list[Cut]], first: int) -> None:
    """Put a cut into the first telling, from one on, that has none at its place, or else into another one."""
    for telling in tellings[first:] + tellings[:first]:
        if all(cut.place != other.place for other in telling):
            telling.append(cut)
            return
    tellings.append([cut])
