"""Whoever starts the local Bill.com may be killed without a word: it ends with him."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

ADDRESS = re.compile(r"Bill\.com: http://127\.0\.0\.1:(\d+)/")


def port_of(demo: subprocess.Popen[str]) -> int:
    """Return where the local Bill.com of a demo listens, as soon as that is told."""
    assert demo.stdout is not None
    for line in demo.stdout:
        found = ADDRESS.match(line)
        if found:
            return int(found[1])
    raise AssertionError("the demo told no address")


def test_a_demo_that_is_killed_leaves_no_local_billcom_behind(tmp_path: Path) -> None:
    demo = subprocess.Popen(
        [sys.executable, "-u", "-m", "example_marketplace.demo"],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with demo, closing(HTTPConnection("127.0.0.1", port_of(demo), timeout=60)) as open_one:
        open_one.request("GET", "/simulator/clock")
        assert open_one.getresponse().read()
        demo.kill()

        assert open_one.sock.recv(1) == b"", "it closes its connections when it ends"
