"""Commands for the books and the audit trail."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from . import accounts, shell, statements
from .lazy import Group

if TYPE_CHECKING:
    from flask_billcom.audit import Verdict
    from flask_billcom.ledger import Account
    from flask_billcom.marketplace.agreement.differences import Report


@click.group(cls=Group)
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


for _command in (
    accounts.ledger,
    accounts.balances,
    accounts.clearing,
    accounts.export,
    statements.statement,
    statements.totals,
):
    books.add_command(_command)


@books.command
@click.option("--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="Only what changed since; UTC.")
@click.option("--resume", is_flag=True, help="After a restored backup: let sending go on, with --reason.")
@click.option("--reason", help="What was found and done about it; it stands in the audit trail.")
@shell.yes
@shell.as_json
@shell.in_app
def reconcile(*, since: datetime | None, resume: bool, reason: str | None, yes: bool, as_json: bool) -> None:
    """Compare everything at Bill.com with our rows and books; changes nothing, ends with 1 on any difference."""
    if resume != bool(reason):
        raise click.UsageError("give --resume and --reason together")
    shell.say("comparing with Bill.com")
    report = shell.billcom().reconcile(None if since is None else since.replace(tzinfo=UTC))
    if as_json:
        differences = [each.as_dict() for each in report.differences]
        shell.show_json({"count": report.count, "differences": differences, "compared": dict(report.counted)})
    else:
        _show(report)
    if reason is not None:
        _resume(reason, yes=yes)
    if not report.is_clean:
        shell.fail(
            f"{report.count} {'difference' if report.count == 1 else 'differences'}; each line names what resolves it"
        )


def _resume(reason: str, *, yes: bool) -> None:
    if not yes:
        click.confirm("Let sending go on?", abort=True, err=True)
    resumed = shell.billcom().resume(actor=shell.actor(), reason=reason)
    shell.say(f"sending goes on; holds released: {resumed.released}")
    for stray in resumed.strays:
        shell.say(f"not ours, and never made again: {stray.sort} {stray.key}, {stray.remote_id}")


def _show(report: Report) -> None:
    for each in report.differences:
        click.echo(f"{each.kind.value}: {each.subject}: here {each.ours}, at Bill.com {each.theirs}")
        click.echo(f"         {each.explanation}")
        click.echo(f"         -> {each.command}")
    compared = ", ".join(f"{count} {what}" for what, count in sorted(report.counted.items())) or "nothing there"
    click.echo(f"compared: {compared}; differences: {report.count}")


@click.group(cls=Group)
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
