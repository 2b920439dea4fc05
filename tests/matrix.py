"""The tests again on other versions of what we stand on: `python -m tests.matrix [name ...]`, part of `make test-all`.

    oldest           the lowest version that pyproject.toml allows of each run-time dependency
    sqlalchemy-2.0   the pinned versions, but SQLAlchemy before 2.1
    newest           whatever resolves today
    python-3.x       the pinned versions, for each other Python that this machine has

Each has an environment of its own under .venv/matrix. The last line says which were green.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
RUN_TIME_EXTRAS = ("web", "simulator", "celery", "metrics")


def pins() -> dict[str, str]:
    """Return the pinned lines by the name of the project."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return {canonicalize_name(line.partition("==")[0]): line for line in lines}


def lowest() -> dict[str, str]:
    """Return each run-time dependency at the lowest version that we allow."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    texts = [*project["dependencies"], *(text for extra in RUN_TIME_EXTRAS for text in extras[extra])]
    requirements = [Requirement(text) for text in texts]
    return {
        canonicalize_name(each.name): f"{each.name}=={spec.version}" for each in requirements for spec in each.specifier
    }


def variants() -> Iterator[tuple[str, dict[str, str], str]]:
    """Yield the name, the constraints and the Python of each run."""
    yield "oldest", lowest(), sys.executable
    yield "sqlalchemy-2.0", pins() | {"sqlalchemy": "SQLAlchemy<2.1"}, sys.executable
    yield "newest", {}, sys.executable
    for minor in range(11, 16):
        python = shutil.which(f"python3.{minor}")
        if python and minor != sys.version_info.minor and runs(python):
            yield f"python-3.{minor}", pins(), python


def runs(python: str) -> bool:
    """Tell whether it is more than a name, as a version manager may leave one behind."""
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def is_green(name: str, constraints: dict[str, str], python: str) -> bool:
    """Make the environment of one variant and run the tests in it."""
    folder = Path(".venv/matrix") / name
    listed = ROOT / f"{folder}.txt"
    listed.parent.mkdir(parents=True, exist_ok=True)
    listed.write_text("\n".join(constraints.values()) + "\n")
    arguments = [f"V={folder}", f"PINS=-c {listed.relative_to(ROOT)}", f"PY={python}"]
    environment = {key: value for key, value in os.environ.items() if not re.match("MAKE|MFLAGS", key)}
    return subprocess.run(["make", "test", *arguments], cwd=ROOT, env=environment, check=False).returncode == 0


def main(wanted: list[str]) -> int:
    """Run the variants that were named, or all."""
    results = {
        name: is_green(name, limits, python) for name, limits, python in variants() if not wanted or name in wanted
    }
    print("matrix: " + " ".join(f"{name}={'green' if green else 'red'}" for name, green in results.items()))
    return 0 if results and all(results.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
