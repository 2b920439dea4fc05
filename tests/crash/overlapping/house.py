"""The theatre in which two workers act at one moment."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from sqlalchemy.exc import IntegrityError, OperationalError

from tests.crash.cutting.cuts import Cut
from tests.crash.cutting.keeping import chapters_from, go_back
from tests.crash.cutting.theatre import Theatre
from tests.crash.judging.judge import Verdict, judge
from tests.crash.overlapping import deeds
from tests.crash.overlapping.another import ROUND, Another, does, steps_of
from tests.crash.overlapping.meeting import Meeting, Watcher
from tests.crash.overlapping.overlaps import OVERLAP, Overlaps, Seen, Turns
from tests.crash.tale.chapters import CHAPTERS
from tests.crash.tale.orders import ORDERS, Order
from tests.crash.tale.story import AGAIN, Run

TRADE = (
    *ORDERS,
    Order("11", "Ada", (("ann", 8_00, 80), ("bo", 6_00, 60))),
    Order("12", "Ben", (("bo", 9_50, 95),)),
    Order("13", "Cleo", (("ann", 14_00, 1_40), ("bo", 3_00, 0)), collect="send"),
    Order("14", "Ben", (("ann", 25_00, 2_50),), collect="send", by_check=10_00),
    Order("15", "Cleo", (("bo", 16_00, 1_60), ("ann", 4_00, 40)), collect="send", by_check=6_00),
    Order("16", "Ada", (("bo", 11_00, 0),), collect="send"),
)
"""What is sold: more that somebody may regret, and two orders that are paid by two payments each."""

FLOAT = 500_00
"""What the marketplace puts in: whoever wants his money back when a seller has it gets it all the same."""


class Crossroads(Theatre):
    """A theatre with a second process on the same database."""

    def __init__(self, url: str, folder: Path, *, seed: int = 1, orders: tuple[Order, ...] = TRADE) -> None:
        super().__init__(url, folder, seed=seed, orders=orders, float_cents=FLOAT)
        self.another = Another(self.stage)
        self.steps = steps_of(self.first.world)
        self.everybody = (*self.steps, ROUND, *deeds.DEEDS)
        self.most = max(len(self.others(chapter)) for chapter in CHAPTERS)
        """How many may act in one chapter at most."""
        self._watcher = Watcher(self.stage.engine, self.another.engine)

    def close(self) -> None:
        """Let go of the database."""
        self._watcher.close()
        self.another.leaves()
        super().close()

    def others(self, chapter: str) -> list[str]:
        """Return who may act in a chapter: each step of a worker alone, all of them, and people."""
        people = [name for name, (_, where) in deeds.DEEDS.items() if chapter in where]
        return [*self.steps, ROUND, *people]

    def play(self, cuts: Iterable[Cut], turns: Turns | None = None) -> tuple[Run, Verdict, list[str]]:
        """Tell the story with others who act before some commits, and hurt by other cuts.

        :param turns: who acts before commits that no cut names.
        :return: the run, what the judge says, and what never happened.
        """
        run, verdict, unfired, _ = self.told(cuts, turns)
        return run, verdict, unfired

    def told(self, cuts: Iterable[Cut], turns: Turns | None = None) -> tuple[Run, Verdict, list[str], Overlaps]:
        """Tell it, and return besides what was heard."""
        some = list(cuts)
        fired: list[Cut] = []
        order = list(CHAPTERS)
        first = order[0] if turns else min((cut.chapter for cut in some), key=order.index)
        self.another.leaves()
        with Overlaps(self._watcher, turns) as boundaries:
            run = go_back(self.stage, self.kept[first], boundaries, like=self.first)
            boundaries.who = self.others
            boundaries.act = lambda meeting, cut: self._act(run, meeting, cut, boundaries.seen)
            run.hears_people = boundaries.is_listening = True
            for cut in some:
                if cut.fault == OVERLAP:
                    boundaries.wanted[cut.label, cut.nth] = cut.endpoint
                else:
                    self._arrange(run, cut, fired)
            for chapter in chapters_from(first):
                run.world.clock.offset = timedelta(0)
                run.tell([chapter])
        fired += boundaries.done
        verdict = judge(run)
        seen = boundaries.seen
        verdict.find("unexplained", len(seen.failures), f"ended in a strange way: {seen.failures}")
        return run, verdict, [cut.name for cut in some if cut not in fired], boundaries

    def _act(self, run: Run, meeting: Meeting, cut: Cut, seen: Seen) -> None:
        """Let somebody act: a worker does one step, or people what they want; who was rolled back tries again later."""
        world, name = self.another.joins(run.world), cut.endpoint
        if name not in deeds.DEEDS:
            does(world, name)
            return
        for left in reversed(range(AGAIN)):
            try:
                deeds.act(run, world, name, random.Random(f"{run.seed} {cut.name}"))
                break
            except (IntegrityError, OperationalError) as error:
                seen.counts[f"request rolled back: {type(error).__name__}"] += 1
                with world.app() as session:
                    session.rollback()
                if not left:
                    raise
                meeting.give_way()
