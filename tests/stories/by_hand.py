"""What stories share in which a person pays due bills in Bill.com's own page."""

from __future__ import annotations

from typing import Any

from tests.stories.conftest import Begin
from tests.stories.town import Order, Town

TEN = ("ann", "10.00", "1.00")
WHY: dict[str, Any] = {"actor": "eve", "reason": "Bea paid it by hand, and it has arrived"}


def due(begin: Begin, **settings: Any) -> tuple[Town, Order]:
    """Let the bill of a sale be due, and its run not asked for yet."""
    town = begin(payout_schedule="manual", **settings)
    order = town.sells(TEN)
    town.passes()
    town.waits(bank_days=7)
    return town, order


def runs(town: Town, bank_days: int = 4) -> None:
    """Ask for a payout run, and let its payouts arrive; the story is long, so the device is confirmed anew."""
    town.signs_in()
    town.billcom.payout_run(actor="eve")
    town.passes()
    town.waits(bank_days=bank_days)


def comes_to(town: Town, bill: Any, dollars: str) -> None:
    """Let an operator change what a bill comes to."""
    row = town.world.simulator.books.find("Bill", bill.id)
    (line,) = row["billLineItems"]
    lines = [{"entity": "BillLineItem", "id": line.id, "amount": dollars}]
    town.operator("edit", id=row.id, values={"billLineItems": lines})


def doctor_is_silent(town: Town) -> bool:
    """Return whether the doctor says nothing about money."""
    said = town.billcom.doctor(offline=True).checks
    money = ("payable", "operations", "payouts", "books", "strays", "refunds", "sales")
    return not [each for each in said if each.level != "ok" and each.id.startswith(money)]


def told_of(town: Town, seller: str) -> list[tuple[str, int]]:
    """Return what a seller's statement of the year says, which proves itself."""
    statement = town.billcom.statement(town.seller(seller), str(town.world.clock.now().year))
    assert statement.faults == ()
    return [(str(each.cause), each.cents) for each in statement.lines]


def command_about(town: Town, payment: Any) -> str:
    """Return the command that a reconciliation names for a payment."""
    (named,) = [each.command for each in town.billcom.reconcile().differences if payment.id in each.theirs]
    return str(named)
