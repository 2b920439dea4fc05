from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from flask_billcom.audit import Act, record
from flask_billcom.engine.clocks import SimulatorClock
from flask_billcom.marketplace.events import settled
from flask_billcom.models import Audit, Entry, Operation, OperationState, Session
from tests.integration.cli.conftest import Terminal
from tests.support.local_shop import LocalShop

BOTH = pytest.mark.parametrize("dialect", ["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))])


def found(terminal: Terminal, *words: str, code: int = 0) -> dict[str, dict[str, Any]]:
    """Return the doctor's findings by id; of several with one id the worst."""
    order = ("ok", "warning", "problem")
    worst: dict[str, dict[str, Any]] = {}
    for check in terminal.json("doctor", *words, code=code)["checks"]:
        before = worst.get(check["id"])
        if before is None or order.index(check["level"]) > order.index(before["level"]):
            worst[check["id"]] = check
    return worst


def change(local: LocalShop, statement: Any) -> None:
    with local.shop.app.app_context(), local.shop.billcom.state_of().store.write() as rows:
        rows.execute(statement)


@BOTH
def test_a_working_shop_has_no_problem(terminal: Terminal, local: LocalShop, dialect: str) -> None:
    terminal.order(("ann", "10.00"))
    terminal.run("settle", "Order", "1")
    local.tick(2)
    local.trust()
    local.tick()

    checks = found(terminal)

    problems = [check for check in checks.values() if check["level"] == "problem"]
    assert problems == []
    assert {"database.tables", "keys", "books", "reachable", "mfa", "tick", "holds", "audit", "events"} <= set(checks)
    assert dialect in {"sqlite", "postgresql"}


def test_every_finding_that_is_not_well_has_a_next_step(terminal: Terminal) -> None:
    checks = terminal.json("doctor", code=1)["checks"]

    assert {check["level"] for check in checks} == {"ok", "warning", "problem"}
    assert all((check["next_step"] is None) == (check["level"] == "ok") for check in checks)


def test_a_session_that_does_not_end_is_named_until_it_has(terminal: Terminal, local: LocalShop) -> None:
    terminal.order(("ann", "10.00"))
    terminal.run("settle", "Order", "1")
    local.simulator.plan_fault("timeout_before", "Bulk/Crud/Create/Customer")
    local.simulator.plan_fault("connect_refused", "Logout", count=3)
    for _ in range(8):
        local.tick()
        local.simulator.clock.advance(seconds=150)

    named = found(terminal)["sessions"]
    assert (named["level"], named["message"].split(" for ")[0]) == ("warning", "session 1 has not ended")

    for _ in range(12):
        local.simulator.clock.advance(seconds=300)
        local.tick()
    assert "sessions" not in found(terminal)


def test_a_worker_that_does_not_run_is_a_problem(terminal: Terminal, local: LocalShop) -> None:
    assert "no tick has ever run" in found(terminal, code=1)["tick"]["message"]

    local.tick()
    assert found(terminal)["tick"]["level"] == "ok"

    local.simulator.clock.advance(seconds=301)
    assert "5 min ago" in found(terminal, code=1)["tick"]["message"]


def test_missing_tables_are_named_with_the_way_to_make_them(terminal: Terminal, local: LocalShop) -> None:
    change(local, text("drop table billcom_movement"))

    tables = found(terminal, code=1)["database.tables"]

    assert "billcom_movement" in tables["message"]
    assert "flask db upgrade" in tables["next_step"]


def test_a_missing_column_is_named(terminal: Terminal, local: LocalShop) -> None:
    change(local, text("alter table billcom_movement rename column remote_updated_at to changed_at"))

    assert "billcom_movement.remote_updated_at" in found(terminal, code=1)["database.tables"]["message"]


def test_a_wrong_setting_is_the_finding_where_the_app_does_not_even_start(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flask.cli import ScriptInfo

    from flask_billcom.settings import read_settings

    def start(_info: ScriptInfo) -> None:
        read_settings({"BILLCOM_ENVIRONMENT": "sandbox", "BILLCOM_PASSWORD": "a canary"})

    monkeypatch.setattr(ScriptInfo, "load_app", start)

    (check,) = terminal.json("doctor", code=1)["checks"]

    assert check["id"] == "settings"
    assert "BILLCOM_DEV_KEY is missing" in check["message"]
    assert "canary" not in str(check)


def test_a_plain_sqlite_engine_gets_advice(terminal: Terminal, local: LocalShop) -> None:
    with local.shop.app.app_context():
        local.shop.db.engine.dispatch.begin.clear()

    checks = found(terminal, "--offline", code=1)

    assert "BEGIN IMMEDIATE" in checks["database.begin"]["message"]
    assert checks["database.begin"]["level"] == "warning"


def test_a_simulator_that_is_down_is_named(terminal: Terminal, local: LocalShop) -> None:
    local.shop.billcom.state_of(local.shop.app).clock = SimulatorClock("http://127.0.0.1:9/api/v2")

    assert "start the simulator" in found(terminal, code=1)["clock"]["next_step"]


def test_a_token_that_no_key_opens_is_named(terminal: Terminal, local: LocalShop) -> None:
    terminal.run("session", "login")
    change(local, update(Session).values(token_enc="00000000.gAAAA"))

    keys = found(terminal, "--offline", code=1)["keys"]

    assert "BILLCOM_ENCRYPTION_KEYS" in keys["next_step"]


def test_an_unconfirmed_device_is_a_problem_only_where_money_may_move(make_local: Callable[..., LocalShop]) -> None:
    for enabled, level in ((False, "warning"), (True, "problem")):
        local = make_local(BILLCOM_PAYMENTS_ENABLED=enabled)
        local.tick()
        checks = found(Terminal(local), code=int(enabled))

        assert checks["mfa"]["level"] == level
        assert "flask billcom session mfa" in checks["mfa"]["next_step"]


def test_the_end_of_trust_is_announced_a_week_ahead(terminal: Terminal, local: LocalShop) -> None:
    local.trust()
    local.pass_days(24)
    local.tick()

    mfa = found(terminal)["mfa"]

    assert mfa["level"] == "warning"
    assert "5 days" in mfa["message"]


def test_a_refused_sign_in_is_a_problem_until_a_person_acts(terminal: Terminal, local: LocalShop) -> None:
    local.simulator.world.settings = replace(local.simulator.settings, password="changed at Bill.com")

    first = found(terminal, code=1)
    again = found(terminal, code=1)

    assert first["sign_in"]["level"] == again["sign_in"]["level"] == "problem"
    assert "hold" in again["sign_in"]["message"]
    assert "flask billcom session login" in again["sign_in"]["next_step"]
    assert "refused" in again["holds"]["message"]
    assert local.simulator.journal.calls["Login"] == 1


@BOTH
@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"state": OperationState.QUARANTINED}, "operations.quarantined"),
        ({"state": OperationState.REJECTED}, "operations.rejected"),
        ({"parked": "difference"}, "operations.difference"),
        ({"parked": "needs_data"}, "operations.needs_data"),
    ],
)
def test_operations_that_wait_for_a_person_are_counted_with_their_age(
    terminal: Terminal, local: LocalShop, values: dict[str, Any], named: str, dialect: str
) -> None:
    terminal.order(("ann", "10.00"))
    terminal.run("settle", "Order", "1")
    change(local, update(Operation).where(Operation.kind == "create_invoice").values(**values))
    local.simulator.clock.advance(seconds=2 * 3600)

    check = found(terminal, "--offline", code=1)[named]

    assert "1 operation" in check["message"]
    assert "2 h" in check["message"]
    assert "ops list --stuck" in check["next_step"]
    assert dialect


