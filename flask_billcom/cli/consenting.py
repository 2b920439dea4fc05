"""Commands about a buyer's consent to be charged."""

from __future__ import annotations

from datetime import datetime

import click

from . import shell


@click.command
@click.argument("buyer_class")
@click.argument("key")
@click.option("--reference", required=True, help="Where the agreement can be found, such as the number of a form.")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="When it was given.")
@shell.named
@shell.yes
@shell.in_app
def authorize(*, buyer_class: str, key: str, reference: str, day: datetime, actor: str, yes: bool) -> None:
    """Allow charges of a buyer's bank account; reference and date of his consent are kept."""
    from flask_billcom.marketplace.counterparties.consent import Consent

    billcom = shell.billcom()
    consent = Consent(reference=reference, date=day.date())
    if not yes:
        click.confirm(f"Did {buyer_class} {key} agree to be charged?", abort=True, err=True)
    billcom.authorize_charges(billcom.find(buyer_class, key), consent, actor=actor)
    click.echo("noted; his bank account is charged for sales that are collected by charge")


@click.command
@click.argument("buyer_class")
@click.argument("key")
@shell.named
@shell.in_app
def revoke(*, buyer_class: str, key: str, actor: str) -> None:
    """Stop charging a buyer; a charge that is under way is not called back."""
    billcom = shell.billcom()
    billcom.revoke_charges(billcom.find(buyer_class, key), actor=actor)
    click.echo("noted; he is not charged any more")
