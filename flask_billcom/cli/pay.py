"""Commands that pay sellers, or keep them from being paid. Each says what it will do, and asks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import click

from . import adjusting, collecting, deciding, payouts, refunding, shell
from .lazy import Group

if TYPE_CHECKING:
    from flask_billcom.marketplace.paying.payouts import PayoutRun

Planning = Callable[..., "PayoutRun"]


@click.group(cls=Group)
def pay() -> None:
    """Pay sellers, hold and release their money."""


for _command in (payouts.approve, payouts.void, payouts.again, payouts.adopt, payouts.credited):
    pay.add_command(_command)
for _command in (
    adjusting.adjust,
    adjusting.write_off,
    adjusting.dispute,
    adjusting.resolve_dispute,
    adjusting.approve_adjustment,
    adjusting.deny_adjustment,
    adjusting.list_adjustments,
):
    pay.add_command(_command)
for _command in (refunding.refund, refunding.cancel, refunding.refunds):
    pay.add_command(_command)
for _command in (collecting.record, collecting.remind, collecting.charge_again):
    pay.add_command(_command)


@pay.command
@deciding.rehearsed
@shell.in_app
def run(*, way: deciding.Way) -> None:
    """Plan the payment of every bill that may be paid now, whatever the schedule says; the worker sends it."""
    _plan(partial(shell.billcom().payout_run, actor=shell.actor()), way)


@pay.command
@click.argument("seller_class")
@click.argument("key")
@deciding.rehearsed
@shell.in_app
def now(*, seller_class: str, key: str, way: deciding.Way) -> None:
    """Plan the payment of one seller's bills, also below the minimum payout."""
    billcom = shell.billcom()
    _plan(partial(billcom.pay_now, billcom.find(seller_class, key), actor=shell.actor()), way)


def _plan(plan: Planning, way: deciding.Way) -> None:
    rehearsed = plan(dry_run=True)
    if way.dry_run or rehearsed.stopped is not None or not rehearsed.bills:
        _show(rehearsed, "would pay", as_json=way.as_json)
        if rehearsed.stopped is not None and not way.dry_run:
            shell.fail(f"nothing is planned: {rehearsed.stopped}")
        return
    way.ask(_words(rehearsed, "this pays"))
    planned = plan(dry_run=False)
    _show(planned, "planned", as_json=way.as_json)
    if planned.stopped is not None:
        shell.fail(f"nothing is planned: {planned.stopped}")


def _bills(number: int) -> str:
    return "1 bill" if number == 1 else f"{number} bills"


def _show(found: PayoutRun, verb: str, *, as_json: bool) -> None:
    if as_json:
        shell.show_json(found)
        return
    click.echo(_words(found, verb))
    for reason, skipped in found.skipped.items():
        click.echo(f"waits: {_bills(skipped.bills)}, {shell.dollars(skipped.cents)} dollars: {reason}")
    for each in found.coming:
        when = "their sales are not funded" if each.first is None else f"released from {each.first:%Y-%m-%d} on"
        click.echo(f"not yet: {_bills(each.bills)}, {shell.dollars(each.cents)} dollars, {when}")
    if found.stopped is not None:
        click.echo(f"stopped: {found.stopped}")
    if found.parked is not None:
        click.echo(f"what is planned waits: {found.parked}" + (f", run {found.id.hex}" if found.id else ""))


def _words(found: PayoutRun, verb: str) -> str:
    sellers = "1 seller" if found.sellers == 1 else f"{found.sellers} sellers"
    return f"{verb} {_bills(found.bills)} of {sellers}, {shell.dollars(found.cents)} dollars"


@pay.command("list")
@click.option("--status", help="scheduled, paid, cleared, failed, held, returning, cancelled, voided or escheated.")
@shell.paged
@shell.as_json
@shell.in_app
def list_(*, status: str | None, limit: int, after: str | None, as_json: bool) -> None:
    """List payouts, the newest first."""
    page = shell.billcom().lists().payouts(status=status, limit=limit, after=after)
    if as_json:
        shell.show_json(page)
        return
    shell.show_table(
        ("id", "at Bill.com", "seller", "bills", "status", "dollars", "process date", "arrives"),
        [
            (
                each.id.hex,
                each.remote_id,
                each.party,
                ", ".join(each.numbers),
                each.status,
                shell.dollars(each.cents),
                each.process_date,
                each.arrives_on,
            )
            for each in page.items
        ],
    )
    shell.show_next(page.after)


@pay.command
@click.argument("local_class", required=False)
@click.argument("key", required=False)
@click.option("--everything", is_flag=True, help="All payouts: the kill switch.")
@shell.reason
@shell.in_app
def hold(*, local_class: str | None, key: str | None, everything: bool, reason: str) -> None:
    """Let the money of an order or a seller wait, named by class and primary key."""
    is_new = shell.billcom().hold(_object(local_class, key, everything=everything), reason, actor=shell.actor())
    click.echo("held" if is_new else "was held for that reason before")


@pay.command
@click.argument("local_class", required=False)
@click.argument("key", required=False)
@click.option("--everything", is_flag=True, help="The holds on all payouts: the kill switch.")
@click.option("--reason", help="Only the hold with this reason.")
@shell.yes
@shell.in_app
def release(
    *,
    local_class: str | None,
    key: str | None,
    everything: bool,
    reason: str | None,
    yes: bool,
) -> None:
    """Release the holds on an order or a seller, named by class and primary key; what may be paid is paid then."""
    found = _object(local_class, key, everything=everything)
    if not yes:
        click.confirm("Release, so that its money may move?", abort=True, err=True)
    click.echo(f"released: {shell.billcom().release(found, reason=reason, actor=shell.actor())}")


def _object(local_class: str | None, key: str | None, *, everything: bool) -> object | None:
    if everything == (local_class is not None) or (local_class is None) != (key is None):
        raise click.UsageError("give a class and a key, or --everything")
    if local_class is None or key is None:
        return None
    return shell.billcom().find(local_class, key)
