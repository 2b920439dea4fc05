"""Real processes: a worker that is killed or stopped at every boundary, beside a simulator of its own process.

    this process       the shop's own requests, people, and whoever moves the simulator's clock
    worker             does the rounds; SIGKILL, or SIGSTOP past its lease and SIGCONT, where it says that it is
    another worker     goes on
    simulator          python -m flask_billcom.simulator --clock manual, over HTTP

Lease and grace are as shipped. The story, the boundaries and the judge are those of the other suites.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import requests

from flask_billcom.engine.worker import TickReport
from flask_billcom.vault import generate_key
from tests.crash.asked import Asked
from tests.crash.beside import Beside, served
from tests.crash.boundaries import Boundaries
from tests.crash.crew import share
from tests.crash.cuts import Cut, named, packed
from tests.crash.hand import KEY, KnownClock, known_settings, work
from tests.crash.judge import judge
from tests.crash.keeping import Tables, chapters_from, copy_file, copy_out, let_go, put_back
from tests.crash.story import CHAPTERS, UNHURT, Run
from tests.crash.theatre import TOGETHER, empty_database, shared_server
from tests.crash.total import End, Total, joined
from tests.support.shop import make_shop
from tests.support.world import Stage, World

REPEATS = 3
STANDS_S = 3600
"""How long a stopped worker stands still, in seconds of the simulator."""
STEP_S = 300
FAULTS = ("kill", "stop")
SETTINGS = {"collect": "charge", "combine_payments": True, "payout_schedule": "daily", "float_cents": 0}


class Worker:
    """One worker process."""

    def __init__(self, url: str, bill: Beside) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.crash.hand"])
        self._words, there = context.Pipe()
        self._process = context.Process(target=work, args=(there, url, bill.api, os.environ[KEY]), daemon=True)
        self._process.start()
        there.close()
        self.say(settings=SETTINGS)

    def say(self, **words: Any) -> None:
        """Tell it something."""
        self._words.send(words)

    def hear(self) -> dict[str, Any]:
        """Return what it says next.

        :raises EOFError: it has ended.
        """
        return dict(self._words.recv())

    def tick(self) -> dict[str, Any]:
        """Have it do a round, and return what it says: that it is done, or where it waits."""
        self.say(tick=True)
        return self.hear()

    def stop(self) -> None:
        """Send SIGSTOP."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Send SIGCONT, and let it end its round."""
        self._signal(signal.SIGCONT)
        self.say(go=True)
        self.hear()

    def kill(self) -> None:
        """Send SIGKILL and wait for its end."""
        self._signal(signal.SIGKILL)
        self._process.join()
        self._words.close()

    def _signal(self, number: signal.Signals) -> None:
        assert self._process.pid is not None
        os.kill(self._process.pid, number)


@dataclass
class WorkedWorld(World):
    """A world whose rounds are done by another process."""

    url: str = ""
    worker: Worker | None = None
    cuts: tuple[Cut, ...] = ()
    fired: list[Cut] = field(default_factory=list)
    trail: list[str] = field(default_factory=list)
    kills: int = 0
    chapter: str = ""

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
            self.worker = Worker(self.url, self.bill)
        self._say_where_to_stop()

    def _say_where_to_stop(self) -> None:
        self._worker().say(stops=[(cut.label.partition(": ")[2], cut.nth) for cut in self._here()])

    def _worker(self) -> Worker:
        assert self.worker is not None, "no chapter has begun"
        return self.worker

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
        if "at" in heard:
            self._hurt(heard["at"])
        else:
            self.trail += [f"{self.chapter}: {name}" for name in heard["done"]]
        return TickReport()

    def _hurt(self, name: str) -> None:
        """Kill the worker, or let it stand still while another one works, and go on with the other one."""
        (cut,) = [cut for cut in self._here() if cut.label == f"{self.chapter}: {name}"]
        self.fired.append(cut)
        hurt, other = self._worker(), Worker(self.url, self.bill)
        if cut.fault == "kill":
            self.kills += 1
        else:
            hurt.stop()
            self._let_time_pass(cut, other)
            hurt.go_on()
        hurt.kill()
        self.worker = other
        self._say_where_to_stop()

    def _let_time_pass(self, cut: Cut, other: Worker) -> None:
        """Let another worker do its rounds meanwhile, unless the stopped one holds the database's lock."""
        if "before commit" in cut.label:
            self.advance(seconds=STANDS_S)
            return
        for _ in range(0, STANDS_S, STEP_S):
            self.advance(seconds=STEP_S)
            other.tick()

    def close(self) -> None:
        """Let the worker go."""
        if self.worker is not None:
            self.worker.kill()
            self.worker = None


class WorkedStage(Stage):
    """One shop on one database, its workers in processes of their own."""

    def __init__(self, url: str, bill: Beside) -> None:
        self.url, self.bill = url, bill
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
        return WorkedWorld(self.shop, self.bill, clock, chosen, url=self.url)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Kept:
    """The world at the start of a chapter; the simulator keeps its own half under the chapter's name."""

    database: Path | Tables
    settings: Any


