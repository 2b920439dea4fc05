"""Commands about what buyers pay: received elsewhere, reminded of, charged again."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import partial

import click

from . import shell

second = click.option("--second", help="A second person who agrees.")
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
@second
@shell.named
@shell.dry_run
@shell.yes
@shell.as_json
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
    actor: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
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
        actor=actor or shell.actor(),
        second=second,
    )
    found = say(dry_run=True)
    words = f"{shell.dollars(found.applied_cents)} dollars for {found.invoice}"
    if found.credit_cents:
        words += f" and {shell.dollars(found.credit_cents)} as the buyer's credit"
    if found.gave_up_charge:
        words += "; its planned charge is given up"
    if not dry_run:
        if not yes and found.is_new:
            shell.say(f"this records {words}")
            click.confirm("Was the money received?", abort=True, err=True)
        found = say()
    if as_json:
        shell.show_json(found)
    elif not found.is_new:
        click.echo(f"was recorded before: {words}")
    else:
        click.echo(f"{'would record' if dry_run else 'recorded'} {words}")


@click.command
@click.argument("order_class")
@click.argument("key")
@click.option("--reference", help="The same reference is one e-mail; today's date if left out.")
@click.option("--reason", default="reminder", show_default=True, help="Stands in the audit trail.")
@shell.named
@shell.dry_run
@shell.yes
@shell.as_json
@shell.in_app
def remind(
    *,
    order_class: str,
    key: str,
    reference: str | None,
    reason: str,
    actor: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Send the open invoice of an order to its buyer once more."""
    billcom, who = shell.billcom(), actor or shell.actor()
    order = billcom.find(order_class, key)
    found = billcom.remind(order, actor=who, reason=reason, reference=reference, dry_run=True)
    if not dry_run:
        if not yes and found.is_new:
            click.confirm(f"Send {found.invoice}, due on {found.due_on}, once more?", abort=True, err=True)
        found = billcom.remind(order, actor=who, reason=reason, reference=reference)
    if as_json:
        shell.show_json(found)
    elif not found.is_new:
        click.echo(f"{found.invoice} is sent, or was sent, under this reference before")
    else:
        click.echo(f"{'would send' if dry_run else 'planned to send'} {found.invoice} once more")


@click.command("charge-again")
@click.argument("order_class")
@click.argument("key")
@second
@shell.named
@shell.reason
@shell.dry_run
@shell.yes
@shell.as_json
@shell.in_app
def charge_again(
    *,
    order_class: str,
    key: str,
    second: str | None,
    actor: str | None,
    reason: str,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Charge the buyer of an order again, whose debit came back, was refused or was given up."""
    billcom, who = shell.billcom(), actor or shell.actor()
    order = billcom.find(order_class, key)
    found = billcom.charge_again(order, actor=who, reason=reason, dry_run=True)
    words = f"{found.invoice}, {shell.dollars(found.cents)} dollars, for time {found.try_}"
    if not dry_run:
        if not yes:
            shell.say(f"this charges {words}")
            click.confirm("Go on?", abort=True, err=True)
        found = billcom.charge_again(order, actor=who, reason=reason, second=second)
    if as_json:
        shell.show_json(found)
    else:
        click.echo(f"{'would charge' if dry_run else 'planned to charge'} {words}")
