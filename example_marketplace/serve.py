"""The shop beside a local Bill.com, with people and orders in it: `python -m example_marketplace.serve`.

Everything lives in a fresh folder. `PORT` and `SIMULATOR_PORT` choose other ports; Ctrl-C ends both.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from pathlib import Path

import click
from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from example_marketplace import sample
from example_marketplace.demo import acts
from example_marketplace.demo.stage import stage
from example_marketplace.extensions import billcom, db
from example_marketplace.local_billcom import LocalBillcom
from flask_billcom.simulator import Settings

PORT, SIMULATOR_PORT = 8000, 8460
ORDERS, SHIPPED = 18, 12
STOP_S = 20


def main() -> int:
    """Serve until told to stop."""
    try:
        run(Path(tempfile.mkdtemp(prefix="billcom-serve-")))
    except RuntimeError as error:
        click.echo(error, err=True)
        return 1
    except KeyboardInterrupt:
        pass  # told to stop before there was anything to serve
    click.echo("Stopped.")
    return 0


def run(folder: Path) -> None:
    """Start both, fill the shop and serve it."""
    port = int(os.environ.get("SIMULATOR_PORT", SIMULATOR_PORT))
    with stage(folder, "--clock", "real", port=port) as (app, local):
        click.echo("Preparing makers, buyers and some orders ...")
        prepare()
        server = make_server("127.0.0.1", int(os.environ.get("PORT", PORT)), app, threaded=True)
        click.echo(welcome(server, local, str(db.engine.url.database)))
        serve(app, server)


def prepare() -> None:
    """Fill the shop: everybody has a bank account, some orders have shipped and the others wait."""
    people = acts.everybody_arrives()
    acts.device_is_confirmed(Settings().mfa_code)
    for _ in acts.accounts_are_given(people):
        pass
    for place in range(ORDERS):
        order_id = acts.order_is_placed(people, place)
        if place < SHIPPED:
            acts.ship(order_id)


def serve(app: Flask, server: BaseWSGIServer) -> None:
    """Answer requests and let the runner tick, until Ctrl-C or SIGTERM."""
    db.session.remove()
    billcom.start_runner(app)
    try:
        server.serve_forever()
    finally:
        server.server_close()
        runner = billcom.state_of(app).runner
        if runner is not None:
            runner.stop(STOP_S)


def welcome(server: BaseWSGIServer, local: LocalBillcom, database: str) -> str:
    """Return where everything is and who may sign in."""
    staff, seller, buyer = sample.emails()
    shop = f"http://127.0.0.1:{server.server_port}"
    return f"""
  The shop      {shop}/
  Bill.com      {local.address}/simulator/   its clock, books and bank: move the clock and watch the money
  Back office   {shop}/billcom/status        as staff
  Database      {database}

  Sign in at {shop}/sign-in, everybody with the password {sample.PASSWORD}
    staff   {staff}
    seller  {seller}
    buyer   {buyer}

  Ctrl-C stops both.
"""


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(main())
