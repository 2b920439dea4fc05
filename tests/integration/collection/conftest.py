"""Worlds in which buyers pay: one shop on SQLite, emptied before every test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.support.world import Stage, World

MakeWorld = Callable[..., World]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    stage = Stage(f"sqlite:///{tmp_path_factory.mktemp('collection')}/world.sqlite")
    yield stage
    stage.close()


@pytest.fixture
def make_world(stage: Stage) -> MakeWorld:
    """Give a function that begins a world, with switches of the simulator and settings of the extension."""
    return stage.world


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """Give a world as shipped, in which nothing is collected by itself."""
    return make_world()
