"""Commands for the session that all processes share: sign in, sign out, confirm this device."""

from __future__ import annotations

import platform
from datetime import datetime

import click

from . import shell
from .lazy import Group

PHONE = "the code that Bill.com has sent to your phone"


@click.group(cls=Group)
def session() -> None:
    """Sign in and out at Bill.com, and confirm this device."""


@session.command
@shell.as_json
@shell.in_app
def login(*, as_json: bool) -> None:
    """Sign in now, and let go on what waited for it; one refused attempt is not repeated."""
    stand = shell.billcom().session.sign_in(actor=shell.actor())
    if as_json:
        shell.show_json(stand)
        return
    click.echo(f"signed in; {_trust(stand.trusted_until) if stand.trusted else 'this device is not confirmed yet'}")
    if not stand.trusted:
        shell.say("payouts wait until a person runs: flask billcom session mfa")


@session.command
@shell.in_app
def logout() -> None:
    """End the session at Bill.com; the next call signs in anew."""
    was_signed_in = shell.billcom().session.sign_out(actor=shell.actor())
    click.echo("signed out" if was_signed_in else "nobody was signed in")


@session.command
@click.option("--backup", is_flag=True, help="Send the code to the second phone.")
@click.option("--code", help="The six digits that answer --challenge; asked for if left out.")
@click.option("--challenge", help="Answer this challenge, and have no new code sent.")
@click.option("--send-only", is_flag=True, help="Only have a code sent, and print the challenge.")
@shell.in_app
def mfa(*, backup: bool, code: str | None, challenge: str | None, send_only: bool) -> None:
    """Confirm this device with a code from the phone; it is trusted for 30 days then, and payouts go on."""
    if code is not None:
        _check(code, challenge)
    shared = shell.billcom().session
    if challenge is None:
        challenge = shared.challenge(use_backup=backup)
        shell.say("Bill.com has sent a code")
    if send_only:
        click.echo(challenge)
        return
    given = code or click.prompt(PHONE, err=True)
    until = shared.confirm(challenge, given, machine_name=platform.node() or "server", actor=shell.actor())
    click.echo(_trust(until))


def _check(code: str, challenge: str | None) -> None:
    """End the command where a code cannot be right: a new one would be sent to the phone in vain."""
    from flask_billcom.engine.signing import digits_of

    digits_of(code)
    if challenge is None:
        raise click.UsageError(
            "--code answers a --challenge; `flask billcom session mfa --send-only` has a code sent and prints it"
        )


def _trust(until: datetime | None) -> str:
    return "this device is not trusted" if until is None else f"this device is trusted until {until:%Y-%m-%d %H:%M} UTC"
