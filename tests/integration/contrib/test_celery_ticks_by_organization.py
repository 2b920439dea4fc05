from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import MetaData, select

from flask_billcom.contrib.celery import NAME, add_tick
from flask_billcom.errors import ConfigurationError
from flask_billcom.models import Operation
from flask_billcom.simulator import Simulator
from tests.support.database import Database
from tests.support.local_shop import LocalShop, make_local_shop
from tests.support.shop import draw_shop

celery = pytest.importorskip("celery")


@pytest.fixture(params=["sqlite"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Run on SQLite alone."""
    return str(request.param)


@pytest.fixture
def local(database_of: Callable[[MetaData], Database], simulator: Simulator) -> Iterator[LocalShop]:
    """Give a shop with one settled order."""
    drawing = draw_shop()
    made = make_local_shop(database_of(drawing.metadata).url, simulator, drawing=drawing)
    with made.shop.app.app_context():
        made.shop.billcom.settle(made.shop.order(("ann", "10.00")))
        made.shop.db.session.commit()
    simulator.clock.advance(seconds=5)
    yield made
    made.shop.close()


@pytest.fixture
def worker() -> Any:
    """Give a Celery app that carries out its tasks at once, by way of its serializer."""
    app = celery.Celery("shop", broker="memory://", set_as_current=False)
    app.conf.update(task_always_eager=True, task_eager_propagates=True, task_store_eager_result=False)
    return app


def states(local: LocalShop) -> set[str]:
    with local.shop.app.app_context(), local.shop.billcom.state_of().store.read() as rows:
        return set(rows.all(select(Operation.state)))


def test_a_message_does_one_round(local: LocalShop, worker: Any) -> None:
    add_tick(worker, local.shop.app).delay(local.simulator.settings.org_id)

    assert "done" in states(local)


def test_a_repeated_message_does_nothing_twice(local: LocalShop, worker: Any) -> None:
    task = add_tick(worker, local.shop.app)
    for _ in range(4):
        task.delay(local.simulator.settings.org_id)
        local.simulator.clock.advance(seconds=30)

    assert len(local.simulator.books["Invoice"]) == len(local.simulator.books["Vendor"]) == 1


def test_the_beat_sends_the_organization_and_nothing_else(local: LocalShop, worker: Any) -> None:
    worker.conf.beat_schedule = {"other": {"task": "other", "schedule": 1}}

    add_tick(worker, local.shop.app, every_s=30)

    entry = worker.conf.beat_schedule[NAME]
    assert (entry["args"], entry["schedule"]) == ((local.simulator.settings.org_id,), 30)
    assert local.simulator.settings.password not in json.dumps(entry)
    assert "other" in worker.conf.beat_schedule


def test_a_message_for_another_organization_is_refused(local: LocalShop, worker: Any) -> None:
    with pytest.raises(ConfigurationError, match="another organization"):
        add_tick(worker, local.shop.app).delay("00801SOMEBODYELSE001")


def test_an_app_without_billcom_is_refused(worker: Any) -> None:
    with pytest.raises(ConfigurationError, match="init_app"):
        add_tick(worker, Flask("plain"))


def test_importing_it_does_not_import_celery(tmp_path: Path) -> None:
    code = "import sys, flask_billcom.contrib.celery; print('celery' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
