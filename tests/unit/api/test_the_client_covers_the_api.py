"""The coverage command: what it counts, and that it would notice a loss."""

from __future__ import annotations

import subprocess
import sys

import pytest

from flask_billcom.api import coverage
from flask_billcom.api.catalogue import ENTITIES
from flask_billcom.api.catalogued import FIELDS, OPERATIONS
from flask_billcom.api.operations import OPERATIONS as OFFERED


def test_everything_is_covered() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "flask_billcom.api.coverage"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "entities    34/34 (100.0%)"
    assert [line.split()[0] for line in lines] == ["entities", "fields", "verbs", "operations"]


def test_the_catalogue_and_the_offer_are_the_same_operations() -> None:
    assert set(OFFERED) == set(OPERATIONS)
    assert set(ENTITIES) <= set(FIELDS)


def test_a_lost_field_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coverage, "FIELDS", {**FIELDS, "Vendor": (*FIELDS["Vendor"], "lostField")})
    fields = coverage.report()[1]
    assert fields.missing == ("Vendor.lostField",)


def test_a_lost_operation_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coverage, "OPERATIONS", {**OPERATIONS, "PayBills": "no_such_method"})
    assert coverage.report()[3].missing == ("PayBills",)
    assert coverage.main() == 1
