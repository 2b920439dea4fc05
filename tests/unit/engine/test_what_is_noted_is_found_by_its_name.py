from __future__ import annotations

from flask_billcom.engine.noted import value_of
from flask_billcom.models import Mark
from flask_billcom.store import Rows
from tests.unit.engine.conftest import MONDAY
from tests.unit.engine.planned import OTHERS, OURS, add


def note(rows: Rows, organization_id: str, name: str, value: str) -> None:
    add(rows, Mark(organization_id=organization_id, name=name, value=value, updated_at=MONDAY))


def test_a_name_gives_what_its_organization_has_noted(rows: Rows) -> None:
    note(rows, OTHERS, "poll", "theirs")
    note(rows, OURS, "tick", "another")
    note(rows, OURS, "poll", "ours")

    assert value_of(rows, OURS, "poll") == "ours"
    assert value_of(rows, OURS, "tick") == "another"
    assert value_of(rows, OTHERS, "poll") == "theirs"


def test_what_nobody_has_noted_is_none(rows: Rows) -> None:
    note(rows, OTHERS, "poll", "theirs")
    note(rows, OURS, "tick", "another")

    assert value_of(rows, OURS, "poll") is None
