"""Calls on payouts: what people decide about runs, payments that go back, and who is paid."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from flask_billcom.engine.decisions import Person
from flask_billcom.marketplace import approvals
from flask_billcom.marketplace.approvals import WaitingRun
from flask_billcom.marketplace.counterparties import confirming
from flask_billcom.marketplace.counterparties.known import KnownParties
from flask_billcom.marketplace.counterparties.matching import MatchRow, match_report
from flask_billcom.marketplace.returns import paid_by_hand, paying_again, voidable, voiding
from flask_billcom.marketplace.returns.paid_by_hand import AdoptedPayment
from flask_billcom.marketplace.returns.paying_again import PaidAgain
from flask_billcom.marketplace.returns.voidable import Recalled
from flask_billcom.marketplace.shop.everybody import everybody
from flask_billcom.marketplace.shop.freezing import PartyKey
from flask_billcom.models.parties import Role
from flask_billcom.state import AppState

from .parties import PartiesCalls
from .people import agreed


class PayoutCalls(PartiesCalls):
    """Approve payout runs, take payouts back, pay again, adopt payments, and say who a party is."""

    def waiting_runs(self) -> list[WaitingRun]:
        """Return the payout runs that wait for approval, the oldest first."""
        return approvals.waiting(self._checked().parts.domain)

    def approve(self, run: UUID, *, actor: str, reason: str, dry_run: bool = False) -> WaitingRun:
        """Approve a payout run, which goes on once enough people have, and return it as it stands then.

        :param run: id of the run; `waiting_runs` lists them.
        :param actor: who approves; never the one who asked for the run.
        :param reason: why, in words for the audit trail.
        :param dry_run: whether to approve nothing and only say what waits.
        :raises NotPossible: no such run waits, or its asker approves it.
        """
        person = None if dry_run else Person(actor, reason)
        return approvals.approve(self._checked().parts.domain, run, person)

    def void(
        self, payment: UUID | str, reason: str, *, actor: str, second: str | None = None, dry_run: bool = False
    ) -> Recalled:
        """Take a payout back: it is canceled, or voided with credit, and every bill of it is owed again on proof.

        :param payment: id of the payout, ours or Bill.com's.
        :param reason: why, in words for Bill.com and the audit trail.
        :param actor: who decides, for the audit trail.
        :param second: a second person who agrees.
        :param dry_run: whether to plan nothing and only say which bills it reverses.
        :raises NotPossible: it cannot be taken back, or that is under way already.

        Wire: https://developersupport.bill.com/hc/en-us/articles/215407383-VoidAPPayment
        """
        state = self._checked()
        person = None if dry_run else agreed(state, actor, reason, second)
        return voidable.void(state.parts.domain, _id_of(state, payment), person)

    def pay_again(
        self, payment: UUID | str, *, actor: str, reason: str, second: str | None = None, dry_run: bool = False
    ) -> PaidAgain:
        """Let the next payout run pay the bills of a void payout again.

        :param payment: id of the payout, ours or Bill.com's.
        :param actor: who decides, for the audit trail.
        :param reason: why, in words for the audit trail.
        :param second: a second person who agrees, where the house asks for two.
        :param dry_run: whether to change nothing and only say which bills it gives back.
        :raises NotPossible: it is not proved void, or one of its bills is paid or being paid.
        """
        state = self._checked()
        person = None if dry_run else agreed(state, actor, reason, second)
        return paying_again.pay_again(state.parts.domain, _id_of(state, payment), person)

    def adopt_payment(
        self,
        payment: str,
        *beside: str,
        actor: str,
        reason: str,
        second: str | None = None,
        as_paid: bool = False,
        dry_run: bool = False,
    ) -> AdoptedPayment:
        """Take a payment that somebody made in Bill.com's own page for the payout of the bills that it pays.

        Nothing is sent. The payment is followed like one of ours, and a refund that waits for the bill goes on.

        :param payment: Bill.com's id of the SentPay; `reconcile` names it.
        :param beside: those of others that pay the rest of the same bills.
        :param actor: who decides, for the audit trail.
        :param reason: why, in words for the audit trail.
        :param second: a second person who agrees.
        :param as_paid: whether bills that it pays with another amount are taken as they were paid: what is left of one
            is owed by a bill of its own, and what is too much is owed by the seller. Set them at Bill.com to what was
            paid first.
        :param dry_run: whether to change nothing and only say which bills it pays.
        :raises NotPossible: it was taken back, pays none of our bills or one with another amount, or a bill of it has
            another payout.
        """
        state = self._checked()
        person = None if dry_run else agreed(state, actor, reason, second)
        return paid_by_hand.adopt(
            state.parts.domain, state.parts.decisions, (payment, *beside), person, as_paid=as_paid
        )

    def confirm_credit(self, payment: UUID | str, *, actor: str, reason: str, second: str | None = None) -> None:
        """Say that the money of a payout that comes back was seen at the bank.

        :param payment: id of the payout, ours or Bill.com's.
        :param actor: who decides, for the audit trail.
        :param reason: where it was seen.
        :param second: a second person who agrees, where the house asks for two.
        :raises NotPossible: the payout does not come back.
        """
        state = self._checked()
        person = agreed(state, actor, reason, second)
        voiding.confirm_credit(state.parts.domain, _id_of(state, payment), person)

    def confirm_bank_account(self, seller: object, *, actor: str, reason: str, second: str | None = None) -> str:
        """Take the bank account that Bill.com shows for a seller as his, and return its last four digits.

        Ask him first, by another way than e-mail. Payouts go on after `BILLCOM_BANK_CHANGE_HOLD_DAYS`.

        :param seller: a mapped seller.
        :param actor: who decides, for the audit trail.
        :param reason: how it was confirmed.
        :param second: a second person who agrees, where the house asks for two.
        :raises NotPossible: he has no active bank account at Bill.com, or several.
        """
        state = self._checked()
        person = agreed(state, actor, reason, second)
        party = self._known(state, self._key(seller, Role.VENDOR))
        return confirming.confirm_bank_account(state.parts.domain, party.id, person)

    def confirm_match(
        self,
        party: object,
        remote_id: str,
        *,
        actor: str,
        reason: str,
        role: str | None = None,
        second: str | None = None,
    ) -> int:
        """Say which customer or vendor at Bill.com a party is, and return how many operations are planned anew.

        Commit before: this call uses transactions of its own. A party without a row gets one, so that buyers and
        sellers whom Bill.com knows already can be confirmed before their first sale.

        :param party: a mapped buyer or seller.
        :param remote_id: id of the Customer or Vendor at Bill.com.
        :param actor: who decides, for the audit trail.
        :param reason: why, in words for the audit trail.
        :param role: `customer` or `vendor`; may be left out where the object is mapped in one role.
        :param second: a second person who agrees, where the house asks for two.
        :raises NotPossible: Bill.com does not know it, it is not active, it is another party of ours, or the party is
            being made there at this moment.
        """
        state = self._checked()
        person = agreed(state, actor, reason, second)
        party_id = self._with_row(state, self._key(party, self._role(party, role)))
        return confirming.confirm_match(state.parts.domain, party_id, remote_id, person)

    def confirm_new(
        self, party: object, *, actor: str, reason: str, role: str | None = None, second: str | None = None
    ) -> bool:
        """Say that Bill.com does not know a buyer or seller, and return whether that is new.

        With `BILLCOM_CONFIRM_NEW_PARTIES` nobody is made there before. Commit before: this call uses transactions of
        its own.

        :param party: a mapped buyer or seller.
        :param actor: who decides, for the audit trail.
        :param reason: why, in words for the audit trail.
        :param role: `customer` or `vendor`; may be left out where the object is mapped in one role.
        :param second: a second person who agrees, where the house asks for two.
        :raises NotPossible: Bill.com knows him.
        """
        state = self._checked()
        person = agreed(state, actor, reason, second)
        party_id = self._with_row(state, self._key(party, self._role(party, role)))
        return confirming.confirm_new(state.parts.domain, party_id, person)

    def match_report(self, *, role: str | None = None, after: str | None = None) -> Iterator[MatchRow]:
        """Yield every mapped buyer and seller whom no id of Bill.com's is known for, with who he may be there.

        Bill.com's customers and vendors are read once each; nothing is changed, and nothing of a name or an address
        is kept. Confirm each row with `confirm_match`, or with `confirm_new`.

        :param role: only `customer` or only `vendor`.
        :param after: the `key` of the row behind which to go on.
        :raises MappingError: `after` is no such key, or names a class that is not mapped.
        """
        state = self._checked()
        roles = list(Role) if role is None else [Role(role)]
        return match_report(state.parts.domain, everybody(self.registry, self._database.session(), roles, after))

    def _with_row(self, state: AppState, key: PartyKey) -> UUID:
        with state.store.write() as rows:
            return KnownParties.of(rows, state.clock, state.settings.organization_id, [key])[key].id


def _id_of(state: AppState, payment: UUID | str) -> UUID:
    if isinstance(payment, UUID):
        return payment
    with state.store.read() as rows:
        return paying_again.id_of(rows, state.settings.organization_id, payment)
