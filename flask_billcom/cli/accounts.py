"""Commands that read the books: one account, everybody's balance, what stands open, and files for the accountant."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from . import shell
from .statements import output, write

if TYPE_CHECKING:
    from flask_billcom.marketplace.books.clearing import OpenItem
    from flask_billcom.marketplace.books.history import History

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command
@click.argument("account")
@click.option("--party", nargs=2, metavar="CLASS KEY", help="Only what is about this buyer or seller.")
@click.option("--since", type=_DAY, help="The first day, in the organization's time zone.")
@click.option("--until", type=_DAY, help="The last day, which counts.")
@shell.role
@shell.paged
@shell.as_json
@shell.in_app
def ledger(
    *,
    account: str,
    party: tuple[str, str] | None,
    since: datetime | None,
    until: datetime | None,
    role: str | None,
    limit: int,
    after: str | None,
    as_json: bool,
) -> None:
    """Show the entries of an account, such as seller_payable, with the balance after each; debits are positive."""
    billcom = shell.billcom()
    page: History = billcom.ledger(
        account,
        party=billcom.find(*party) if party else None,
        role=role,
        since=None if since is None else since.date(),
        until=None if until is None else until.date(),
        after=after,
        limit=limit,
    )
    if as_json:
        shell.show_json(page)
        return
    lines: list[tuple[object, ...]] = [("", "balance before", "", "", "", shell.dollars(page.opening_cents))]
    lines += [
        (
            each.at,
            each.meaning,
            each.party,
            each.reference,
            shell.dollars(each.cents),
            shell.dollars(each.balance_cents),
        )
        for each in page.items
    ]
    shell.show_table(("at (UTC)", "what", "who", "sale", "dollars", "balance"), lines)
    shell.show_next(page.after)


@click.command
@shell.role
@shell.paged
@shell.as_json
@shell.in_app
def balances(*, role: str | None, limit: int, after: str | None, as_json: bool) -> None:
    """Show what stands in the books for each buyer and seller."""
    page = shell.billcom().party_balances(role=role, limit=limit, after=after)
    if as_json:
        shell.show_json(page)
        return
    rows = [
        (
            each.role,
            f"{each.local_type} {each.local_id}",
            each.remote_id,
            shell.dollars(each.owed_cents),
            ", ".join(f"{line.account} {shell.dollars(line.cents)}" for line in each.accounts) or "-",
        )
        for each in page.items
    ]
    shell.show_table(("role", "who", "at Bill.com", "owed to him", "accounts, debits positive"), rows)
    shell.show_next(page.after)


@click.command
@shell.as_json
@shell.in_app
def clearing(*, as_json: bool) -> None:
    """List what keeps each clearing account from being zero, one by one; ends with 1 where no row explains it."""
    from flask_billcom.marketplace.books.clearing import UNEXPLAINED

    items: list[OpenItem] = shell.billcom().open_items()
    if as_json:
        shell.show_json({"items": items})
    elif not items:
        click.echo("every clearing account is zero")
    else:
        rows = [
            (
                each.account,
                shell.dollars(each.cents),
                each.since,
                each.party,
                each.number or each.reference,
                each.payment,
                each.why,
            )
            for each in items
        ]
        shell.show_table(("account", "dollars", "since", "who", "document", "payment", "why"), rows)
    unexplained = sum(each.why == UNEXPLAINED for each in items)
    if unexplained:
        shell.fail(f"{unexplained} of the balances are not explained by our rows; run `flask billcom books reconcile`")


@click.command
@click.argument("period")
@click.option("--format", "format_", type=click.Choice(["csv", "journal"]), default="csv", show_default=True)
@output
@shell.in_app
def export(*, period: str, format_: str, output: Path | None) -> None:
    """Write the entries of a period, such as 2026-10, 2026-Q4 or 2026-10-05..2026-11-04, as CSV or as a journal."""
    lines = shell.billcom().export(period, format=format_)
    write(lines, output)
