"""One command brings the shop and a local Bill.com, and Ctrl-C takes both away."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

Addresses = dict[str, str]


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Addresses]]:
    """Run it on free ports, and tell where things are."""
    # A shell ignores Ctrl-C for what it runs in the background, and everything below inherits that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "example_marketplace.serve"],
        env={**os.environ, "PORT": "0", "SIMULATOR_PORT": "0", "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    signal.signal(signal.SIGINT, before)
    assert process.stdout is not None
    told = ""
    for line in process.stdout:
        told += line
        if "Ctrl-C" in line:
            break
    found = re.findall(r"^  (The shop|Bill\.com)\s+(http://127\.0\.0\.1:\d+)", told, re.MULTILINE)
    yield process, dict(found)
    process.kill()
    process.communicate()


def test_both_are_there_until_ctrl_c(serving: tuple[subprocess.Popen[str], Addresses]) -> None:
    process, addresses = serving
    pages = [f"{addresses['The shop']}/", f"{addresses['Bill.com']}/simulator/"]

    assert [requests.get(page, timeout=60).status_code for page in pages] == [200, 200]
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=30)

    assert process.returncode == 0
    assert output.splitlines()[-1] == "Stopped."
    assert "Traceback" not in output
    for page in pages:
        with pytest.raises(requests.ConnectionError):
            requests.get(page, timeout=5)
