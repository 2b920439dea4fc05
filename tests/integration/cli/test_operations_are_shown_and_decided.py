from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import select, update

from flask_billcom.audit import Act, record
from flask_billcom.marketplace.kinds import all_kinds
from flask_billcom.marketplace.lists.operations import KINDS
from flask_billcom.models import Operation, OperationState
from tests.integration.cli.conftest import Terminal
from tests.support.local_shop import LocalShop


@pytest.fixture
def terminal(local: LocalShop) -> Terminal:
    """Give a terminal beside a shop with one settled order."""
    made = Terminal(local)
    made.run("settle", "Order", made.order(("ann", "10.00", "1.00")))
    return made


def set_aside(local: LocalShop, kind: str, **values: object) -> str:
    """Change the operation of a kind and return its id."""
    with local.shop.app.app_context(), local.shop.billcom.state_of().store.write() as rows:
        rows.execute(update(Operation).where(Operation.kind == kind).values(**values))
        return str(rows.first(select(Operation.id).where(Operation.kind == kind)).hex)


def test_lists_know_every_kind_of_the_engine(local: LocalShop) -> None:
    with local.shop.app.app_context():
        domain = local.shop.billcom.state_of().parts.domain

    assert {kind.name for kind in all_kinds(domain)} <= set(KINDS)


def test_operations_are_listed_the_newest_first(terminal: Terminal) -> None:
    answer = terminal.json("ops", "list")

    assert [each["kind"] for each in answer["items"]][:2] == ["create_bill", "create_invoice"]
    assert {each["state"] for each in answer["items"]} == {"planned"}


def test_a_table_shows_money_in_dollars(terminal: Terminal) -> None:
    lines = terminal.run("ops", "list", "--kind", "create_bill").stdout.splitlines()

    assert lines[0].split()[:3] == ["id", "kind", "state"]
    assert "9.00" in lines[1]


def test_a_page_names_the_way_to_the_next_one(terminal: Terminal) -> None:
    first = terminal.run("ops", "list", "--limit", "1")
    after = first.stderr.split()[-1]

    second = terminal.json("ops", "list", "--limit", "1", "--after", after)

    assert second["items"][0]["kind"] == "create_invoice"


def test_stuck_ones_are_those_that_need_a_person(terminal: Terminal, local: LocalShop) -> None:
    waiting = set_aside(local, "create_bill", parked="awaiting_party")
    different = set_aside(local, "create_invoice", parked="difference")

    stuck = [each["id"] for each in terminal.json("ops", "list", "--stuck")["items"]]

    assert stuck == [different]
    assert waiting not in stuck


def act(local: LocalShop, action: str, row_id: str) -> None:
    """Write an act about an operation into the audit trail."""
    with local.shop.app.app_context():
        state = local.shop.billcom.state_of()
        with state.store.write() as rows:
            acts = [Act(action, "operation", UUID(row_id), {})]
            record(rows, state.clock, state.settings.organization_id, acts)


def test_each_that_is_stuck_or_in_doubt_says_for_how_long(terminal: Terminal, local: LocalShop) -> None:
    local.tick(2)
    began = local.simulator.clock.now()
    set_aside(local, "create_bill", state=OperationState.UNKNOWN, unknown_since=began, check_after=began)
    parked = set_aside(local, "create_customer", state=OperationState.PLANNED, parked="difference")
    act(local, "operation_parked", parked)
    act(local, "quarantined", set_aside(local, "create_invoice", state=OperationState.QUARANTINED))
    local.simulator.clock.advance(seconds=3600)
    act(local, "operation_parked", parked)
    local.simulator.clock.advance(seconds=2 * 3600 + 60)

    lines = terminal.run("ops", "list", "--stuck").stdout.splitlines()
    items = {each["kind"]: each for each in terminal.json("ops", "list", "--stuck")["items"]}

    assert [line.split()[1:5] for line in lines[1:]] == [
        ["create_bill", "unknown", "3", "h"],
        ["create_invoice", "quarantined", "3", "h"],
        ["create_customer", "planned", "3", "h"],
    ], "one that is parked anew whenever it is looked at does not grow young"
    assert {datetime.fromisoformat(each["since"]) for each in items.values()} == {began}
    assert items["create_bill"]["is_stuck"] is False


def test_what_goes_its_way_has_no_age(terminal: Terminal) -> None:
    items = terminal.json("ops", "list", "--kind", "create_vendor")["items"]

    assert [each["since"] for each in items] == [None]


def test_who_decided_stands_in_the_audit_trail(terminal: Terminal, local: LocalShop) -> None:
    row_id = set_aside(local, "create_customer", state=OperationState.REJECTED)
    planned = terminal.run("ops", "retry", row_id, "--actor", "Eve", "--reason", "mended").stdout.split()[-1]
    terminal.run("ops", "cancel", planned, "--actor", "Mallory", "--reason", "not wanted", "--yes")

    acts = [*terminal.json("ops", "show", row_id)["audit"], *terminal.json("ops", "show", planned)["audit"]]

    assert [act["actor"] for act in acts if act["action"] != "signed_in"] == ["Eve", "Mallory"]


@pytest.mark.parametrize("words", [("--state", "lost"), ("--kind", "steal"), ("--after", "x")])
def test_a_filter_that_no_list_knows_is_an_error(terminal: Terminal, words: tuple[str, str]) -> None:
    assert terminal.run("ops", "list", *words, code=1).stderr.startswith("Error: ")


