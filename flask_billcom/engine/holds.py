"""Parking: capabilities that are closed behind a hold until their cause is mended.

    BDC_1101 ...  -> all       a person corrects the sign-in
    BDC_1107      -> all       probed again every 15 minutes
    BDC_1361      -> payouts   a person confirms the device
    BDC_1150/1151 -> payouts or charges

A hold without `probe_after` waits for a person. One with it lets a single call through when its time has come: the
claim of that call moves the time on, so that all others wait for its end, or for the next quarter of an hour.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, or_, select, update

from flask_billcom.audit import Act, record
from flask_billcom.clock import Clock
from flask_billcom.models import Hold
from flask_billcom.store import Rows

ALL, LOGIN = "all", "login"
ENGINE = "engine"
PROBE_EVERY = timedelta(minutes=15)
_ON = (Hold.scope == "capability") & Hold.scope_id.in_(bindparam("capabilities", expanding=True))
_LIVE = (Hold.organization_id == bindparam("organization_id"), Hold.released_at.is_(None))
_IN_FORCE = or_(Hold.probe_after.is_(None), Hold.probe_after > bindparam("now"))
_CLOSED = select(Hold.id).where(*_LIVE, or_(Hold.scope == "organization", _ON), _IN_FORCE).limit(1)
_BARRED = select(Hold.id).where(*_LIVE, _ON, _IN_FORCE).limit(1)
_IN_THE_WAY = select(Hold.id, Hold.scope, Hold.probe_after).where(*_LIVE, or_(Hold.scope == "organization", _ON))
_PROBED = (
    select(Hold.id).where(*_LIVE, _ON, Hold.probe_after.is_not(None), Hold.placed_at < bindparam("started_at")).limit(1)
)


class Parking:
    """The capability holds of one organization."""

    def __init__(self, organization_id: str, clock: Clock) -> None:
        self.organization_id = organization_id
        self._clock = clock

    def is_closed(self, rows: Rows, now: datetime, *capabilities: str) -> bool:
        """Return whether a hold on everything, or on one of these capabilities, is in force."""
        return rows.first(_CLOSED, {**self._on(ALL, *capabilities), "now": now}) is not None

    def admits(self, rows: Rows, now: datetime, *capabilities: str) -> bool:
        """Return whether one call may go: nothing is in force, and the probes that are due are this call's to take.

        What another call has just taken is closed again.
        """
        found = rows.all(_IN_THE_WAY, self._on(ALL, *capabilities))
        if any(hold.probe_after is None or hold.probe_after > now for hold in found):
            return False
        due = sorted(hold.id for hold in found if hold.scope == "capability")
        if not due:
            return True
        taken = rows.change(
            update(Hold).where(Hold.id.in_(due), Hold.probe_after <= now).values(probe_after=now + PROBE_EVERY)
        )
        return taken == len(due)

    def bars_signing_in(self, rows: Rows, now: datetime) -> bool:
        """Return whether signing in is closed; a hold on what is sent does not keep people from looking."""
        return rows.first(_BARRED, {**self._on(ALL, LOGIN), "now": now}) is not None

    def close(
        self,
        rows: Rows,
        reason: str,
        now: datetime,
        *,
        capability: str = ALL,
        scope: str = "capability",
        probe_after: datetime | None = None,
        actor: str = ENGINE,
    ) -> None:
        """Put a hold on a capability, or move the probe of the one that is there."""
        row_id = self._clock.new_id()
        scope_id = capability if scope == "capability" else ""
        values = {
            "id": row_id,
            "organization_id": self.organization_id,
            "scope": scope,
            "scope_id": scope_id,
            "reason": reason,
            "actor": actor,
            "placed_at": now,
            "probe_after": probe_after,
        }
        rows.insert_new(Hold, [values])
        rows.change(
            update(Hold)
            .where(*self._is(scope, scope_id), Hold.reason == reason, Hold.released_at.is_(None))
            .values(probe_after=probe_after)
        )
        if rows.first(select(Hold.id).where(Hold.id == row_id)) is not None:
            detail = {"scope": scope, "capability": scope_id, "reason": reason}
            record(rows, self._clock, self.organization_id, [Act("hold_placed", "hold", row_id, detail, actor)])

    def reopen(self, rows: Rows, actor: str, *capabilities: str) -> list[UUID]:
        """Release the holds that the engine put on these capabilities and return their ids.

        Holds that a person placed, such as the kill switch, stay until a person releases them.
        """
        now = self._clock.now()
        released: list[UUID] = rows.all(
            update(Hold)
            .where(
                Hold.organization_id == self.organization_id,
                Hold.scope == "capability",
                Hold.scope_id.in_(capabilities),
                Hold.actor == ENGINE,
                Hold.released_at.is_(None),
            )
            .values(released_at=now, released_by=actor)
            .returning(Hold.id)
        )
        record(
            rows,
            self._clock,
            self.organization_id,
            [Act("hold_released", "hold", hold, {}, actor) for hold in released],
        )
        return released

    def proved(self, rows: Rows, started_at: datetime, *capabilities: str) -> None:
        """Release the holds whose probe has just gone through.

        :param started_at: when the call was claimed that went through; one from before a hold proves nothing about it.
        """
        probed = rows.first(_PROBED, {**self._on(ALL, *capabilities), "started_at": started_at})
        if probed is not None:
            self.reopen(rows, ENGINE, ALL, *capabilities)

    def reopen_payments(self, rows: Rows, actor: str) -> None:
        """Release what waited for a trusted session."""
        self.reopen(rows, actor, "payouts", "charges")

    def _on(self, *capabilities: str) -> dict[str, Any]:
        """Return the values of a question about holds on these capabilities."""
        return {"organization_id": self.organization_id, "capabilities": capabilities}

    def _is(self, scope: str, scope_id: str) -> tuple[ColumnElement[bool], ...]:
        return Hold.organization_id == self.organization_id, Hold.scope == scope, Hold.scope_id == scope_id
