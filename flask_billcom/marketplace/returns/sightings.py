"""What the reads of payouts that come back have shown so far, kept between them in a mark of each.

first look that shows a payout void   --remember--> the times of both clocks, and what others pay of its bills
a look that shows anything else       --remember--> only that it was looked at: the proof begins anew
proved void                           --forget-->
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update

from flask_billcom.models import Mark, Payment
from flask_billcom.store import Rows

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

VOIDED = "payout_voided"
"""The act that proves a payout void."""
PAID_BY_HAND = "paid_by_hand"
"""What it calls the payments that others have made of its bills."""
ByBill = Mapping[str, Sequence[str]]
"""Ids of SentPays that others have made, by number of the bill."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What the reads of one payout have shown so far.

    :param looked: when it was last read.
    :param first: when it was first shown to be void, by our clock.
    :param server: the same by Bill.com's.
    :param others: what others paid of its bills then.
    """

    looked: datetime
    first: datetime | None = None
    server: datetime | None = None
    others: ByBill = field(default_factory=dict)

    def __str__(self) -> str:
        times = {"looked": self.looked, "first": self.first, "server": self.server}
        shown = {name: each.isoformat() for name, each in times.items() if each is not None}
        return json.dumps({**shown, **({"others": self.others} if self.others else {})})

    @classmethod
    def parse(cls, text: str) -> Sighting:
        """Return what a mark holds."""
        shown = json.loads(text)
        others = shown.pop("others", {})
        return cls(**{name: datetime.fromisoformat(value) for name, value in shown.items()}, others=others)


def of(rows: Rows, organization_id: str, payment_ids: Collection[UUID]) -> dict[UUID, Sighting]:
    """Return what the reads of some payouts have shown, by row id."""
    names = {_mark(payment_id): payment_id for payment_id in payment_ids}
    found = rows.all(
        select(Mark.name, Mark.value).where(Mark.organization_id == organization_id, Mark.name.in_(sorted(names)))
    )
    return {names[name]: Sighting.parse(value) for name, value in found}


def remember(domain: Domain, payment: Payment, sighting: Sighting) -> None:
    """Keep what a read has shown."""
    values = {
        "organization_id": domain.organization_id,
        "name": _mark(payment.id),
        "value": str(sighting),
        "updated_at": sighting.looked,
    }
    with domain.store.write() as rows:
        rows.insert_new(Mark, [values])
        rows.change(
            update(Mark).where(*_is_mark(domain, payment)).values(value=str(sighting), updated_at=sighting.looked)
        )


def forget(rows: Rows, domain: Domain, payment: Payment) -> None:
    """Keep nothing more of a payout."""
    rows.execute(delete(Mark).where(*_is_mark(domain, payment)))


def _is_mark(domain: Domain, payment: Payment) -> tuple[ColumnElement[bool], ...]:
    return Mark.organization_id == domain.organization_id, Mark.name == _mark(payment.id)


def _mark(payment_id: UUID) -> str:
    return f"voiding/{payment_id.hex}"
