"""What every run of the tests starts with: the examples of the documents, and the fixtures of `tests.support`."""

from hypothesis import settings

from tests.support.examples import pytest_collect_file

pytest_plugins = [
    "tests.support.contract",
    "tests.support.programs",
    "tests.support.postgres",
    "tests.support.database",
    "tests.support.garbage",
    "tests.support.logs",
    "tests.support.stages",
    "tests.support.simulator",
    "tests.support.browser",
]

# A machine that is busy with something else makes no property false.
settings.register_profile("house", parent=settings(), deadline=None)
settings.load_profile("house")

__all__ = ["pytest_collect_file", "pytest_plugins"]
