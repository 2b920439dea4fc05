"""Money movements: what the organization's bank statement shows, one line per process date and direction.

    09:00 of the process date    MoneyMovement sent
    09:00 of the next bank day   MoneyMovement confirmed; money in reaches the organization's account then

Money out is taken on the process date. A debit that came back and a payout that was voided are movements of their own
(assumed).
https://developersupport.bill.com/hc/en-us/articles/208196706-MoneyMovement
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .bank import COLLECTING, PAYING_OUT
from .bankdays import at_hour, next_bank_day

if TYPE_CHECKING:
    from datetime import date

    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = ["PAYABLES", "RECEIVABLES", "SENT", "confirm", "move_on", "returned"]

PAYABLES, RECEIVABLES = "1", "2"
SENT, CONFIRMED = "0", "1"
CONFIRM_HOUR: Final = 9


def move_on(world: World, kind: str, cents: int, day: date, description: str | None = None) -> Row:
    """Make the movement of a day's total; it is confirmed on the next bank day.

    :param cents: positive for what comes to the organization's account, negative for what leaves it.
    """
    movement = _movement(world, kind, cents, day, description)
    world.plan(at_hour(next_bank_day(day), CONFIRM_HOUR), "confirm", movement.id)
    return movement


def _movement(world: World, kind: str, cents: int, day: date, description: str | None) -> Row:
    return world.insert(
        "MoneyMovement",
        name=f"{world.ids.number('movement'):08d}",
        type=kind,
        amount=cents,
        processDate=day.isoformat(),
        description=description or ("Bill.com Payables" if kind == PAYABLES else "Bill.com Receivables"),
        bankAccountId=world.funding.id,
    )


def confirm(world: World, movement_id: str) -> None:
    """Let the bank confirm a movement: what comes in is credited now."""
    movement = world.store["MoneyMovement"].by_id[movement_id]
    if movement["status"] != SENT or world.notes.get(movement_id, {}).get("nsf"):
        return
    world.change(movement, status=CONFIRMED)
    cents = movement["amount"]
    if cents > 0:
        source = COLLECTING if movement["type"] == RECEIVABLES else PAYING_OUT
        world.bank.move(world.now, source, world.funding_key, cents, kind="credit", reference=movement.id)


def returned(world: World, receipt: Row, buyer_key: str, code: str) -> None:
    """Move a debit that came back: out of the organization's account, through Bill.com, to the buyer."""
    cents = receipt["amount"]
    movement = _movement(world, RECEIVABLES, -cents, world.today, f"ACH return {code}")
    world.change(movement, status=CONFIRMED)
    world.bank.move(world.now, world.funding_key, COLLECTING, cents, kind="return", reference=receipt.id)
    world.bank.move(world.now, COLLECTING, buyer_key, cents, kind="return", reference=receipt.id)
