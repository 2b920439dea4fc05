"""Where a worker can die: found by listening, never listed by hand.

    before and after each commit of a session        SQLAlchemy's own events; named by the function that wrote
    connect, effect, answer of each remote call      the way to the simulator

New code is covered by itself: whatever commits or calls passes here.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from threading import get_ident
from types import CodeType, FrameType
from typing import Any, Self

from sqlalchemy import event
from sqlalchemy.orm import Session

Act = Callable[[], None]
OPENS = re.compile(r"with \S+\.write\(\)")


class Crash(BaseException):
    """The process is gone; nothing of it may catch this."""


class Boundaries:
    """Counts boundaries while it listens, and does what is planned at some of them.

    :param planned: what happens, by the number of the boundary.
    """

    def __init__(self, planned: Mapping[int, Act] | None = None) -> None:
        self.planned = dict(planned or {})
        self.named: dict[tuple[str, int], Act] = {}
        """What happens at the n-th passing of a name; it is done once."""
        self.coming: dict[str, Act] = {}
        """What happens at the next passing of a name, in whatever chapter; it is done once."""
        self.openings: dict[str, list[Act]] = {}
        """What happens when a chapter begins."""
        self.trail: list[str] = []
        self.around: Callable[[Act], None] = _do
        """Does what is planned; somebody may look on."""
        self.is_listening = False
        self.chapter = ""
        self.committing: Session | None = None
        """The session that stands before its commit."""
        self._thread = get_ident()
        self._passed: Counter[str] = Counter()

    def __enter__(self) -> Self:
        event.listen(Session, "before_commit", self._before)
        event.listen(Session, "after_commit", self._after)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(Session, "before_commit", self._before)
        event.remove(Session, "after_commit", self._after)

    def open(self, chapter: str) -> None:
        """Begin a chapter."""
        self.chapter = chapter
        for act in self.openings.pop(chapter, ()):
            act()

    def of_call(self, moment: str, endpoint: str) -> None:
        """Pass a moment of a remote call; of a file only its kind is told, since ids differ."""
        is_of_a_file = "?" in endpoint
        self._pass(f"{moment} {endpoint.partition('?')[0].rpartition('/')[2] if is_of_a_file else endpoint}")

    def _before(self, session: Session) -> None:
        if self._hears(session):
            self.committing = session
            self._pass(f"before commit of {_writer()}")
            self.committing = None

    def _after(self, session: Session) -> None:
        if self._hears(session):
            self._pass(f"after commit of {_writer()}")

    def _hears(self, session: Session) -> bool:
        """Return whether a session is one of the worker who is listened to; others work in threads of their own."""
        return self.is_listening and get_ident() == self._thread and _writes(session)

    def _pass(self, name: str) -> None:
        if not self.is_listening:
            return
        number, label = len(self.trail), f"{self.chapter}: {name}"
        self.trail.append(label)
        self._passed[label] += 1
        act = self.act_at(number, label, self._passed[label])
        if act is not None:
            # What happens inside, such as another worker's round, is no boundary of this one.
            self.is_listening = False
            try:
                self.around(act)
            finally:
                self.is_listening = True

    def act_at(self, number: int, label: str, nth: int) -> Act | None:
        """Return what is planned at a boundary, or None.

        :param nth: which passing of the label it is, from 1.
        """
        act = self.named.pop((label, nth), None) or self.planned.get(number)
        return act or self.coming.pop(label.partition(": ")[2], None)


def _do(act: Act) -> None:
    act()


def _writes(session: Session) -> bool:
    """Return whether a session is the engine's or the app's, and not one that a test reads with."""
    options: Any = getattr(session.bind, "get_execution_options", dict)()
    return session.bind is None or bool(options.get("billcom_write"))


def _writer() -> str:
    """Return the function of the package in which the session was opened, and which one of several, or `the app`."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        path = frame.f_code.co_filename
        if "/flask_billcom/" in path and "/simulator/" not in path and not path.endswith("/store.py"):
            module = path.rpartition("/flask_billcom/")[2].removesuffix(".py").replace("/", ".")
            nth = sum(line <= frame.f_lineno for line in _writes_of(frame.f_code))
            return f"{module}.{_name_of(frame.f_code)}{f' {nth}' if nth > 1 else ''}"
        frame = frame.f_back
    return "the app"


def _name_of(code: CodeType) -> str:
    """Return the name of a function, behind that of the one that it lives in."""
    outer, _, inner = code.co_qualname.rpartition(".<locals>.")
    return f"{outer.rpartition('.')[2]}.{inner}" if outer else code.co_name


@cache
def _writes_of(code: CodeType) -> tuple[int, ...]:
    """Return the lines of a function that open a session of the engine that writes."""
    lines, first = inspect.getsourcelines(code)
    return tuple(first + at for at, line in enumerate(lines) if OPENS.search(line))
