"""The suites: each tells the story again and again, cut in another way, and has every end judged.

boundaries   a crash at every boundary, every fault at every call and commit that it fits
pairs        two crashes, in every order
"""

from __future__ import annotations

import hashlib
import random
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy.exc import OperationalError

from tests.crash.boundaries import Act, Boundaries, Crash
from tests.crash.judge import Verdict, judge
from tests.crash.keeping import Kept, chapters_from, go_back, keep
from tests.crash.story import CHAPTERS, UNHURT, Run
from tests.support.world import Stage

HOUR = timedelta(hours=1)
BEFORE = ("connect_refused", "timeout_before", "reset_before", "http_5xx_before", "idle_close")
AFTER = ("timeout_after", "reset_after", "http_5xx_after", "garbage", "truncated", "cut", "empty", "html", "dribble")
REFUSALS = ("bdc:BDC_1109", "bdc:BDC_1144", "bdc:BDC_1322", "bdc:BDC_1001", "bdc:BDC_9999", "bdc_after:BDC_9999")
CHANGE_FAULTS = (*BEFORE, *AFTER, *REFUSALS, "late_effect")
READ_FAULTS = ("connect_refused", "timeout_before", "garbage", "bdc:BDC_1109", "bdc:BDC_1144", "stale_list")
BULK_FAULTS = ("short_bulk", "reordered_bulk")
SECONDS = {"late_effect": 300.0, "stale_list": 120.0, "dribble": 1.0}


@dataclass(frozen=True)
class Cut:
    """One way in which a telling is hurt.

    :param chapter: where it begins.
    :param at: number of the boundary, counted from the chapter's start; -1 for none.
    :param fault: what happens there: `crash`, `commit_error`, `commit_ack_lost`, `freeze`, `second_runner`,
        `clock_forward`, `clock_back`, or a fault of the simulator's wire.
    :param endpoint: of a fault of the wire.
    :param label: the name of the boundary.
    """

    chapter: str
    at: int
    fault: str
    endpoint: str = ""
    label: str = ""

    def __str__(self) -> str:
        return f"{self.chapter}/{self.at}/{self.fault}{'@' + self.endpoint if self.endpoint else ''} ({self.label})"


@dataclass
class Total:
    """What a whole suite comes to."""

    suite: str
    database: str
    boundaries: int = 0
    runs: int = 0
    faults: int = 0
    kills: int = 0
    seconds: float = 0.0
    sum: Verdict = field(default_factory=Verdict)
    failures: list[tuple[str, Verdict]] = field(default_factory=list)
    unfired: list[str] = field(default_factory=list)
    events: hashlib._Hash = field(default_factory=hashlib.sha256)

    def add(self, name: str, verdict: Verdict) -> None:
        """Count one judged run."""
        self.runs += 1
        for what in ("doubles", "lost", "cents_off", "idle", "quarantined", "unexplained"):
            setattr(self.sum, what, getattr(self.sum, what) + getattr(verdict, what))
        if not verdict.is_clean:
            self.failures.append((name, verdict))
        self.events.update(f"{name} {verdict}\n".encode())

    @property
    def is_clean(self) -> bool:
        return self.sum.is_clean and not self.unfired

    def __str__(self) -> str:
        s = self.sum
        return (
            f"crash: suite={self.suite} database={self.database} boundaries={self.boundaries} runs={self.runs} "
            f"doubles={s.doubles} lost={s.lost} cents_off={s.cents_off} idle={s.idle} quarantined={s.quarantined} "
            f"faults={self.faults} kills={self.kills} events_sha256={self.events.hexdigest()} "
            f"unexplained={s.unexplained + len(self.unfired)}"
        )


class Theatre:
    """One stage with the story told once, kept at the start of each chapter.

    :param url: of an empty SQLite database.
    """

    def __init__(self, url: str, folder: Path, *, seed: int = 1, simulator: dict[str, object] | None = None) -> None:
        self.stage = Stage(url)
        self.folder = folder
        self.kept: dict[str, Kept] = {}
        self.trail: dict[str, list[str]] = {}
        with Boundaries() as boundaries:
            self.first = Run(self.stage, boundaries, seed=seed, simulator=dict(simulator or {}))
            for chapter in CHAPTERS:
                self.kept[chapter] = keep(self.first, folder, chapter)
                self.first.world.restart()
                self.first.listen()
                before = len(boundaries.trail)
                boundaries.is_listening = chapter not in UNHURT
                self.first.tell([chapter])
                boundaries.is_listening = False
                self.trail[chapter] = boundaries.trail[before:]
        self.unhurt = judge(self.first)

    def close(self) -> None:
        """Let go of the database."""
        self.stage.close()

    @property
    def boundaries(self) -> int:
        """Return how many boundaries the story passes."""
        return sum(len(trail) for trail in self.trail.values())

    def play(self, cuts: Iterable[Cut]) -> tuple[Run, Verdict, list[str]]:
        """Tell the story from the chapter of the first cut on, hurt by all of them.

        :return: the run, what the judge says, and the faults that never happened.
        """
        some = list(cuts)
        fired: list[Cut] = []
        with Boundaries() as boundaries:
            run = go_back(self.stage, self.kept[some[0].chapter], boundaries, like=self.first)
            for cut in some:
                if cut.at >= 0:
                    boundaries.planned[cut.at] = _act(run, cut, fired)
                else:
                    seconds = SECONDS.get(cut.fault, 0.0)
                    run.world.simulator.plan_fault(cut.fault, cut.endpoint, seconds=seconds)
            boundaries.is_listening = True
            for chapter in chapters_from(some[0].chapter):
                boundaries.is_listening = chapter not in UNHURT
                run.tell([chapter])
        unfired = [str(cut) for cut in some if cut.at >= 0 and cut not in fired]
        unfired += [f"{fault.kind}@{fault.endpoint}" for fault in run.world.simulator.faults.planned]
        return run, judge(run), unfired


