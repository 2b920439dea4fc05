"""What a person decides, as he types it: the facts are said first, and one person alone does not decide for two."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from flask_billcom.cli import billcom_cli
from flask_billcom.engine.decisions import NotPossible, Person
from flask_billcom.marketplace.expiring import announce
from flask_billcom.marketplace.paying.payouts import plan_payouts
from flask_billcom.models import Audit, Document, Payment
from tests.integration.engine.conftest import MakeWorld
from tests.support.world import World

WHY = ("--reason", "asked by the seller", "--yes")


def run(world: World, *words: str, code: int = 0) -> str:
    result = world.shop.app.test_cli_runner().invoke(billcom_cli, list(words))
    assert result.exit_code == code, (result.output, result.exception)
    return str(result.output)


def paid(world: World) -> Payment:
    world.ready_to_pay(1)
    with world.store.write() as rows:
        rows.change(
            update(Document)
            .where(Document.kind == "bill")
            .values(released_at=world.clock.now(), release_after=world.clock.now())
        )
    world.tick()
    (payment,) = world.rows(Payment)
    assert isinstance(payment, Payment)
    return payment


def checks(world: World, name: str) -> list[dict[str, Any]]:
    result = world.shop.app.test_cli_runner().invoke(billcom_cli, ["doctor", "--offline", "--json"])
    found = json.loads(result.output)["checks"]
    return [each for each in found if each["id"] == name and each["level"] != "ok"]


def test_a_payout_is_taken_back_and_paid_again_by_command(world: World) -> None:
    payment = paid(world)

    said = run(world, "pay", "void", payment.remote_id, "--reason", "asked", "--dry-run")
    assert said == f"would take back {payment.remote_id}, 9.00 dollars: FB-1-1\n"
    assert world.operations("void") == []
    run(world, "pay", "void", str(payment.id), *WHY)
    world.advance(seconds=1)
    world.run_until(lambda: world.rows(Payment)[0].status == "returning", step=7200, within=30 * 3600)
    assert "coming back" in checks(world, "payouts.returning")[0]["message"]
    assert "void" in run(world, "pay", "again", payment.remote_id, *WHY, code=1)
    world.run_until(lambda: world.rows(Payment)[0].status == "cancelled", step=1200, within=7200)
    assert "payout cancelled" in checks(world, "payable")[0]["message"]

    run(world, "pay", "again", payment.remote_id, *WHY)
    run(world, "pay", "run", "--yes")
    world.advance(seconds=1)
    world.tick()

    assert set(world.paid_cents().values()) == {900}


def test_a_run_is_listed_and_approved_by_another_person(make_world: MakeWorld) -> None:
    world = make_world(approval_threshold_cents=1)
    world.onboard(sellers=["ann"])
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    with world.store.write() as rows:
        rows.change(update(Document).where(Document.kind == "bill").values(release_after=world.clock.now()))
    planned = plan_payouts(world.parts.domain, actor="Ann")
    assert planned.id is not None
    listed = json.loads(run(world, "pay", "approve", "--json"))["items"]
    assert [each["asked_by"] for each in listed] == ["Ann"]

    assert "would approve 1 bills, 9.00" in run(world, "pay", "approve", planned.id.hex, "--dry-run")
    assert "somebody else" in run(world, "pay", "approve", planned.id.hex, *WHY, "--actor", "Ann", code=1)
    run(world, "pay", "approve", planned.id.hex, *WHY, "--actor", "Bob")
    world.advance(seconds=1)
    world.tick()

    assert set(world.paid_cents().values()) == {900}


def test_two_people_decide_about_money_where_the_settings_say_so(make_world: MakeWorld) -> None:
    world = make_world(approvers=2)
    payment = paid(world)

    assert "second" in run(world, "pay", "void", payment.remote_id, *WHY, code=1)
    run(world, "pay", "void", payment.remote_id, *WHY, "--second", "Cleo")

    world.settle(("ann", "20.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    world.plan_payouts()
    world.change_operations("pay", state="quarantined")
    operation = world.operations("pay")[-1]
    with pytest.raises(NotPossible, match="two people"):
        world.parts.decisions.resend(operation.id, Person("Eve", "it is not there"))


def test_refused_money_is_tried_again_by_two_people_where_the_settings_say_so(make_world: MakeWorld) -> None:
    world = make_world(approvers=2)
    world.ready_to_pay(1)
    world.change_operations("pay", state="rejected")
    refused = world.operation("pay").id.hex
    why = ("--reason", "their mistake")

    assert "name the second one" in run(world, "ops", "retry", refused, *why, code=1)
    assert "somebody else" in run(world, "ops", "retry", refused, *why, "--actor", "Eve", "--second", "Eve", code=1)
    run(world, "ops", "retry", refused, *why, "--second", "Cleo")

    assert world.states("pay") == ["rejected", "planned"]


def test_a_payout_in_doubt_is_given_up_by_two_people_where_the_settings_say_so(make_world: MakeWorld) -> None:
    world = make_world(approvers=2)
    world.ready_to_pay(1)
    world.change_operations("pay", state="quarantined")
    doubtful = world.operation("pay").id.hex
    decision = ("ops", "resolve", doubtful, "--cancel", *WHY, "--actor", "Eve")

    assert "name the second one" in run(world, *decision, code=1)
    assert "somebody else" in run(world, *decision, "--second", "Eve", code=1)
    assert world.states("pay") == ["quarantined"]
    run(world, *decision, "--second", "Cleo")

    (act,) = world.rows(Audit, Audit.action == "operation_cancelled")
    assert world.states("pay") == ["cancelled"]
    assert (act.actor, act.detail["reason"], act.detail["second"]) == ("Eve", WHY[1], "Cleo")


def test_a_quarantined_void_is_given_up_with_all_its_parts(make_world: MakeWorld) -> None:
    world = make_world()
    payment = paid(world)
    run(world, "pay", "void", payment.remote_id, *WHY)
    world.change_operations("void", state="quarantined")

    run(world, "ops", "cancel", world.operation("void").id.hex, *WHY)

    assert world.states("void") == ["cancelled"]


def test_the_end_of_trust_is_told_a_week_ahead_and_once(world: World) -> None:
    world.onboard(sellers=["ann"])
    assert not announce(world.parts.domain)
    world.advance(seconds=20 * 24 * 3600)

    for _ in range(3):
        world.tick()

    told = world.rows(Audit, Audit.action == "mfa_expiring")
    assert [each.detail["days"] < timedelta(days=7).days for each in told] == [True]


def test_what_nothing_is_going_to_pay_is_a_problem_for_the_doctor(world: World) -> None:
    world.ready_to_pay(1)
    assert checks(world, "payable") == []
    operation = world.operation("pay")
    world.parts.decisions.cancel(operation.id, Person("Eve", "a mistake"))

    assert "payout cancelled" in checks(world, "payable")[0]["message"]
    run(world, "ops", "retry", operation.id.hex, "--reason", "no mistake after all")
    world.advance(seconds=1)
    world.tick()
    assert set(world.paid_cents().values()) == {900}
