"""Buyers and sellers of ours whom a whole reconciliation did not meet at Bill.com: the doctor names them.

    a row has his id, and no page lists it   --remember--> mark unlisted/<party>: the id
    met again, or confirmed as another one   -----------> named no more

Nothing else would tell: the polls read what has changed, and who is not listed any more does not change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, select

from flask_billcom.models import Mark, Party
from flask_billcom.store import Rows

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

PREFIX = "unlisted/"
MOST = 100
"""How many are remembered; where it is more, the whole organization is another one."""


@dataclass(frozen=True, slots=True)
class Unlisted:
    """One of them.

    :param name: what names him in the app, such as `Seller 7`.
    :param since: when he was first missed.
    """

    role: str
    name: str
    remote_id: str
    since: datetime


def remember(domain: Domain, missed: Mapping[UUID, str]) -> None:
    """Remember whom a whole reconciliation missed, and forget those whom it met.

    :param missed: ids at Bill.com by row id.
    """
    ours = (Mark.organization_id == domain.organization_id, Mark.name.startswith(PREFIX, autoescape=True))
    marks = {f"{PREFIX}{party_id.hex}": remote_id for party_id, remote_id in missed.items()}
    with domain.store.read() as rows:
        before = dict(rows.all(select(Mark.name, Mark.value).where(*ours)))
    if before == marks:
        return
    now = domain.clock.now()
    gone = [name for name, remote_id in before.items() if marks.get(name) != remote_id]
    new = [
        {"organization_id": domain.organization_id, "name": name, "value": remote_id, "updated_at": now}
        for name, remote_id in marks.items()
        if before.get(name) != remote_id
    ]
    with domain.store.write() as rows:
        rows.change(delete(Mark).where(*ours, Mark.name.in_(gone)))
        rows.insert_new(Mark, new)


def unlisted(rows: Rows, organization_id: str) -> list[Unlisted]:
    """Return those whom the last whole reconciliation missed, and whom nobody has confirmed as another one since."""
    found = rows.all(
        select(Mark.name, Mark.value, Mark.updated_at).where(
            Mark.organization_id == organization_id, Mark.name.startswith(PREFIX, autoescape=True)
        )
    )
    missed = {UUID(name.removeprefix(PREFIX)): (remote_id, since) for name, remote_id, since in found}
    parties = rows.all(select(Party).where(Party.id.in_(sorted(missed))).order_by(Party.id))
    return [
        Unlisted(party.role, f"{party.local_type} {party.local_id}", *missed[party.id])
        for party in parties
        if party.remote_id == missed[party.id][0]
    ]
