"""Commands for operations: what is under way, what waits, and what a person decides about it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Unpack
from uuid import UUID

import click

from . import deciding, shell
from .lazy import Group

if TYPE_CHECKING:
    from datetime import datetime

    from flask_billcom.marketplace.lists.operations import OperationRow, OperationSheet


@click.group(cls=Group)
def ops() -> None:
    """Look at operations, and decide about those that need a person."""


@ops.command("list")
@click.option("--state", help="planned, sending, unknown, checking, done, rejected, quarantined or cancelled.")
@click.option("--kind", help="Such as create_invoice, charge or pay.")
@click.option("--stuck", is_flag=True, help="Only those in doubt, and those that need a person.")
@click.option("--subject", type=click.UUID, help="Only those on this party or document.")
@shell.paged
@shell.as_json
@shell.in_app
def list_(
    *,
    state: str | None,
    kind: str | None,
    stuck: bool,
    subject: UUID | None,
    limit: int,
    after: str | None,
    as_json: bool,
) -> None:
    """List operations, the newest first."""
    billcom = shell.billcom()
    page = billcom.lists().operations(state=state, kind=kind, stuck=stuck, subject=subject, limit=limit, after=after)
    if as_json:
        shell.show_json(page)
        return
    now = billcom.state_of().clock.now()
    shell.show_table(
        ("id", "kind", "state", "for", "waits for", "key", "dollars", "tries", "code", "planned"),
        [_line(each, now) for each in page.items],
    )
    shell.show_next(page.after)


def _line(each: OperationRow, now: datetime) -> tuple[object, ...]:
    from flask_billcom.marketplace.doctor.checks import age

    money = shell.dollars(each.amount_cents)
    return (
        each.id.hex,
        each.kind,
        each.state,
        None if each.since is None else age(now, each.since),
        each.parked,
        each.natural_key,
        money,
        each.attempt,
        each.error_code,
        each.created_at,
    )


@ops.command
@click.argument("operation_id", type=click.UUID)
@shell.as_json
@shell.in_app
def show(*, operation_id: UUID, as_json: bool) -> None:
    """Show one operation with its evidence, its last call and its audit lines."""
    sheet: OperationSheet | None = shell.billcom().lists().operation(operation_id.hex)
    if sheet is None:
        shell.fail("there is no such operation; `flask billcom ops list` shows them")
    if as_json:
        shell.show_json(sheet)
    else:
        _show(sheet)


def _show(sheet: OperationSheet) -> None:
    each = sheet.operation
    facts: list[tuple[str, object]] = [
        ("operation", f"{each.id.hex} {each.kind} {each.state}"),
        ("waits for", each.parked),
        ("subject", f"{each.subject_type} {each.subject_id.hex}"),
        ("natural key", f"{each.natural_key}, generation {each.generation}"),
        ("lane", sheet.lane),
        ("amount", shell.dollars(each.amount_cents)),
        ("at Bill.com", each.remote_id),
        ("tries", f"{each.attempt}, sent again {sheet.resends}, halved {sheet.splits}"),
        ("first sent", sheet.first_sent_at),
        ("so since", each.since),
        ("unknown since", each.unknown_since),
        ("looked at again", sheet.check_after),
        ("absent after", sheet.absent_after),
        ("code", each.error_code),
        ("supersedes", sheet.supersedes),
        ("superseded by", sheet.superseded_by),
    ]
    if sheet.call is not None:
        said = f"{sheet.call.endpoint}, {sheet.call.items} in it, {sheet.call.outcome or 'no outcome yet'}"
        facts.append(("last call", f"{said}, {sheet.call.code or 'no code'}"))
    shell.show_table(("", ""), [fact for fact in facts if fact[1] is not None])
    if sheet.evidence:
        click.echo(f"evidence: {json.dumps(sheet.evidence, ensure_ascii=True)}")
    for act in sheet.audit:
        click.echo(f"{act.at:%Y-%m-%d %H:%M:%S} {act.actor} {act.action} {json.dumps(act.detail, ensure_ascii=True)}")
    if each.next_step is not None:
        click.echo(f"-> {each.next_step}")


@ops.command
@click.argument("operation_id", type=click.UUID)
@deciding.agreed
@shell.in_app
def retry(*, operation_id: UUID, **by: Unpack[deciding.Agreed]) -> None:
    """Plan a rejected operation again once its cause is mended, or let a parked one go on."""
    planned = shell.billcom().retry(operation_id, **by)
    click.echo(f"planned: {planned.hex}")


@ops.command
@click.argument("operation_id", type=click.UUID)
@click.option("--adopt", metavar="ID", help="This object at Bill.com is its effect.")
@click.option("--resend", is_flag=True, help="It is surely absent: plan it again.")
@click.option("--cancel", is_flag=True, help="It is surely absent: give it up, as `ops cancel` does.")
@deciding.agreed
@shell.yes
@shell.in_app
def resolve(
    *, operation_id: UUID, adopt: str | None, resend: bool, cancel: bool, yes: bool, **by: Unpack[deciding.Agreed]
) -> None:
    """Decide about an operation in quarantine or kept by a difference; the facts are compared first."""
    if [adopt is not None, resend, cancel].count(True) != 1:
        raise click.UsageError("give exactly one of --adopt ID, --resend and --cancel")
    if cancel:
        _give_up(operation_id, yes=yes, **by)
        return
    what = "Plan it to be sent again" if resend else f"Take {adopt} for its effect"
    if not yes:
        click.confirm(f"{what}?", abort=True, err=True)
    shell.billcom().resolve(operation_id, adopt=adopt, **by)
    click.echo("planned again" if resend else "done")


@ops.command
@click.argument("operation_id", type=click.UUID)
@deciding.agreed
@shell.yes
@shell.in_app
def cancel(*, operation_id: UUID, yes: bool, **by: Unpack[deciding.Agreed]) -> None:
    """Give up an operation that was not sent, or that is proved absent."""
    _give_up(operation_id, yes=yes, **by)


def _give_up(operation_id: UUID, *, yes: bool, **by: Unpack[deciding.Agreed]) -> None:
    if not yes:
        click.confirm("Give it up for good?", abort=True, err=True)
    billcom = shell.billcom()
    billcom.cancel_operation(operation_id, **by)
    click.echo("cancelled")
    sheet: OperationSheet | None = billcom.lists().operation(operation_id.hex)
    if sheet is not None and sheet.operation.next_step is not None:
        click.echo(f"-> {sheet.operation.next_step}")
