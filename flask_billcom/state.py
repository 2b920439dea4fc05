"""What one app's Billcom is made of; nothing here holds the app itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import requests

from .clock import Clock
from .environment import check_environment
from .marketplace.mapping import Mapping
from .marketplace.settling import Shop
from .settings import Settings
from .store import Rows, Store
from .vault import Vault


@dataclass(slots=True)
class AppState:
    """The parts of one app.

    :param session_factory: makes HTTP sessions; None for real ones.
    """

    settings: Settings
    clock: Clock
    store: Store
    vault: Vault
    mapping: Mapping
    session_factory: Callable[[], requests.Session] | None
    _environment_known: bool = field(default=False)

    @property
    def shop(self) -> Shop:
        """What settling needs."""
        return Shop(self.mapping.registry, self.settings, self.clock)

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
