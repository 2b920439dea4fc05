"""The account pages pass a bank account through to Bill.com; the shop's own rows keep four digits of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from example_marketplace import sample
from example_marketplace.demo import acts
from example_marketplace.extensions import billcom, db
from example_marketplace.local_billcom import LocalBillcom
from example_marketplace.models import Buyer, Seller
from flask_billcom.models import Party
from flask_billcom.simulator import Settings
from tests.support.visitors import Visitor

_, POTTER, BUYER = sample.emails()
FORM = {
    "name_on_account": "Somebody",
    "kind": "Checking",
    "routing_number": "021000021",
    "account_number": "739014628850",
}
NewVisitor = Callable[[], Visitor]


@pytest.fixture
def known(local: LocalBillcom, shop: Flask) -> LocalBillcom:
    """Bill.com knows everybody, and this device."""
    with shop.app_context():
        for party in (*db.session.scalars(select(Seller)), *db.session.scalars(select(Buyer))):
            billcom.sync_party(party)
        db.session.commit()
        acts.work_off()
        acts.device_is_confirmed(Settings().mfa_code)
    return local


def test_a_sellers_account_reaches_the_bank(known: LocalBillcom, visitor: NewVisitor) -> None:
    potter = visitor().signed_in(POTTER)

    potter.post("/account/seller/bank", on="/account/seller/bank", **FORM)

    assert "ending in <strong>8850</strong>" in potter.get("/account").text
    assert FORM["account_number"] in {each["account_number"] for each in known.read("bank")["accounts"]}


def test_a_buyers_account_comes_with_his_consent(known: LocalBillcom, shop: Flask, visitor: NewVisitor) -> None:
    buyer = visitor().signed_in(BUYER)

    buyer.post("/account/buyer/bank", on="/account/buyer/bank", **FORM, consent="y")

    assert "ending in <strong>8850</strong>" in buyer.get("/account").text
    assert [row["hasAuthorizedToCharge"] for row in known.read("books/Customer")["rows"]].count(True) == 1
    with shop.app_context():
        party = db.session.scalars(select(Party).where(Party.authorized)).one()
        assert (party.consent_reference, party.bank_last4) == ("account page, version 1", "8850")


@pytest.mark.usefixtures("local")
def test_somebody_whom_billcom_does_not_know_yet_is_asked_to_wait(visitor: NewVisitor) -> None:
    potter = visitor().signed_in(POTTER)

    answer = potter.post("/account/seller/bank", on="/account/seller/bank", **FORM)

    assert "try again in a minute" in answer.text
    assert FORM["account_number"] not in answer.text
