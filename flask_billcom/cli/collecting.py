"""Commands about what buyers pay: received elsewhere, reminded of, charged again."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import TYPE_CHECKING, Unpack

import click

from . import deciding, shell

if TYPE_CHECKING:
    from flask_billcom.marketplace.collection.charging import ChargedAgain

METHODS = ("cash", "check", "card", "ach", "paypal", "other")


def _dollars(_context: click.Context, _option: click.Parameter, given: str) -> Decimal:
    try:
        return Decimal(given)
    except InvalidOperation:
        raise click.BadParameter(f"{given} is no amount such as 12.34") from None


@click.command
@click.argument("order_class")
@click.argument("key")
@click.option("--amount", callback=_dollars, required=True, help="Dollars, such as 12.34.")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="When it was received.")
@click.option("--reference", required=True, help="What names it there, such as the number of a check.")
@click.option("--method", type=click.Choice(METHODS), default="check", show_default=True)
@click.option("--overpay", is_flag=True, help="It may exceed what is due; the rest is the buyer's credit.")
@click.option("--reason", default="received elsewhere", show_default=True, help="Stands in the audit trail.")
@deciding.second
@shell.named
@deciding.rehearsed
@shell.in_app
def record(
    *,
    order_class: str,
    key: str,
    amount: Decimal,
    day: datetime,
    reference: str,
    method: str,
    overpay: bool,
    reason: str,
    second: str | None,
    actor: str,
    way: deciding.Way,
) -> None:
    """Record money that a buyer paid elsewhere for an order; Bill.com is told, and moves none of it."""
    billcom = shell.billcom()
    say = partial(
        billcom.record_payment,
        billcom.find(order_class, key),
        amount=amount,
        date=day.date(),
        reference=reference,
        method=method,
        overpay=overpay,
        reason=reason,
        actor=actor,
        second=second,
    )
    found = say(dry_run=True)
    words = f"{shell.dollars(found.applied_cents)} dollars for {found.invoice}"
    if found.credit_cents:
        words += f" and {shell.dollars(found.credit_cents)} as the buyer's credit"
    if found.gave_up_charge:
        words += "; its planned charge is given up"
    if not way.dry_run:
        if found.is_new:
            way.ask(f"this records {words}", "Was the money received?")
        found = say()
    verb = "would record" if way.dry_run else "recorded"
    way.show(found, f"{verb} {words}" if found.is_new else f"was recorded before: {words}")


@click.command
@click.argument("order_class")
@click.argument("key")
@click.option("--reference", help="The same reference is one e-mail; today's date if left out.")
@click.option("--reason", default="reminder", show_default=True, help="Stands in the audit trail.")
@shell.named
@deciding.rehearsed
@shell.in_app
def remind(*, order_class: str, key: str, reference: str | None, reason: str, actor: str, way: deciding.Way) -> None:
    """Send the open invoice of an order to its buyer once more."""
    billcom = shell.billcom()
    act = partial(billcom.remind, billcom.find(order_class, key), actor=actor, reason=reason, reference=reference)
    found = act(dry_run=True)
    if not way.dry_run:
        if not way.yes and found.is_new:
            click.confirm(f"Send {found.invoice}, due on {found.due_on}, once more?", abort=True, err=True)
        found = act()
    verb = "would send" if way.dry_run else "planned to send"
    before = f"{found.invoice} is sent, or was sent, under this reference before"
    way.show(found, f"{verb} {found.invoice} once more" if found.is_new else before)


@click.command("charge-again")
@click.argument("order_class")
@click.argument("key")
@deciding.agreed
@deciding.rehearsed
@shell.in_app
def charge_again(*, order_class: str, key: str, way: deciding.Way, **by: Unpack[deciding.Agreed]) -> None:
    """Charge the buyer of an order again, whose debit came back, was refused or was given up."""

    def words(found: ChargedAgain) -> str:
        return f"{found.invoice}, {shell.dollars(found.cents)} dollars, for time {found.try_}"

    billcom = shell.billcom()
    act = partial(billcom.charge_again, billcom.find(order_class, key), **by)
    way.carry_out(act, words, asks="this charges", would="would charge", did="planned to charge")
