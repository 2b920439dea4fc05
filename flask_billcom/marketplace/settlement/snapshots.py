"""What settle() gives back: a settlement as it stood when it was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Select, select

from flask_billcom.marketplace.shop.identity import Identity
from flask_billcom.models import Settlement, SettlementState
from flask_billcom.money import from_cents
from flask_billcom.store import Rows

PAID = frozenset({SettlementState.COLLECTED, SettlementState.FUNDED, SettlementState.PAYING, SettlementState.PAID_OUT})
"""States in which the buyer has paid in full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementSnapshot:
    """A settlement; the amounts are cents, and Decimal dollars under the shorter names.

    :param reference: what names the sale.
    :param state: the least advanced of its documents.
    """

    id: UUID
    reference: str
    state: SettlementState
    buyer_id: UUID
    currency: str
    gross_cents: int
    fee_cents: int
    own_cents: int
    net_cents: int
    settled_at: datetime
    collected_at: datetime | None = None
    funded_at: datetime | None = None

    @property
    def is_paid(self) -> bool:
        """Whether the buyer has paid in full."""
        return self.state in PAID

    @property
    def gross(self) -> Decimal:
        """What the buyer pays."""
        return from_cents(self.gross_cents)

    @property
    def fee(self) -> Decimal:
        """What the marketplace keeps of the sellers' lines."""
        return from_cents(self.fee_cents)

    @property
    def own(self) -> Decimal:
        """The marketplace's own lines."""
        return from_cents(self.own_cents)

    @property
    def net(self) -> Decimal:
        """What the sellers get."""
        return from_cents(self.net_cents)


FIELDS = (
    "id",
    "reference",
    "state",
    "buyer_id",
    "currency",
    "gross_cents",
    "fee_cents",
    "own_cents",
    "net_cents",
    "settled_at",
    "collected_at",
    "funded_at",
)


def select_snapshots(organization_id: str) -> Select[tuple[object, ...]]:
    """Return the select whose rows `snapshot` takes."""
    columns = [getattr(Settlement, name) for name in FIELDS]
    return select(*columns).where(Settlement.organization_id == organization_id)


def snapshot(row: tuple[object, ...]) -> SettlementSnapshot:
    """Return a selected row as a value."""
    values: dict[str, object] = dict(zip(FIELDS, row, strict=True))
    values["state"] = SettlementState(str(values["state"]))
    return SettlementSnapshot(**values)  # type: ignore[arg-type]  # the columns have the fields' types


def find_settlement(rows: Rows, organization_id: str, reference: str, order: Identity) -> SettlementSnapshot | None:
    """Return the settlement of a reference, as long as it is that order's."""
    found = rows.first(
        select_snapshots(organization_id).where(
            Settlement.reference == reference,
            Settlement.local_type == order.local_type,
            Settlement.local_id == order.local_id,
        )
    )
    return None if found is None else snapshot(found)
