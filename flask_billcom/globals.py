"""The Billcom of the current app."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app
from werkzeug.local import LocalProxy

from .errors import ConfigurationError

if TYPE_CHECKING:
    from .extension import Billcom


def _find() -> Billcom:
    found = current_app.extensions.get("billcom")
    if found is None:
        raise ConfigurationError("this app has no Billcom; call billcom.init_app(app)")
    return cast("Billcom", found)


current_billcom: Billcom = cast("Billcom", LocalProxy(_find))
"""Stands for `current_app.extensions["billcom"]`; needs an app context."""
