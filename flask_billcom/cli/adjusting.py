"""Commands that change what sellers get beside their sales: fines, bonuses, debts and disputes.

Each rehearses, says what it would do, asks, and only then does it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Unpack
from uuid import UUID

import click

from . import deciding, shell

if TYPE_CHECKING:
    from flask_billcom.marketplace.corrections.adjustments import AdjustmentSnapshot

Act = Callable[..., "AdjustmentSnapshot"]


def in_dollars(_context: click.Context, _parameter: click.Parameter, given: str | None) -> Decimal | None:
    """Return an amount that was typed as dollars."""
    if given is None:
        return None
    if not re.fullmatch(r"[0-9]{1,10}(\.[0-9]{1,2})?", given):
        raise click.BadParameter(f"{given} is no amount of dollars such as 12.34")
    return Decimal(given)


reference = click.option("--reference", required=True, help="Of your own; the same one again is the same adjustment.")
second = click.option("--second", metavar="NAME", help="A second person who approves it at once.")


@click.command
@click.argument("kind", type=click.Choice(["fine", "charge", "bonus", "credit"]))
@click.argument("seller_class")
@click.argument("key")
@click.argument("amount", callback=in_dollars)
@click.option("--order", nargs=2, metavar="CLASS KEY", help="The order that it is about.")
@reference
@second
@deciding.decided
@deciding.rehearsed
@shell.in_app
def adjust(
    *,
    kind: str,
    seller_class: str,
    key: str,
    amount: Decimal,
    order: tuple[str, str] | None,
    reference: str,
    way: deciding.Way,
    **by: Unpack[deciding.Agreed],
) -> None:
    """Fine a seller, named by class and primary key, or give him a bonus.

    A fine or charge is taken off his next bills; a bonus or credit is a bill of its own.
    """
    billcom = shell.billcom()
    ask = partial(
        billcom.adjust,
        billcom.find(seller_class, key),
        kind=kind,
        amount=amount,
        order=None if order is None else billcom.find(*order),
        reference=reference,
        **by,
    )
    _carry_out(ask, f"{seller_class} {key}", way)


@click.command("write-off")
@click.argument("seller_class")
@click.argument("key")
@click.argument("amount", callback=in_dollars, required=False)
@reference
@second
@deciding.decided
@deciding.rehearsed
@shell.in_app
def write_off(
    *,
    seller_class: str,
    key: str,
    amount: Decimal | None,
    reference: str,
    way: deciding.Way,
    **by: Unpack[deciding.Agreed],
) -> None:
    """Give up what a seller owes: all of it, or an amount; somebody else has to approve it."""
    billcom = shell.billcom()
    ask = partial(
        billcom.write_off,
        billcom.find(seller_class, key),
        amount=amount,
        reference=reference,
        **by,
    )
    _carry_out(ask, f"{seller_class} {key}", way)


@click.command
@click.argument("order_class")
@click.argument("key")
@click.argument("amount", callback=in_dollars, required=False)
@click.option("--line", type=click.IntRange(min=1), help="Position of the line, counted from one.")
@reference
@deciding.decided
@deciding.rehearsed
@shell.in_app
def dispute(
    *,
    order_class: str,
    key: str,
    amount: Decimal | None,
    line: int | None,
    reference: str,
    way: deciding.Way,
    **by: Unpack[deciding.Decided],
) -> None:
    """Note that an order is disputed, named by class and primary key, or a line or an amount of it; its money waits."""
    billcom = shell.billcom()
    ask = partial(
        billcom.dispute,
        billcom.find(order_class, key),
        amount=amount,
        line=line,
        reference=reference,
        **by,
    )
    _carry_out(ask, f"{order_class} {key}", way)


@click.command("resolve-dispute")
@click.argument("dispute", type=click.UUID)
@click.argument("outcome", type=click.Choice(["won", "withdrawn", "lost"]))
@deciding.decided
@deciding.rehearsed
@shell.in_app
def resolve_dispute(*, dispute: UUID, outcome: str, way: deciding.Way, **by: Unpack[deciding.Decided]) -> None:
    """End a dispute: won or withdrawn lets its money go, lost gives it back to the buyer."""
    _carry_out(partial(shell.billcom().resolve_dispute, dispute, outcome, **by), outcome, way)


@click.command("approve-adjustment")
@click.argument("adjustment", type=click.UUID)
@deciding.decided
@deciding.rehearsed
@shell.in_app
def approve_adjustment(*, adjustment: UUID, way: deciding.Way, **by: Unpack[deciding.Decided]) -> None:
    """Approve an adjustment that somebody else asked for; `pay adjustments --state proposed` lists those that wait."""
    _carry_out(partial(shell.billcom().approve_adjustment, adjustment, **by), "approved", way)


@click.command("deny-adjustment")
@click.argument("adjustment", type=click.UUID)
@deciding.decided
@shell.as_json
@shell.in_app
def deny_adjustment(*, adjustment: UUID, as_json: bool, **by: Unpack[deciding.Decided]) -> None:
    """Deny an adjustment that waits for approval, or withdraw one's own."""
    found = shell.billcom().deny_adjustment(adjustment, **by)
    _show(found, "denied", as_json=as_json)


@click.command("adjustments")
@click.option(
    "--kind", help="fine, charge, bonus, credit, write_off, netting, rest, excess, dispute, refund or cancel."
)
@click.option(
    "--state",
    help="proposed, denied or booked; open, won, withdrawn or lost for disputes; requested, paying_back, refunded or "
    "cancelled for what goes back.",
)
@shell.paged
@shell.as_json
@shell.in_app
def list_adjustments(*, kind: str | None, state: str | None, limit: int, after: str | None, as_json: bool) -> None:
    """List adjustments, the newest first."""
    page = shell.billcom().lists().adjustments(kind=kind, state=state, limit=limit, after=after)
    if as_json:
        shell.show_json(page)
        return
    shell.show_table(
        ("id", "kind", "state", "dollars", "reference", "sale", "asked by", "approved by", "created"),
        [
            (
                each.id.hex,
                each.kind,
                each.state,
                shell.dollars(each.cents),
                each.reference,
                each.settlement,
                each.actor,
                each.approver,
                each.created_at,
            )
            for each in page.items
        ],
    )
    shell.show_next(page.after)


def _carry_out(ask: Act, what: str, way: deciding.Way) -> None:
    rehearsed = ask(dry_run=True)
    if way.dry_run:
        _show(rehearsed, what, as_json=way.as_json, verb="would be: ")
        return
    way.ask(_words(rehearsed, what))
    _show(ask(dry_run=False), what, as_json=way.as_json)


def _show(found: AdjustmentSnapshot, what: str, *, as_json: bool, verb: str = "") -> None:
    if as_json:
        shell.show_json(found)
        return
    click.echo(f"{verb}{_words(found, what)}")
    if found.missing and found.id is not None:
        people = "1 person has" if found.missing == 1 else f"{found.missing} people have"
        click.echo(f"{people} to approve it: flask billcom pay approve-adjustment {found.id.hex}")


def _words(found: AdjustmentSnapshot, what: str) -> str:
    return f"{found.kind} {found.reference}, {shell.dollars(found.cents)} dollars, {what}: {found.state}"
