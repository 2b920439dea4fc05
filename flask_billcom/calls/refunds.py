"""Calls that go back: refund a sale, or cancel it before anything of it is collected."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.errors import NotSettled
from flask_billcom.marketplace.moment import Moment
from flask_billcom.marketplace.refunds import asking
from flask_billcom.marketplace.refunds.asking import CANCEL, CANCELLED_ONCE, Asked
from flask_billcom.marketplace.refunds.snapshots import RefundSnapshot, snapshot_of
from flask_billcom.marketplace.refunds.waiting import WaitingRefund, waiting
from flask_billcom.money import to_cents

from .sales import SalesCalls

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from flask_billcom.models import Settlement
    from flask_billcom.state import AppState
    from flask_billcom.store import Rows


class RefundCalls(SalesCalls):
    """Give the money of a sale back, whole or in part."""

    def refund(
        self,
        order: object,
        *,
        reference: str,
        amount: Decimal | None = None,
        line: int | None = None,
        reason: str,
        keep_fee: bool | None = None,
        actor: str = "app",
        dry_run: bool = False,
    ) -> RefundSnapshot:
        """Add the rows of a refund to an order's session; nothing is committed and nothing is sent.

        `tick()` carries it out once they are committed: what the buyer has not paid he does not owe any more, and what
        he has paid goes back to him by a bill. See :doc:`refunds` for each stage.

        :param order: a mapped order, or the id of its settlement; then the app's current session is used.
        :param reference: what names this refund within the sale, up to 100 characters. Asked for again under it with
            the same content, the same refund is returned, so a double click gives nothing back twice.
        :param amount: Decimal dollars; left out for all that was not refunded yet. It is spread over what is left of
            the lines.
        :param line: position of one line of the sale, counted from one; left out for the whole sale.
        :param reason: why, in words for the audit trail.
        :param keep_fee: whether the marketplace keeps its fee, so that the sellers bear all of it; left out for what
            `BILLCOM_REFUND_FEE` says.
        :param actor: who asks, for the audit trail.
        :param dry_run: whether to add nothing and only say what would be.
        :raises NotSettled: the order has no settlement.
        :raises NotPossible: it is more than what is left, there is no such line, or the reference was used for
            something else.
        :raises TypeError: the amount is not a Decimal.
        """
        asked = Asked(
            reference=reference,
            reason=reason,
            actor=actor,
            cents=None if amount is None else _cents(amount),
            line=line,
            keep_fee=keep_fee,
        )
        return self._ask(order, asked, dry_run=dry_run)

    def cancel(self, order: object, *, reason: str, actor: str = "app", dry_run: bool = False) -> RefundSnapshot:
        """Take back a sale of which nothing was collected: its invoice and its bills go, or are never made.

        Only rows are added to the order's session; `tick()` does the rest. Called again it returns the same.

        :param order: a mapped order, or the id of its settlement.
        :param reason: why, in words for the audit trail.
        :param actor: who asks, for the audit trail.
        :param dry_run: whether to add nothing and only say what would be.
        :raises NotSettled: the order has no settlement.
        :raises NotPossible: something of it was collected, or is about to be; use `refund`.
        """
        asked = Asked(kind=CANCEL, reference=CANCELLED_ONCE, reason=reason, actor=actor)
        return self._ask(order, asked, dry_run=dry_run)

    def refunds_of(self, order: object) -> list[RefundSnapshot]:
        """Return the refunds of an order, the oldest first, and how far each of them is.

        :param order: a mapped order, or the id of its settlement.
        :raises NotSettled: the order has no settlement.
        """
        settlement_id = self._settlement_id(order)
        rows = self.state_of().store.within(self._session(order))
        return [snapshot_of(rows, each) for each in asking.refunds_of(rows, settlement_id)]

    def waiting_refunds(self) -> list[WaitingRefund]:
        """Return what refunds have still to do with each document, and why they wait."""
        return list(waiting(self._checked().parts.domain))

    def _ask(self, order: object, asked: Asked, *, dry_run: bool) -> RefundSnapshot:
        state = self.state_of()
        rows = state.store.within(self._session(order))
        settlement = self._lock(state, rows, order)
        state.check(rows)
        return asking.ask(rows, Moment(state.clock), state.settings, settlement, asked, dry_run=dry_run)

    def _lock(self, state: AppState, rows: Rows, order: object) -> Settlement:
        organization_id = state.settings.organization_id
        if isinstance(order, UUID):
            return asking.locked(rows, order, organization_id)
        identity = self.registry.order(order, self.session_of(order))
        found = asking.lock(rows, organization_id, identity.local_id, identity)
        if found is None:
            # Most sales are named by the order's key; the app's function is asked only where it chose another name.
            reference = self.registry.sale_of(order).reference
            found = asking.lock(rows, organization_id, reference, identity) if reference else None
        if found is None:
            raise NotSettled(f"{identity.local_type} {identity.local_id} has no settlement; call settle(order) first")
        return found

    def _session(self, order: object) -> Session:
        return self._database.session() if isinstance(order, UUID) else self.session_of(order)


def _cents(amount: Decimal) -> int:
    try:
        return to_cents(amount, name="the amount of a refund")
    except ValueError as error:
        raise NotPossible(str(error)) from None
