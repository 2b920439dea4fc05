"""Calls on sales."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from flask_billcom.errors import NotSettled
from flask_billcom.marketplace.settlement.settling import Settled, settle, settle_many
from flask_billcom.marketplace.settlement.snapshots import SettlementSnapshot, find_settlement

from .base import Calls


class SalesCalls(Calls):
    """Settle orders, and ask how far they are."""

    def settle(self, order: object) -> SettlementSnapshot:
        """Add the rows of an order's settlement to its session; nothing is committed and nothing is sent.

        Called again for the same sale it returns the same settlement, also when two requests race.

        :param order: a mapped order, in a session; it is flushed where it has no key yet.
        :raises MappingError: the order, its buyer or a seller is not mapped, or the app's function raised.
        :raises InvalidSale: the sale cannot be settled as it stands.
        :raises AlreadySettled: its reference was settled with another buyer, line or cent.
        """
        state, session = self.state_of(), self.session_of(order)
        rows = state.store.within(session)
        state.check(rows)
        return settle(state.shop, rows, session, order)

    def settle_many(self, orders: Iterable[object]) -> list[Settled]:
        """Settle many orders of one session at once, in few statements.

        :param orders: mapped orders, all of one session.
        :return: for each order, in their order, its settlement or the error that kept it from being settled.
        """
        everyone = list(orders)
        if not everyone:
            return []
        state, session = self.state_of(), self.session_of(everyone[0])
        rows = state.store.within(session)
        state.check(rows)
        return settle_many(state.shop, rows, session, everyone)

    def settlement_of(self, order: object) -> SettlementSnapshot:
        """Return the settlement of an order as it stands.

        :param order: a mapped order.
        :raises NotSettled: it has none.
        """
        state, session = self.state_of(), self.session_of(order)
        rows, organization_id = state.store.within(session), state.settings.organization_id
        identity = self.registry.order(order, session)
        found = find_settlement(rows, organization_id, identity.local_id, identity)
        if found is None:
            # Most sales are named by the order's key; the app's function is asked only where it chose another name.
            reference = self.registry.sale_of(order).reference
            found = find_settlement(rows, organization_id, reference, identity) if reference else None
        if found is None:
            raise NotSettled(f"{identity.local_type} {identity.local_id} has no settlement; call settle(order) first")
        return found

    def _settlement_id(self, order: object | UUID) -> UUID:
        return order if isinstance(order, UUID) else self.settlement_of(order).id
