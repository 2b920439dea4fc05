"""The gate before a payout is sent: cover and caps, asked once more in the transaction that claims it.

    cover   confirmed collections and the float, less what is promised: too little where a buyer's payment has come back
            since the payout was planned
    caps    what was sent today, in all and to each seller

What does not fit is parked for a while; smaller or later ones go on. On PostgreSQL two claims ask one after the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select, update

from flask_billcom.clock import uuid7
from flask_billcom.models import Call, Document, Mark, Operation, OperationState
from flask_billcom.store import Rows

from .liquidity import liquidity
from .payable import start_of_day

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

NO_COVER, CAP = "no_cover", "cap"
MARK = "payouts:gate"
SHARE = 20
"""A sum over all entries is believed for so many times as long as it took, so that it costs a twentieth of the time."""
_NOT_SENT = (OperationState.PLANNED, OperationState.REJECTED, OperationState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A payout that is about to be sent.

    :param seller: the vendor's party row.
    :param is_refund: whether it pays a buyer back: no seller's cap concerns it.
    """

    operation_id: UUID
    seller: UUID
    cents: int
    is_refund: bool = False


class Gate:
    """Asks whether payouts may go, and remembers large sums for a short while."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._liquidity = 0
        self._believed_until: float | None = None

    def stopped(self, rows: Rows, wanted: Sequence[Wanted], *, claims: bool = False) -> dict[UUID, str]:
        """Return the payouts that may not go now, with the word for the reason.

        :param claims: whether this is the claim itself, so that no other one may be counting at the same time.
        """
        if claims:
            self._queue(rows)
        cover = self._cover(rows)
        left = _Left(self._domain, rows, wanted)
        stopped: dict[UUID, str] = {}
        for each in wanted:
            if cover is not None and each.cents > cover:
                stopped[each.operation_id] = NO_COVER
            elif not left.takes(each):
                stopped[each.operation_id] = CAP
            elif cover is not None:
                cover -= each.cents
        return stopped

    def _cover(self, rows: Rows) -> int | None:
        """Return the cents that planned payouts may take, or None where all of them are covered."""
        domain = self._domain
        now = domain.clock.monotonic()
        if self._believed_until is None or now >= self._believed_until:
            self._liquidity = liquidity(rows, domain.organization_id, domain.settings.float_cents)
            self._believed_until = now + SHARE * (domain.clock.monotonic() - now)
        if self._liquidity >= 0:
            return None
        planned = rows.first(
            select(func.coalesce(func.sum(Operation.amount_cents), 0)).where(
                Operation.organization_id == domain.organization_id,
                Operation.kind == "pay",
                Operation.state == OperationState.PLANNED,
            )
        )
        return self._liquidity + int(planned)

    def _queue(self, rows: Rows) -> None:
        """Let claims of payouts ask one after the other; on SQLite every write transaction does."""
        if rows.dialect == "sqlite":
            return
        now = self._domain.clock.now()
        organization_id = self._domain.organization_id
        rows.insert_new(Mark, [{"organization_id": organization_id, "name": MARK, "value": "", "updated_at": now}])
        rows.change(
            update(Mark).where(Mark.organization_id == organization_id, Mark.name == MARK).values(updated_at=now)
        )


class _Left:
    """What is left of the caps of the day."""

    def __init__(self, domain: Domain, rows: Rows, wanted: Sequence[Wanted]) -> None:
        settings = domain.settings
        self._run: int | None = None
        self._sellers: dict[UUID, int] = {}
        if settings.run_cap_cents is None and settings.seller_day_cap_cents is None:
            return
        sent = _sent_today(rows, domain)
        if settings.run_cap_cents is not None:
            self._run = settings.run_cap_cents - sum(sent.values())
        if settings.seller_day_cap_cents is not None:
            cap = settings.seller_day_cap_cents
            self._sellers = {each.seller: cap - sent.get(each.seller, 0) for each in wanted}

    def takes(self, each: Wanted) -> bool:
        """Return whether a payout fits, and count it if it does."""
        if self._run is not None and each.cents > self._run:
            return False
        if not each.is_refund and each.cents > self._sellers.get(each.seller, each.cents):
            return False
        if self._run is not None:
            self._run -= each.cents
        if each.seller in self._sellers and not each.is_refund:
            self._sellers[each.seller] -= each.cents
        return True


def _sent_today(rows: Rows, domain: Domain) -> Mapping[UUID, int]:
    """Return what was sent, or perhaps sent, to each seller since the day began; ids of calls grow with time."""
    found = rows.all(
        select(Document.party_id, func.sum(Operation.amount_cents))
        .select_from(Call)
        .join(Operation, Operation.call_id == Call.id)
        .join(Document, Document.id == Operation.subject_id)
        .where(
            Call.id >= uuid7(start_of_day(domain), 0),
            Call.organization_id == domain.organization_id,
            Operation.kind == "pay",
            Operation.state.not_in(_NOT_SENT),
        )
        .group_by(Document.party_id)
    )
    return {seller: int(cents) for seller, cents in found}
