"""Calls on the money: balances, holds, payouts, books."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_

from flask_billcom import audit, ledger
from flask_billcom.errors import MappingError
from flask_billcom.ledger import Account
from flask_billcom.marketplace import balances, holds
from flask_billcom.marketplace.agreement.differences import Report
from flask_billcom.marketplace.agreement.reconciliation import reconcile
from flask_billcom.marketplace.balances import Balance, Payout
from flask_billcom.marketplace.counterparties.confirming import BANK_CHANGED
from flask_billcom.marketplace.lists.pages import InvalidQuery
from flask_billcom.marketplace.paying.payouts import PayoutRun, plan_payouts, stop_of_waiting
from flask_billcom.marketplace.paying.reserve import reserve_of
from flask_billcom.marketplace.refunds import disputes
from flask_billcom.models import Hold
from flask_billcom.models.parties import Role
from flask_billcom.state import AppState

from .parties import PartiesCalls
from .sales import SalesCalls


class MoneyCalls(SalesCalls, PartiesCalls):
    """Say where the money is, hold it, and pay it out."""

    def balance_of(self, seller: object) -> Balance:
        """Return what a seller has earned, how much of it is held, reserved, in transit and paid, and what he owes.

        :param seller: a mapped seller.
        :raises NotReady: nothing was ever settled for this seller.
        """
        state, party_id = self._seller(seller)
        with state.store.read() as rows:
            reserve = reserve_of(rows, state.settings, party_id, state.clock.now())
            return balances.balance_of(rows, state.settings.organization_id, party_id, reserve_cents=reserve)

    def payouts_of(self, seller: object, *, before: UUID | None = None, limit: int = 100) -> list[Payout]:
        """Return the payments to a seller, the newest first.

        :param seller: a mapped seller.
        :param before: id of the last payout of the page before.
        :param limit: most payouts to return.
        :raises NotReady: nothing was ever settled for this seller.
        """
        state, party_id = self._seller(seller)
        with state.store.read() as rows:
            return balances.payouts_of(rows, state.settings.organization_id, party_id, before=before, limit=limit)

    def hold(self, obj: object | None, reason: str, *, actor: str = "app") -> bool:
        """Let the money of an order or a seller wait, or all payouts, and return whether that is new.

        :param obj: a mapped order or seller, or a `HoldOn` that names one of our rows; None for all payouts, the kill
            switch.
        :param reason: why; the same reason on the same object is one hold.
        :param actor: who placed it, for the audit trail.
        :raises MappingError: the object is neither an order nor a seller.
        :raises NotSettled: the order has no settlement.
        :raises NotReady: nothing was ever settled for this seller.
        :raises NotPossible: the name or the reason is missing.
        """
        state, on = self._held(obj)
        with state.store.write() as rows:
            return holds.place(rows, state.clock, state.settings.organization_id, on, reason=reason, actor=actor)

    def release(self, obj: object | None, *, reason: str | None = None, actor: str = "app") -> int:
        """Release the holds on an order or a seller, or on all payouts, and return how many.

        A seller's bank account that changed at Bill.com is confirmed with `confirm_bank_account`, and a dispute ends
        with `resolve_dispute`; their holds stay here.

        :param obj: a mapped order or seller, or a `HoldOn` that names one of our rows; None for the holds on all
            payouts.
        :param reason: only the hold with this reason; all of them if left out.
        :param actor: who released them, for the audit trail.
        :raises MappingError: the object is neither an order nor a seller.
        :raises NotSettled: the order has no settlement.
        :raises NotReady: nothing was ever settled for this seller.
        """
        state, on = self._held(obj)
        with state.store.write() as rows:
            return holds.release(
                rows,
                state.clock,
                state.settings.organization_id,
                on,
                actor=actor,
                reason=reason,
                besides=or_(Hold.reason == BANK_CHANGED, disputes.keeps_hold()),
            )

    def payout_run(self, *, dry_run: bool = False, actor: str = "app") -> PayoutRun:
        """Plan the payment of every bill that may be paid now, whatever the schedule says; `tick()` sends them.

        :param dry_run: whether to write nothing and only say what would be planned.
        :param actor: who asks; where the run needs approval, somebody else gives it.
        """
        state = self._checked()
        return plan_payouts(state.parts.domain, dry_run=dry_run, actor=actor)

    def payouts_wait_for(self) -> str | None:
        """Return why no payout at all is sent although one could be, in words, or None.

        Payments are switched off, or a hold on everything or on all payouts is in force.
        """
        return stop_of_waiting(self._checked().parts.domain)

    def pay_now(self, seller: object, *, dry_run: bool = False, actor: str = "app") -> PayoutRun:
        """Plan the payment of one seller's bills that may be paid, also below the minimum payout.

        :param seller: a mapped seller.
        :param dry_run: whether to write nothing and only say what would be planned.
        :param actor: who asks; where the run needs approval, somebody else gives it.
        :raises NotReady: nothing was ever settled for this seller.
        """
        state, party_id = self._seller(seller)
        return plan_payouts(state.parts.domain, dry_run=dry_run, seller=party_id, actor=actor)

    def trial_balance(self) -> dict[Account, int]:
        """Return the balance of every account in cents, debits positive; together they are zero."""
        state = self._checked()
        with state.store.read() as rows:
            return ledger.trial_balance(rows, state.settings.organization_id)

    def reconcile(self, since: datetime | None = None) -> Report:
        """Compare every object at Bill.com, every bank day and the books with our rows; changes nothing.

        :param since: aware; only what was made or changed after it.
        :return: each difference with its explanation and the command that resolves it.
        :raises InvalidQuery: that time has not come yet.
        """
        state = self._checked()
        if since is not None and since > state.clock.now():
            raise InvalidQuery(f"{since:%Y-%m-%d %H:%M} UTC has not come yet; nothing can have changed since")
        return reconcile(state.parts.domain, since)

    def verify_audit(self) -> audit.Verdict:
        """Return whether the audit trail is whole, and how many rows no tick has sealed yet."""
        state = self._checked()
        with state.store.read() as rows:
            return audit.verify(rows, state.settings.organization_id)

    def _seller(self, seller: object) -> tuple[AppState, UUID]:
        state = self._checked()
        return state, self._known(state, self._key(seller, Role.VENDOR)).id

    def _held(self, obj: object | None) -> tuple[AppState, holds.HoldOn]:
        state = self._checked()
        if obj is None:
            return state, holds.ALL_PAYOUTS
        if isinstance(obj, holds.HoldOn):
            return state, obj
        if self.registry.sales.find(type(obj)) is not None:
            return state, holds.HoldOn.row(holds.SETTLEMENT, self.settlement_of(obj).id)
        if self.registry.parties[Role.VENDOR].find(type(obj)) is None:
            name = type(obj).__name__
            raise MappingError(f"{name} is neither an order nor a seller; only their money can be held")
        return state, holds.HoldOn.row(holds.PARTY, self._seller(obj)[1])
