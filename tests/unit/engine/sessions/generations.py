"""The generations of a session: put there, changed, listened to and listed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from flask_billcom.engine.sessions import Sessions
from flask_billcom.models import Session as SessionRow
from flask_billcom.vault import Vault
from tests.unit.engine.planned import add
from tests.unit.engine.workshop import Workshop

SECOND = timedelta(seconds=1)


def asked(shop: Workshop) -> list[tuple[str, Any, Any, Any]]:
    """Return what is going to be asked of Bill.com: path, data or form, whether signed in, and where."""
    heard: list[tuple[str, Any, Any, Any]] = []
    send = shop.transport.call

    def call(path: str, data: Any = None, **options: Any) -> Any:
        heard.append((path, data or options["form"], options["session_id"] is not None, options["end_point"]))
        return send(path, data, **options)

    shop.transport.call = call  # type: ignore[method-assign]  # listens
    return heard


def confirm(shop: Workshop) -> Any:
    code = shop.simulator.settings.mfa_code
    return shop.sessions.authenticate(shop.sessions.challenge(), code, machine_name="desk", actor="ann")


def put(shop: Workshop, gen: int, **values: Any) -> None:
    """Add a generation as another process left it."""
    known = {"organization_id": shop.organization_id, "gen": gen, "state": "valid", "last_used": shop.now}
    with shop.store.write() as rows:
        add(rows, SessionRow(**{**known, **values}))


def change(shop: Workshop, gen: int, **values: Any) -> None:
    with shop.store.write() as rows:
        rows.change(update(SessionRow).where(SessionRow.gen == gen).values(**values))


def states(shop: Workshop) -> list[tuple[int, str]]:
    return [(row.gen, row.state) for row in shop.generations()]


def rotating(shop: Workshop, keys: list[str]) -> Sessions:
    shop.sessions._vault = Vault(keys)
    return shop.sessions
