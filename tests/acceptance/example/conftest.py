"""The example shop in a folder of its own, beside a local Bill.com of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from example_marketplace import create_app, sample
from example_marketplace.extensions import db
from example_marketplace.local_billcom import LocalBillcom, running
from tests.support.copies import copy_file, put_file
from tests.support.statements import share_statements
from tests.support.visitors import Visitor


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An instance folder that does not exist yet, and an environment that says nothing else."""
    for name in [name for name in os.environ if name.startswith("FLASK_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "instance"
    monkeypatch.setenv("FLASK_INSTANCE_PATH", str(folder))
    return folder


@pytest.fixture(scope="session")
def peopled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the shop's database is kept as it is when its people have come; hashing their password takes long."""
    return tmp_path_factory.mktemp("shop") / "peopled.sqlite"


@pytest.fixture
def shop(instance: Path, peopled: Path) -> Iterator[Flask]:  # noqa: ARG001 - the folder is this test's own
    """The shop with its sample people and no Bill.com."""
    app = create_app()
    app.testing = True
    with app.app_context():
        engine = db.engine
        share_statements(engine)
        if peopled.exists():
            put_file(engine, peopled)
        else:
            sample.add_people(db.session())
            db.session.commit()
            copy_file(engine, peopled)
    yield app
    engine.dispose()


@pytest.fixture
def visitor(shop: Flask) -> Callable[[], Visitor]:
    """Bring a new visitor."""
    return lambda: Visitor(shop)


@pytest.fixture
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, instance: Path) -> Iterator[LocalBillcom]:  # noqa: ARG001 - before the shop
    """A local Bill.com that the shop of this test talks to; ask for it before `shop`."""
    with running(tmp_path) as started:
        monkeypatch.setenv("FLASK_BILLCOM_BASE_URL", started.api)
        yield started
