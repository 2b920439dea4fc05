from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from flask_billcom.marketplace.agreement.differences import Difference, Kind, Report
from flask_billcom.marketplace.agreement.reconciliation import reconcile
from flask_billcom.models import Document, Entry, Party, Payment
from flask_billcom.schedule import Schedule
from tests.support.world import Stage, World


@pytest.fixture(scope="module")
def paid_out(sqlite_stage: Stage) -> World:
    """A world whose sales have gone all the way."""
    world = sqlite_stage.world(payout_schedule=Schedule.parse("daily"), collect="charge")
    world.onboard(sellers=["ann", "cid"], buyers=["Ada"])
    world.settle(("ann", "60.00", "6.00"), ("cid", "40.00", "4.00"), buyer="Ada", own="5.00")
    world.settle(("ann", "20.00", "2.00"), buyer="Ada")
    for days in (0, 1, 5, 1, 2):
        if days:
            world.advance(business_days=days)
        world.rounds()
    return world


def run(world: World, **values: Any) -> Report:
    with world.shop.app.app_context():
        return reconcile(world.parts.domain, **values)


@pytest.fixture
def planted(paid_out: World) -> Callable[..., list[Difference]]:
    """Change one of our rows, reconcile, and change it back."""

    def plant(model: Any, where: Any, **values: Any) -> list[Difference]:
        [row] = paid_out.rows(model, where)
        before = {name: getattr(row, name) for name in values}
        with paid_out.store.write() as rows:
            rows.change(update(model).where(model.id == row.id).values(**values))
        try:
            return list(run(paid_out).differences)
        finally:
            with paid_out.store.write() as rows:
                rows.change(update(model).where(model.id == row.id).values(**before))

    return plant


def kinds(differences: list[Difference]) -> set[Kind]:
    return {difference.kind for difference in differences if difference.kind is not Kind.BOOKS}


def test_nothing_differs_when_everything_went_well(paid_out: World) -> None:
    report = run(paid_out)

    assert report.differences == []
    assert report.is_clean
    assert report.counted == {
        "customers": 1,
        "vendors": 2,
        "invoices": 2,
        "bills": 3,
        "sent_pays": len(paid_out.simulator.books.sent_pays),
        "received_pays": 1,
        "money_movements": 2,
    }


def test_a_part_of_it_can_be_compared_alone(paid_out: World) -> None:
    report = run(paid_out, since=paid_out.clock.now() - timedelta(days=1))

    assert report.is_clean
    assert "invoices" not in report.counted


def test_each_difference_says_what_resolves_it(planted: Callable[..., list[Difference]]) -> None:
    [difference] = [d for d in planted(Document, Document.number == "FB-1", cents=1_00) if d.kind is Kind.OTHER_AMOUNT]

    assert difference.subject == "invoice FB-1"
    assert (difference.ours, difference.theirs) == ("1.00", "105.00")
    assert difference.explanation
    assert difference.command.startswith("flask billcom")
    assert json.loads(json.dumps(difference.as_dict()))["kind"] == "other_amount"


def test_a_payment_of_another_amount_is_for_the_next_polls(planted: Callable[..., list[Difference]]) -> None:
    [difference] = [d for d in planted(Payment, Payment.kind == "received", cents=1) if d.kind is Kind.OTHER_AMOUNT]

    assert difference.command == "flask billcom tick"


@pytest.mark.parametrize(
    ("model", "where", "values", "expected"),
    [
        (
            Document,
            Document.number == "FB-1",
            {"remote_id": "00e01NOBODYKNOWSIT01"},
            {Kind.DUPLICATE, Kind.MISSING_THERE, Kind.OTHER_AMOUNT},
        ),
        (Document, Document.number == "FB-1", {"remote_id": None}, {Kind.MISSING_HERE, Kind.OTHER_AMOUNT}),
        (Document, Document.number == "FB-2-1", {"status": "inactive"}, {Kind.OTHER_STATE}),
        (Document, Document.number == "FB-2-1", {"due_cents": 18_00}, {Kind.PAID_OUTSIDE}),
        (Document, Document.number == "FB-2-1", {"number": "FB-9-1"}, {Kind.OTHER_STATE}),
        (Payment, Payment.kind == "received", {"status": "scheduled"}, {Kind.OTHER_STATE}),
        (Payment, Payment.kind == "received", {"cents": 1}, {Kind.OTHER_AMOUNT}),
        (
            Payment,
            Payment.kind == "received",
            {"remote_id": "0rp01NOBODYKNOWSIT01"},
            {Kind.PAID_OUTSIDE, Kind.MISSING_THERE},
        ),
        (Party, (Party.role == "vendor") & (Party.local_id == "1"), {"is_active": False}, {Kind.OTHER_STATE}),
        (
            Party,
            (Party.role == "customer"),
            {"remote_id": "0cu01NOBODYKNOWSIT01"},
            {Kind.MISSING_HERE, Kind.MISSING_THERE, Kind.OTHER_PARTY},
        ),
    ],
)
def test_a_planted_difference_is_found(
    planted: Callable[..., list[Difference]], model: Any, where: Any, values: dict[str, Any], expected: set[Kind]
) -> None:
    assert kinds(planted(model, where, **values)) == expected


def test_a_changed_ledger_entry_is_found(paid_out: World, planted: Callable[..., list[Difference]]) -> None:
    entry = paid_out.rows(Entry, Entry.account == "bank")[0]

    found = planted(Entry, Entry.id == entry.id, cents=entry.cents + 1)

    assert {difference.subject for difference in found} == {"ledger, all accounts", "ledger, bank"}


def test_a_line_missing_at_the_bank_is_found(paid_out: World) -> None:
    [line] = [row for row in paid_out.simulator.books.money_movements if row["amount"] > 0]
    paid_out.simulator.under_lock(lambda banks: banks.change(line, amount=line["amount"] - 1))
    try:
        found = list(run(paid_out).differences)
    finally:
        paid_out.simulator.under_lock(lambda banks: banks.change(line, amount=line["amount"] + 1))

    assert kinds(found) == {Kind.BANK_TOTAL, Kind.OTHER_AMOUNT}


def test_a_reconciliation_waits_for_a_free_slot(paid_out: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from flask_billcom.engine.errors import NoCapacity

    reads = paid_out.parts.domain.reads
    real = reads.page
    refused: list[Any] = []

    def page(*given: Any, **values: Any) -> Any:
        if len(refused) < 3:
            refused.append(given)
            raise NoCapacity("all slots are taken")
        return real(*given, **values)

    monkeypatch.setattr(reads, "page", page)

    assert run(paid_out).is_clean
    assert len(refused) == 3
