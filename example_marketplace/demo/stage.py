"""The stage: a fresh folder, a local Bill.com in a process of its own, and the shop that talks to it over HTTP."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from example_marketplace import create_app
from example_marketplace.config import INSTANCE_VARIABLE
from example_marketplace.extensions import db
from example_marketplace.local_billcom import LocalBillcom, running


@contextmanager
def stage(folder: Path, *options: str, port: int = 0) -> Iterator[tuple[Flask, LocalBillcom]]:
    """Give the shop and its Bill.com; both keep everything in the folder.

    :param options: of the simulator's command line.
    :param port: where the simulator listens; 0 for any free port.
    """
    with (
        running(folder, *options, port=port) as local,
        environment(**{INSTANCE_VARIABLE: str(folder), "FLASK_BILLCOM_BASE_URL": local.api}),
    ):
        app = create_app()
        with app.app_context():
            try:
                yield app, local
            finally:
                db.session.remove()
                db.engine.dispose()


@contextmanager
def environment(**variables: str) -> Iterator[None]:
    """Let the environment say this and nothing else about Flask."""
    before = {name: value for name, value in os.environ.items() if name.startswith("FLASK_")}
    _replace(before, variables)
    try:
        yield
    finally:
        _replace(variables, before)


def _replace(old: Mapping[str, str], new: Mapping[str, str]) -> None:
    for name in old:
        os.environ.pop(name, None)
    os.environ.update(new)
