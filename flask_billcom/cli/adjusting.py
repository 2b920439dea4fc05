"""Commands that change what sellers get beside their sales: fines, bonuses, debts and disputes.

Each rehearses, says what it would do, asks, and only then does it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

import click

from . import shell

if TYPE_CHECKING:
    from flask_billcom.marketplace.adjustments import AdjustmentSnapshot

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
@shell.reason
@second
@shell.named
@shell.dry_run
@shell.yes
@shell.as_json
@shell.in_app
def adjust(
    *,
    kind: str,
    seller_class: str,
    key: str,
    amount: Decimal,
    order: tuple[str, str] | None,
    reference: str,
    reason: str,
    second: str | None,
    actor: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
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
        reason=reason,
        second=second,
        actor=actor or shell.actor(),
    )
    _carry_out(ask, f"{seller_class} {key}", dry_run=dry_run, yes=yes, as_json=as_json)


@click.command("write-off")
@click.argument("seller_class")
@click.argument("key")
@click.argument("amount", callback=in_dollars, required=False)
@reference
@shell.reason
@second
@shell.named
@shell.dry_run
@shell.yes
@shell.as_json
@shell.in_app
def write_off(
    *,
    seller_class: str,
    key: str,
    amount: Decimal | None,
    reference: str,
    reason: str,
    second: str | None,
    actor: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Give up what a seller owes: all of it, or an amount; somebody else has to approve it."""
    billcom = shell.billcom()
    ask = partial(
        billcom.write_off,
        billcom.find(seller_class, key),
        amount=amount,
        reference=reference,
        reason=reason,
        second=second,
        actor=actor or shell.actor(),
    )
    _carry_out(ask, f"{seller_class} {key}", dry_run=dry_run, yes=yes, as_json=as_json)


@click.command
@click.argument("order_class")
@click.argument("key")
@click.argument("amount", callback=in_dollars, required=False)
@click.option("--line", type=click.IntRange(min=1), help="Position of the line, counted from one.")
@reference
@shell.reason
@shell.named
@shell.dry_run
@shell.yes
@shell.as_json
@shell.in_app
def dispute(
    *,
    order_class: str,
    key: str,
    amount: Decimal | None,
    line: int | None,
    reference: str,
    reason: str,
    actor: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Note that an order is disputed, named by class and primary key, or a line or an amount of it; its money waits."""
    billcom = shell.billcom()
    ask = partial(
        billcom.dispute,
        billcom.find(order_class, key),
        amount=amount,
        line=line,
        reference=reference,
        reason=reason,
        actor=actor or shell.actor(),
    )
    _carry_out(ask, f"{order_class} {key}", dry_run=dry_run, yes=yes, as_json=as_json)


@click.command("resolve-dispute")
@click.argument("dispute", type=click.UUID)
@click.argument("outcome", type=click.Choice(["won", "withdrawn", "lost"]))
@shell.reason
@shell.named
@shell.dry_run
@shell.yes
@shell.as_json
@shell.in_app
def resolve_dispute(
    *, dispute: UUID, outcome: str, reason: str, actor: str | None, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """End a dispute: won or withdrawn lets its money go, lost gives it back to the buyer."""
    ask = partial(shell.billcom().resolve_dispute, dispute, outcome, reason=reason, actor=actor or shell.actor())
    _carry_out(ask, outcome, dry_run=dry_run, yes=yes, as_json=as_json)


@click.command("approve-adjustment")
@click.argument("adjustment", type=click.UUID)
@shell.reason
@shell.named
@shell.dry_run
@shell.yes
@shell.as_json
@shell.in_app
def approve_adjustment(
    *, adjustment: UUID, reason: str, actor: str | None, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Approve an adjustment that somebody else asked for; `pay adjustments --state proposed` lists those that wait."""
    ask = partial(shell.billcom().approve_adjustment, adjustment, reason=reason, actor=actor or shell.actor())
    _carry_out(ask, "approved", dry_run=dry_run, yes=yes, as_json=as_json)


@click.command("deny-adjustment")
@click.argument("adjustment", type=click.UUID)
@shell.reason
@shell.named
@shell.as_json
@shell.in_app
def deny_adjustment(*, adjustment: UUID, reason: str, actor: str | None, as_json: bool) -> None:
    """Deny an adjustment that waits for approval, or withdraw one's own."""
    found = shell.billcom().deny_adjustment(adjustment, reason=reason, actor=actor or shell.actor())
    _show(found, "denied", as_json=as_json)


@click.command("adjustments")
@click.option("--kind", help="fine, charge, bonus, credit, write_off, netting, dispute, refund or cancel.")
@click.option("--state", help="proposed, denied or booked; open, won, withdrawn or lost for disputes.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True)
@click.option("--after", help="What the page before named.")
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


def _carry_out(ask: Act, what: str, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    rehearsed = ask(dry_run=True)
    if dry_run:
        _show(rehearsed, what, as_json=as_json, verb="would be: ")
        return
    if not yes:
        shell.say(_words(rehearsed, what))
        click.confirm("Go on?", abort=True, err=True)
    _show(ask(dry_run=False), what, as_json=as_json)


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