def test_one_is_shown_with_evidence_call_and_acts(terminal: Terminal, local: LocalShop) -> None:
    local.tick(2)
    evidence = {"reason": "two effects stand under its key"}
    row_id = set_aside(local, "create_invoice", state=OperationState.QUARANTINED, evidence=evidence)

    sheet = terminal.json("ops", "show", row_id)
    shown = terminal.run("ops", "show", row_id).stdout

    assert sheet["evidence"] == evidence
    assert sheet["call"]["endpoint"].endswith("Create/Invoice")
    assert sheet["operation"]["is_stuck"] is True
    assert "two effects stand under its key" in shown
    assert "-> compare the evidence with Bill.com" in shown


def test_one_that_is_not_there_is_named(terminal: Terminal) -> None:
    assert "ops list" in terminal.run("ops", "show", "0" * 32, code=1).stderr
    terminal.run("ops", "show", "seven", code=2)


def test_a_rejected_one_is_planned_anew_with_a_reason(terminal: Terminal, local: LocalShop) -> None:
    row_id = set_aside(local, "create_customer", state=OperationState.REJECTED)

    terminal.run("ops", "retry", row_id, code=2)
    planned = terminal.run("ops", "retry", row_id, "--reason", "name mended").stdout.split()[-1]

    assert terminal.json("ops", "show", planned)["supersedes"] == row_id
    acts = terminal.json("ops", "show", row_id)["audit"]
    assert [(act["action"], act["detail"]["reason"]) for act in acts] == [("operation_superseded", "name mended")]


def test_a_quarantined_one_is_not_sent_again_before_its_absence_is_proved(terminal: Terminal, local: LocalShop) -> None:
    local.tick(2)
    row_id = set_aside(local, "create_customer", state=OperationState.QUARANTINED)

    refused = terminal.run("ops", "resolve", row_id, "--resend", "--reason", "x", "--yes", code=1)

    assert "it may have happened" in refused.stderr
    assert terminal.json("ops", "show", row_id)["operation"]["state"] == "quarantined"


def test_a_quarantined_one_is_not_given_up_before_its_absence_is_proved(terminal: Terminal, local: LocalShop) -> None:
    local.tick(2)
    row_id = set_aside(local, "create_customer", state=OperationState.QUARANTINED)

    for words in (("resolve", row_id, "--cancel"), ("cancel", row_id)):
        refused = terminal.run("ops", *words, "--reason", "x", "--yes", code=1)
        assert "it may have happened" in refused.stderr

    assert terminal.json("ops", "show", row_id)["operation"]["state"] == "quarantined"


@pytest.mark.parametrize("words", [("resolve", "--cancel"), ("cancel",)])
def test_what_is_surely_absent_is_given_up_by_either_command(
    terminal: Terminal, local: LocalShop, words: tuple[str, ...]
) -> None:
    row_id = set_aside(local, "create_bill", state=OperationState.QUARANTINED)
    by = ("--reason", "never made", "--actor", "Eve", "--second", "Cleo")

    said = terminal.run("ops", *words, row_id, *by, "--yes").stdout.splitlines()

    sheet = terminal.json("ops", "show", row_id)
    (act,) = [each for each in sheet["audit"] if each["action"] == "operation_cancelled"]
    assert said[0] == "cancelled"
    assert "flask billcom ops retry" in said[1]
    assert sheet["operation"]["state"] == "cancelled"
    assert (act["actor"], act["detail"]["reason"], act["detail"]["second"]) == ("Eve", "never made", "Cleo")


def test_what_is_given_up_says_what_waits_for_it_and_since_when(terminal: Terminal, local: LocalShop) -> None:
    row_id = set_aside(local, "create_bill", parked="awaiting_party")
    local.pass_days(1)

    said = terminal.run("ops", "cancel", row_id, "--reason", "x", "--yes").stdout.splitlines()
    (stuck,) = terminal.json("ops", "list", "--stuck")["items"]
    anew = terminal.run("ops", "retry", row_id, "--reason", "x").stdout.split()[-1]
    after = terminal.json("ops", "show", row_id)["operation"]

    assert said[0] == "cancelled"
    assert "flask billcom ops retry" in said[1]
    assert (stuck["id"], stuck["is_stuck"]) == (row_id, True)
    assert stuck["since"] > stuck["created_at"]
    assert terminal.json("ops", "show", anew)["supersedes"] == row_id
    assert (after["is_stuck"], after["next_step"]) == (False, None)
    assert terminal.json("ops", "list", "--stuck")["items"] == []


@pytest.mark.parametrize("words", [("resolve", "--cancel"), ("cancel",)])
def test_giving_up_asks_first(terminal: Terminal, local: LocalShop, words: tuple[str, ...]) -> None:
    row_id = set_aside(local, "create_bill", parked="awaiting_party")

    asked = terminal.run("ops", *words, row_id, "--reason", "x", answer="n\n", code=1)
    assert "Give it up for good?" in asked.stderr
    assert terminal.json("ops", "show", row_id)["operation"]["state"] == "planned"

    terminal.run("ops", *words, row_id, "--reason", "x", answer="y\n")
    assert terminal.json("ops", "show", row_id)["operation"]["state"] == "cancelled"


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--adopt", "y", "--resend"),
        ("--adopt", "y", "--cancel"),
        ("--resend", "--cancel"),
        ("--adopt", "y", "--resend", "--cancel"),
    ],
)
def test_a_decision_is_one_of_three_things(terminal: Terminal, local: LocalShop, words: tuple[str, ...]) -> None:
    row_id = set_aside(local, "create_bill", parked="difference")

    refused = terminal.run("ops", "resolve", row_id, *words, "--reason", "x", "--yes", code=2)

    assert "give exactly one of --adopt ID, --resend and --cancel" in refused.stderr
    assert terminal.json("ops", "show", row_id)["operation"]["parked"] == "difference"
