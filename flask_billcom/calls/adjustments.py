"""Calls on adjustments: fines, bonuses, debts and disputes."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from flask_billcom.engine.decisions import Person
from flask_billcom.marketplace.corrections import adjusting, adjustments
from flask_billcom.marketplace.corrections.adjustments import WRITE_OFF, AdjustmentSnapshot, Wanted, cents_of
from flask_billcom.marketplace.refunds import disputes
from flask_billcom.state import AppState

from .money import MoneyCalls


class AdjustmentCalls(MoneyCalls):
    """Change what a seller gets or owes beside his sales, and let disputed money wait."""

    def adjust(
        self,
        seller: object,
        *,
        kind: str,
        amount: Decimal,
        reference: str,
        reason: str,
        actor: str,
        order: object | None = None,
        second: str | None = None,
        dry_run: bool = False,
    ) -> AdjustmentSnapshot:
        """Ask for a fine or a bonus, which is booked at once unless other people have to approve it.

        A bonus is paid by a bill of its own; a fine is taken off the seller's next bills. The same reference with the
        same content is the same adjustment.

        :param seller: a mapped seller, or the row id of his party.
        :param kind: `fine` or `charge`, which he owes; `bonus` or `credit`, which he gets.
        :param amount: dollars above zero.
        :param reference: of your own, at most 80 characters; unique for the order, or for the seller without one.
        :param reason: why, in words for the audit trail.
        :param actor: who asks; he does not approve it.
        :param order: the order it is about, or the id of its settlement.
        :param second: a second person who approves it at once.
        :param dry_run: whether to write nothing and only say what would be.
        :raises NotPossible: the reference was used for something else, the amount is no whole number of cents above
            zero, or the seller has no part in the order.
        :raises NotReady: nothing was ever settled for this seller.
        :raises NotSettled: the order has no settlement.
        :raises TypeError: the amount is not a Decimal.
        """
        adjusting.check_kind(kind)
        state, party_id = self._vendor(seller)
        domain = state.parts.domain
        settlement_id = None if order is None else self._settlement_id(order)
        if settlement_id is not None:
            adjusting.expect_part(domain, settlement_id, party_id)
        wanted = Wanted(kind, cents_of(amount), reference, reason, party_id, settlement_id)
        return adjusting.propose(domain, wanted, Person(actor, reason, second), dry_run=dry_run)

    def write_off(
        self,
        seller: object,
        *,
        reference: str,
        reason: str,
        actor: str,
        amount: Decimal | None = None,
        second: str | None = None,
        dry_run: bool = False,
    ) -> AdjustmentSnapshot:
        """Ask to give up what a seller owes, which always needs the approval of somebody else.

        :param seller: a mapped seller, or the row id of his party.
        :param reference: of your own, at most 80 characters; unique for the seller.
        :param reason: why, in words for the audit trail.
        :param actor: who asks; he does not approve it.
        :param amount: dollars; all that he owes now if left out.
        :param second: a second person who approves it at once.
        :param dry_run: whether to write nothing and only say what would be.
        :raises NotPossible: he owes less, or the reference was used for something else.
        :raises NotReady: nothing was ever settled for this seller.
        :raises TypeError: the amount is not a Decimal.
        """
        state, party_id = self._vendor(seller)
        domain = state.parts.domain
        cents = adjusting.debt_to_write_off(domain, party_id, reference) if amount is None else cents_of(amount)
        wanted = Wanted(WRITE_OFF, cents, reference, reason, party_id)
        return adjusting.propose(domain, wanted, Person(actor, reason, second), dry_run=dry_run)

    def approve_adjustment(
        self, adjustment: UUID | AdjustmentSnapshot, *, actor: str, reason: str, dry_run: bool = False
    ) -> AdjustmentSnapshot:
        """Approve an adjustment that somebody else asked for; it is booked once enough people have.

        :param adjustment: its id, or what the call that asked for it returned.
        :param actor: who approves; never the one who asked for it.
        :param reason: why, in words for the audit trail.
        :param dry_run: whether to approve nothing and only say what waits.
        :raises NotPossible: it does not wait for approval, or its asker approves it.
        """
        person = None if dry_run else Person(actor, reason)
        return adjusting.approve(self._checked().parts.domain, _id_of(adjustment), person)

    def deny_adjustment(self, adjustment: UUID | AdjustmentSnapshot, *, actor: str, reason: str) -> AdjustmentSnapshot:
        """Deny an adjustment that waits for approval; whoever asked for it may withdraw it.

        :param adjustment: its id, or what the call that asked for it returned.
        :param actor: who denies it, or the one who asked for it.
        :param reason: why, in words for the audit trail.
        :raises NotPossible: it does not wait for approval.
        """
        return adjusting.deny(self._checked().parts.domain, _id_of(adjustment), Person(actor, reason))

    def dispute(
        self,
        order: object,
        *,
        reference: str,
        reason: str,
        actor: str,
        amount: Decimal | None = None,
        line: int | None = None,
        dry_run: bool = False,
    ) -> AdjustmentSnapshot:
        """Note that the buyer disputes an order, a line or an amount of it, and let its money wait.

        :param order: a mapped order, or the id of its settlement.
        :param reference: of your own or the bank's, at most 80 characters; the same one is the same dispute.
        :param reason: what the buyer says, in words for the audit trail.
        :param actor: who notes it, for the audit trail.
        :param amount: dollars; the whole line or order if left out.
        :param line: position of the line, counted from one; then only the bill of its seller waits.
        :param dry_run: whether to write nothing and only say what would be.
        :raises NotPossible: there is no such line, it is less, or the reference was used for something else.
        :raises NotSettled: the order has no settlement.
        :raises TypeError: the amount is not a Decimal.
        """
        state, settlement_id = self._checked(), self._settlement_id(order)
        claim = disputes.Claim(settlement_id, reference, reason, None if amount is None else cents_of(amount), line)
        return disputes.open_dispute(state.parts.domain, claim, Person(actor, reason), dry_run=dry_run)

    def resolve_dispute(
        self,
        dispute: UUID | AdjustmentSnapshot,
        outcome: str,
        *,
        actor: str,
        reason: str,
        dry_run: bool = False,
    ) -> AdjustmentSnapshot:
        """Say how a dispute ended: `won` or `withdrawn` releases the money, `lost` gives it back to the buyer.

        The same outcome again changes nothing.

        :param dispute: its id, or what `dispute` returned.
        :param outcome: `won`, `withdrawn` or `lost`.
        :param actor: who says so, for the audit trail.
        :param reason: how it ended, in words for the audit trail.
        :param dry_run: whether to change nothing and only say what would be.
        :raises NotPossible: there is no such dispute, it ended another way, or the money cannot be given back.
        """
        domain = self._checked().parts.domain
        return disputes.resolve(domain, _id_of(dispute), outcome, Person(actor, reason), dry_run=dry_run)

    def adjustments_of(
        self, seller: object, *, before: UUID | None = None, limit: int = 100
    ) -> list[AdjustmentSnapshot]:
        """Return the adjustments that concern a seller, the newest first, with what was netted against his bills.

        :param seller: a mapped seller, or the row id of his party.
        :param before: id of the last adjustment of the page before.
        :param limit: most adjustments to return.
        :raises NotReady: nothing was ever settled for this seller.
        """
        state, party_id = self._vendor(seller)
        domain = state.parts.domain
        with state.store.read() as rows:
            found = adjustments.of_seller(rows, domain.organization_id, party_id, before=before, limit=limit)
            return [adjusting.shown(rows, domain, each) for each in found]

    def _vendor(self, seller: object) -> tuple[AppState, UUID]:
        if not isinstance(seller, UUID):
            return self._seller(seller)
        state = self._checked()
        adjusting.expect_vendor(state.parts.domain, seller)
        return state, seller


def _id_of(adjustment: UUID | AdjustmentSnapshot) -> UUID:
    if isinstance(adjustment, UUID):
        return adjustment
    assert adjustment.id is not None, "a rehearsal has no row"
    return adjustment.id
