"""A stage whose rounds are done by processes that are killed and stopped for real; see `processes`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests

from flask_billcom.engine.worker import TickReport
from flask_billcom.vault import generate_key
from tests.crash.boundaries import Boundaries
from tests.crash.cutting.cuts import Cut
from tests.crash.cutting.keeping import chapters_from, let_go
from tests.crash.cutting.theatre import TOGETHER, empty_database
from tests.crash.judging.bystander import Bystander
from tests.crash.judging.judge import judge
from tests.crash.judging.total import End
from tests.crash.real.beside import Beside, served
from tests.crash.real.hand import KEY, KnownClock, known_settings
from tests.crash.real.workers import First, Forked, Worker
from tests.crash.tale.chapters import CHAPTERS
from tests.crash.tale.story import Run
from tests.support.copies import Copy, copy_of, put_back
from tests.support.shop import make_shop
from tests.support.world import Stage, World

STANDS_S = 3600.0
"""How long a stopped worker stands still, in seconds of the simulator."""
RECOVERS_S = 600.0
"""For how long the next worker does rounds of its own after one was killed; a sign-in that was lost is over by then."""
STEP_S = 900.0
"""How long it rests at most between them."""


@dataclass
class WorkedWorld(World):
    """A world whose rounds are done by another process."""

    first: First | None = None
    worker: Worker | None = None
    cuts: tuple[Cut, ...] = ()
    fired: list[Cut] = field(default_factory=list)
    trail: list[str] = field(default_factory=list)
    kills: int = 0
    chapter: str = ""
    bystander: Bystander = field(default_factory=Bystander)

    @property
    def bill(self) -> Beside:
        """Return the simulator."""
        return self.simulator  # type: ignore[return-value]  # it looks like the one in process

    def restart(self, **settings: Any) -> None:
        """Let the shop's own requests have other settings."""
        state = self.shop.billcom.state_of(self.shop.app)
        self.settings = state.settings = replace(self.settings, **settings)
        state._parts = None
        with self.shop.app.app_context():
            state.check()
        self.parts = state.parts

    def http(self) -> requests.Session:
        """Return a session that goes over the wire."""
        return requests.Session()

    def begin(self, chapter: str) -> None:
        """Begin a chapter: the worker learns where to stop in it."""
        self.chapter = chapter
        if self.worker is None:
            self.worker = self._first().fork()
        self._say_where_to_stop()

    def _say_where_to_stop(self) -> None:
        self._worker().stop_at(self._places())

    def _places(self) -> list[tuple[str, int]]:
        return [(cut.label.partition(": ")[2], cut.nth) for cut in self._here()]

    def _worker(self) -> Worker:
        assert self.worker is not None, "no chapter has begun"
        return self.worker

    def _first(self) -> First:
        assert self.first is not None, "nobody works here"
        return self.first

    def _here(self) -> list[Cut]:
        return [cut for cut in self.cuts if cut.chapter == self.chapter and cut not in self.fired]

    def advance(self, **by: Any) -> None:
        """Move the time."""
        self.bill.clock.advance(**by)
        self.known_clock.forget()

    @property
    def known_clock(self) -> KnownClock:
        """Return the clock of the shop's own requests."""
        return self.clock  # type: ignore[return-value]  # it tells the time as the one in process does

    def tick(self, parts: Any = None) -> TickReport:
        """Have the worker do a round."""
        del parts
        heard = self._worker().tick()
        self.known_clock.forget()  # a worker that waits moves the time
        if "at" in heard:
            self._hurt(heard["at"])
        else:
            self._note(heard["done"])
        return TickReport()

    def _note(self, names: Iterable[str]) -> None:
        self.trail += [f"{self.chapter}: {name}" for name in names]

    def _hurt(self, name: str) -> None:
        """Kill the worker, or let it stand still while another one works, and go on with the other one."""
        hurt, self.worker = self._worker(), self._first().fork()
        assert isinstance(hurt, Forked), "the first one is not hurt"
        try:
            self._hurt_until_it_ends(hurt, name)
        finally:
            hurt.kill()
        self._work_for(RECOVERS_S)

    def _hurt_until_it_ends(self, hurt: Forked, name: str) -> None:
        """Hurt a worker where it waits, and again where it comes to once it is awake: its answer comes too late."""
        heard: dict[str, Any] = {"at": name}
        while "at" in heard:
            (cut,) = [cut for cut in self._here() if cut.label == f"{self.chapter}: {heard['at']}"]
            self.fired.append(cut)
            self.bystander.sees_signal(self)
            self._say_where_to_stop()
            if cut.fault == "kill":
                self.kills += 1
                return
            hurt.stop()
            if holds_the_lock(cut):
                self.advance(seconds=STANDS_S)
            else:
                self._work_for(STANDS_S)
            heard = hurt.go_on(self._places())
        self._note(heard["done"])

    def _work_for(self, seconds: float) -> None:
        """Let the next worker do its rounds for a while; it may be hurt as well."""
        until = self.clock.now() + timedelta(seconds=seconds)
        self.tick()
        while (left := (until - self.clock.now()).total_seconds()) > 0:
            self.advance_to_next(min(STEP_S, left))
            self.tick()

    def close(self) -> None:
        """Let the worker go."""
        if isinstance(self.worker, Forked):
            self.worker.kill()
        self.worker = None