@pytest.mark.parametrize(
    ("values", "act", "named"),
    [
        ({"state": OperationState.QUARANTINED}, "quarantined", "operations.quarantined"),
        ({"state": OperationState.REJECTED}, "operation_rejected", "operations.rejected"),
        ({"parked": "difference"}, "operation_parked", "operations.difference"),
        ({"state": OperationState.UNKNOWN}, None, "operations.unknown"),
    ],
)
def test_the_age_of_what_waits_counts_from_when_it_began_to_wait(
    terminal: Terminal, local: LocalShop, values: dict[str, Any], act: str | None, named: str
) -> None:
    terminal.order(("ann", "10.00"))
    terminal.run("settle", "Order", "1")
    local.simulator.clock.advance(seconds=3 * 86400)
    began = local.simulator.clock.now()
    invoice = Operation.kind == "create_invoice"
    change(local, update(Operation).where(invoice).values(**values, unknown_since=began))
    if act is not None:
        with local.shop.app.app_context():
            state = local.shop.billcom.state_of()
            with state.store.write() as rows:
                subject = rows.first(select(Operation.id).where(invoice))
                record(rows, state.clock, state.settings.organization_id, [Act(act, "operation", subject, {})])
    local.simulator.clock.advance(seconds=2 * 3600)

    assert found(terminal, "--offline", code=1)[named]["message"].endswith("for 2 h")


def test_an_operation_that_stays_unknown_too_long_is_a_problem(terminal: Terminal, local: LocalShop) -> None:
    terminal.order(("ann", "10.00"))
    terminal.run("settle", "Order", "1")
    now = local.simulator.clock.now()
    change(
        local,
        update(Operation)
        .where(Operation.kind == "create_customer")
        .values(state=OperationState.UNKNOWN, unknown_since=now),
    )
    local.simulator.clock.advance(seconds=600)
    assert "operations.unknown" not in found(terminal, "--offline", code=1)

    local.simulator.clock.advance(seconds=3600)

    assert found(terminal, "--offline", code=1)["operations.unknown"]["level"] == "problem"


