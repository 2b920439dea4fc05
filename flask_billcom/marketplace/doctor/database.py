"""The database: our tables, the environment it belongs to, and settings that keep concurrent writers apart.

The settings are recommended, never applied: the app's engine is the app's. The guards of the engine hold without them,
only slower, and a read that is followed by a write may be refused.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Engine, event, inspect, text

from flask_billcom.environment import check_environment
from flask_billcom.errors import ConfigurationError
from flask_billcom.models import Base

from .checks import Check, Subject, problem, warning, well

RECIPE = "apply the SQLite recipe of the page `Commands` to the app's engine"
_PRAGMAS = (
    ("journal_mode", lambda value: value == "wal", "is not WAL, so readers and the writer wait for each other"),
    ("synchronous", lambda value: int(value) >= 2, "is below FULL, so a power cut may take back what was committed"),  # noqa: PLR2004 - SQLite's number for FULL
    ("busy_timeout", lambda value: int(value) >= 5000, "is below 5000 ms, so a busy database is given up early"),  # noqa: PLR2004 - a time in ms
    ("foreign_keys", lambda value: int(value) == 1, "is off, so rows may lose what they point at"),
)


def tables(subject: Subject) -> Iterator[Check]:
    """Look whether all our tables and columns are there."""
    found = inspect(subject.store.engine)
    there = set(found.get_table_names(schema=subject.store.schema))
    missing = sorted(Base.metadata.tables.keys() - there)
    if not missing:
        missing = [
            f"{name}.{column.name}"
            for name, table in Base.metadata.tables.items()
            for columns in [{each["name"] for each in found.get_columns(name, schema=subject.store.schema)}]
            for column in table.columns
            if column.name not in columns
        ]
    if missing:
        step = "run `flask db migrate` and `flask db upgrade`, or db.create_all()"
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""  # noqa: PLR2004 - enough to see what it is
        yield problem("database.tables", f"missing in the database: {', '.join(missing[:5])}{more}", step)
    else:
        yield well("database.tables", f"all {len(Base.metadata.tables)} tables are there")


def environment(subject: Subject) -> Iterator[Check]:
    """Look whether this database belongs to the environment of the settings."""
    try:
        with subject.store.write() as rows:
            check_environment(rows, subject.clock, subject.settings)
    except ConfigurationError as error:
        yield problem("database.environment", str(error), "correct BILLCOM_ENVIRONMENT or the database's address")
    else:
        yield well("database.environment", f"belongs to {subject.settings.environment}")


def engine(subject: Subject) -> Iterator[Check]:
    """Look how the app's engine is set up."""
    if subject.store.engine.dialect.name == "sqlite":
        yield from _sqlite(subject.store.engine)
    else:
        yield from _postgresql(subject.store.engine)


def _sqlite(engine: Engine) -> Iterator[Check]:
    with engine.connect() as connection:
        values = {name: connection.execute(text(f"PRAGMA {name}")).scalar_one() for name, _, _ in _PRAGMAS}
    wrong = [(name, why) for name, fits, why in _PRAGMAS if not fits(values[name])]
    for name, why in wrong:
        yield warning(f"database.{name}", f"SQLite's {name} {why}", RECIPE)
    begins = _begins_at_once(engine)
    if not begins:
        message = (
            "transactions marked to write do not begin with BEGIN IMMEDIATE, so requests that settle may be refused"
        )
        yield warning("database.begin", message, RECIPE)
    if not wrong and begins:
        yield well("database.engine", "SQLite with WAL and BEGIN IMMEDIATE; one machine only")


def _begins_at_once(engine: Engine) -> bool:
    """Return whether a connection marked as ours takes the write lock as it begins."""
    said: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    with engine.execution_options(billcom_write=True).connect() as connection:
        event.listen(connection, "before_cursor_execute", note)
        connection.begin().rollback()
    return any(statement.upper().startswith("BEGIN IMMEDIATE") for statement in said)


def _postgresql(engine: Engine) -> Iterator[Check]:
    with engine.connect() as connection:
        level = connection.execute(text("show transaction_isolation")).scalar_one()
        is_copy = connection.execute(text("select pg_is_in_recovery()")).scalar_one()
    if is_copy:
        yield problem("database.engine", "this PostgreSQL is a read-only copy", "use the address of the primary")
    elif level != "read committed":
        message = f"PostgreSQL's isolation level is {level}, so concurrent claims are refused and repeated"
        yield warning("database.engine", message, "use READ COMMITTED, its default, on our bind")
    else:
        yield well("database.engine", "PostgreSQL, primary, READ COMMITTED")
