"""Calls on what buyers pay: received elsewhere, reminded of, charged again, in credit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from flask_billcom import ledger
from flask_billcom.engine.decisions import Person
from flask_billcom.ledger import Account
from flask_billcom.marketplace.collection import charging, elsewhere, reminders
from flask_billcom.marketplace.collection.charging import ChargedAgain
from flask_billcom.marketplace.collection.elsewhere import Elsewhere, Recorded
from flask_billcom.marketplace.collection.reminders import Reminded
from flask_billcom.models.parties import Role
from flask_billcom.money import from_cents

from .money import MoneyCalls
from .people import agreed


class CollectionCalls(MoneyCalls):
    """Collect what buyers owe, beside the link and the charge."""

    def record_payment(
        self,
        order: object,
        *,
        amount: Decimal,
        date: date,
        reference: str,
        actor: str,
        method: str = "check",
        reason: str = "received elsewhere",
        overpay: bool = False,
        second: str | None = None,
        dry_run: bool = False,
    ) -> Recorded:
        """Enter money that a buyer paid elsewhere for an order; the runner tells Bill.com, which moves none of it.

        Entered again under the same reference it is the same payment. A planned charge of the invoice is given up.

        :param order: a mapped order, or the id of its settlement.
        :param amount: Decimal dollars, more than zero.
        :param date: when it was received; not in the future.
        :param reference: what names it there, such as the number of a check; up to 100 visible characters.
        :param actor: who says so, for the audit trail.
        :param method: cash, check, card, ach, paypal or other.
        :param reason: how it is known, in words for the audit trail.
        :param overpay: whether it may exceed what is due; the rest is the buyer's credit.
        :param second: a second person who agrees.
        :param dry_run: whether to write nothing and only say what would be.
        :raises InvalidRequest: a value cannot be, or the date lies in the future.
        :raises NotPossible: nothing or less is due, a charge is under way, or the reference names another payment.

        Wire: https://developersupport.bill.com/hc/en-us/articles/213911106-RecordARPayment
        """
        state = self._checked()
        received = Elsewhere(amount=amount, on=date, reference=reference, method=method)
        person = None if dry_run else agreed(state, actor, reason, second)
        return elsewhere.record_payment(
            state.parts.domain, self._settlement_id(order), received, person, overpay=overpay
        )

    def remind(
        self,
        order: object,
        *,
        actor: str,
        reason: str = "reminder",
        reference: str | None = None,
        dry_run: bool = False,
    ) -> Reminded:
        """Plan one more e-mail of an order's open invoice, with its payment link.

        :param order: a mapped order, or the id of its settlement.
        :param actor: who asks, for the audit trail.
        :param reason: why, in words for the audit trail.
        :param reference: the same reference is one e-mail; today's date if left out, so that one a day is sent.
        :param dry_run: whether to write nothing and only say what would be.
        :raises NotPossible: the invoice is not at Bill.com yet, is paid or cancelled, or is being sent.

        Wire: https://developersupport.bill.com/hc/en-us/articles/208197236-SendInvoice
        """
        person = None if dry_run else Person(actor, reason)
        return reminders.remind(self._checked().parts.domain, self._settlement_id(order), person, reference=reference)

    def charge_again(
        self, order: object, *, actor: str, reason: str, second: str | None = None, dry_run: bool = False
    ) -> ChargedAgain:
        """Plan another charge of an order's invoice, whose debit came back, was refused or was given up.

        Nothing does that by itself: the buyer's bank may have had its reason.

        :param order: a mapped order, or the id of its settlement.
        :param actor: who decides, for the audit trail.
        :param reason: why it will be paid this time.
        :param second: a second person who agrees.
        :param dry_run: whether to write nothing and only say what would be.
        :raises NotPossible: it was never charged, a charge is under way, something of it is paid, or the buyer does not
            consent.

        Wire: https://developer.bill.com/v2/reference/ar-customertransactions-chargecustomer
        """
        state = self._checked()
        person = None if dry_run else agreed(state, actor, reason, second)
        return charging.charge_again(state.parts.domain, self._settlement_id(order), person)

    def credit_of(self, buyer: object) -> Decimal:
        """Return what a buyer has paid and no invoice took, in Decimal dollars.

        :param buyer: a mapped buyer.
        :raises NotReady: nothing was ever settled for this buyer.
        """
        state = self._checked()
        party = self._known(state, self._key(buyer, Role.CUSTOMER))
        with state.store.read() as rows:
            balance = ledger.balance(rows, state.settings.organization_id, Account.BUYER_CREDIT, party.id)
        return from_cents(-balance)
