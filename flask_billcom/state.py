"""What one app's Billcom is made of; nothing here holds the app itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

import requests

from flask_billcom.marketplace.settlement.settling import Shop
from flask_billcom.marketplace.shop.mapping import Mapping

from .clock import Clock
from .environment import check_environment
from .settings import Settings
from .store import Rows, Store

if TYPE_CHECKING:
    from .composition import Parts
    from .engine.runners import ThreadRunner


@dataclass(slots=True)
class AppState:
    """The parts of one app.

    :param session_factory: makes HTTP sessions; None for real ones.
    :param runner: the thread that ticks, where this process runs one.
    """

    settings: Settings
    clock: Clock
    store: Store
    mapping: Mapping
    session_factory: Callable[[], requests.Session] | None
    runner: ThreadRunner | None = None
    _parts: Parts | None = None
    _environment_known: bool = False
    _lock: Lock = field(default_factory=Lock)

    @property
    def shop(self) -> Shop:
        """What settling needs."""
        return Shop(self.mapping.registry, self.settings, self.clock)

    @property
    def parts(self) -> Parts:
        """What talks to Bill.com, put together when it is first needed."""
        with self._lock:
            if self._parts is None:
                self._parts = self._compose()
            return self._parts

    def _compose(self) -> Parts:
        from flask_billcom.marketplace.counterparties.parties import plan_waiting_updates

        from .composition import compose
        from .engine.worker import Step
        from .marketplace.events import Events

        def updates() -> int:
            with self.store.write() as rows:
                return plan_waiting_updates(rows, self.clock, self.settings)

        events = Events(self.settings.organization_id, self.store, self.clock, self.mapping.app_of)
        return compose(
            self.settings,
            self.store,
            self.mapping,
            clock=self.clock,
            session_factory=self.session_factory,
            events=[Step("updates", updates, network=False), Step("events", events.deliver, network=False)],
        )

    def check(self, rows: Rows | None = None) -> None:
        """Compare the database's environment with ours, until it was found there once.

        :param rows: the transaction to look in; one of our own if left out.
        :raises ConfigurationError: the database was used with another environment, or has none of our tables.
        """
        if self._environment_known:
            return
        if rows is None:
            with self.store.write() as own:
                check_environment(own, self.clock, self.settings)
            self._environment_known = True
        else:
            # Not remembered when it was only inserted: the app may roll its transaction back.
            self._environment_known = check_environment(rows, self.clock, self.settings)
