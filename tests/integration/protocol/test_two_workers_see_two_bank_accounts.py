"""Two workers read two bank accounts of a seller of whom none is known: he is paid to the one that was seen first."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from flask_billcom.api.records import VendorBankAccount
from flask_billcom.clock import ManualClock
from flask_billcom.marketplace.counterparties.confirming import BANK_CHANGED
from flask_billcom.marketplace.kinds.watch import _note_accounts
from flask_billcom.models import Audit, Hold, Party
from flask_billcom.store import Rows, Store
from tests.support.at_once import at_once
from tests.support.database import Database
from tests.support.factories import MONDAY, Shop


@pytest.fixture
def shop(billcom_database: Database) -> Shop:
    return Shop(Store(billcom_database.engine()), ManualClock(MONDAY))


def test_the_other_one_waits_for_a_person(shop: Shop) -> None:
    ann = shop.party("vendor", "ann")
    vendor_id = shop.row(Party, ann).remote_id
    theirs = VendorBankAccount(
        id="bac02", vendor_id=vendor_id, is_active="1", name_on_acct="Ann", account_number="*2222", routing_number="1"
    )

    def see_hers(rows: Rows) -> None:
        rows.change(update(Party).where(Party.id == ann).values(bank_account_id="bac01"))

    at_once(shop.store, see_hers, then=lambda: _note_accounts(shop.domain, [theirs]))

    assert shop.row(Party, ann).bank_account_id == "bac01"
    assert [(each.scope_id, each.reason) for each in shop.rows(Hold)] == [(ann.hex, BANK_CHANGED)]
    assert "bank_account_seen" not in [each.action for each in shop.rows(Audit)]
