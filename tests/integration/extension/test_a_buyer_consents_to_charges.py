from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flask_billcom import Consent, NotReady
from flask_billcom.api.records import Customer
from flask_billcom.errors import InvalidRequest, OutcomeUnknown, TransportError
from flask_billcom.models import Audit, Party
from tests.support.local_shop import LocalShop
from tests.support.rows import select_all

CONSENT = Consent(reference="form 17", date=date(2026, 3, 1))


def known_buyer(local: LocalShop) -> Any:
    buyer = local.shop.Buyer(name="Ada", email="ada@example.com")
    local.shop.db.session.add(buyer)
    local.shop.billcom.ensure_party(buyer)
    local.shop.db.session.commit()
    local.tick()
    return buyer


def test_reference_and_date_are_kept_and_bill_com_is_told(local: LocalShop) -> None:
    with local.shop.app.app_context():
        buyer = known_buyer(local)

        party = local.shop.billcom.authorize_charges(buyer, CONSENT, actor="ada")

        assert party.authorized
        assert [customer.has_authorized_to_charge for customer in local.shown(Customer)] == [True]
        given = datetime(2026, 3, 1, tzinfo=ZoneInfo("America/Los_Angeles")).astimezone(UTC)
        assert select_all(local.shop, Party.consent_reference, Party.consent_at) == [("form 17", given)]
        assert ("charges_authorized", "ada") in select_all(local.shop, Audit.action, Audit.actor)


def test_a_withdrawn_consent_stops_charges_here_first(local: LocalShop) -> None:
    with local.shop.app.app_context():
        buyer = known_buyer(local)
        local.shop.billcom.authorize_charges(buyer, CONSENT)
        local.simulator.plan_fault("timeout_before", "SetCustomerAuthorization*")

        with pytest.raises((OutcomeUnknown, TransportError)):
            local.shop.billcom.revoke_charges(buyer)

        assert select_all(local.shop, Party.authorized) == [False]
        assert [customer.has_authorized_to_charge for customer in local.shown(Customer)] == [True]

        assert not local.shop.billcom.revoke_charges(buyer).authorized
        assert [customer.has_authorized_to_charge for customer in local.shown(Customer)] == [False]


def test_a_buyer_that_bill_com_does_not_know_has_to_wait(local: LocalShop) -> None:
    with local.shop.app.app_context():
        buyer = local.shop.Buyer(name="Ada", email="")
        local.shop.db.session.add(buyer)
        local.shop.billcom.ensure_party(buyer)
        local.shop.db.session.commit()

        with pytest.raises(NotReady, match="Buyer"):
            local.shop.billcom.authorize_charges(buyer, CONSENT)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_consent_of_tomorrow_is_refused(local: LocalShop) -> None:
    with local.shop.app.app_context():
        buyer = known_buyer(local)
        tomorrow = local.simulator.clock.now().date() + timedelta(days=1)

        with pytest.raises(InvalidRequest, match="future"):
            local.shop.billcom.authorize_charges(buyer, Consent(reference="form 17", date=tomorrow))


@pytest.mark.parametrize(
    "values",
    [
        {"reference": ""},
        {"reference": "x" * 101},
        {"reference": "line\nbreak"},
        {"date": datetime(2026, 3, 1, tzinfo=UTC)},
        {"date": "2026-03-01"},
    ],
)
def test_a_consent_without_reference_or_date_is_none(values: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        Consent(**{"reference": "form 17", "date": date(2026, 3, 1), **values})
