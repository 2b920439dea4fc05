"""What buyers pay: received elsewhere, reminded of, charged again; by staff, rehearsed unless `dry_run` is false."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from flask_billcom.marketplace.counterparties.consent import Consent
from flask_billcom.models.parties import Role
from flask_billcom.web.entrance import Visitor

from . import given

if TYPE_CHECKING:
    from flask_billcom.extension import Billcom
    from flask_billcom.marketplace.collection.charging import ChargedAgain
    from flask_billcom.marketplace.collection.elsewhere import Recorded
    from flask_billcom.marketplace.collection.reminders import Reminded

_FLAGS = {True: True, "true": True, False: False, "false": False}


def record_payment(billcom: Billcom, visitor: Visitor, reference: str) -> Recorded | None:
    """Record money received elsewhere; takes `amount`, `date`, `reference`, `method`, `overpay`, `reason`, `second`."""
    sale = _sale(visitor, reference)
    if sale is None:
        return None
    return billcom.record_payment(
        sale,
        amount=given.amount(),
        date=_date(),
        reference=given.word("reference"),
        method=given.maybe("method") or "check",
        overpay=_overpay(),
        reason=given.maybe_reason() or "received elsewhere",
        actor=visitor.name,
        second=given.maybe("second"),
        dry_run=given.dry_run(),
    )


def remind_buyer(billcom: Billcom, visitor: Visitor, reference: str) -> Reminded | None:
    """Send the open invoice of a sale once more; takes `reference` and `reason`."""
    sale = _sale(visitor, reference)
    if sale is None:
        return None
    return billcom.remind(
        sale,
        actor=visitor.name,
        reason=given.maybe_reason() or "reminder",
        reference=given.maybe("reference"),
        dry_run=given.dry_run(),
    )


def charge_buyer_again(billcom: Billcom, visitor: Visitor, reference: str) -> ChargedAgain | None:
    """Charge the buyer of a sale again whose debit came back; takes `reason` and `second`."""
    sale = _sale(visitor, reference)
    if sale is None:
        return None
    return billcom.charge_again(
        sale, actor=visitor.name, reason=given.reason(), second=given.maybe("second"), dry_run=given.dry_run()
    )


def authorize_buyer(billcom: Billcom, visitor: Visitor, party_id: str) -> dict[str, bool] | None:
    """Allow charges of a buyer's bank account; takes `reference` and `date` of his consent."""
    buyer = _buyer(billcom, visitor, party_id)
    if buyer is None:
        return None
    consent = Consent(reference=given.word("reference"), date=_date())
    return {"authorized": billcom.authorize_charges(buyer, consent, actor=visitor.name).authorized}


def revoke_buyer(billcom: Billcom, visitor: Visitor, party_id: str) -> dict[str, bool] | None:
    """Stop charging a buyer."""
    buyer = _buyer(billcom, visitor, party_id)
    if buyer is None:
        return None
    return {"authorized": billcom.revoke_charges(buyer, actor=visitor.name).authorized}


def _buyer(billcom: Billcom, visitor: Visitor, party_id: str) -> object | None:
    found = visitor.lists.party(party_id)
    if found is None or found.party.role != Role.CUSTOMER:
        return None
    return billcom.find(found.party.local_type, found.party.local_id)


def _sale(visitor: Visitor, reference: str) -> UUID | None:
    found = visitor.lists.settlement(reference)
    return None if found is None else found.settlement.id


def _date() -> date:
    text = given.word("date")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise given.wrong("date must be a day such as 2031-03-04") from None


def _overpay() -> bool:
    flag = given.body().get("overpay", False)
    if not isinstance(flag, (bool, str)) or flag not in _FLAGS:
        raise given.wrong("overpay must be true or false")
    return _FLAGS[flag]