def test_due_operations_that_nobody_sends_are_a_warning(terminal: Terminal, local: LocalShop) -> None:
    terminal.order(("ann", "10.00"))
    terminal.run("settle", "Order", "1")
    local.simulator.clock.advance(seconds=1200)

    assert found(terminal, "--offline", code=1)["operations.overdue"]["level"] == "warning"


def test_holds_are_named_with_who_placed_them(terminal: Terminal, local: LocalShop) -> None:
    local.tick()
    terminal.run("pay", "hold", "--everything", "--reason", "strange logins")

    holds = found(terminal)["holds"]

    assert holds["level"] == "warning"
    assert "strange logins" in holds["message"]
    assert "cli:" in holds["message"]


def test_acts_that_no_tick_has_sealed_are_a_problem(terminal: Terminal, local: LocalShop) -> None:
    with local.shop.app.app_context():
        state = local.shop.billcom.state_of()
        with state.store.write() as rows:
            record(rows, state.clock, state.settings.organization_id, [Act("looked", "session", None, {})])
    local.simulator.clock.advance(seconds=400)

    assert "1 act" in found(terminal, "--offline", code=1)["audit"]["message"]


def test_a_receiver_that_raises_is_named(terminal: Terminal, local: LocalShop) -> None:
    def breaks(_app: object, **_extra: object) -> None:
        raise RuntimeError("the mail server is down")

    settled.connect(breaks)
    try:
        terminal.order(("ann", "10.00"))
        terminal.run("settle", "Order", "1")
        local.tick(3)
    finally:
        settled.disconnect(breaks)

    events = found(terminal, code=1)["events"]

    assert "RuntimeError" in events["message"]
    assert "breaks" in events["message"]


def test_books_that_do_not_sum_to_zero_are_a_problem(terminal: Terminal, local: LocalShop) -> None:
    terminal.order(("ann", "10.00"))
    terminal.run("settle", "Order", "1")
    change(local, update(Entry).where(Entry.account == "seller_payable").values(cents=Entry.cents + 1))

    assert "1 cents" in found(terminal, "--offline", code=1)["books"]["message"]


def test_offline_it_asks_bill_com_nothing(terminal: Terminal, local: LocalShop) -> None:
    terminal.run("doctor", "--offline", code=1)

    assert len(local.simulator.journal) == 0


def test_it_prints_each_finding_on_a_line_with_the_step_below(terminal: Terminal) -> None:
    lines = terminal.run("doctor", code=1).stdout.splitlines()

    place = next(place for place, line in enumerate(lines) if "no tick has ever run" in line)
    assert lines[place].startswith("problem")
    assert lines[place + 1].strip().startswith("-> start `flask billcom worker`")


def test_an_old_audit_row_is_no_worry_once_it_is_sealed(terminal: Terminal, local: LocalShop) -> None:
    terminal.order(("ann", "10.00"))
    terminal.run("settle", "Order", "1")
    local.tick(2)
    change(local, update(Audit).values(at=local.simulator.clock.now() - timedelta(days=1)))

    assert found(terminal)["audit"]["level"] == "ok"


def test_a_hold_is_named_by_what_it_is_on_as_the_app_calls_it(terminal: Terminal) -> None:
    terminal.run("settle", "Order", terminal.order(("ann", "10.00")))
    for on in (("Seller", "1"), ("Order", "1"), ("--everything",)):
        terminal.run("pay", "hold", *on, "--reason", "identity")

    said = [check["message"] for check in terminal.json("doctor", code=1)["checks"] if check["id"] == "holds"]
    shown = [line for line in terminal.run("status").stdout.splitlines() if line.startswith("held: ")]

    for message, line, subject in zip(said, shown, ("Seller 1 is", "sale 1 is", "all payouts are"), strict=True):
        assert message.startswith(f"{subject} held for ")
        assert line.startswith(f"held: {subject.rpartition(' ')[0]} since ")


def test_the_status_does_not_say_that_payments_may_move_under_the_kill_switch(
    make_local: Callable[..., LocalShop],
) -> None:
    terminal = Terminal(make_local(BILLCOM_PAYMENTS_ENABLED=True))
    assert "payments    may move\n" in terminal.run("status").stdout

    terminal.run("pay", "hold", "--everything", "--reason", "strange logins")

    assert "payments    to sellers wait for a hold: strange logins\n" in terminal.run("status").stdout


def test_one_operation_that_needs_a_person_is_one(terminal: Terminal, local: LocalShop) -> None:
    terminal.run("settle", "Order", terminal.order(("ann", "10.00")))
    change(
        local,
        update(Operation).where(Operation.kind == "create_invoice").values(state=OperationState.QUARANTINED),
    )

    assert "\n1 operation needs a person: " in terminal.run("status").stdout
