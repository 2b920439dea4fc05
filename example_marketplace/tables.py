"""The tables: migrations for every database, and for the laptop's own SQLite file made at the first start."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import inspect

from example_marketplace.database import sqlite_safe
from example_marketplace.extensions import db

MIGRATIONS = str(Path(__file__).parent / "migrations")


def init_app(app: Flask) -> None:
    """Set SQLite up, and make the tables of a fresh file in the instance folder.

    A database that the environment names is left to `flask db upgrade`, as in production.
    """
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            return
        sqlite_safe(db.engine)
        if _is_own_file(app) and not inspect(db.engine).has_table("alembic_version"):
            upgrade(MIGRATIONS)


def _is_own_file(app: Flask) -> bool:
    file = db.engine.url.database
    return file is not None and Path(file).is_relative_to(app.instance_path)
