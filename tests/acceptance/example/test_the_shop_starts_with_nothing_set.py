"""`create_app()` takes no argument and needs nothing beside the folder that it may write to."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import inspect

from example_marketplace import create_app
from example_marketplace.extensions import db
from tests.support.visitors import Visitor


def test_it_makes_its_keys_for_its_owner_alone_and_its_tables(instance: Path) -> None:
    app = create_app()

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in instance.glob("*.key")}
    assert modes == {"secret.key": 0o600, "billcom.key": 0o600}
    with app.app_context():
        tables = set(inspect(db.engine).get_table_names())
        db.engine.dispose()
    assert {"user", "buyer", "seller", "product", "order", "order_item", "billcom_settlement"} <= tables


@pytest.mark.usefixtures("instance")
def test_it_keeps_its_keys_when_it_starts_again() -> None:
    first, second = create_app(), create_app()

    assert first.config["SECRET_KEY"] == second.config["SECRET_KEY"]
    assert first.config["BILLCOM_ENCRYPTION_KEYS"] == second.config["BILLCOM_ENCRYPTION_KEYS"]


@pytest.mark.usefixtures("instance")
def test_two_first_starts_at_once_agree() -> None:
    program = "from example_marketplace import create_app as c; a = c(); print(a.config['SECRET_KEY'])"
    both = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=os.environ.copy()) for _ in "ab"
    ]
    answers = [process.communicate(timeout=60)[0] for process in both]

    assert [process.returncode for process in both] == [0, 0]
    assert answers[0] == answers[1] != b""


@pytest.mark.usefixtures("instance")
def test_variables_of_the_environment_win(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FLASK_SQLALCHEMY_DATABASE_URI", f"sqlite:///{tmp_path}/other.sqlite")
    monkeypatch.setenv("FLASK_BILLCOM_COLLECT", "send")
    monkeypatch.setenv("FLASK_SECRET_KEY", "123456")

    app = create_app()

    assert app.config["SQLALCHEMY_DATABASE_URI"].endswith("other.sqlite")
    assert app.config["BILLCOM_COLLECT"] == "send"
    assert app.config["SECRET_KEY"] == "123456"


@pytest.mark.usefixtures("instance")
def test_its_pages_open_and_the_back_office_is_closed_to_visitors() -> None:
    app = create_app()
    visitor = Visitor(app)

    assert [visitor.get(path).status_code for path in ("/", "/cart", "/sign-in", "/sign-up")] == [200] * 4
    assert [visitor.get(path).status_code for path in ("/orders", "/selling", "/account", "/staff")] == [302] * 4
    with app.app_context():
        db.engine.dispose()
