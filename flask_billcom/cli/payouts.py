"""Commands about payouts that went out: approve runs, take back, pay again, adopt, and say whose a bank account is."""

from __future__ import annotations

from uuid import UUID

import click

from flask_billcom.marketplace.paying_again import PaidAgain

from . import consenting, matching, shell

second = click.option("--second", help="A second person who agrees.")


@click.command
@click.argument("run", type=click.UUID, required=False)
@click.option("--reason", help="Why; it stands in the audit trail.")
@shell.named
@shell.dry_run
@shell.yes
@shell.as_json
@shell.in_app
def approve(
    *, run: UUID | None, reason: str | None, actor: str | None, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Approve a payout run that somebody else asked for; without a run, list those that wait."""
    billcom = shell.billcom()
    if run is None:
        runs = billcom.waiting_runs()
        if as_json:
            shell.show_json({"items": runs})
            return
        shell.show_table(
            ("run", "asked by", "bills", "dollars", "approved by", "needs"),
            [
                (
                    each.id.hex,
                    each.asked_by,
                    each.bills,
                    shell.dollars(each.cents),
                    ", ".join(each.approved_by),
                    each.needed,
                )
                for each in runs
            ],
        )
        return
    who = actor or shell.actor()
    found = billcom.approve(run, actor=who, reason=reason or "", dry_run=True)
    words = f"{found.bills} bills, {shell.dollars(found.cents)} dollars, asked for by {found.asked_by}"
    if not dry_run:
        if not reason:
            raise click.UsageError("give --reason")
        if not yes:
            shell.say(words)
            click.confirm("Approve it?", abort=True, err=True)
        found = billcom.approve(run, actor=who, reason=reason)
    if as_json:
        shell.show_json(found)
    elif dry_run:
        click.echo(f"would approve {words}")
    else:
        missing = max(0, found.needed - len(found.approved_by))
        click.echo("approved; its payments go on" if not missing else f"approved; {missing} more must approve it")


@click.command
@click.argument("payment")
@second
@shell.named
@shell.reason
@shell.dry_run
@shell.yes
@shell.as_json
@shell.in_app
def void(
    *, payment: str, second: str | None, actor: str | None, reason: str, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Take a payout back, named by its id here or at Bill.com; every bill of it is said first."""
    billcom, who = shell.billcom(), actor or shell.actor()
    found = billcom.void(_id(payment), reason, actor=who, dry_run=True)
    words = f"{found.payment}, {shell.dollars(found.cents)} dollars: {', '.join(found.numbers)}"
    if not dry_run:
        if not yes:
            shell.say(f"this takes back {words}")
            click.confirm("Go on?", abort=True, err=True)
        found = billcom.void(_id(payment), reason, actor=who, second=second)
    if as_json:
        shell.show_json(found)
    else:
        click.echo(f"{'would take' if dry_run else 'planned to take'} back {words}")


@click.command
@click.argument("payment")
@second
@shell.named
@shell.reason
@shell.dry_run
@shell.yes
@shell.as_json
@shell.in_app
def again(
    *, payment: str, second: str | None, actor: str | None, reason: str, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Let the next payout run pay the bills of a void payout again."""
    billcom, who = shell.billcom(), actor or shell.actor()
    found = billcom.pay_again(_id(payment), actor=who, reason=reason, dry_run=True)
    if not dry_run:
        if not yes:
            shell.say(f"the next run pays again {_words_of(found)}")
            click.confirm("Go on?", abort=True, err=True)
        found = billcom.pay_again(_id(payment), actor=who, reason=reason, second=second)
    if as_json:
        shell.show_json(found)
    else:
        click.echo(f"{'would be' if dry_run else 'will be'} paid again by the next run: {_words_of(found)}")


def _words_of(found: PaidAgain) -> str:
    off = f", after {shell.dollars(found.netted_cents)} that the seller owes" if found.netted_cents else ""
    return f"{', '.join(found.numbers)}, {shell.dollars(found.cents)} dollars{off}"


@click.command
@click.argument("payment")
@second
@shell.named
@shell.reason
@shell.dry_run
@shell.yes
@shell.as_json
@shell.in_app
def adopt(
    *, payment: str, second: str | None, actor: str | None, reason: str, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Take a payment made in Bill.com's own page, by its id there, for the payout of the bills it pays."""
    billcom, who = shell.billcom(), actor or shell.actor()
    found = billcom.adopt_payment(payment, actor=who, reason=reason, dry_run=True)
    words = f"{payment} for the payout of {', '.join(found.numbers)}, {shell.dollars(found.cents)} dollars"
    if not dry_run:
        if not yes:
            shell.say(f"this takes {words}")
            click.confirm("Go on?", abort=True, err=True)
        found = billcom.adopt_payment(payment, actor=who, reason=reason, second=second)
    if as_json:
        shell.show_json(found)
    else:
        click.echo(f"{'would take' if dry_run else 'took'} {words}")


@click.command
@click.argument("payment")
@second
@shell.named
@shell.reason
@shell.yes
@shell.in_app
def credited(*, payment: str, second: str | None, actor: str | None, reason: str, yes: bool) -> None:
    """Say that the money of a payout that comes back was seen at the bank."""
    if not yes:
        click.confirm("Was the money seen on the bank's statement?", abort=True, err=True)
    shell.billcom().confirm_credit(_id(payment), actor=actor or shell.actor(), reason=reason, second=second)
    click.echo("noted; the payout is void after two looks at Bill.com")


@click.group
def parties() -> None:
    """Say who buyers and sellers are at Bill.com."""


for _command in (matching.match, matching.new, consenting.authorize, consenting.revoke):
    parties.add_command(_command)


@parties.command("confirm-account")
@click.argument("seller_class")
@click.argument("key")
@second
@shell.named
@shell.reason
@shell.yes
@shell.in_app
def confirm_account(
    *, seller_class: str, key: str, second: str | None, actor: str | None, reason: str, yes: bool
) -> None:
    """Take the bank account that Bill.com shows for a seller as his; ask him first, by another way than e-mail."""
    billcom = shell.billcom()
    if not yes:
        click.confirm("Did he confirm it by another way?", abort=True, err=True)
    last4 = billcom.confirm_bank_account(
        billcom.find(seller_class, key), actor=actor or shell.actor(), reason=reason, second=second
    )
    click.echo(f"confirmed: the account that ends with {last4}")


@parties.command
@click.argument("party_class")
@click.argument("key")
@click.argument("remote_id")
@click.option("--role", type=click.Choice(["customer", "vendor"]), help="Where the class is mapped in both roles.")
@second
@shell.named
@shell.reason
@shell.yes
@shell.in_app
def confirm(
    *,
    party_class: str,
    key: str,
    remote_id: str,
    role: str | None,
    second: str | None,
    actor: str | None,
    reason: str,
    yes: bool,
) -> None:
    """Say which customer or vendor at Bill.com a buyer or seller is, after a merge for instance."""
    billcom = shell.billcom()
    if not yes:
        click.confirm(f"Take {remote_id} for {party_class} {key}?", abort=True, err=True)
    renewed = billcom.confirm_match(
        billcom.find(party_class, key),
        remote_id,
        role=role,
        actor=actor or shell.actor(),
        reason=reason,
        second=second,
    )
    click.echo(f"confirmed; planned anew: {renewed}")


def _id(payment: str) -> UUID | str:
    try:
        return UUID(payment)
    except ValueError:
        return payment
