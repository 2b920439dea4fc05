"""Commands for the books and the audit trail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from . import shell

if TYPE_CHECKING:
    from flask_billcom.audit import Verdict
    from flask_billcom.ledger import Account


@click.group
def books() -> None:
    """Look at the books, and compare them with Bill.com."""


@books.command
@shell.as_json
@shell.in_app
def trial(*, as_json: bool) -> None:
    """Show the balance of every account, debits positive; ends with 1 unless they sum to zero."""
    balances: dict[Account, int] = shell.billcom().trial_balance()
    total = sum(balances.values())
    if as_json:
        accounts = [{"account": account, "cents": cents} for account, cents in balances.items()]
        shell.show_json({"accounts": accounts, "total_cents": total})
    else:
        rows = [(account.value, shell.dollars(cents)) for account, cents in balances.items()]
        shell.show_table(("account", "dollars"), [*rows, ("total", shell.dollars(total))])
    if total:
        shell.fail(f"the books are {total} cents off; somebody changed entries by hand")


@click.group
def audit() -> None:
    """Look after the audit trail."""


@audit.command
@shell.as_json
@shell.in_app
def verify(*, as_json: bool) -> None:
    """Check every sealed act against the chain; ends with 1 where one was changed or removed."""
    verdict: Verdict = shell.billcom().verify_audit()
    if as_json:
        shell.show_json(verdict)
    else:
        click.echo(f"sealed and checked: {verdict.sealed}")
        click.echo(f"not sealed yet: {verdict.unsealed}")
    if verdict.broken_at is not None:
        shell.fail(f"the act number {verdict.broken_at} was changed or removed; compare with a backup")
