"""Whose rows somebody may see: everybody's, or those of one buyer or seller.

A sight is made once for each request and goes into every query, so that no page can forget it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, select, true

from flask_billcom.marketplace.shop.freezing import PartyKey
from flask_billcom.models import Adjustment, Document, Operation, Party, Payment, Settlement, SettlementLine
from flask_billcom.store import Rows


@dataclass(frozen=True, slots=True)
class Sight:
    """What may be seen of an organization's rows.

    :param party_ids: the parties whose rows may be seen; None for everybody's. An empty set sees nothing.
    """

    organization_id: str
    party_ids: frozenset[UUID] | None = None

    @classmethod
    def of(cls, rows: Rows, organization_id: str, keys: Iterable[PartyKey] | None) -> Sight:
        """Return what one buyer or seller may see, named by his keys; everything for None."""
        if keys is None:
            return cls(organization_id)
        found: set[UUID] = set()
        for key in keys:
            found.update(
                rows.all(
                    select(Party.id).where(
                        Party.organization_id == organization_id,
                        Party.role == key.role,
                        Party.local_type == key.local_type,
                        Party.local_id == key.local_id,
                    )
                )
            )
        return cls(organization_id, frozenset(found))

    @property
    def is_everything(self) -> bool:
        """Whether nothing is kept back."""
        return self.party_ids is None

    def sees(self, party_id: UUID | None) -> bool:
        """Return whether the rows of a party may be seen."""
        return self.party_ids is None or party_id in self.party_ids

    def parties(self) -> ColumnElement[bool]:
        """Return the condition for parties."""
        return self._own(Party.organization_id) & self._within(Party.id)

    def payments(self) -> ColumnElement[bool]:
        """Return the condition for payments."""
        return self._own(Payment.organization_id) & self._within(Payment.party_id)

    def documents(self) -> ColumnElement[bool]:
        """Return the condition for documents."""
        return self._own(Document.organization_id) & self._within(Document.party_id)

    def adjustments(self) -> ColumnElement[bool]:
        """Return the condition for adjustments: a seller's own, or what a buyer gets back."""
        return self._own(Adjustment.organization_id) & self._within(Adjustment.party_id)

    def settlements(self) -> ColumnElement[bool]:
        """Return the condition for settlements: bought, or with a line sold."""
        own = self._own(Settlement.organization_id)
        if self.party_ids is None:
            return own
        sold = select(SettlementLine.settlement_id).where(SettlementLine.seller_id.in_(self.party_ids))
        return own & or_(self._within(Settlement.buyer_id), Settlement.id.in_(sold))

    def operations(self) -> ColumnElement[bool]:
        """Return the condition for operations: on the party itself, or on a document of his."""
        own = self._own(Operation.organization_id)
        if self.party_ids is None:
            return own
        documents = select(Document.id).where(Document.party_id.in_(self.party_ids))
        return own & or_(self._within(Operation.subject_id), Operation.subject_id.in_(documents))

    def _own(self, column: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column of a declarative class
        condition: ColumnElement[bool] = column == self.organization_id
        return condition

    def _within(self, column: Any) -> ColumnElement[bool]:  # noqa: ANN401
        if self.party_ids is None:
            return true()
        condition: ColumnElement[bool] = column.in_(self.party_ids) if self.party_ids else false()
        return condition
