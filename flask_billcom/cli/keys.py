"""Commands for the keys that encrypt stored tokens."""

from __future__ import annotations

import click

from . import shell
from .lazy import Group


@click.group(cls=Group)
def keys() -> None:
    """Make and change the keys that encrypt stored tokens."""


@keys.command
def generate() -> None:
    """Print a new key for BILLCOM_ENCRYPTION_KEYS; needs no app."""
    from flask_billcom.vault import generate_key

    click.echo(generate_key())


@keys.command
@shell.in_app
def rotate() -> None:
    """Encrypt every stored token with the newest key, so that older keys can be dropped."""
    count = shell.billcom().session.rotate_keys()
    click.echo(f"encrypted anew: {count}; keys but the first of BILLCOM_ENCRYPTION_KEYS are no longer needed")
