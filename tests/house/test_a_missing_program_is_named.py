from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.programs import PROGRAMS, missing

ROOT = Path(__file__).parents[2]
SUITE = """
import pytest

@pytest.mark.needs("redis-server")
@pytest.mark.parametrize("number", [1, 2])
def test_queue(number):
    pass

@pytest.fixture
def browser():
    return "started by pytest-playwright for each test with a page"

def test_page(browser):
    pass

def test_alone():
    pass
"""


def run_of(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_it.py").write_text(SUITE)
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "REQUIRE_ALL", "CHROMIUM"))
    }
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.support.programs", *arguments, "test_it.py"],
        # Other plugins of this machine have no part in it, and take longer to import than the run.
        env={**clean, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("workers", [[], ["-p", "xdist", "-n", "2"]], ids=["alone", "two workers"])
def test_the_last_lines_of_the_run_name_it_with_the_command_that_installs_it(
    tmp_path: Path, workers: list[str]
) -> None:
    done = run_of(tmp_path, *workers, PATH=str(tmp_path))

    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].startswith("1 passed, 3 skipped")
    assert done.stderr.splitlines() == [
        f"skipped 1 test: {PROGRAMS['chromium'].reason}",
        f"skipped 2 tests: {PROGRAMS['redis-server'].reason}",
    ]
    assert "apt-get install --no-install-recommends redis-server" in done.stderr


def test_it_is_an_error_where_everything_is_required(tmp_path: Path) -> None:
    done = run_of(tmp_path, PATH=str(tmp_path), REQUIRE_ALL="1")

    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].startswith("1 passed, 3 errors")
    assert PROGRAMS["redis-server"].reason in done.stdout


def test_nothing_is_said_where_the_program_is_found(tmp_path: Path) -> None:
    for program in ("redis-server", "chromium"):
        (tmp_path / program).touch(mode=0o755)

    done = run_of(tmp_path, PATH=str(tmp_path), REQUIRE_ALL="1")

    assert done.stdout.splitlines()[-1].startswith("4 passed")
    assert done.stderr == ""


def test_an_unknown_program_is_refused() -> None:
    with pytest.raises(KeyError, match="rabbitmq"):
        missing(("rabbitmq",))
