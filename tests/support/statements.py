"""What one engine has compiled serves the next: each shop has an engine, which would compile all statements anew."""

from __future__ import annotations

from sqlalchemy import Engine

_FIRST: dict[str, Engine] = {}
"""By the kind of database and its driver, the engine that the others go on from; it has connected once."""


def share_statements(engine: Engine) -> None:
    """Let an engine go on with what an earlier one of its kind has compiled, in this process.

    SQLAlchemy keeps compiled statements by dialect, and a dialect is what a kind of database and its driver can do; it
    is known after the first connection. Not for engines that are made with options of a dialect.
    """
    first = _FIRST.get(engine.url.drivername)
    if first is None:
        with engine.connect():
            _FIRST[engine.url.drivername] = engine
    else:
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
