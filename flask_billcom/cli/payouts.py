"""Commands about payouts: approve runs, take payments back, pay again, adopt, and say that money came back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Unpack
from uuid import UUID

import click

from . import deciding, shell

if TYPE_CHECKING:
    from flask_billcom.marketplace.approvals import WaitingRun
    from flask_billcom.marketplace.returns.paid_by_hand import AdoptedPayment
    from flask_billcom.marketplace.returns.paying_again import PaidAgain
    from flask_billcom.marketplace.returns.voidable import Recalled


@click.command
@click.argument("run", type=click.UUID, required=False)
@click.option("--reason", help="Why; it stands in the audit trail.")
@shell.named
@deciding.rehearsed
@shell.in_app
def approve(*, run: UUID | None, reason: str | None, actor: str, way: deciding.Way) -> None:
    """Approve a payout run that somebody else asked for; without a run, list those that wait."""
    billcom = shell.billcom()
    if run is None:
        _show_waiting(billcom.waiting_runs(), as_json=way.as_json)
        return
    found = billcom.approve(run, actor=actor, reason=reason or "", dry_run=True)
    words = f"{found.bills} bills, {shell.dollars(found.cents)} dollars, asked for by {found.asked_by}"
    if way.dry_run:
        way.show(found, f"would approve {words}")
        return
    if not reason:
        raise click.UsageError("give --reason")
    way.ask(words, "Approve it?")
    found = billcom.approve(run, actor=actor, reason=reason)
    missing = max(0, found.needed - len(found.approved_by))
    way.show(found, "approved; its payments go on" if not missing else f"approved; {missing} more must approve it")


def _show_waiting(runs: list[WaitingRun], *, as_json: bool) -> None:
    if as_json:
        shell.show_json({"items": runs})
        return
    shell.show_table(
        ("run", "asked by", "bills", "dollars", "approved by", "needs"),
        [
            (
                each.id.hex,
                each.asked_by,
                each.bills,
                shell.dollars(each.cents),
                ", ".join(each.approved_by),
                each.needed,
            )
            for each in runs
        ],
    )


@click.command
@click.argument("payment")
@deciding.agreed
@deciding.rehearsed
@shell.in_app
def void(*, payment: str, way: deciding.Way, **by: Unpack[deciding.Agreed]) -> None:
    """Take a payout back, named by its id here or at Bill.com; every bill of it is said first."""

    def words(found: Recalled) -> str:
        return f"{found.payment}, {shell.dollars(found.cents)} dollars: {', '.join(found.numbers)}"

    act = partial(shell.billcom().void, _id(payment), **by)
    way.carry_out(act, words, asks="this takes back", would="would take back", did="planned to take back")


@click.command
@click.argument("payment")
@deciding.agreed
@deciding.rehearsed
@shell.in_app
def again(*, payment: str, way: deciding.Way, **by: Unpack[deciding.Agreed]) -> None:
    """Let the next payout run pay the bills of a void payout again."""

    def words(found: PaidAgain) -> str:
        off = f", after {shell.dollars(found.netted_cents)} that the seller owes" if found.netted_cents else ""
        return f"{', '.join(found.numbers)}, {shell.dollars(found.cents)} dollars{off}"

    way.carry_out(
        partial(shell.billcom().pay_again, _id(payment), **by),
        words,
        asks="the next run pays again",
        would="would be paid again by the next run:",
        did="will be paid again by the next run:",
    )


@click.command
@click.argument("payments", nargs=-1, required=True, metavar="PAYMENT…")
@click.option("--as-paid", is_flag=True, help="Also bills that it pays with another amount, as they were paid.")
@deciding.agreed
@deciding.rehearsed
@shell.in_app
def adopt(*, payments: tuple[str, ...], as_paid: bool, way: deciding.Way, **by: Unpack[deciding.Agreed]) -> None:
    """Take a payment made in Bill.com's own page, by its id there, for the payout of the bills it pays.

    Where several pay a bill together, name all of them.

    With --as-paid, what it leaves of a bill is owed by a bill of its own, and what is too much is owed by the seller.
    Set the bill at Bill.com to what was paid first.
    """

    def words(found: AdoptedPayment) -> str:
        bills = ", ".join(found.numbers)
        rest = f"; {shell.dollars(found.rest_cents)} more are still owed" if found.rest_cents else ""
        excess = f"; the seller owes {shell.dollars(found.excess_cents)} of it" if found.excess_cents else ""
        return f"{found.payment} for the payout of {bills}, {shell.dollars(found.cents)} dollars{rest}{excess}"

    act = partial(shell.billcom().adopt_payment, *payments, as_paid=as_paid, **by)
    way.carry_out(act, words, asks="this takes", would="would take", did="took")


@click.command
@click.argument("payment")
@deciding.agreed
@shell.yes
@shell.in_app
def credited(*, payment: str, yes: bool, **by: Unpack[deciding.Agreed]) -> None:
    """Say that the money of a payout that comes back was seen at the bank."""
    if not yes:
        click.confirm("Was the money seen on the bank's statement?", abort=True, err=True)
    shell.billcom().confirm_credit(_id(payment), **by)
    click.echo("noted; the payout is void after two looks at Bill.com")


def _id(payment: str) -> UUID | str:
    try:
        return UUID(payment)
    except ValueError:
        return payment
