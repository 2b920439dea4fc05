"""The trust in this device ends thirty days after a person confirmed it: told a week ahead, once for each trust.

Acts: mfa_expiring.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import update

from flask_billcom.audit import Act, record
from flask_billcom.engine.noted import value_of
from flask_billcom.engine.signing import trusted_until
from flask_billcom.models import Mark

if TYPE_CHECKING:
    from .context import Domain

MARK = "mfa_expiring"
AHEAD = timedelta(days=7)


def announce(domain: Domain) -> bool:
    """Tell that the trust ends within a week, if that was not told before; return whether it was told now."""
    now = domain.clock.now()
    with domain.store.read() as rows:
        until = trusted_until(rows, domain.organization_id)
        if until is None or not now < until <= now + AHEAD:
            return False
        told = value_of(rows, domain.organization_id, MARK)
    if told == until.isoformat():
        return False
    value = until.isoformat()
    with domain.store.write() as rows:
        rows.insert_new(
            Mark,
            [{"organization_id": domain.organization_id, "name": MARK, "value": "", "updated_at": now}],
        )
        changed = rows.change(
            update(Mark)
            .where(Mark.organization_id == domain.organization_id, Mark.name == MARK, Mark.value != value)
            .values(value=value, updated_at=now)
        )
        if changed:
            days = (until - now) // timedelta(days=1)
            act = Act("mfa_expiring", "session", None, {"until": value, "days": days})
            record(rows, domain.clock, domain.organization_id, [act])
    return bool(changed)
