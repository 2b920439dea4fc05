"""A stage with the story told once, kept at the start of each chapter, to be told again and again in other ways."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from tests.crash.boundaries import Boundaries
from tests.crash.cutting.cuts import Cut, act_of, plan
from tests.crash.cutting.keeping import Kept, chapters_from, go_back, keep
from tests.crash.judging.judge import Verdict, judge
from tests.crash.judging.total import End
from tests.crash.quiet import collect_rarely
from tests.crash.tale.chapters import CHAPTERS, UNHURT
from tests.crash.tale.orders import ORDERS, Order
from tests.crash.tale.story import Run
from tests.support.postgres import Server, server_of
from tests.support.world import Stage

TOGETHER = " + "
"""Between the names of cuts that are played together."""
SHARED_SERVER = "TEST_POSTGRES_URL"


class Theatre:
    """One stage with the story told once, kept at the start of each chapter.

    :param url: of an empty database.
    :param folder: for copies of it.
    :param simulator: switches of the simulator.
    :param orders: what is sold.
    :param float_cents: what the marketplace itself puts in.
    """

    def __init__(
        self,
        url: str,
        folder: Path,
        *,
        seed: int = 1,
        simulator: dict[str, object] | None = None,
        orders: tuple[Order, ...] = ORDERS,
        float_cents: int = 0,
    ) -> None:
        self.stage = Stage(url)
        self.folder = folder
        self.kept: dict[str, Kept] = {}
        self.trail: dict[str, list[str]] = {}
        with Boundaries() as boundaries:
            self.first = Run(
                self.stage,
                boundaries,
                seed=seed,
                simulator=dict(simulator or {}),
                orders=orders,
                float_cents=float_cents,
            )
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
        self.clean_end = End("unhurt", self.unhurt, events=events_of(self.first))
        collect_rarely()

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
        some = sorted(cuts, key=lambda cut: list(CHAPTERS).index(cut.chapter))
        fired: list[Cut] = []
        missed: list[str] = []
        with Boundaries() as boundaries:
            run = go_back(self.stage, self.kept[some[0].chapter], boundaries, like=self.first)
            run.hears_people = boundaries.is_listening = True
            for cut in some:
                self._arrange(run, cut, fired)
            for chapter in chapters_from(some[0].chapter):
                run.world.clock.offset = timedelta(0)  # somebody sets it right: jumps do not add up to days
                run.tell([chapter])
                missed += _sweep_up(run, chapter)
        unfired = [cut.name for cut in some if not cut.is_of_the_wire and cut not in fired]
        return run, judge(run), unfired + missed

    def _arrange(self, run: Run, cut: Cut, fired: list[Cut]) -> None:
        boundaries = run.boundaries
        if cut.is_of_the_wire:
            boundaries.openings.setdefault(cut.chapter, []).append(partial(plan, run, cut))
        elif cut.is_an_errand:
            run.errands.setdefault(cut.chapter, []).append(act_of(run, cut, fired))
        elif cut.nth:
            boundaries.named[cut.label, cut.nth] = act_of(run, cut, fired)
        else:
            boundaries.planned[cut.at] = act_of(run, cut, fired)

    def end_of(self, cuts: Sequence[Cut]) -> End:
        """Play some cuts and return how it ended."""
        return end_of(cuts, *self.play(cuts))


def end_of(cuts: Sequence[Cut], run: Run, verdict: Verdict, unfired: Sequence[str]) -> End:
    """Return how a telling ended that some cuts have hurt."""
    return End(
        TOGETHER.join(cut.name for cut in cuts),
        verdict,
        faults=len(cuts) - len(unfired),
        kills=run.crashes,
        events=events_of(run),
        unfired=tuple(unfired),
    )


def _sweep_up(run: Run, chapter: str) -> list[str]:
    """Forget the faults of the wire that met no call in their chapter, and return their names."""
    faults = run.world.simulator.faults
    missed = [f"{chapter}/-1/{fault.kind}@{fault.endpoint}" for fault in faults.planned]
    faults.clear()
    return missed


def events_of(run: Run) -> str:
    """Return the hash of everything that happened: each boundary passed, each request that Bill.com saw."""
    digest = hashlib.sha256("\n".join(run.boundaries.trail).encode())
    for entry in run.world.simulator.journal:
        digest.update(f"{entry.at} {entry.endpoint} {entry.code} {entry.effects}\n".encode())
    return digest.hexdigest()


# -- databases -----------------------------------------------------------------------------------------------------


@contextmanager
def theatre(database: str = "sqlite", **options: object) -> Iterator[Theatre]:
    """Open a theatre on a database of its own.

    :param database: sqlite or postgresql.
    """
    with empty_database(database) as (url, folder):
        house = Theatre(url, folder, **options)  # type: ignore[arg-type]
        try:
            yield house
        finally:
            house.close()


@contextmanager
def empty_database(kind: str) -> Iterator[tuple[str, Path]]:
    """Give the address of an empty database and a folder beside it, in memory where the machine has a place there."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="crash", dir=memory if memory.is_dir() else None) as name:
        folder = Path(name)
        if kind == "sqlite":
            yield f"sqlite:///{folder}/world.sqlite", folder
            return
        with server_of(folder / "pg") as url:
            server = Server(url, f"crash{os.getpid()}")
            server.cleaner("world")
            try:
                yield server.url("world"), folder
            finally:
                server.close()


@contextmanager
def shared_server(kind: str) -> Iterator[None]:
    """Let processes that are started meanwhile share one server of PostgreSQL."""
    if kind != "postgresql" or SHARED_SERVER in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="crash") as folder, server_of(Path(folder) / "pg") as url:
        os.environ[SHARED_SERVER] = url
        try:
            yield
        finally:
            del os.environ[SHARED_SERVER]
