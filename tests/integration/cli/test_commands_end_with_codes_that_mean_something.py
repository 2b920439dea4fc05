from __future__ import annotations

from collections.abc import Callable, Iterator

import click
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import text

from flask_billcom.cli import billcom_cli
from tests.integration.cli.conftest import Terminal
from tests.support.local_shop import LocalShop


def test_a_tick_that_did_its_work_ends_with_0(terminal: Terminal) -> None:
    terminal.run("settle", "Order", terminal.order(("ann", "10.00")))
    terminal.local.simulator.clock.advance(seconds=5)

    assert "create_invoice: 1 batch" in terminal.run("tick").stdout
    assert terminal.run("tick").stdout == "nothing to send or look up\n"


def test_a_tick_that_cannot_reach_bill_com_ends_with_1_and_loses_nothing(terminal: Terminal, local: LocalShop) -> None:
    terminal.run("settle", "Order", terminal.order(("ann", "10.00")))
    local.simulator.clock.advance(seconds=5)
    local.simulator.faults.add("connect_refused", count=1000)

    result = terminal.run("tick", code=1)

    assert "the next one goes on" in result.stderr
    assert result.stdout == ""
    local.simulator.faults.clear()
    local.simulator.clock.advance(seconds=60)
    terminal.run("worker", "--once")
    assert terminal.json("status")["settlements"]["invoiced"] == 1


def test_working_off_ends_when_nothing_is_due(terminal: Terminal) -> None:
    terminal.run("settle", "Order", terminal.order(("ann", "10.00")))
    terminal.local.simulator.clock.advance(seconds=5)

    lines = terminal.run("worker", "--once").stdout.splitlines()

    assert lines[-1] == "nothing to send or look up"
    assert terminal.json("status")["settlements"]["invoiced"] == 1


WRONG = [("nothing",), ("ops", "list", "--limit", "0"), ("settle", "Order"), ("worker", "--threads", "9")]


@pytest.mark.parametrize("words", WRONG)
def test_wrong_usage_ends_with_2(terminal: Terminal, words: tuple[str, ...]) -> None:
    terminal.run(*words, code=2)


def test_a_lost_answer_to_a_change_ends_with_3(terminal: Terminal, local: LocalShop) -> None:
    terminal.run("session", "login")
    local.simulator.faults.add("timeout_after", endpoint="Crud/Create/Vendor")

    result = terminal.run("api", "create", "Vendor", "name=Acme", code=3)

    assert len(result.stderr.splitlines()) == 1


def test_an_error_is_one_line_whatever_its_words_come_from(terminal: Terminal) -> None:
    result = terminal.run("pay", "now", "Seller", "1\n\x1b[2J", code=1)

    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.rstrip("\n").isprintable()


def test_a_database_without_tables_is_one_line_with_the_next_step(terminal: Terminal, local: LocalShop) -> None:
    with local.shop.app.app_context():
        local.shop.db.drop_all()

    result = terminal.run("status", code=1)

    assert result.stderr == (
        "Error: the database has no tables of flask_billcom; run `flask db migrate` and `flask db upgrade`, "
        "or db.create_all()\n"
    )


def test_a_table_that_is_gone_shows_neither_statement_nor_values(terminal: Terminal, local: LocalShop) -> None:
    with local.shop.app.app_context():
        local.shop.db.session.execute(text("drop table billcom_hold"))
        local.shop.db.session.commit()

    result = terminal.run("status", code=1)

    assert len(result.stderr.splitlines()) == 1
    assert "flask billcom doctor" in result.stderr
    assert "SELECT" not in result.stderr


def test_an_app_without_billcom_is_told_to_call_init_app() -> None:
    result = Flask("plain").test_cli_runner().invoke(billcom_cli, ["status"])

    assert (result.exit_code, result.output) == (1, "Error: this app has no Billcom; call billcom.init_app(app)\n")


@pytest.mark.parametrize(
    ("driver", "said"),
    [("mysql", "needs SQLite or PostgreSQL, not mysql"), ("postgresql+psycopg2cffi", "is not installed")],
)
def test_a_database_without_a_driver_is_one_line(driver: str, said: str) -> None:
    def start() -> Flask:
        app = Flask("shop")
        app.config["SQLALCHEMY_DATABASE_URI"] = f"{driver}://shop:swordfish@db.example.com/shop"
        SQLAlchemy().init_app(app)
        return app

    result = CliRunner().invoke(billcom_cli, ["status"], obj=ScriptInfo(create_app=start))

    assert (result.exit_code, len(result.output.splitlines())) == (1, 1)
    assert said in result.output
    assert "swordfish" not in result.output


def test_another_environment_is_refused_in_one_line(make_local: Callable[..., LocalShop]) -> None:
    local = make_local()
    Terminal(local).run("status")
    local.tick()
    with local.shop.app.app_context():
        local.shop.db.session.execute(text("update billcom_mark set value = 'production' where name = 'environment'"))
        local.shop.db.session.commit()
    local.shop.billcom.state_of(local.shop.app)._environment_known = False

    assert "used with production" in Terminal(local).run("tick", code=1).stderr


def test_standard_output_holds_the_answer_alone(terminal: Terminal) -> None:
    terminal.order(("ann", "10.00"))

    assert terminal.run("settle", "Order", "1").stdout == "Order 1: settled\n"


def test_every_command_says_what_it_does() -> None:
    paths = [(), *commands(billcom_cli)]

    assert len(paths) > 25
    for path in paths:
        if path in {("api",), ("simulator",)}:
            continue  # theirs comes from the programs that they pass their words on to
        result = CliRunner().invoke(billcom_cli, [*path, "--help"])
        assert result.exit_code == 0, result.output
        usage, _, said = result.output.partition("\n\n")
        assert usage.startswith("Usage:")
        assert len(said.splitlines()[0].strip()) > 10
        assert not [line for line in said.splitlines() if line.endswith("...")], "a summary is cut"


def commands(group: click.Group, *before: str) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        yield (*before, name)
        found = group.get_command(context, name)
        if isinstance(found, click.Group):
            yield from commands(found, *before, name)
