"""A buyer's consent to be charged: kept with its reference and date, told to Bill.com in one call.

Withdrawing it stops charges here first, and then at Bill.com: whatever becomes of the call, nothing more is charged.

Wire: https://developersupport.bill.com/hc/en-us/articles/215507363-SetCustomerAuthorization
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import update

from flask_billcom.api import requests as wire
from flask_billcom.audit import Act, record
from flask_billcom.clock import Clock
from flask_billcom.engine.gateway import Gateway
from flask_billcom.errors import InvalidRequest, NotReady
from flask_billcom.marketplace.shop.sale import shown
from flask_billcom.models import Party
from flask_billcom.settings import Settings
from flask_billcom.store import Store

from .parties import PartySnapshot

LONGEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What a buyer agreed to.

    :param reference: where the agreement can be found, such as the number of a signed form; up to 100 characters.
    :param date: when it was given.
    :raises InvalidRequest: the reference is missing or too long, or the date is no date.
    """

    reference: str
    date: date

    def __post_init__(self) -> None:
        if not isinstance(self.reference, str) or not self.reference or len(self.reference) > LONGEST:
            raise InvalidRequest(f"the reference of a consent has 1 to {LONGEST} characters")
        if shown(self.reference) != self.reference:
            raise InvalidRequest("the reference of a consent holds characters that cannot be seen")
        if isinstance(self.date, datetime) or not isinstance(self.date, date):
            raise InvalidRequest("the date of a consent is a date without a time")


@dataclass(frozen=True, slots=True)
class Authorizing:
    """Tells Bill.com who may be charged."""

    settings: Settings
    gateway: Gateway
    store: Store
    clock: Clock

    def grant(self, buyer: PartySnapshot, consent: Consent, *, actor: str) -> None:
        """Allow charges of a buyer's bank account.

        :raises NotReady: Bill.com does not know the buyer yet.
        :raises InvalidRequest: the consent is dated in the future.
        """
        if consent.date > self.clock.now().astimezone(self.settings.zone).date():
            raise InvalidRequest("the date of a consent lies in the future")
        self.gateway.change(wire.set_customer_authorization(_remote_id(buyer), allowed=True))
        given_at = datetime.combine(consent.date, time(), self.settings.zone)
        values = {"authorized": True, "consent_reference": consent.reference, "consent_at": given_at}
        detail = {"reference": consent.reference, "date": consent.date.isoformat()}
        self._keep(buyer, values, Act("charges_authorized", "party", buyer.id, detail, actor))

    def withdraw(self, buyer: PartySnapshot, *, actor: str) -> None:
        """Stop charging a buyer; one that is under way is not called back.

        :raises NotReady: Bill.com does not know the buyer yet.
        """
        remote_id = _remote_id(buyer)
        self._keep(buyer, {"authorized": False}, Act("charges_revoked", "party", buyer.id, {}, actor))
        self.gateway.change(wire.set_customer_authorization(remote_id, allowed=False))

    def _keep(self, buyer: PartySnapshot, values: dict[str, object], act: Act) -> None:
        with self.store.write() as rows:
            rows.change(update(Party).where(Party.id == buyer.id).values(**values))
            record(rows, self.clock, self.settings.organization_id, [act])


def _remote_id(buyer: PartySnapshot) -> str:
    if buyer.remote_id is None:
        raise NotReady(f"Bill.com does not know {buyer.local_type} {buyer.local_id} yet; run the runner, try again")
    return buyer.remote_id
