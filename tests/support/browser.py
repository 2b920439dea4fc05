"""A real browser, and an application for it to look at.

Playwright drives the Chromium that the machine has; nothing is downloaded. An application under a browser needs a
database file: its threads do not share SQLite in memory.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.programs import chromium

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Add the path and flags of the local browser to pytest-playwright's own arguments."""
    flags = ["--disable-gpu", "--no-first-run", "--disable-sync", *["--no-sandbox"] * (os.geteuid() == 0)]
    executable = chromium()
    return {**browser_type_launch_args, **({"executable_path": executable, "args": flags} if executable else {})}


WITHOUT_APPS = (Path("tests/unit"), Path("tests/simulator"))
"""Folders of tests in which no app of Flask's answers a request."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the tests with a page behind those with an app: Playwright leaves an event loop in its thread, and Flask's
    async support fails in a thread that has one. The quick ones without an app come last, for the other worker.
    """
    quick = tuple(config.rootpath / folder for folder in WITHOUT_APPS)

    def place(item: pytest.Item) -> int:
        if "page" in getattr(item, "fixturenames", ()):
            return 1
        return 2 if any(folder in item.path.parents for folder in quick) else 0

    items.sort(key=place)


@contextmanager
def served(app: WSGIApplication) -> Iterator[str]:
    """Serve a WSGI application on a free port of this machine, from a thread; yield its address."""
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, name="served", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
