"""Run the demo: ORDERS=200 python -m example_marketplace.demo"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import func, select

from example_marketplace.demo import acts, sources
from example_marketplace.demo.report import Outcome, diary
from example_marketplace.demo.sides import differences
from example_marketplace.demo.stage import stage
from example_marketplace.extensions import db
from example_marketplace.local_billcom import LocalBillcom
from flask_billcom.models import Settlement
from flask_billcom.simulator import Settings

Meddle = Callable[[Flask, LocalBillcom], None]


def main(meddle: Meddle | None = None) -> int:
    """Run the demo and return its exit code: 1 if the three sides differ or not everybody is paid.

    :param meddle: does something wrong just before the sides are compared; for tests of the comparison.
    """
    try:
        count = int(os.environ.get("ORDERS", "200"))
    except ValueError:
        count = 0
    if count < 1:
        click.echo("ORDERS must be a number from 1 up", err=True)
        return 2
    try:
        outcome = play(count, Path(tempfile.mkdtemp(prefix="billcom-demo-")), meddle)
    except RuntimeError as error:
        click.echo(error, err=True)
        return 1
    click.echo(outcome.table())
    click.echo(outcome.last_line())
    return 0 if outcome.is_good else 1


def play(count: int, folder: Path, meddle: Meddle | None = None) -> Outcome:
    """Play the whole story in a folder and return what came of it."""
    with stage(folder) as (app, local):
        click.echo(f"database: {db.engine.url.database}")
        click.echo(f"Bill.com: {local.api}, its books and bank at {local.address}/simulator/")
        opening_cents = sources.organization_cents(local)
        people = acts.everybody_arrives()
        acts.device_is_confirmed(Settings().mfa_code)
        everybody = len(people.sellers) + len(people.buyers)
        _with_progress("bank accounts", everybody, acts.accounts_are_given(people))
        refused: list[str] = []
        _with_progress(f"{count} orders ship", count, acts.orders_ship(people, count, refused.append))
        for line in refused:
            click.secho(line, fg="red")
        waiting = 0
        for day in acts.days_pass(local, app.extensions["shop_clock"]):
            click.echo(diary(day.when, day.states, day.news))
            waiting = day.waiting
        if meddle is not None:
            meddle(app, local)
        return _verdict(local, count, opening_cents, waiting)


def _with_progress(label: str, length: int, steps: Iterator[None]) -> None:
    with click.progressbar(steps, length=length, label=f"{label:<20}") as bar:
        for _ in bar:
            pass


def _verdict(local: LocalBillcom, count: int, opening_cents: int, waiting: int) -> Outcome:
    sides = [sources.ledger(db.session()), sources.books(local), sources.bank(local, opening_cents=opening_cents)]
    settled = db.session.scalar(select(func.count()).select_from(Settlement)) or 0
    return Outcome(count, settled, waiting, sources.held_cents(), sides, differences(*sides))


if __name__ == "__main__":
    # Also when it is told to stop, the local Bill.com ends with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main())
