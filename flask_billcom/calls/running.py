"""Calls that let the engine work."""

from __future__ import annotations

from flask import Flask

from flask_billcom.engine.worker import TickReport
from flask_billcom.errors import ConfigurationError
from flask_billcom.running import start_thread

from .base import Calls


class RunningCalls(Calls):
    """Do what is due."""

    def tick(self, organization_id: str | None = None) -> TickReport:
        """Do one round of everything that is due; safe to run twice, late, or from many machines.

        :param organization_id: must be the app's own where it is given, as a message of a worker does.
        :raises ConfigurationError: it is another one, or the database was used with another environment.
        """
        state = self.state_of()
        if organization_id not in {None, state.settings.organization_id}:
            raise ConfigurationError("this app works for another organization than the one asked for")
        state.check()
        return state.parts.worker.tick()

    def start_runner(self, app: Flask) -> None:
        """Tick in a thread of this process until it exits.

        Called by `init_app` where the settings say so; call it by hand in a program that serves the app itself.

        :param app: the Flask app.
        """
        state = self.state_of(app)
        if state.runner is None:
            state.runner = start_thread(app, lambda: self.tick().moved)
