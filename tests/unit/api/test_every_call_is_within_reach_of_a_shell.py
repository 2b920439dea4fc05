"""The command line over its functions: what it builds, what it asks, what it prints, how it ends."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from flask_billcom.api import BillcomAPI, Reply
from flask_billcom.api.__main__ import client_of
from flask_billcom.api.catalogue import ENTITIES
from flask_billcom.api.cli import DONE, REFUSED, UNKNOWN, Shell, run
from flask_billcom.api.operations import OPERATIONS
from flask_billcom.api.requests import Call
from flask_billcom.errors import BillcomError, ConfigurationError, OutcomeUnknown, RequestTimedOut

VENDOR, BILL = "00901AAAAAAAAAAAAAAA", "00n01AAAAAAAAAAAAAAA"
PAYMENTS = json.dumps({"billPays": [{"billId": BILL, "amount": 12.3}]})


@dataclass
class Terminal:
    """Somebody at a shell, and what would have been sent."""

    answer: Any = None
    says_yes: bool = False
    sent: list[Call] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    out: StringIO = field(default_factory=StringIO)
    err: StringIO = field(default_factory=StringIO)

    def read(self, call: Call) -> Reply:
        self.sent.append(call)
        if isinstance(self.answer, BillcomError):
            raise self.answer
        return Reply(200, 0, "Success", self.answer)

    change = read

    def confirm(self, question: str) -> bool:
        self.asked.append(question)
        return self.says_yes

    def run(self, *words: str) -> int:
        return run(words, Shell(lambda: BillcomAPI(self), self.out, self.err, self.confirm))


def test_a_list_is_filtered_and_sorted() -> None:
    terminal = Terminal(answer=[{"entity": "Vendor", "id": VENDOR, "name": "Acme"}])
    words = (
        "--filter",
        "name=Acme",
        "--filter",
        "updatedTime>=2031-01-01T00:00:00.000+0000",
        "--sort",
        "updatedTime:desc",
    )
    assert terminal.run("list", "Vendor", *words, "--max", "5", "--json") == DONE
    assert terminal.sent[0].data == {
        "start": 0,
        "max": 5,
        "filters": [
            {"field": "name", "op": "=", "value": "Acme"},
            {"field": "updatedTime", "op": ">=", "value": "2031-01-01T00:00:00.000+0000"},
        ],
        "sort": [{"field": "updatedTime", "asc": False}],
    }
    assert json.loads(terminal.out.getvalue()) == terminal.answer


def test_a_list_for_people_is_one_line_for_each_object() -> None:
    terminal = Terminal(answer=[{"entity": "Vendor", "id": VENDOR, "name": "Acme"}])
    assert terminal.run("list", "Vendor") == DONE
    assert terminal.out.getvalue() == f"id={VENDOR}  name=Acme\n"


def test_several_values_are_separated_by_commas() -> None:
    terminal = Terminal(answer=[])
    terminal.run("list", "Bill", "--filter", "paymentStatus in 1,4")
    assert terminal.sent[0].data["filters"] == [{"field": "paymentStatus", "op": "in", "value": "1,4"}]


def test_create_takes_fields_in_either_spelling_and_json() -> None:
    terminal = Terminal(answer={"id": VENDOR})
    assert terminal.run("create", "Vendor", "name=Acme", "short_name=A", "--data", '{"email":"a@example.test"}') == DONE
    assert terminal.sent[0].data == {
        "obj": {"entity": "Vendor", "name": "Acme", "shortName": "A", "email": "a@example.test"}
    }


def test_update_sends_what_is_named() -> None:
    terminal = Terminal(answer={})
    assert terminal.run("update", "Vendor", f"id={VENDOR}", "phone=1") == DONE
    assert terminal.sent[0].data == {"obj": {"entity": "Vendor", "id": VENDOR, "phone": "1"}}


@pytest.mark.parametrize("verb", ["read", "delete", "undelete"])
def test_the_other_verbs_take_an_id(verb: str) -> None:
    terminal = Terminal(answer={"id": VENDOR})
    assert terminal.run(verb, "Vendor", VENDOR) == DONE
    assert terminal.sent[0].path == f"Crud/{verb.title()}/Vendor.json"


def test_lines_are_given_as_json() -> None:
    terminal = Terminal(answer={})
    lines = '[{"amount": 5.1}]'
    fields = (f"vendorId={VENDOR}", "invoiceNumber=1", "invoiceDate=2031-03-04", "dueDate=2031-03-04")
    assert terminal.run("create", "Bill", *fields, f"billLineItems={lines}") == DONE
    assert str(terminal.sent[0].data["obj"]["billLineItems"][0]["amount"]) == "5.10"


def test_a_dry_run_shows_and_sends_nothing() -> None:
    terminal = Terminal()
    assert terminal.run("call", "PayBills", "--data", PAYMENTS, "--dry-run") == DONE
    assert terminal.sent == []
    assert terminal.asked == []
    assert terminal.out.getvalue() == f'POST PayBills.json\n{{"billPays":[{{"billId":"{BILL}","amount":12.30}}]}}\n'


def test_a_dry_run_masks_account_numbers() -> None:
    terminal = Terminal()
    fields = (f"vendorId={VENDOR}", "accountNumber=4711471147", "routingNumber=021000021")
    assert terminal.run("create", "VendorBankAccount", *fields, "--dry-run") == DONE
    assert "4711471147" not in terminal.out.getvalue()


def test_money_moves_only_after_a_yes() -> None:
    terminal = Terminal(answer={})
    assert terminal.run("call", "PayBills", "--data", PAYMENTS) == REFUSED
    assert terminal.sent == []
    assert "moves money" in terminal.asked[0]
    terminal.says_yes = True
    assert terminal.run("call", "PayBills", "--data", PAYMENTS) == DONE
    assert len(terminal.sent) == 1


def test_yes_can_be_said_beforehand() -> None:
    terminal = Terminal(answer={})
    assert terminal.run("call", "VoidAPPayment", f"sentPayId={VENDOR}", "--yes") == DONE
    assert terminal.asked == []


@pytest.mark.parametrize("name", [name for name, row in OPERATIONS.items() if row.money])
def test_every_call_that_moves_money_asks(name: str) -> None:
    terminal = Terminal()
    assert terminal.run("call", name, "--data", "{}") == REFUSED
    assert terminal.sent == []


@pytest.mark.parametrize(
    "name", [name for name, row in OPERATIONS.items() if not row.get and row.name not in {"Login", "ListOrgs"}]
)
def test_every_operation_is_within_reach(name: str) -> None:
    terminal = Terminal(answer={})
    assert terminal.run("call", name, "a=1", "--yes") == DONE
    assert terminal.sent[0].path == f"{name}.json"


@pytest.mark.parametrize("name", ENTITIES)
def test_every_verb_of_every_entity_is_within_reach_and_no_other(name: str) -> None:
    for verb in ("read", "delete", "undelete"):
        terminal = Terminal(answer={})
        offered = verb.title() in ENTITIES[name].verbs
        assert terminal.run(verb, name, VENDOR) == (DONE if offered else REFUSED)
        assert len(terminal.sent) == offered
    terminal = Terminal(answer=[])
    assert terminal.run("list", name) == (DONE if "List" in ENTITIES[name].verbs else REFUSED)


def test_a_bulk_call_prints_one_line_for_each_object() -> None:
    good = {"response_status": 0, "response_message": "Success", "response_data": {"id": VENDOR, "name": "A"}}
    bad = {
        "response_status": 1,
        "response_message": "Error",
        "response_data": {"error_code": "BDC_1119", "error_message": "no"},
    }
    terminal = Terminal(answer={"bulk": [good, bad]})
    assert terminal.run("bulk", "create", "Vendor", "--data", '[{"name":"A"},{"name":"B"}]') == REFUSED
    assert terminal.out.getvalue() == f"0\tid={VENDOR}  name=A\n"
    assert terminal.err.getvalue() == "1\tInvalidRequest: Bulk/Crud/Create/Vendor: BDC_1119 no\n"


def test_a_bulk_of_ids_is_sent_as_ids() -> None:
    terminal = Terminal(answer={"bulk": []})
    assert terminal.run("bulk", "delete", "Bill", "--data", f'["{BILL}"]') == UNKNOWN
    assert terminal.sent[0].data == {"bulk": [{"id": BILL}]}


def test_data_comes_from_a_file_or_from_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(answer={}, says_yes=True)
    (tmp_path / "data.json").write_text('{"id": "x"}', encoding="utf-8")
    terminal.run("call", "GetNetworkStatus", "--data", f"@{tmp_path / 'data.json'}")
    monkeypatch.setattr(sys, "stdin", StringIO('{"id": "y"}'))
    terminal.run("call", "GetNetworkStatus", "--data", "-")
    assert [call.data["id"] for call in terminal.sent] == ["x", "y"]


def test_a_file_is_uploaded(tmp_path: Path) -> None:
    (tmp_path / "invoice.pdf").write_bytes(b"%PDF")
    terminal = Terminal(answer={"documentUploadedId": "0du01"})
    assert terminal.run("upload", str(tmp_path / "invoice.pdf"), "--object", BILL) == DONE
    assert terminal.sent[0].data == {"id": BILL, "fileName": "invoice.pdf"}


@pytest.mark.parametrize(
    "words",
    [
        ("create", "Vendor", "naem=Acme"),
        ("create", "Vendor"),
        ("create", "SentPay"),
        ("create", "Vendor", "Acme"),
        ("create", "Vendor", "name=A", "track1099=perhaps"),
        ("update", "Vendor", "name=A"),
        ("read", "Vendor", "short"),
        ("list", "Vendor", "--filter", "name"),
        ("list", "Vendor", "--filter", "name~Acme"),
        ("list", "Customer", "--filter", "email=a"),
        ("list", "Vendor", "--filter", "updatedTime>=yesterday"),
        ("list", "Vendor", "--sort", "name:down"),
        ("list", "Vendor", "--max", "1000"),
        ("bulk", "create", "Vendor"),
        ("bulk", "create", "Vendor", "--data", "{}"),
        ("bulk", "update", "Item", "--data", "[1]"),
        ("call", "PayBills", "--data", "not json"),
        ("call", "PayBills", "--data", "@/no/such/file"),
        ("upload", "/no/such/file"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_sent(words: tuple[str, ...]) -> None:
    terminal = Terminal()
    assert terminal.run(*words) == REFUSED
    assert terminal.sent == []
    assert terminal.err.getvalue().startswith("InvalidRequest: ")


@pytest.mark.parametrize("error", [OutcomeUnknown(answered=True), RequestTimedOut()])
def test_an_unknown_outcome_has_an_exit_code_of_its_own(error: BillcomError) -> None:
    assert Terminal(answer=error).run("create", "Vendor", "name=A") == UNKNOWN
    assert Terminal(answer=error).run("read", "Vendor", VENDOR) == REFUSED


def test_wrong_usage_ends_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        Terminal().run("list", "Vendors")
    assert caught.value.code == 2
    assert "Vendors" in capsys.readouterr().err


def test_missing_credentials_are_named() -> None:
    with pytest.raises(ConfigurationError, match="BILLCOM_PASSWORD, BILLCOM_DEV_KEY"):
        client_of({"BILLCOM_USER_NAME": "u", "BILLCOM_ORGANIZATION_ID": "o"})


def test_the_environment_decides_where_calls_go() -> None:
    known = dict.fromkeys(
        ("BILLCOM_USER_NAME", "BILLCOM_PASSWORD", "BILLCOM_DEV_KEY", "BILLCOM_ORGANIZATION_ID"), "secret"
    )
    base = "http://127.0.0.1:1/api/v2"
    assert client_of({**known, "BILLCOM_ENVIRONMENT": "simulator", "BILLCOM_BASE_URL": base})
    with pytest.raises(ConfigurationError) as caught:
        client_of({**known, "BILLCOM_ENVIRONMENT": "simulator", "BILLCOM_BASE_URL": "https://api.bill.com/api/v2"})
    assert "secret" not in str(caught.value)
