"""Commands for a marketplace that has customers and vendors at Bill.com already: who is who."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import click

from . import deciding, shell

if TYPE_CHECKING:
    from flask_billcom.marketplace.counterparties.matching import MatchRow

_NEW, _SKIP, _STOP = "n", "s", "q"


@click.command
@shell.role
@click.option("--after", help="Go on behind this row, named as it was shown.")
@click.option("--confirm", is_flag=True, help="Ask about each row; needs --reason.")
@click.option("--reason", help="How it was found out; it stands in the audit trail.")
@deciding.second
@shell.named
@shell.as_json
@shell.in_app
def match(
    *,
    role: str | None,
    after: str | None,
    confirm: bool,
    reason: str | None,
    second: str | None,
    actor: str,
    as_json: bool,
) -> None:
    """List buyers and sellers whom Bill.com may know already, with what is the same; nothing is adopted unasked."""
    if confirm != bool(reason) or (confirm and as_json):
        raise click.UsageError("give --confirm and --reason together, and not with --json")
    rows = shell.billcom().match_report(role=role, after=after)
    if as_json:
        shell.show_json({"items": list(rows)})
        return
    count = found = 0
    for row in rows:
        count += 1
        found += bool(row.candidates)
        _show(row)
        if confirm and not _decide(row, reason or "", second, actor):
            shell.say(f"stopped; go on with --after {row.key}")
            return
    click.echo(f"without an id of Bill.com's: {count}; somebody there may be the same: {found}")


@click.command
@click.argument("party_class")
@click.argument("key")
@shell.in_role
@deciding.agreed
@shell.yes
@shell.in_app
def new(*, party_class: str, key: str, role: str | None, yes: bool, **by: Unpack[deciding.Agreed]) -> None:
    """Say that Bill.com does not know a buyer or seller, so that he is made there."""
    billcom = shell.billcom()
    if not yes:
        click.confirm(f"Is {party_class} {key} nobody whom Bill.com knows?", abort=True, err=True)
    is_new = billcom.confirm_new(billcom.find(party_class, key), role=role, **by)
    click.echo("confirmed" if is_new else "was confirmed before")


def _show(row: MatchRow) -> None:
    click.echo(f"{row.role.value} {shell.printable(row.local_type)} {shell.printable(row.local_id)}")
    if row.trouble is not None:
        click.echo(f"    cannot be described: {shell.printable(row.trouble)}")
    for place, each in enumerate(row.candidates, start=1):
        taken = "" if each.taken_by is None else f"; is {shell.printable(each.taken_by)} already"
        click.echo(f"    {place}  {each.remote_id}  same {', '.join(each.evidence)}{taken}")


def _decide(row: MatchRow, reason: str, second: str | None, actor: str) -> bool:
    """Ask about one row and return whether to go on."""
    from flask_billcom.errors import BillcomError

    numbers = [str(place) for place, each in enumerate(row.candidates, start=1) if each.taken_by is None]
    choice = click.prompt(
        "which one, n for new, s to skip, q to stop",
        type=click.Choice([*numbers, _NEW, _SKIP, _STOP]),
        default=_SKIP,
        show_choices=False,
        err=True,
    )
    if choice in {_SKIP, _STOP}:
        return bool(choice == _SKIP)
    billcom = shell.billcom()
    role = row.role.value
    try:
        party = billcom.find(row.local_type, row.local_id)
        if choice == _NEW:
            billcom.confirm_new(party, role=role, actor=actor, reason=reason, second=second)
            click.echo("    new: he is made at Bill.com when he is needed")
        else:
            remote_id = row.candidates[int(choice) - 1].remote_id
            billcom.confirm_match(party, remote_id, role=role, actor=actor, reason=reason, second=second)
            click.echo(f"    confirmed: {remote_id}")
    except BillcomError as error:
        shell.say(f"    not done: {error}")
    return True
