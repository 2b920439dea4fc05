"""One town for each story: the same people, onboarded once and put back before every story."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flask_billcom.simulator import Simulator
from tests.stories.town import Town
from tests.support.kept import Memories
from tests.support.world import Stage, World, WorldClock

DEFAULTS: dict[str, Any] = {"collect": "charge", "payout_schedule": "daily", "float_cents": 0}


@dataclass
class Founded:
    """A town whose people are known to Bill.com, kept as files and bytes.

    :param memories: of what its stories begin with; none where mistakes are made on purpose.
    """

    stage: Stage
    folder: Path
    database: Path
    simulator: bytes
    people: Any
    clock: tuple[int, Any]
    memories: Memories | None = None

    def town(self, switches: dict[str, Any], settings: dict[str, Any]) -> Town:
        """Return the town as it was founded."""
        bill = Simulator(seed=1)
        bill.unpickle(self.simulator)
        bill.switch(**switches)
        town = _town(self.stage, self.folder, bill, self.memories)
        town.world.clock._count = self.clock[0]
        town.world.clock._random.setstate(self.clock[1])
        town.restores(self.database)
        town.people = dict(self.people)
        town.restarts(**settings)
        return town


def _town(stage: Stage, folder: Path, bill: Simulator, memories: Memories | None = None) -> Town:
    world = World(stage.shop, bill, WorldClock(bill, seed=1), stage._settings, memories)
    return Town(world, stage, folder)


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    made = Stage(f"sqlite:///{tmp_path_factory.mktemp('stories')}/town.sqlite")
    yield made
    made.close()


@pytest.fixture(scope="session")
def founded(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Founded:
    folder = tmp_path_factory.mktemp("founded")
    stage.empty()
    town = _town(stage, folder, Simulator(seed=1))
    town.onboard()
    town.ticks()
    database = town.backs_up().rename(folder / "founded.sqlite")
    clock = town.world.clock
    return Founded(
        stage,
        folder,
        database,
        town.world.simulator.pickled(),
        dict(town.people),
        (clock._count, clock._random.getstate()),
        stage._memories,
    )


class Begin:
    """Begins the town of a story.

    :param founded: the town that most stories begin with.
    """

    def __init__(self, founded: Founded) -> None:
        self._founded = founded

    def __call__(self, *, start: str | None = None, simulator: dict[str, Any] | None = None, **settings: Any) -> Town:
        """Return a town.

        :param start: when the story begins, in UTC; then its people become known anew, in the week before.
        :param simulator: switches of the simulator.
        :param settings: of the extension; by default buyers are charged and sellers paid every bank day.
        """
        chosen = {**DEFAULTS, **settings}
        if start is None:
            return self._founded.town(simulator or {}, chosen)
        self._founded.stage.empty()
        bill = Simulator(seed=1, start=start, **(simulator or {}))
        town = _town(self._founded.stage, self._founded.folder, bill)
        town.onboard()
        town.restarts(**chosen)
        return town


@pytest.fixture
def begin(founded: Founded) -> Begin:
    """Give a function that begins a town with settings of its own."""
    return Begin(founded)


@pytest.fixture
def town(begin: Begin) -> Town:
    """Give a town as most stories want it."""
    return begin()
