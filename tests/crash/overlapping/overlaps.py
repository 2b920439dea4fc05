"""Boundaries at which a transaction is held open before it commits, while somebody else acts on the same rows.

    sell/3:before commit of engine.recording.Recorder.applied/overlap@fund      as the command line names it

What the other one does is no boundary: nobody overlaps him.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self
from unittest.mock import patch

from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from flask_billcom.engine.worker import TickReport, Worker
from tests.crash.boundaries import Act, Boundaries
from tests.crash.cutting.cuts import Cut
from tests.crash.overlapping.meeting import Meeting, Watcher, has_written

OVERLAP = "overlap"
NAME = re.compile(r"[1-9][0-9]*/[0-9]+/[0-9]+")
ROLLED_BACK = (IntegrityError.__name__, OperationalError.__name__)
"""What ends a step that met another one; the next round takes it up."""


@dataclass(frozen=True)
class Turns:
    """Who acts where: all of them by turns, each at every n-th transaction that writes.

    :param nth: at which.
    :param first: which of these is the first one, from 0.
    :param shift: whose turn it is there, from 0.
    """

    nth: int = 1
    first: int = 0
    shift: int = 0

    def of(self, number: int, others: Sequence[str]) -> str | None:
        """Return whose turn it is, or None.

        :param number: of the transaction, from 0.
        """
        turn, rest = divmod(number - self.first, self.nth)
        return None if rest or turn < 0 else others[(turn + self.shift) % len(others)]

    @staticmethod
    def names(text: str) -> bool:
        """Return whether a text is `N/FIRST/SHIFT`."""
        return NAME.fullmatch(text) is not None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read such a text."""
        return cls(*map(int, text.split("/")))

    def __str__(self) -> str:
        return f"{self.nth}/{self.first}/{self.shift}"


@dataclass
class Seen:
    """What was seen of two transactions of one moment.

    :param counts: overlaps, how many of them waited, and what was rolled back.
    :param failures: steps and requests that ended in a way that no product should.
    """

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def hear(self, report: TickReport) -> None:
        """Look at how a round ended."""
        for step, how in report.failed.items():
            kind = how.partition(":")[0]
            self.counts[f"step rolled back: {kind}" if kind in ROLLED_BACK else f"step ended early: {kind}"] += 1
            if kind not in ROLLED_BACK:
                self.failures.append(f"{step}: {how}")


class Overlaps(Boundaries):
    """Lets somebody else act before commits.

    :param turns: who acts at transactions that nobody was named for; nobody if left out.
    """

    def __init__(self, watcher: Watcher, turns: Turns | None = None) -> None:
        super().__init__()
        self.wanted: dict[tuple[str, int], str] = {}
        """Who acts before a commit, by its label and the number of its passing."""
        self.who: Callable[[str], Sequence[str]] = lambda _: ()
        """Names those who may act in a chapter."""
        self.act: Callable[[Meeting, Cut], object] = lambda *_: None
        """Lets one of them act."""
        self.done: list[Cut] = []
        self.seen = Seen()
        self._watcher = watcher
        self._turns = turns
        self._written = 0
        self._changes: dict[Any, int] = {}
        self._meeting: Meeting | None = None
        self._patch = patch.object(Worker, "tick", _heard(Worker.tick, self.seen))

    def __enter__(self) -> Self:
        super().__enter__()
        event.listen(Session, "after_commit", self._end)
        event.listen(Session, "after_rollback", self._end)
        self._patch.start()
        return self

    def __exit__(self, *about: object) -> None:
        self._patch.stop()
        event.remove(Session, "after_commit", self._end)
        event.remove(Session, "after_rollback", self._end)
        super().__exit__(*about)

    def act_at(self, number: int, label: str, nth: int) -> Act | None:
        """Return what was planned, or let somebody else act, if this transaction has written."""
        planned = super().act_at(number, label, nth)
        if planned is not None or self.committing is None:
            return planned
        if self.committing.in_nested_transaction() or not has_written(self.committing, self._changes):
            return None
        who = self.wanted.pop((label, nth), None) or self._whose_turn()
        if who is None:
            return None
        self.done.append(Cut(self.chapter, -1, OVERLAP, who, label=label, nth=nth))
        return partial(self._meet, self.committing, self.done[-1])

    def _whose_turn(self) -> str | None:
        number, self._written = self._written, self._written + 1
        return None if self._turns is None else self._turns.of(number, self.who(self.chapter))

    def _meet(self, session: Session, cut: Cut) -> None:
        self._meeting = Meeting(session, self._watcher, lambda meeting: self.act(meeting, cut))
        self._meeting.begin()

    def _end(self, session: Session) -> None:
        """Let the other one come to his end, once the first transaction is over."""
        meeting = self._meeting
        if meeting is None or meeting.session is not session or session.in_nested_transaction():
            return
        self._meeting = None
        meeting.end()
        self.seen.counts["overlaps"] += 1
        self.seen.counts["waited"] += meeting.has_waited
        if meeting.error is not None:
            self.seen.failures.append(f"{self.done[-1].name}: {type(meeting.error).__name__}: {meeting.error}")


def _heard(tick: Callable[[Worker], TickReport], seen: Seen) -> Callable[[Worker], TickReport]:
    """Return a round whose end is looked at."""

    def heard(worker: Worker) -> TickReport:
        report = tick(worker)
        seen.hear(report)
        return report

    return heard
