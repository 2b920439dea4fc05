"""Playwright drives the Chromium that the machine has; nothing is downloaded."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.support.programs import chromium


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Add the path and flags of the local browser to pytest-playwright's own arguments."""
    flags = ["--disable-gpu", "--no-first-run", "--disable-sync", *["--no-sandbox"] * (os.geteuid() == 0)]
    executable = chromium()
    return {**browser_type_launch_args, **({"executable_path": executable, "args": flags} if executable else {})}
