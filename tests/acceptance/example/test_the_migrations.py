"""`flask db upgrade` makes every table from nothing, on both databases, without anything of flask_billcom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import inspect

from example_marketplace import create_app
from example_marketplace.extensions import db
from example_marketplace.tables import MIGRATIONS
from tests.support.database import Database


@pytest.fixture
def app(instance: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:  # noqa: ARG001 - the folder is this test's own
    monkeypatch.setenv("FLASK_SQLALCHEMY_DATABASE_URI", database.url)
    app = create_app()
    yield app
    with app.app_context():
        db.engine.dispose()


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names())


def test_a_named_database_is_left_alone_until_it_is_upgraded(app: Flask) -> None:
    with app.app_context():
        assert tables() == set()

    answer = app.test_cli_runner().invoke(args=["db", "upgrade"])

    assert answer.exit_code == 0, answer.output
    with app.app_context():
        assert tables() == set(db.metadata.tables) | {"alembic_version"}


def test_the_migrations_make_what_the_models_say(app: Flask) -> None:
    with app.app_context():
        flask_migrate.upgrade(MIGRATIONS)
        flask_migrate.check(MIGRATIONS)


def test_they_can_be_taken_back(app: Flask) -> None:
    with app.app_context():
        flask_migrate.upgrade(MIGRATIONS)
        flask_migrate.downgrade(MIGRATIONS, revision="base")

        assert tables() == {"alembic_version"}


def test_they_import_nothing_of_the_package() -> None:
    scripts = list(Path(MIGRATIONS, "versions").glob("*.py"))

    assert scripts
    assert not [path for path in scripts if "flask_billcom" in path.read_text().replace("Flask-Billcom", "")]
