"""Commands that go back: refund an order, cancel one, and see how far refunds are."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Unpack

import click

from . import deciding, shell
from .adjusting import in_dollars

if TYPE_CHECKING:
    from flask_billcom.marketplace.refunds.snapshots import RefundSnapshot

Act = Callable[..., "RefundSnapshot"]
RULES = {"proportional": False, "keep": True}


@click.command
@click.argument("order_class")
@click.argument("key")
@click.option("--amount", callback=in_dollars, help="Dollars such as 12.34; all that is left, if left out.")
@click.option("--line", type=click.IntRange(min=1), help="Position of the one line that it is of, counted from one.")
@click.option("--fee", type=click.Choice(sorted(RULES)), help="What becomes of the fee; the setting, if left out.")
@click.option("--reference", required=True, help="Of your own; the same one again is the same refund.")
@deciding.decided
@deciding.rehearsed
@shell.in_app
def refund(
    *,
    order_class: str,
    key: str,
    amount: Decimal | None,
    line: int | None,
    fee: str | None,
    reference: str,
    way: deciding.Way,
    **by: Unpack[deciding.Decided],
) -> None:
    """Give the money of an order back, named by class and primary key: all of it, a line, or an amount.

    What the buyer has not paid he does not owe any more; what he has paid is paid back by a bill.
    """
    ask = partial(
        shell.billcom().refund,
        amount=amount,
        line=line,
        keep_fee=None if fee is None else RULES[fee],
        reference=reference,
        **by,
    )
    _carry_out(ask, order_class, key, way)


@click.command
@click.argument("order_class")
@click.argument("key")
@deciding.decided
@deciding.rehearsed
@shell.in_app
def cancel(*, order_class: str, key: str, way: deciding.Way, **by: Unpack[deciding.Decided]) -> None:
    """Take back an order of which nothing was collected, named by class and primary key."""
    _carry_out(partial(shell.billcom().cancel, **by), order_class, key, way)


@click.command
@click.argument("order_class", required=False)
@click.argument("key", required=False)
@shell.as_json
@shell.in_app
def refunds(*, order_class: str | None, key: str | None, as_json: bool) -> None:
    """List the refunds of an order; without one, those that are not carried out yet, and why."""
    billcom = shell.billcom()
    if (order_class is None) != (key is None):
        raise click.UsageError("give a class and a key, or neither")
    if order_class is None or key is None:
        waiting = billcom.waiting_refunds()
        if as_json:
            shell.show_json({"items": waiting})
            return
        shell.show_table(
            ("order", "refund", "document", "dollars", "since", "waits for"),
            [
                (each.sale, each.refund, each.number, shell.dollars(each.cents), each.since, each.reason)
                for each in waiting
            ],
        )
        return
    found = billcom.refunds_of(billcom.find(order_class, key))
    if as_json:
        shell.show_json({"items": found})
        return
    shell.show_table(
        ("refund", "kind", "state", "dollars", "fee back", "line", "asked by", "asked"),
        [
            (
                each.reference,
                each.kind,
                each.state,
                shell.dollars(each.cents),
                shell.dollars(each.fee_cents),
                each.line,
                each.actor,
                each.created_at,
            )
            for each in found
        ],
    )


def _carry_out(ask: Act, order_class: str, key: str, way: deciding.Way) -> None:
    billcom = shell.billcom()
    with billcom.transaction():
        rehearsed = ask(billcom.find(order_class, key), dry_run=True)
    if way.dry_run:
        _show(rehearsed, "would be ", order_class, key, as_json=way.as_json)
        return
    way.ask(f"this is {_words(rehearsed, order_class, key)}")
    with billcom.transaction():
        found = ask(billcom.find(order_class, key))
    _show(found, "", order_class, key, as_json=way.as_json)


def _show(found: RefundSnapshot, verb: str, order_class: str, key: str, *, as_json: bool) -> None:
    if as_json:
        shell.show_json(found)
        return
    click.echo(verb + _words(found, order_class, key))
    if found.state == "requested" and not found.is_dry_run:
        click.echo("the worker carries it out; flask billcom pay refunds says how far it is")


def _words(found: RefundSnapshot, order_class: str, key: str) -> str:
    what = f"{order_class} {key}" if found.line is None else f"line {found.line} of {order_class} {key}"
    money = f"{shell.dollars(found.cents)} dollars of {what}, {shell.dollars(found.fee_cents)} of it from the fee"
    return f"{found.kind} {shell.printable(found.reference)}: {money}"
