from __future__ import annotations

from pathlib import Path

import pytest

from flask_billcom.simulator import Settings
from flask_billcom.simulator.access.users import SEEDED
from flask_billcom.simulator.payments.bankevents import KINDS as BANK
from flask_billcom.simulator.people import ACTS
from flask_billcom.simulator.serving.control import _ROUTES
from flask_billcom.simulator.serving.faults import KINDS

PAGE = (Path(__file__).parents[2] / "docs" / "simulator.rst").read_text()


@pytest.mark.parametrize("name", Settings().switches())
def test_every_switch_has_its_row(name: str) -> None:
    assert f"* - ``{name}``" in PAGE


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_fault_is_named(kind: str) -> None:
    assert f"``{kind}" in PAGE


@pytest.mark.parametrize("act", sorted(set(ACTS) - {"edit_bill", "edit_invoice", "merge_vendor"}))
def test_every_act_of_a_person_is_named(act: str) -> None:
    assert f"``{act}``" in PAGE


@pytest.mark.parametrize("route", sorted({head for _, head in _ROUTES}))
def test_every_control_is_named(route: str) -> None:
    assert f"/simulator/{route}" in PAGE or f"``{route}``" in PAGE


@pytest.mark.parametrize("kind", sorted(BANK))
def test_every_bank_event_is_named(kind: str) -> None:
    assert f"``{kind}``" in PAGE


@pytest.mark.parametrize("email", [seed.email for seed in SEEDED])
def test_every_user_is_named(email: str) -> None:
    assert f"``{email}``" in PAGE
