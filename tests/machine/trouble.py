"""What may happen in the middle of a step: at the n-th commit or moment of a call from here on.

crash            the process is gone, and another one begins
freeze           the worker stands still past its lease while another one works
second runner    another worker does a round in between
commit error     the database refuses a commit, or its acknowledgement is lost
clock            the database's clock jumps by an hour
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import OperationalError

from tests.crash.boundaries import Boundaries, Crash
from tests.crash.cutting.cuts import HOUR

if TYPE_CHECKING:
    from tests.stories.town import Town

STANDS_STILL = (170, 30, 1000)
"""Seconds between the rounds of another worker while one is frozen; together longer than any lease."""


class Trouble:
    """Waits for its moment, and happens once.

    :param town: where.
    :param told: is told what happens.
    """

    def __init__(self, town: Town, told: Callable[[str], None]) -> None:
        self.town = town
        self.boundaries = Boundaries()
        self.told = told
        self._planned: str | None = None
        self.happened = 0
        """How often something did."""
        self.listen()

    def listen(self) -> None:
        """Hear of the calls of the process that works now."""
        self.town.world.on_call = self.boundaries.of_call

    def plan(self, what: str, after: int) -> None:
        """Let something happen at the next boundary but so many.

        :param what: a name of `HAPPENINGS`.
        """
        self._planned = what
        self.boundaries.planned = {len(self.boundaries.trail) + after: lambda: self._happen(what)}

    @property
    def is_calm(self) -> bool:
        """Return whether nothing is to happen."""
        return self._planned is None

    def calm(self) -> None:
        """Let nothing happen any more."""
        self._planned = None
        self.boundaries.planned = {}

    def _happen(self, what: str) -> None:
        self.calm()
        self.happened += 1
        self.told(what)
        HAPPENINGS[what](self)

    def during(self, act: Callable[[], Any]) -> Any:
        """Return what an act returns; it is in danger meanwhile.

        :raises Crash: the process ended in the middle; another one is there now.
        :raises OperationalError: a commit was refused, or nobody knows whether it was.
        """
        if self._planned is None:
            return act()
        self.boundaries.is_listening = True
        try:
            return act()
        except Crash:
            self.boundaries.is_listening = False
            self.town.world.restart()
            self.listen()
            raise
        finally:
            self.boundaries.is_listening = False

    # -- what happens ----------------------------------------------------------------------------------------------

    def crash(self) -> None:
        """Let the process be gone."""
        raise Crash

    def refuse(self) -> None:
        """Let the commit fail, or seem to."""
        raise OperationalError("commit", {}, Exception("the connection is gone"))

    def freeze(self) -> None:
        """Stand still, while another worker works."""
        other = self.town.world.process()
        for seconds in STANDS_STILL:
            self.town.world.advance(seconds=seconds)
            self.town.world.tick(other)

    def second_runner(self) -> None:
        """Let another worker do a round."""
        self.town.world.tick(self.town.world.process())

    def forward(self) -> None:
        """Let the database's clock jump forward."""
        self.town.world.clock.offset += HOUR

    def back(self) -> None:
        """Let the database's clock jump back."""
        self.town.world.clock.offset -= HOUR


HAPPENINGS: dict[str, Callable[[Trouble], None]] = {
    "crash": Trouble.crash,
    "commit error": Trouble.refuse,
    "freeze": Trouble.freeze,
    "second runner": Trouble.second_runner,
    "clock forward": Trouble.forward,
    "clock back": Trouble.back,
}
