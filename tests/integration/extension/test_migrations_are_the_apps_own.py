"""Flask-Migrate sees our tables: what it generates imports nothing of ours, and then finds nothing more to do."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import inspect
from sqlalchemy.orm import DeclarativeBase

from flask_billcom import Billcom
from flask_billcom.models import Base as OurBase
from tests.support.database import Database
from tests.support.shop import SETTINGS


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    class Base(DeclarativeBase):
        pass

    db = SQLAlchemy(model_class=Base)
    billcom = Billcom(db)
    app = Flask("migrated")
    app.config.update(SETTINGS, SQLALCHEMY_DATABASE_URI=database.url)
    db.init_app(app)
    billcom.init_app(app)
    Migrate(app, db)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


# The env.py of Flask-Migrate tries the engine of older versions of Flask-SQLAlchemy first.
@pytest.mark.filterwarnings("ignore:'get_engine' is deprecated:DeprecationWarning")
def test_the_generated_migration_stands_alone_and_leaves_no_difference(app: Flask, tmp_path: Path) -> None:
    folder = str(tmp_path / "migrations")
    flask_migrate.init(directory=folder)

    flask_migrate.migrate(directory=folder, message="billcom")
    flask_migrate.upgrade(directory=folder)

    (migration,) = (tmp_path / "migrations" / "versions").glob("*.py")
    source = migration.read_text()
    assert imported(source) <= {"alembic", "sqlalchemy", "sqlalchemy.dialects"}
    assert "flask_billcom" not in source
    found = inspect(app.extensions["migrate"].db.engine)
    assert set(found.get_table_names()) == {*OurBase.metadata.tables, "alembic_version"}
    names = {each["name"] for table in OurBase.metadata.tables for each in found.get_unique_constraints(table)}
    assert "uq_billcom_settlement_reference" in names
    assert differences(app) == []

    flask_migrate.downgrade(directory=folder)

    assert set(inspect(app.extensions["migrate"].db.engine).get_table_names()) == {"alembic_version"}


def differences(app: Flask) -> list[object]:
    db = app.extensions["migrate"].db
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, db.metadata))


def imported(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module))
    return found
