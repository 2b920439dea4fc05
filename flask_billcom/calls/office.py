"""Calls of the back office: what people look at, and what they do with the shared session."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, cast

from flask import Blueprint

from flask_billcom.engine.signing import SharedSession
from flask_billcom.marketplace.doctor import Diagnosis, Subject, examine
from flask_billcom.marketplace.lists import Lists
from flask_billcom.marketplace.status import Status, status_of
from flask_billcom.state import AppState

from .parties import PartiesCalls

if TYPE_CHECKING:
    from flask_billcom.extension import Billcom


class OfficeCalls(PartiesCalls):
    """Look at everything, and keep the way to Bill.com open."""

    @cached_property
    def blueprint(self) -> Blueprint:
        """The JSON routes; the app registers them, under a prefix of its own, once `authorize` says who may enter."""
        from flask_billcom.web import make_blueprint

        return make_blueprint(cast("Billcom", self))

    def lists(self, *, of: object | None = None) -> Lists:
        """Return what may be seen of our rows: settlements, parties, payouts, operations.

        :param of: a mapped buyer or seller, who sees what concerns him alone; None for everything.
        :raises MappingError: the object is mapped neither as buyer nor as seller.
        """
        state = self._ready()
        keys = None if of is None else [self._key(of, role) for role in self._roles(of, None)]
        return Lists(state.store, state.settings.organization_id, keys)

    def status(self) -> Status:
        """Return how everything stands: what is under way, what waits and why, and where the money is."""
        state = self._ready()
        settings = state.settings
        with state.store.read() as rows:
            return status_of(
                rows,
                settings.organization_id,
                environment=settings.environment,
                payments_enabled=settings.payments_enabled,
            )

    def doctor(self, *, offline: bool = False) -> Diagnosis:
        """Look at everything that keeps money from moving, or hides it, and return each finding with its next step.

        :param offline: leave Bill.com alone: ask it nothing and do not sign in.
        """
        state = self.state_of()
        parts = state.parts
        subject = Subject(
            settings=state.settings,
            store=state.store,
            clock=state.clock,
            vault=parts.vault,
            sessions=parts.sessions,
            gateway=parts.gateway,
        )
        return examine(subject, offline=offline)

    @property
    def session(self) -> SharedSession:
        """The session at Bill.com that all processes share: sign in, sign out, confirm the device, change keys."""
        state = self._ready()
        parts = state.parts
        return SharedSession(parts.sessions, store=state.store, clock=state.clock, parking=parts.parking)

    def _ready(self) -> AppState:
        state = self.state_of()
        state.check()
        return state
