"""The three things we need of the app's database extension, the same for both of them.

Flask-SQLAlchemy holds metadata, engines and a scoped session; Flask-SQLAlchemy-Lite holds engines and sessions, and the
app brings its own declarative base, whose metadata is given to `Billcom(db, metadata=Base.metadata)`.
"""

from __future__ import annotations

from typing import Any, Protocol

from flask import Flask
from sqlalchemy import Engine, MetaData
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from .errors import ConfigurationError

DEFAULT_OF_LITE = "default"


class DatabaseExtension(Protocol):
    """What both extensions have."""

    @property
    def session(self) -> Any:  # noqa: ANN401 - a session, or a proxy to one
        """The session of the current app context."""

    @property
    def engines(self) -> Any:  # noqa: ANN401 - a mapping by bind key
        """The engines of the current app."""


class Database:
    """The app's database extension.

    :param db: of Flask-SQLAlchemy or Flask-SQLAlchemy-Lite.
    :param bind_key: which of its databases holds our tables; its default one if left out.
    :param metadata: where the app's tables are described, where the extension has none of its own.
    """

    def __init__(self, db: DatabaseExtension, *, bind_key: str | None = None, metadata: MetaData | None = None) -> None:
        self.db = db
        self.bind_key = bind_key
        self.is_lite = not hasattr(db, "metadatas")
        self.metadata = metadata if metadata is not None else self._own_metadata()

    def engine(self, app: Flask) -> Engine:
        """Return the engine of our bind.

        :raises ConfigurationError: the extension does not know the app, or the bind.
        """
        if "sqlalchemy" not in app.extensions:
            raise ConfigurationError("call db.init_app(app) before billcom.init_app(app)")
        key = (self.bind_key or DEFAULT_OF_LITE) if self.is_lite else self.bind_key
        with app.app_context():
            try:
                engine = self.db.engines[key]
            except KeyError:
                raise ConfigurationError(f"the app has no database bind {self.bind_key!r}") from None
            except RuntimeError as error:
                raise ConfigurationError(f"Billcom(db) was given another db than the app's: {error}") from None
        assert isinstance(engine, Engine)
        return engine

    def session(self) -> Session:
        """Return the app's session for the current app context."""
        session = self.db.session
        found = session() if isinstance(session, scoped_session) else session
        assert isinstance(found, Session)
        return found

    def session_source(self) -> Any:  # noqa: ANN401 - a target of SQLAlchemy's events
        """Return what makes the app's sessions, to listen on; needs an app context with the Lite extension."""
        if not self.is_lite:
            return self.db.session
        maker: sessionmaker[Session] = self.db.sessionmaker  # type: ignore[attr-defined]  # only Lite has it
        return maker

    def _own_metadata(self) -> MetaData:
        if self.is_lite:
            return MetaData()
        metadatas: dict[str | None, MetaData] = self.db.metadatas  # type: ignore[attr-defined]  # only the large one has it
        if self.bind_key not in metadatas:
            convention = metadatas[None].naming_convention
            metadatas[self.bind_key] = MetaData(naming_convention=convention, info={"bind_key": self.bind_key})
        return metadatas[self.bind_key]
