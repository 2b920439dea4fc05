"""Commands that look: is everything well, and how does everything stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from flask.cli import ScriptInfo

from . import shell

if TYPE_CHECKING:
    from flask_billcom.marketplace.doctor import Diagnosis
    from flask_billcom.marketplace.status import Status

_COLOURS = {"ok": "green", "warning": "yellow", "problem": "red"}


@click.command
@click.option("--offline", is_flag=True, help="Ask Bill.com nothing.")
@shell.as_json
@click.pass_context
@shell.reported
def doctor(ctx: click.Context, *, offline: bool, as_json: bool) -> None:
    """Look at everything that keeps money from moving; ends with 1 on a problem."""
    diagnosis = _diagnosis(ctx.ensure_object(ScriptInfo), offline=offline)
    if as_json:
        shell.show_json({"ok": diagnosis.ok, "checks": diagnosis.checks})
    else:
        for check in diagnosis.checks:
            level = click.style(f"{check.level.value:<8}", fg=_COLOURS[check.level.value])
            click.echo(f"{level} {check.id}: {check.message}")
            if check.next_step is not None:
                click.echo(f"         -> {check.next_step}")
    if not diagnosis.ok:
        ctx.exit(shell.ATTENTION)


def _diagnosis(info: ScriptInfo, *, offline: bool) -> Diagnosis:
    """Examine the app; one that cannot even start has its settings as the only finding."""
    from flask_billcom.errors import ConfigurationError
    from flask_billcom.marketplace.doctor import Diagnosis
    from flask_billcom.marketplace.doctor.checks import problem

    try:
        with info.load_app().app_context():
            return shell.billcom().doctor(offline=offline)
    except ConfigurationError as error:
        step = "correct the setting named; the page `Settings` describes each"
        return Diagnosis(checks=(problem("settings", str(error), step),))


@click.command
@shell.as_json
@shell.in_app
def status(*, as_json: bool) -> None:
    """Show what is under way, what waits and why, and where the money is."""
    found: Status = shell.billcom().status()
    if as_json:
        shell.show_json(found)
        return
    click.echo(f"{found.environment}, organization {found.organization_id}")
    click.echo(f"last tick   {_time(found.last_tick)}" + (f", stopped: {found.last_error}" if found.last_error else ""))
    until = found.session.trusted_until
    click.echo(f"session     {found.session.state}, {f'trusted until {_time(until)}' if until else 'not trusted'}")
    click.echo(f"payments    {_payments(found)}")
    _show_money(found)
    click.echo()
    shell.show_table(("settlements", "number"), found.settlements.items())
    if found.operations:
        click.echo()
        rows = [(w.kind, w.state, w.parked, w.count, shell.dollars(w.amount_cents), w.oldest) for w in found.operations]
        shell.show_table(("operation", "state", "waits for", "number", "dollars", "oldest"), rows)
    if found.payments:
        click.echo()
        paid = [(p.kind, p.status, p.count, shell.dollars(p.cents)) for p in found.payments]
        shell.show_table(("payments", "status", "number", "dollars"), paid)
    for hold in found.holds:
        click.echo(f"held: {hold.on} since {_time(hold.placed_at)} by {hold.actor}: {hold.reason}")
    for state, count in found.undecided.items():
        if count:
            click.echo(f"{_are(count, 'adjustment')} {state}: flask billcom pay adjustments --state {state}")
    if found.refunds:
        click.echo(f"{_are(found.refunds, 'refund')} not carried out yet: flask billcom pay refunds")
    if found.stuck:
        need = "1 operation needs" if found.stuck == 1 else f"{found.stuck} operations need"
        click.echo(f"{need} a person: flask billcom ops list --stuck")


def _payments(found: Status) -> str:
    if not found.payments_enabled:
        return "are switched off"
    return "may move" if found.payouts_held is None else f"to sellers wait for a hold: {found.payouts_held}"


def _are(number: int, word: str) -> str:
    return f"1 {word} is" if number == 1 else f"{number} {word}s are"


def _show_money(found: Status) -> None:
    money = found.money
    click.echo()
    shell.show_table(
        ("money", "dollars"),
        [
            ("owed by buyers", shell.dollars(money.receivable_cents)),
            ("paid by buyers, not at the bank yet", shell.dollars(money.clearing_in_cents)),
            ("at the bank", shell.dollars(money.bank_cents)),
            ("owed to sellers", shell.dollars(money.payable_cents)),
            ("payouts planned", shell.dollars(money.reserved_cents)),
            ("payouts at Bill.com", shell.dollars(money.scheduled_cents)),
            ("payouts on their way", shell.dollars(money.clearing_out_cents)),
            ("fees", shell.dollars(money.fee_cents)),
            ("own lines", shell.dollars(money.own_cents)),
            ("owed to buyers", shell.dollars(money.refunds_cents)),
            ("owed by sellers", shell.dollars(money.owed_by_sellers_cents)),
        ],
    )


def _time(moment: object) -> str:
    from datetime import datetime

    return f"{moment:%Y-%m-%d %H:%M} UTC" if isinstance(moment, datetime) else "never"
