"""The entrance: who asks, what he may do, and whether a change comes from a page of this app.

    reading    authorize(action, party) says yes
    changing   the same, and Flask-WTF has seen the token of a page: a cookie alone proves nothing

The party is what `party_of_request` returns: a seller or buyer, who then sees his own rows alone, or None for staff.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import current_app, g, request
from werkzeug.exceptions import BadRequest
from werkzeug.local import LocalProxy

from flask_billcom.errors import ConfigurationError
from flask_billcom.marketplace.lists import Lists

from .problems import Refused

if TYPE_CHECKING:
    from flask_billcom.extension import Billcom

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SOMEBODY = "web"
"""Who acted, where `authorize` only says yes and not who asks."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks.

    :param party: his mapped object; None for staff.
    :param name: as the audit trail calls him.
    :param lists: what he may see.
    """

    party: Any
    name: str
    lists: Lists


def let_in(billcom: Billcom, action: str) -> Visitor:
    """Return who asks, if he may do this.

    :param action: name of a public call, or `console`.
    :raises Refused: `authorize` says no.
    """
    if billcom.may is None:
        raise ConfigurationError("nobody may enter: register a function with @billcom.authorize")
    party = _asking(billcom)
    allowed = billcom.may(action, party)
    if not allowed:
        raise Refused(
            HTTPStatus.FORBIDDEN,
            "not_allowed",
            f"you may not do this ({action})",
            "sign in as somebody who may, or change the function under @billcom.authorize",
        )
    name = allowed if isinstance(allowed, str) else SOMEBODY
    return Visitor(party, name[:100], billcom.lists(of=party))


def _asking(billcom: Billcom) -> Any:  # noqa: ANN401 - an object of the app
    if billcom.party_asking is None:
        return None
    party = billcom.party_asking()
    return party._get_current_object() if isinstance(party, LocalProxy) else party  # noqa: SLF001 - the proxy's own way


def check_origin() -> None:
    """Let a change pass only with the token of a page of this app.

    Asked for by hand and not left to Flask-WTF's own check, which an app may have switched off for us.

    :raises Refused: Flask-WTF is missing or switched off, or the request carries no valid token.
    """
    if request.method in SAFE:
        return
    csrf = current_app.extensions.get("csrf")
    if csrf is None or not current_app.config.get("WTF_CSRF_ENABLED", True):
        raise Refused(
            HTTPStatus.FORBIDDEN,
            "read_only",
            "these routes only read: the app has no CSRF protection that is switched on",
            "install Flask-Billcom[web] and call CSRFProtect(app)",
        )
    try:
        csrf.protect()
    except BadRequest as error:
        raise no_token(error) from None
    if not g.get("csrf_valid"):
        raise no_token(BadRequest(f"WTF_CSRF_METHODS leaves {request.method} out"))


def no_token(error: BadRequest) -> Refused:
    """Return the refusal of a change whose origin is not proved."""
    return Refused(
        HTTPStatus.FORBIDDEN,
        "csrf",
        error.description or "the token is missing",
        "send the page's csrf_token in the X-CSRFToken header",
    )
