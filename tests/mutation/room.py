"""A copy of the project in which one module is mutated, so that the project itself is never touched."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.modules import Module

ROOT = Path(__file__).parents[2]
_COPIED = ("flask_billcom", "tests", "example_marketplace", "conftest.py", "pyproject.toml", "README.md")
_WITHOUT = ("cacheprovider", "playwright", "xdist", "cov", "unraisableexception", "threadexception")
"""Plugins that a mutant needs not; the last two collect garbage five times in each of thousands of processes."""
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "*.sqlite*")


class NotTried(Exception):  # noqa: N818 - it is what became of the module
    """The tests did not pass without a mutant, or mutmut itself failed."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """What became of one mutant.

    :param name: mutmut's name for it; the number in it moves with the code.
    :param status: mutmut's word.
    :param diff: what was changed; empty if it was killed.
    """

    name: str
    status: str
    diff: str

    @property
    def function(self) -> str:
        """The function that it is in."""
        mangled = self.name.rpartition(".")[2].partition("__mutmut_")[0]
        # mutmut writes x_function, and xǁClassǁmethod for methods.
        return mangled.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")

    @property
    def was(self) -> str:
        """The lines that were there, without indentation."""
        return _lines(self.diff, "-")

    @property
    def became(self) -> str:
        """The lines that came instead."""
        return _lines(self.diff, "+")


def _lines(diff: str, sign: str) -> str:
    changed = [line[1:].strip() for line in diff.splitlines()[2:] if line.startswith(sign)]
    return "\n".join(changed)


def try_mutants(module: Module, room: Path, *, jobs: int, log: Path) -> list[Mutant]:
    """Copy the project into a folder, mutate the module there and return what became of each mutant.

    :param room: may hold what an earlier trial left; what it killed is not tried again.
    :param log: takes everything that mutmut and the tests say.
    :raises NotTried: there is no result, and the log says why.
    """
    furnish(module, room)
    results = room / "results.json"
    results.unlink(missing_ok=True)
    command = [sys.executable, "-m", "tests.mutation.trial", str(results), str(jobs)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "MUTANT_"))}
    with log.open("w") as said:
        # The worst of a mutant is a tree of files that it should not have made: they stay in the room.
        done = subprocess.run(command, cwd=room, stdout=said, stderr=said, env=environment, check=False)
    if done.returncode != 0 or not results.exists():
        raise NotTried(f"mutmut ended with {done.returncode}; the last lines of {log}:\n{_tail(log)}")
    return [Mutant(**each) for each in json.loads(results.read_text())]


def furnish(module: Module, room: Path) -> None:
    """Copy the project into a folder, with the settings to mutate one module of it."""
    room.mkdir(parents=True, exist_ok=True)
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, room / name, ignore=_LEFT_OUT, dirs_exist_ok=True)
        else:
            shutil.copy2(source, room / name)
    # Which test reaches which function is found out anew: mutmut asks new tests only, so a function that is new itself,
    # or that an old test has come to reach, would seem untested. What was killed is kept elsewhere, by function.
    (room / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)
    (room / "pyproject.toml").write_text(f"{(ROOT / 'pyproject.toml').read_text()}\n{_settings(module)}")


def _settings(module: Module) -> str:
    selection = [*module.tests, "-k", "not postgresql"]
    settings = {
        "source_paths": ["flask_billcom"],
        "only_mutate": [module.path],
        "also_copy": ["conftest.py", "example_marketplace", "README.md"],
        "pytest_add_cli_args_test_selection": selection,
        "pytest_add_cli_args": [argument for plugin in _WITHOUT for argument in ("-p", f"no:{plugin}")],
        # A mutant that never ends has this many times the time of its tests; a loaded machine must not kill any.
        "timeout_multiplier": 10.0,
        "timeout_constant": 2.0,
        "use_git_change_detection": False,
        "track_dependencies": False,
    }
    return "[tool.mutmut]\n" + "".join(f"{name} = {_toml(value)}\n" for name, value in settings.items())


def _toml(value: object) -> str:
    return json.dumps(value)


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").replace("\r", "\n").splitlines()[-30:])
