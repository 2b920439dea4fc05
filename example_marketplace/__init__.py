"""A small real marketplace whose money moves with Flask-Billcom.

    flask --app example_marketplace run        the shop alone
    python -m example_marketplace.serve        the shop beside a local Bill.com
    python -m example_marketplace.demo         200 orders from settled to paid out

config      what is set when nothing is set       billing     how the shop looks to Flask-Billcom: copy this one
models      people, products, orders              views       the pages
database    SQLite made safe for money            demo        the whole way of the money, checked on three sides
"""

from __future__ import annotations

from flask import Flask

from flask_billcom.clock import SystemClock

__all__ = ["create_app"]


def create_app() -> Flask:
    """Make the shop from the environment alone; it starts with nothing set."""
    from example_marketplace import billing, clock, config, extensions, pages, tables, views  # noqa: F401 - billing registers

    app = Flask(__name__, instance_path=config.instance_path())
    config.configure(app)
    extensions.db.init_app(app)
    extensions.migrate.init_app(app, extensions.db, directory=tables.MIGRATIONS)
    extensions.login.init_app(app)
    extensions.csrf.init_app(app)
    local = clock.LocalClock(app.config["BILLCOM_BASE_URL"]) if config.is_local(app) else None
    app.extensions["shop_clock"] = local or SystemClock()
    extensions.billcom.init_app(app, clock=local)
    pages.init_app(app)
    views.register(app)
    app.register_blueprint(extensions.billcom.blueprint, url_prefix="/billcom")
    tables.init_app(app)
    return app
