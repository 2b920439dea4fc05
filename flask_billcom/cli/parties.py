"""Commands that say who buyers and sellers are at Bill.com, and whose a bank account is."""

from __future__ import annotations

from typing import Unpack

import click

from . import consenting, deciding, matching, shell
from .lazy import Group


@click.group(cls=Group)
def parties() -> None:
    """Say who buyers and sellers are at Bill.com."""


for _command in (matching.match, matching.new, consenting.authorize, consenting.revoke):
    parties.add_command(_command)


@parties.command("confirm-account")
@click.argument("seller_class")
@click.argument("key")
@deciding.agreed
@shell.yes
@shell.in_app
def confirm_account(*, seller_class: str, key: str, yes: bool, **by: Unpack[deciding.Agreed]) -> None:
    """Take the bank account that Bill.com shows for a seller as his; ask him first, by another way than e-mail."""
    billcom = shell.billcom()
    if not yes:
        click.confirm("Did he confirm it by another way?", abort=True, err=True)
    last4 = billcom.confirm_bank_account(billcom.find(seller_class, key), **by)
    click.echo(f"confirmed: the account that ends with {last4}")


@parties.command
@click.argument("party_class")
@click.argument("key")
@click.argument("remote_id")
@shell.in_role
@deciding.agreed
@shell.yes
@shell.in_app
def confirm(
    *, party_class: str, key: str, remote_id: str, role: str | None, yes: bool, **by: Unpack[deciding.Agreed]
) -> None:
    """Say which customer or vendor at Bill.com a buyer or seller is, after a merge for instance."""
    billcom = shell.billcom()
    if not yes:
        click.confirm(f"Take {remote_id} for {party_class} {key}?", abort=True, err=True)
    renewed = billcom.confirm_match(billcom.find(party_class, key), remote_id, role=role, **by)
    click.echo(f"confirmed; planned anew: {renewed}")
