"""Calls of the back office: what people look at, and what they do with the shared session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, cast
from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from flask_billcom.api.client import BillcomAPI
from flask_billcom.engine.signing import SharedSession
from flask_billcom.errors import MappingError
from flask_billcom.marketplace.agreement.lost import Resumed, resume
from flask_billcom.marketplace.doctor import Diagnosis, Subject, examine
from flask_billcom.marketplace.lists import Lists
from flask_billcom.marketplace.paying.reserve import reserve_of
from flask_billcom.marketplace.shop.identity import parse_key
from flask_billcom.marketplace.status import Status, status_of
from flask_billcom.store import Rows, begin_at_once

from .parties import PartiesCalls


class OfficeCalls(PartiesCalls):
    """Look at everything, and keep the way to Bill.com open."""

    @cached_property
    def blueprint(self) -> Blueprint:
        """The JSON routes; the app registers them, under a prefix of its own, once `authorize` says who may enter."""
        from flask_billcom.web import make_blueprint

        return make_blueprint(cast("Any", self))

    def lists(self, *, of: object | None = None) -> Lists:
        """Return what may be seen of our rows: settlements, parties, payouts, operations.

        :param of: a mapped buyer or seller, who sees what concerns him alone; None for everything.
        :raises MappingError: the object is mapped neither as buyer nor as seller.
        """
        state = self._checked()
        keys = None if of is None else [self._key(of, role) for role in self._roles(of, None)]

        def reserve(rows: Rows, party_id: UUID) -> int:
            return reserve_of(rows, state.settings, party_id, state.clock.now())

        return Lists(state.store, state.settings.organization_id, keys, reserve=reserve)

    def status(self) -> Status:
        """Return how everything stands: what is under way, what waits and why, and where the money is."""
        state = self._checked()
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
            domain=parts.domain,
        )
        return examine(subject, offline=offline)

    @property
    def client(self) -> BillcomAPI:
        """Any call of Bill.com's API, typed, inside the shared session and limits.

        What it changes is sent once and is no operation: whoever calls it reads back where no answer came.
        """
        gateway = self._checked().parts.gateway
        return BillcomAPI(gateway, gateway)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open the app's session for one transaction that writes; it commits at the end and rolls back on any error.

        On SQLite it takes the write lock as it begins, so that it cannot be refused after its first read.
        """
        state, session = self._checked(), self._database.session()
        try:
            ours = {"bind": state.store.engine}
            begin_at_once(session.connection(bind_arguments=ours, execution_options={"billcom_write": True}))
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise

    def find(self, local_type: str, local_id: str) -> object:
        """Return a mapped object of the app: an order, buyer or seller.

        :param local_type: name of its class, as it was registered.
        :param local_id: its primary key as text, as our rows hold it.
        :raises MappingError: no such class is mapped, or there is no such row.
        """
        functions = (self.registry.sales, *self.registry.parties.values())
        known = {each.cls.__name__: each.cls for function in functions for each in function}
        if local_type not in known:
            names = ", ".join(sorted(known)) or "none"
            raise MappingError(f"no class {local_type} is mapped; known: {names}")
        found: object = self._database.session().get(known[local_type], parse_key(known[local_type], local_id))
        if found is None:
            raise MappingError(f"there is no {local_type} {local_id}")
        return found

    def resume(self, *, actor: str, reason: str) -> Resumed:
        """Let sending go on that stopped because Bill.com knows documents that this database does not.

        Everything that carries our mark is read before, and what no row of ours has made is remembered and not made
        again.

        :param actor: who decides, for the audit trail.
        :param reason: what was found and done about it.
        """
        return resume(self._checked().parts.domain, actor=actor, reason=reason)

    @property
    def session(self) -> SharedSession:
        """The session at Bill.com that all processes share: sign in, sign out, confirm the device, change keys."""
        state = self._checked()
        parts = state.parts
        return SharedSession(parts.sessions, store=state.store, parking=parts.parking)