def holds_the_lock(cut: Cut) -> bool:
    """Return whether the worker has the database's lock there, so that no other one can do anything."""
    return "before commit" in cut.label


class WorkedStage(Stage):
    """One shop on one database, its workers in processes of their own."""

    def __init__(self, url: str, bill: Beside, first: First) -> None:
        self.bill, self.first = bill, first
        self.clock = KnownClock(bill.api)
        self.shop = make_shop(url, clock=self.clock, **known_settings(bill.api))
        self._settings = self.shop.billcom.state_of(self.shop.app).settings
        with self.shop.app.app_context():
            self.engine = self.shop.db.engine
            self._tables = list(reversed(self.shop.db.metadata.sorted_tables))

    def world(self, *, seed: int = 1, simulator: dict[str, Any] | None = None, **settings: Any) -> World:
        """Begin a world on the database as it is."""
        del seed, simulator
        self.bill.has_sent_back = False
        clock: Any = self.clock
        chosen = replace(self._settings, **settings)
        return WorkedWorld(self.shop, self.bill, clock, chosen, first=self.first)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Kept:
    """The world at the start of a chapter; the simulator keeps its own half under the chapter's name."""

    database: Copy
    settings: Any


class Works:
    """A stage with the story to be told, and told again from each chapter.

    :param url: of an empty database.
    """

    def __init__(self, url: str, folder: Path, bill: Beside) -> None:
        self.bill = bill
        self.folder = folder
        self.first = First(url, bill.api, os.environ[KEY])
        self.stage = WorkedStage(url, bill, self.first)
        self.kept: dict[str, Kept] = {}
        self.trail: dict[str, list[str]] = {}

    def tell(self) -> End:
        """Tell the story with the first worker, unhurt, keeping the start of each chapter."""
        with Boundaries() as boundaries:
            run = Run(self.stage, boundaries)
            world = world_of(run)
            world.worker = self.first
            for chapter in CHAPTERS:
                self.kept[chapter] = self._keep(run, chapter)
                world.begin(chapter)
                before = len(world.trail)
                run.tell([chapter])
                self.trail[chapter] = world.trail[before:]
            world.close()
            self.first.rest()
        return End("unhurt", judge(run))

    @property
    def boundaries(self) -> int:
        """Return how many boundaries the worker passes."""
        return sum(len(trail) for trail in self.trail.values())

    def end_of(self, cuts: Sequence[Cut]) -> End:
        """Tell the story, from the chapter of the first cut on if that was kept, and return how it ended."""
        return self.listen(cuts)[0]

    def listen(self, cuts: Sequence[Cut]) -> tuple[End, list[str]]:
        """Tell the story in the same way, and return also what those have passed who lived to tell."""
        chapter = cuts[0].chapter if cuts[0].chapter in self.kept else next(iter(CHAPTERS))
        with Boundaries() as boundaries:
            run = Run(self.stage, boundaries)
            world = world_of(run)
            world.cuts, world.bystander = tuple(cuts), run.bystander
            if chapter in self.kept:
                self._go_back(run, chapter)
            try:
                for each in chapters_from(chapter):
                    world.begin(each)
                    run.tell([each])
            finally:
                world.close()
        unfired = tuple(cut.name for cut in cuts if cut not in world.fired)
        name, happened = TOGETHER.join(cut.name for cut in cuts), len(world.fired)
        verdict = judge(run)
        end = End(name, verdict, weight=happened, faults=happened, kills=world.kills, unfired=unfired)
        return end, world.trail

    def close(self) -> None:
        """Let go of the database and of the worker."""
        self.stage.close()
        self.first.end()

    def _keep(self, run: Run, chapter: str) -> Kept:
        let_go(run)
        self.bill.post("snapshot", name=chapter)
        return Kept(copy_of(self.stage.engine, self.folder / chapter), run.world.settings)

    def _go_back(self, run: Run, chapter: str) -> None:
        let_go(run)
        put_back(self.stage.engine, self.kept[chapter].database)
        self.bill.post("restore", name=chapter)
        self.stage.clock.forget()
        run.world.settings = self.kept[chapter].settings
        run.world.restart()


def world_of(run: Run) -> WorkedWorld:
    """Return the world of a run."""
    assert isinstance(run.world, WorkedWorld)
    return run.world


@contextmanager
def works(database: str, seed: int = 1) -> Iterator[Works]:
    """Open a stage on a database and a simulator of its own."""
    os.environ.setdefault(KEY, generate_key())
    with ExitStack() as stack:
        url, folder = stack.enter_context(empty_database(database))
        bill = stack.enter_context(served(folder, seed=seed))
        house = Works(url, folder, bill)
        stack.callback(house.close)
        yield house
