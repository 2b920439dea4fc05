"""The engine's tests take their worlds from `tests.support.stages`."""

from tests.support.stages import MakeWorld

__all__ = ["MakeWorld"]
