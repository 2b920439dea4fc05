"""Each catalogued field, verb, operation, file and code, looked at over the wire: one case each."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flask_billcom.simulator.catalogue import ENTITIES
from flask_billcom.simulator.coverage import __main__ as command
from flask_billcom.simulator.coverage import report
from flask_billcom.simulator.coverage.causes import CAUSES, raise_by_cause
from flask_billcom.simulator.coverage.fields import Finding, fields, look_at
from flask_billcom.simulator.coverage.report import Line
from flask_billcom.simulator.coverage.stage import Stage
from flask_billcom.simulator.coverage.tour import call_operation, fetch_file
from flask_billcom.simulator.coverage.verbs import MARKS, call_verb, verbs
from flask_billcom.simulator.errors import GUESSES, NOT_OFFERED, TABLE
from flask_billcom.simulator.serving.operations import OPERATIONS
from flask_billcom.simulator.serving.servlets import SERVLETS
from tests.simulator.caller import Caller


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage()


@pytest.mark.parametrize(("entity", "name"), fields())
def test_a_field_is_typed_kept_or_untouched(stage: Stage, entity: str, name: str) -> None:
    look_at(stage, entity, name)


@pytest.mark.parametrize(("entity", "path", "mark"), verbs())
def test_a_verb_is_carried_out_or_refused(stage: Stage, entity: str, path: str, mark: str) -> None:
    call_verb(stage, entity, path, mark)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_answers(stage: Stage, name: str) -> None:
    call_operation(stage, name)


@pytest.mark.parametrize("path", SERVLETS)
def test_a_file_is_fetched(stage: Stage, path: str) -> None:
    fetch_file(stage, path)


@pytest.mark.parametrize("name", CAUSES)
def test_a_code_is_raised_by_its_cause(name: str) -> None:
    error = raise_by_cause(name)
    assert error.http == (404 if name == "BDC_1121" else 200)
    assert "${" not in error.text


def test_every_code_has_a_cause_or_a_reason_for_none() -> None:
    assert set(CAUSES) | set(NOT_OFFERED) >= {*TABLE, *GUESSES}
    assert not set(CAUSES) & set(NOT_OFFERED)


def test_all_entities_of_v2_are_there() -> None:
    assert len(MARKS) == 34
    assert set(MARKS) == {name for name, owner in ENTITIES.items() if owner.verbs}


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("email", {"read_only": True}, "read-only"),
        ("email", {"default": "x"}, "begins as"),
        ("balance", {"kind": "bool"}, "balance is"),
        ("email", {"max_length": 5}, "not refused"),
        ("track1099", {"kind": "text"}, "track1099 is"),
    ],
)
def test_a_look_sees_a_field_that_is_not_as_catalogued(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, name: str, change: dict[str, Any], says: str
) -> None:
    from dataclasses import replace

    from flask_billcom.simulator.coverage import fields as looks

    vendor = ENTITIES["Vendor"]
    claimed = {**vendor.fields, name: replace(vendor.fields[name], **change)}
    monkeypatch.setattr(looks, "ENTITIES", {**ENTITIES, "Vendor": replace(vendor, fields=claimed)})
    with pytest.raises(Finding, match=says):
        look_at(stage, "Vendor", name)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> list[Line]:
    """A short table, so that the command and the control side need not measure again."""
    lines = [Line(kind, f"{kind} x", "documented") for kind in report.KINDS]
    lines[1] = Line("verb", "verb x", "recorded", "it is broken")
    monkeypatch.setattr(report, "measured", lambda: lines)
    monkeypatch.setattr(command, "measured", lambda: lines)
    return lines


def test_the_command_prints_the_table_and_fails_on_what_is_amiss(
    few: list[Line], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["coverage"])
    assert command.main() == 1
    printed = capsys.readouterr().out
    assert "it is broken" in printed
    assert "BDC_5324" in printed
    monkeypatch.setattr("sys.argv", ["coverage", "--json"])
    command.main()
    assert json.loads(capsys.readouterr().out)["shares"]["verb"] == [0, 1]
    few[1] = Line("verb", "verb x", "recorded")
    monkeypatch.setattr("sys.argv", ["coverage", "--all"])
    assert command.main() == 0
    assert "field x" in capsys.readouterr().out


def test_the_control_side_tells_the_same(bill: Caller, few: list[Line]) -> None:
    from flask_billcom.simulator.serving.control import _measured

    _measured.cache_clear()
    told = bill.control("coverage")
    _measured.cache_clear()
    assert [line["name"] for line in told["lines"]] == [line.name for line in few]
    assert told["not_offered"] == dict(NOT_OFFERED)
