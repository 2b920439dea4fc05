"""A secret leaves only through reveal()."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback

import pytest

from flask_billcom.api import Customer, CustomerBankAccount, Reply, Secret, Transport, Vendor, VendorBankAccount
from flask_billcom.api import requests as build
from flask_billcom.api.codec import from_wire
from flask_billcom.api.wire import dumps
from flask_billcom.errors import ConnectionFailed

CANARY = "CANARY-4711"


@pytest.mark.parametrize("show", [repr, str, format, lambda s: f"{s}", lambda s: f"{s:>20}", lambda s: "%s" % s])  # noqa: UP031
def test_no_way_of_showing_a_secret_shows_it(show: object) -> None:
    assert CANARY not in show(Secret(CANARY))  # type: ignore[operator]


def test_a_secret_is_never_pickled() -> None:
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(Secret(CANARY))


def test_a_secret_compares_by_value_and_survives_copies() -> None:
    assert Secret(CANARY) == Secret(Secret(CANARY))
    assert Secret(CANARY) != Secret("other")
    assert Secret(CANARY) != CANARY
    assert copy.deepcopy(Secret(CANARY)).reveal() == CANARY
    assert len({Secret(CANARY), Secret(CANARY)}) == 1
    assert not Secret("")


def test_a_secret_is_text() -> None:
    with pytest.raises(TypeError):
        Secret(123456)  # type: ignore[arg-type]


def test_a_bank_account_does_not_show_its_numbers() -> None:
    account = VendorBankAccount(vendor_id="00901AAAAAAAAAAAAAAA", account_number=CANARY, routing_number=CANARY)
    assert CANARY not in repr(account)
    call = build.create_one(account)
    assert CANARY not in repr(call)
    assert CANARY not in repr(call.data)
    assert CANARY in dumps(call.data)


@pytest.mark.parametrize("cls", [Vendor, Customer])
def test_a_tax_id_is_not_shown(cls: type[Vendor | Customer]) -> None:
    assert CANARY not in repr(cls(name="x", tax_id=CANARY))


def test_a_masked_number_keeps_its_last_four() -> None:
    wire = {"entity": "CustomerBankAccount", "accountNumber": "******7766"}
    assert from_wire(CustomerBankAccount, wire).account_number[-4:] == "7766"


def test_a_reply_does_not_show_its_data() -> None:
    assert CANARY not in repr(Reply(200, 0, "Success", {"sessionId": CANARY}))


def test_a_failed_call_shows_nothing_of_what_was_sent(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("urllib3", "urllib3.connectionpool"):
        caplog.set_level(logging.DEBUG, logger=name)
    transport = Transport("http://127.0.0.1:1/api/v2", dev_key=Secret(CANARY), connect_timeout_s=1)
    account = VendorBankAccount(vendor_id="00901AAAAAAAAAAAAAAA", account_number=CANARY, routing_number=CANARY)
    call = build.create_one(account)
    form = {"password": Secret(CANARY)}
    try:
        transport.call(call.path, call.data, session_id=Secret(CANARY), form=form, idempotent=False)
    except ConnectionFailed as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    finally:
        transport.close()
    assert "ConnectionFailed" in shown
    assert CANARY not in shown
    assert caplog.text
    assert CANARY not in caplog.text