class Works:
    """A stage with the story to be told, and told again from each chapter.

    :param url: of an empty database.
    """

    def __init__(self, url: str, folder: Path, bill: Beside) -> None:
        self.bill = bill
        self.folder = folder
        self.stage = WorkedStage(url, bill)
        self.kept: dict[str, Kept] = {}
        self.trail: dict[str, list[str]] = {}

    def tell(self) -> End:
        """Tell the story with an unhurt worker, keeping the start of each chapter."""
        with Boundaries() as boundaries:
            run = Run(self.stage, boundaries)
            world = world_of(run)
            for chapter in CHAPTERS:
                self.kept[chapter] = self._keep(run, chapter)
                world.begin(chapter)
                before = len(world.trail)
                run.tell([chapter])
                self.trail[chapter] = world.trail[before:]
            world.close()
        return End("unhurt", judge(run))

    @property
    def boundaries(self) -> int:
        """Return how many boundaries the worker passes."""
        return sum(len(trail) for trail in self.trail.values())

    def tellings(self, deep: int) -> list[tuple[Cut, ...]]:
        """Return tellings with some cuts in each chapter, that together have each name with each of the two hurts."""
        cuts = [
            Cut(chapter, -1, fault, label=label, nth=1)
            for chapter, labels in self.trail.items()
            if chapter not in UNHURT
            for label in dict.fromkeys(labels)
            for fault in FAULTS
        ]
        return [tuple(telling) for telling in packed(cuts, CHAPTERS, deep=deep)]

    def end_of(self, cuts: tuple[Cut, ...]) -> End:
        """Tell the story, from the chapter of the first cut on if that was kept, and return how it ended."""
        chapter = cuts[0].chapter if cuts[0].chapter in self.kept else next(iter(CHAPTERS))
        with Boundaries() as boundaries:
            run = Run(self.stage, boundaries)
            world = world_of(run)
            world.cuts = cuts
            if chapter in self.kept:
                self._go_back(run, chapter)
            try:
                for each in chapters_from(chapter):
                    world.begin(each)
                    run.tell([each])
            finally:
                world.close()
        unfired = tuple(cut.name for cut in cuts if cut not in world.fired)
        verdict = judge(run, hurts=len(cuts))
        name = TOGETHER.join(cut.name for cut in cuts)
        return End(name, verdict, weight=len(world.fired), faults=len(world.fired), kills=world.kills, unfired=unfired)

    def whole_end_of(self, cuts: tuple[Cut, ...]) -> End:
        """Tell the story with all of the cuts; those whose place was not passed again with ever fewer others."""
        end = self.end_of(cuts)
        missed = tuple(cut for cut in cuts if cut.name in end.unfired)
        if not missed or len(cuts) == 1:
            return end
        again = [missed] if len(missed) < len(cuts) else [(cut,) for cut in missed]
        return joined([replace(end, unfired=()), *(self.whole_end_of(some) for some in again)])

    def close(self) -> None:
        """Let go of the database."""
        self.stage.close()

    def _keep(self, run: Run, chapter: str) -> Kept:
        let_go(run)
        self.bill.post("snapshot", name=chapter)
        engine = self.stage.engine
        database = copy_out(engine) if engine.dialect.name == "postgresql" else copy_file(engine, self.folder / chapter)
        return Kept(database, run.world.settings)

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


def tellings_of(house: Works, asked: Asked) -> list[tuple[Cut, ...]]:
    """Return the tellings that are played: all of them three times, a seeded sample, or one."""
    if asked.only:
        return [tuple(named(asked.only.split(TOGETHER)))]
    found = house.tellings(asked.deep)
    if asked.count is not None:
        return random.Random(asked.seed).sample(found, min(asked.count, len(found)))
    return list(asked.part.of(found * REPEATS))


def processes(asked: Asked, say: Callable[[str], None]) -> Total:
    """Kill and stop real workers at each boundary."""
    os.environ.setdefault(KEY, generate_key())
    with shared_server(asked.database), works(asked.database, asked.seed) as house:
        unhurt = house.tell()
        total = Total(asked.suite, asked.database, boundaries=house.boundaries)
        total.add(unhurt)
        tellings = tellings_of(house, asked)
        say(f"{len(tellings)} tellings with {sum(len(cuts) for cuts in tellings)} hurts")
        if asked.jobs > 1:
            total.add_all(share(len(tellings), asked.jobs, partial(_play, asked)))
            return total
        for number, cuts in enumerate(tellings):
            end = house.whole_end_of(cuts)
            total.add(end)
            say(f"{number + 1} of {len(tellings)}: {'well' if end.is_clean else (end.verdict.notes, end.unfired)}")
    return total


def _play(asked: Asked, numbers: Sequence[int]) -> list[End]:
    with works(asked.database, asked.seed) as house:
        house.tell()
        tellings = tellings_of(house, asked)
        return [house.whole_end_of(tellings[number]) for number in numbers]
