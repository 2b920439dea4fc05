"""Any call of Bill.com's API, inside the shared session and limits of the app."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from . import shell

PROG = "flask billcom api"


@click.command(
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "allow_interspersed_args": False},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
@shell.in_app
def api(ctx: click.Context, *, arguments: Sequence[str]) -> None:
    """Make any call of Bill.com's API, such as `list Vendor --all`; --help shows all of it."""
    from flask_billcom.api.cli import Shell, run

    tools = Shell(client=lambda: shell.billcom().client, out=sys.stdout, err=sys.stderr, confirm=_confirmed)
    ctx.exit(run(list(arguments), tools, prog=PROG))


def _confirmed(question: str) -> bool:
    return click.confirm(question, err=True)
