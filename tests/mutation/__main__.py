"""Change one module in every small way that mutmut knows, and say which changes no test notices.

    python -m tests.mutation --module money [--module codes] [--room FOLDER] [--jobs J]
    python -m tests.mutation --module all

The texts of raised errors and of log lines are not mutated. Each survivor must be explained in `survivors.toml`. The
last line for each module is the sum; the exit code is 1 if fewer than 90 % are killed or a survivor is not explained.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.mutation.modules import MODULES
from tests.mutation.room import Mutant, NotTried, try_mutants
from tests.mutation.survivors import Survivor, explained, reason_of

LEAST_PERCENT = 90.0
KILLED = frozenset({"killed", "timeout", "segfault"})
"""mutmut's words for a mutant that ended its tests early: one that never ends or that breaks Python is noticed too."""
SURVIVED = frozenset({"survived", "no tests"})


def main(arguments: list[str] | None = None) -> int:
    """Try the mutants of the modules that were asked for and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--module", action="append", choices=[*MODULES, "all"], required=True)
    parser.add_argument("--room", type=Path, help="a folder to work in; what was killed there is not tried again")
    parser.add_argument("--jobs", type=int, default=1, help="mutants that are tried at the same time")
    given = parser.parse_args(arguments)
    names = list(MODULES) if "all" in given.module else given.module
    room = given.room or Path(tempfile.mkdtemp(prefix="mutation-"))
    known = explained()
    print("mutation: left out: the texts of raised errors and of log lines, constants, decorated functions", flush=True)
    try:
        results = [_one(name, (room / name).resolve(), given.jobs, known) for name in names]
    finally:
        if given.room is None:
            shutil.rmtree(room, ignore_errors=True)
    return 0 if all(results) else 1


def _one(name: str, room: Path, jobs: int, known: Sequence[Survivor]) -> bool:
    try:
        mutants = try_mutants(MODULES[name], room, jobs=jobs, log=room.parent / f"{name}.log")
    except NotTried as error:
        print(f"mutation: module={name} {error}", flush=True)
        return False
    return report(name, mutants, known)


def report(name: str, mutants: Sequence[Mutant], known: Sequence[Survivor]) -> bool:
    """Print the survivors of a module and its sum, and return whether it is as it should be."""
    survivors = [each for each in mutants if each.status in SURVIVED]
    killed = sum(each.status in KILLED for each in mutants)
    unclear = len(mutants) - killed - len(survivors)
    reasons = {each.name: reason_of(each, name, known) for each in survivors}
    for mutant in survivors:
        print(f"{mutant.status}: {mutant.function}: {reasons[mutant.name] or 'NOT EXPLAINED'}")
        print("".join(f"    {line}\n" for line in mutant.diff.splitlines()[2:] if line[:1] in "+-"), end="")
    count = sum(reason is not None for reason in reasons.values())
    percent = 100 * killed / len(mutants) if mutants else 0.0
    if unclear:
        print(f"{unclear} mutants were not tried to the end: {sorted({each.status for each in mutants})}")
    print(
        f"mutation: module={name} mutants={len(mutants)} killed={killed} survived={len(survivors)} "
        f"explained={count} percent={percent:.1f}",
        flush=True,
    )
    return percent >= LEAST_PERCENT and count == len(survivors) and not unclear


if __name__ == "__main__":
    sys.exit(main())
