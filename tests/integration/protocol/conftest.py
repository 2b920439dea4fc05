"""Worlds for the tests of the protocol: the same as the engine's."""

from tests.integration.engine.conftest import make_world, sqlite_stage, world

__all__ = ["make_world", "sqlite_stage", "world"]
