"""The shop's pages, a blueprint per area."""

from __future__ import annotations

from flask import Flask

from example_marketplace.views import account, auth, cart, orders, selling, shop, staff


def register(app: Flask) -> None:
    """Give the app its pages."""
    for area in (shop, cart, orders, selling, account, staff, auth):
        app.register_blueprint(area.bp)
