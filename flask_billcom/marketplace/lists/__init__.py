"""Our rows as they are shown to people: lists, and sheets of one row with what belongs to it.

billcom.lists()             staff: everything
billcom.lists(of=seller)    what concerns this seller alone

pages        the newest rows first, and the way to the next page
sight        whose rows may be seen; part of every query
settlements, parties, payouts, adjustments, operations
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from flask_billcom.marketplace.shop.freezing import PartyKey
from flask_billcom.store import Store

from .adjustments import AdjustmentRow, adjustment_row, list_adjustments
from .operations import OperationRow, OperationSheet, list_operations, operation_sheet
from .pages import FEW, InvalidQuery, Page, Place
from .parties import PartyRow, PartySheet, Reserve, list_parties, party_sheet
from .payouts import PayoutRow, PayoutSheet, list_payouts, payout_sheet
from .settlements import SettlementRow, SettlementSheet, list_settlements, settlement_sheet
from .sight import Sight

__all__ = ["FEW", "InvalidQuery", "Lists", "Page", "Place", "Sight"]


class Lists:
    """What somebody may see of one organization's rows.

    :param keys: what names the buyer or seller who looks; None for staff, who see everything.
    :param reserve: tells a seller's reserve in cents; nobody has one if it is left out.
    """

    def __init__(
        self,
        store: Store,
        organization_id: str,
        keys: Iterable[PartyKey] | None = None,
        *,
        reserve: Reserve | None = None,
    ) -> None:
        self._store = store
        self._reserve = reserve
        with store.read() as rows:
            self._sight = Sight.of(rows, organization_id, keys)

    def settlements(
        self, *, state: str | None = None, after: str | None = None, limit: int = FEW
    ) -> Page[SettlementRow]:
        """Return a page of settlements, the newest first.

        :param after: what the page before gave.
        :param limit: 1 to 200.
        :raises InvalidQuery: a filter or the place is none.
        """
        place = Place(after, limit)
        with self._store.read() as rows:
            return list_settlements(rows, self._sight, place, state=state)

    def settlement(self, reference: str) -> SettlementSheet | None:
        """Return a settlement with its lines, documents and holds, or None."""
        with self._store.read() as rows:
            return settlement_sheet(rows, self._sight, reference)

    def parties(self, *, role: str | None = None, after: str | None = None, limit: int = FEW) -> Page[PartyRow]:
        """Return a page of buyers and sellers, the newest first; the parameters are those of `settlements`."""
        place = Place(after, limit)
        with self._store.read() as rows:
            return list_parties(rows, self._sight, place, role=role)

    def party(self, party_id: str) -> PartySheet | None:
        """Return a buyer or seller with his accounts, or None.

        :param party_id: row id as 32 hex digits.
        """
        with self._store.read() as rows:
            return party_sheet(rows, self._sight, party_id, self._reserve)

    def payouts(self, *, status: str | None = None, after: str | None = None, limit: int = FEW) -> Page[PayoutRow]:
        """Return a page of payouts, the newest first; the parameters are those of `settlements`."""
        place = Place(after, limit)
        with self._store.read() as rows:
            return list_payouts(rows, self._sight, place, status=status)

    def payout(self, payout_id: str) -> PayoutSheet | None:
        """Return a payout with the bills that it pays, or None.

        :param payout_id: row id as 32 hex digits.
        """
        with self._store.read() as rows:
            return payout_sheet(rows, self._sight, payout_id)

    def adjustments(
        self, *, kind: str | None = None, state: str | None = None, after: str | None = None, limit: int = FEW
    ) -> Page[AdjustmentRow]:
        """Return a page of adjustments, the newest first; the parameters are those of `settlements`.

        :param kind: `fine`, `charge`, `bonus`, `credit`, `write_off`, `netting`, `rest`, `excess`, `dispute`, `refund`
            or `cancel`.
        """
        place = Place(after, limit)
        with self._store.read() as rows:
            return list_adjustments(rows, self._sight, place, kind=kind, state=state)

    def adjustment(self, adjustment_id: str) -> AdjustmentRow | None:
        """Return an adjustment, or None.

        :param adjustment_id: row id as 32 hex digits.
        """
        with self._store.read() as rows:
            return adjustment_row(rows, self._sight, adjustment_id)

    def operations(
        self,
        *,
        state: str | None = None,
        kind: str | None = None,
        stuck: bool = False,
        subject: UUID | None = None,
        after: str | None = None,
        limit: int = FEW,
    ) -> Page[OperationRow]:
        """Return a page of operations, the newest first; the parameters are those of `settlements`.

        :param stuck: only those that move no further without a person.
        :param subject: only those on this party or document, by its row id.
        """
        place = Place(after, limit)
        with self._store.read() as rows:
            return list_operations(rows, self._sight, place, state=state, kind=kind, stuck=stuck, subject=subject)

    def operation(self, operation_id: str) -> OperationSheet | None:
        """Return an operation with its evidence, its call and its audit lines, or None.

        :param operation_id: row id as 32 hex digits.
        """
        with self._store.read() as rows:
            return operation_sheet(rows, self._sight, operation_id)
