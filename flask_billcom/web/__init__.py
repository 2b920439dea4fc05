"""The routes: JSON for programs and pages, closed until the app says who may enter.

app.register_blueprint(billcom.blueprint, url_prefix="/billcom")

blueprint   what is registered, and when that is refused
entrance    who asks, what he may do, and whether a change really comes from a page of this app
problems    errors as JSON, each with its next step
routes      one function for each address
"""

from __future__ import annotations

from .blueprint import make_blueprint

__all__ = ["make_blueprint"]