def _act(run: Run, cut: Cut, fired: list[Cut]) -> Act:
    acts: dict[str, Callable[[Run], None]] = {
        "crash": _crash,
        "commit_error": _no_commit,
        "commit_ack_lost": _no_commit,
        "freeze": lambda r: _freeze(r, 10),
        "long_freeze": lambda r: _freeze(r, 60),
        "suspend": _suspend,
        "second_runner": _second_runner,
        "clock_forward": lambda r: _jump(r, HOUR),
        "clock_back": lambda r: _jump(r, -HOUR),
    }

    def act() -> None:
        fired.append(cut)
        acts[cut.fault](run)

    return act


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


def _jump(run: Run, by: timedelta) -> None:
    run.world.clock.offset += by


# -- the suites ----------------------------------------------------------------------------------------------------


@contextmanager
def theatre(**options: object) -> Iterator[Theatre]:
    """Open a theatre on a database of its own."""
    with tempfile.TemporaryDirectory(prefix="crash") as folder:
        house = Theatre(f"sqlite:///{folder}/world.sqlite", Path(folder), **options)  # type: ignore[arg-type]
        try:
            yield house
        finally:
            house.close()


def first_of_each_name(house: Theatre) -> list[Cut]:
    """Return a crash at the first passing of each boundary of another name."""
    cuts = []
    for chapter, trail in house.trail.items():
        seen: set[str] = set()
        for place, label in enumerate(trail):
            if label not in seen:
                seen.add(label)
                cuts.append(Cut(chapter, place, "crash", label=label))
    return cuts


def every_boundary(house: Theatre) -> list[Cut]:
    """Return a crash at every boundary."""
    return [
        Cut(chapter, place, "crash", label=label)
        for chapter, trail in house.trail.items()
        for place, label in enumerate(trail)
    ]


def other_faults(house: Theatre) -> list[Cut]:
    """Return every fault but a crash, at the first passing of each boundary that it fits."""
    cuts = []
    for cut in first_of_each_name(house):
        if "commit of" in cut.label:
            cuts.append(replace(cut, fault="commit_error" if "before commit" in cut.label else "commit_ack_lost"))
        elif ": connect" in cut.label or ": effect" in cut.label:
            cuts += [replace(cut, fault=fault) for fault in ("freeze", "second_runner", "clock_forward", "clock_back")]
    return cuts


def wire_faults(house: Theatre) -> list[Cut]:
    """Return every fault of the wire, at the first call of each endpoint in each chapter."""
    cuts = []
    for chapter, trail in house.trail.items():
        called = dict.fromkeys(label.partition(": connect ")[2] for label in trail if ": connect " in label)
        for endpoint in called:
            faults: tuple[str, ...] = READ_FAULTS if endpoint.startswith("List/") else CHANGE_FAULTS
            faults += BULK_FAULTS if endpoint.startswith("Bulk/") else ()
            cuts += [Cut(chapter, -1, fault, endpoint) for fault in faults]
    return cuts


def some_of(cuts: list[Cut], count: int | None, seed: int) -> list[Cut]:
    """Return a seeded sample, in its old order."""
    if count is None or count >= len(cuts):
        return cuts
    chosen = set(random.Random(seed).sample(range(len(cuts)), count))
    return [cut for place, cut in enumerate(cuts) if place in chosen]


def play_all(house: Theatre, cuts: list[Cut], total: Total, say: Callable[[str], None]) -> Total:
    """Play one telling for each cut."""
    total.boundaries = house.boundaries
    total.add("unhurt", house.unhurt)
    for number, cut in enumerate(cuts):
        run, verdict, unfired = house.play([cut])
        total.add(str(cut), verdict)
        total.kills += run.crashes
        total.faults += 1
        total.unfired += unfired
        if not verdict.is_clean or unfired:
            say(f"{cut}: {verdict.notes} {unfired}")
        elif number % 50 == 49:
            say(f"{number + 1} of {len(cuts)}")
    return total


# -- by name -------------------------------------------------------------------------------------------------------

Say = Callable[[str], None]


def boundaries(count: int | None, seed: int, only: str | None, say: Say) -> Total:
    """Hurt the story once at each boundary, in every way that fits it."""
    with theatre(seed=seed) as house:
        cuts = some_of([*first_of_each_name(house), *other_faults(house), *wire_faults(house)], count, seed)
        if only:
            cuts = [cut for cut in cuts if str(cut).startswith(f"{only} ")]
        return play_all(house, cuts, Total("boundaries", "sqlite"), say)


def crashes(count: int | None, seed: int, only: str | None, say: Say) -> Total:
    """Kill the worker at every single boundary, also where a name comes again."""
    with theatre(seed=seed) as house:
        cuts = some_of(every_boundary(house), count, seed)
        if only:
            cuts = [cut for cut in every_boundary(house) if str(cut).startswith(f"{only} ")]
        return play_all(house, cuts, Total("crashes", "sqlite"), say)


SUITES: dict[str, Callable[[int | None, int, str | None, Say], Total]] = {
    "boundaries": boundaries,
    "crashes": crashes,
}
