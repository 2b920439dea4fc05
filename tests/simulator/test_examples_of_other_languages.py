"""The examples for other languages in docs/simulator.rst do what they say."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from flask_billcom.simulator import Simulator
from flask_billcom.simulator.serving.server import serve

PAGE = (Path(__file__).parents[2] / "docs" / "simulator.rst").read_text()
SECTION = PAGE.partition("Point your own client at it\n")[2].partition("\nThe clock\n")[0]
ADDRESS = "http://127.0.0.1:8460"
RUN = {
    "bash": (["bash", "-e"], "curl", ".sh", '"name":"Curl & Co"'),
    "python": ([sys.executable], sys.executable, ".py", "Python & Co\n1\n"),
    "javascript": (["node"], "node", ".mjs", "Node & Co\n1\n"),
    "php": (["php"], "php", ".php", "PHP & Co\n1\n"),
    "ruby": (["ruby"], "ruby", ".rb", "Ruby & Co\n1\n"),
}


def example(language: str) -> str:
    found = re.search(rf"\.\. code-block:: {language}\n\n((?:    .*\n|\n)+)", SECTION)
    assert found is not None
    return dedent(found[1])


@pytest.mark.parametrize("language", RUN)
def test_an_example_makes_a_vendor_and_lists_it(language: str, tmp_path: Path) -> None:
    command, program, ending, says = RUN[language]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not on this machine")
    file = tmp_path / f"example{ending}"
    with serve(Simulator()) as server:
        file.write_text(example(language).replace(ADDRESS, server.url))
        done = subprocess.run([*command, file], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    assert says in done.stdout, done.stdout + done.stderr
