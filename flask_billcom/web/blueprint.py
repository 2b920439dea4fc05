"""What the app registers: closed by default.

Registering fails where `authorize` is missing, so that no app serves its money to everybody by forgetting a line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response
from flask.sansio.app import App
from werkzeug.exceptions import BadRequest, HTTPException

from flask_billcom.errors import BillcomError, ConfigurationError

from . import entrance, problems, routes

if TYPE_CHECKING:
    from flask_billcom.extension import Billcom


class GuardedBlueprint(Blueprint):
    """A blueprint that an app may register only once it says who may enter.

    :param billcom: whose rows it shows.
    """

    def __init__(self, billcom: Billcom) -> None:
        super().__init__("billcom", __name__)
        self._billcom = billcom

    def register(self, app: App, options: dict[str, Any]) -> None:
        """Register the routes on an app.

        :raises ConfigurationError: `authorize` is missing, or the app is not that of this Billcom.
        """
        if self._billcom.may is None:
            raise ConfigurationError(
                "the routes are closed until the app says who may enter: register a function with @billcom.authorize "
                "before app.register_blueprint(billcom.blueprint)"
            )
        if app.extensions.get("billcom") is not self._billcom:
            raise ConfigurationError("call billcom.init_app(app) before app.register_blueprint(billcom.blueprint)")
        super().register(app, options)


def make_blueprint(billcom: Billcom) -> Blueprint:
    """Return the routes of a Billcom, to be registered under any prefix."""
    blueprint = GuardedBlueprint(billcom)
    blueprint.before_request(entrance.check_origin)
    blueprint.after_request(_keep_private)
    blueprint.register_error_handler(problems.Refused, problems.of_refusal)
    blueprint.register_error_handler(BillcomError, problems.of_error)
    blueprint.register_error_handler(HTTPException, _of_http)
    routes.add(blueprint, billcom)
    return blueprint


def _of_http(error: HTTPException) -> Response:
    # Flask-WTF's own check comes before ours and raises a subclass; named by its class, since it may not be installed.
    if isinstance(error, BadRequest) and type(error).__name__ == "CSRFError":
        return problems.of_refusal(entrance.no_token(error))
    return problems.of_http(error)


def _keep_private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
