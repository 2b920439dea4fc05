from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from flask_billcom import NotReady
from flask_billcom.api.records import CustomerBankAccount, VendorBankAccount
from flask_billcom.errors import InvalidRequest, MFARequired, OutcomeUnknown
from flask_billcom.models import Audit, Base, Operation, Party
from tests.support.local_shop import LocalShop
from tests.support.rows import select_all

ACCOUNT, ROUTING = "900100200381", "074000010"


def made(local: LocalShop, cls: str) -> Any:
    obj = getattr(local.shop, cls)(name="Bert", email="bert@example.com")
    local.shop.db.session.add(obj)
    local.shop.billcom.ensure_party(obj)
    local.shop.db.session.commit()
    return obj


def known(local: LocalShop, cls: str) -> Any:
    obj = made(local, cls)
    local.tick()
    return obj


def add(local: LocalShop, obj: Any, **values: Any) -> Any:
    details = {"account_number": ACCOUNT, "routing_number": ROUTING, "name_on_account": "Bert", **values}
    return local.shop.billcom.add_bank_account(obj, actor="bert", **details)


@pytest.mark.parametrize(("cls", "record"), [("Seller", VendorBankAccount), ("Buyer", CustomerBankAccount)])
def test_bill_com_has_the_account_and_we_its_id_and_four_digits(
    local: LocalShop, cls: str, record: type[Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with local.shop.app.app_context():
        obj = known(local, cls)
        local.trust()

        party = add(local, obj)

        (account,) = local.shown(record)
        assert (party.bank_account_id, party.bank_last4) == (account.id, "0381")
        assert account.account_number[-4:] == "0381"
        assert select_all(local.shop, Audit.action, Audit.actor)[0] == ("bank_account_added", "bert")
        assert [kind for kind in select_all(local.shop, Operation.kind) if "bank" in kind] == []
        assert ACCOUNT not in everything_stored(local)
        assert ACCOUNT not in caplog.text
        assert ROUTING not in caplog.text


def everything_stored(local: LocalShop) -> str:
    tables = Base.metadata.sorted_tables
    with local.shop.billcom.state_of().store.read() as rows:
        return "".join(str(rows.execute(table.select()).all()) for table in tables)


def test_a_second_account_takes_the_place_of_the_first(local: LocalShop) -> None:
    with local.shop.app.app_context():
        seller = known(local, "Seller")
        local.trust()
        first = add(local, seller)
        local.simulator.advance(seconds=60)

        second = add(local, seller, account_number="900100200999")

        assert second.bank_last4 == "0999"
        assert second.bank_account_id != first.bank_account_id
        assert {(each.id, str(each.is_active)) for each in local.shown(VendorBankAccount)} >= {
            (second.bank_account_id, "1")
        }
        assert (first.bank_account_id, "1") not in {
            (each.id, str(each.is_active)) for each in local.shown(VendorBankAccount)
        }
        actions = [action for action in select_all(local.shop, Audit.action) if action.startswith("bank")]
        assert actions == ["bank_account_added", "bank_account_added", "bank_account_removed"]
        assert select_all(local.shop, Party.bank_changed_at) == [local.simulator.clock.now()]


def test_a_party_that_bill_com_does_not_know_has_to_wait(local: LocalShop) -> None:
    with local.shop.app.app_context():
        stranger = local.shop.Seller(name="Eve", email="")
        local.shop.db.session.add(stranger)
        local.shop.db.session.commit()
        with pytest.raises(NotReady, match="call ensure_party first"):
            add(local, stranger)
        local.shop.db.session.commit()

        seller = made(local, "Seller")
        with pytest.raises(NotReady, match="does not know Seller"):
            add(local, seller)


def test_a_sellers_account_needs_a_confirmed_device(local: LocalShop) -> None:
    with local.shop.app.app_context():
        seller = known(local, "Seller")

        with pytest.raises(MFARequired, match="session mfa"):
            add(local, seller)

        assert select_all(local.shop, Party.bank_last4) == [None]


def test_an_account_whose_answer_was_lost_is_found_again(local: LocalShop) -> None:
    with local.shop.app.app_context():
        seller = known(local, "Seller")
        local.trust()
        local.simulator.plan_fault("timeout_after", "Crud/Create/VendorBankAccount*")

        party = add(local, seller)

        (account,) = local.shown(VendorBankAccount)
        assert party.bank_account_id == account.id


def test_an_account_that_never_arrived_is_entered_again_by_a_person(local: LocalShop) -> None:
    with local.shop.app.app_context():
        seller = known(local, "Seller")
        local.trust()
        local.simulator.plan_fault("timeout_before", "Crud/Create/VendorBankAccount*")

        with pytest.raises(OutcomeUnknown, match="only then enter it again"):
            add(local, seller)

        assert select_all(local.shop, Party.bank_last4) == [None]
        assert add(local, seller).bank_last4 == "0381"


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "values",
    [
        {"account_number": "12 34"},
        {"account_number": "123"},
        {"account_number": "1" * 18},
        {"account_number": "\u0661\u0662\u0663\u0664\u0665"},
        {"routing_number": "07400001"},
        {"routing_number": "07400001x"},
        {"name_on_account": " "},
    ],
)
def test_numbers_of_another_shape_are_refused_unseen(local: LocalShop, values: dict[str, str]) -> None:
    with local.shop.app.app_context():
        seller = known(local, "Seller")
        calls = local.simulator.journal.count

        with pytest.raises(InvalidRequest) as refused:
            add(local, seller, **values)

        assert local.simulator.journal.count == calls
        shown = str(refused.value)
        assert not [value for key, value in values.items() if key.endswith("number") and value in shown]


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_the_numbers_are_not_found_in_the_database_file(local: LocalShop, tmp_path: Path) -> None:
    with local.shop.app.app_context():
        seller = known(local, "Seller")
        local.trust()
        add(local, seller)

    content = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"bert@example.com" in content
    assert ACCOUNT.encode() not in content
    assert ROUTING.encode() not in content
