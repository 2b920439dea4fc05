"""What every call needs: the app's parts, its session, and the functions that it registered."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from flask import Flask, current_app
from sqlalchemy.orm import Session

from flask_billcom.database import Database
from flask_billcom.errors import ConfigurationError
from flask_billcom.marketplace.shop.identity import session_of
from flask_billcom.marketplace.shop.mapping import Registry
from flask_billcom.state import AppState


class Calls:
    """The ground of the public calls.

    :param database: the app's database extension.
    """

    def __init__(self, database: Database) -> None:
        self.registry = Registry()
        self._database = database
        self._states: WeakKeyDictionary[Flask, AppState] = WeakKeyDictionary()

    def state_of(self, app: Flask | None = None) -> AppState:
        """Return what belongs to an app, the current one if none is given.

        :param app: the Flask app.
        :raises ConfigurationError: this object does not know it.

        :meta private:
        """
        if app is None:
            app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - the proxy's own way
        assert app is not None
        if app not in self._states:
            raise ConfigurationError(
                "this Billcom does not know the current app: either billcom.init_app(app) was not called, "
                "or there are two Billcom objects"
            )
        return self._states[app]

    def session_of(self, obj: object) -> Session:
        """Return the session that an object is in, or that of the current app context.

        :param obj: a mapped object.

        :meta private:
        """
        return session_of(obj) or self._database.session()

    def _checked(self) -> AppState:
        """Return what belongs to the current app, whose tables and environment were looked at."""
        state = self.state_of()
        state.check()
        return state
