"""The extension object: registers what the app says, and carries each public call to the module that does it.

Billcom(db)          copies our tables into the app's metadata
@billcom....         registers the app's functions, once for all apps of this object
init_app(app)        reads the settings, keeps what belongs to this app, registers itself
billcom.settle(...)  looks up the current app's parts and calls one function of the domain
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import requests
from flask import Flask, current_app
from sqlalchemy import MetaData, Table
from sqlalchemy.orm import Session, object_session

from . import models
from .api.records import Customer, Vendor
from .clock import Clock, SystemClock
from .database import Database, DatabaseExtension
from .errors import ConfigurationError, NotSettled
from .marketplace.mapping import Mapping, Registry
from .marketplace.sale import Sale
from .marketplace.settling import Settled, settle, settle_many
from .marketplace.snapshots import SettlementSnapshot, find_settlement
from .models.parties import Role
from .settings import defaults, read_settings
from .state import AppState
from .store import Store
from .tables import copy_tables
from .vault import Vault

T = TypeVar("T")
Authorize = Callable[[str, Any], bool]
PartyOfRequest = Callable[[], Any]


class Billcom:
    """A marketplace's payments back office on Bill.com.

    Make it beside `db`, before or after the app's models; it holds no app.

    :param db: the app's Flask-SQLAlchemy or Flask-SQLAlchemy-Lite object.
    :param bind_key: the bind that holds our tables; keep it that of the orders, else a settlement and its order are not
        committed together.
    :param schema: the database schema of our tables; that of the metadata if left out.
    :param metadata: where the app's tables are described; needed with Flask-SQLAlchemy-Lite, which has none.
    :raises ConfigurationError: the metadata holds our tables already.
    """

    models = models
    """The tables as an ordinary module, to query them: `billcom.models.Settlement`."""

    tables: dict[str, Table]
    """The copies of our tables in the app's metadata, by name."""

    def __init__(
        self,
        db: DatabaseExtension,
        *,
        bind_key: str | None = None,
        schema: str | None = None,
        metadata: MetaData | None = None,
    ) -> None:
        self._database = Database(db, bind_key=bind_key, metadata=metadata)
        self._schema = schema or self._database.metadata.schema
        self.tables = copy_tables(self._database.metadata, schema=schema)
        self.registry = Registry()
        self._authorize: Authorize | None = None
        self._party_of_request: PartyOfRequest | None = None
        self._states: WeakKeyDictionary[Flask, AppState] = WeakKeyDictionary()

    def init_app(
        self,
        app: Flask,
        *,
        clock: Clock | None = None,
        session_factory: Callable[[], requests.Session] | None = None,
    ) -> None:
        """Give an app this back office; adds no route.

        Reads these settings, all described in the documentation. Required: `BILLCOM_ENVIRONMENT`, `BILLCOM_USER_NAME`,
        `BILLCOM_PASSWORD`, `BILLCOM_DEV_KEY`, `BILLCOM_ORGANIZATION_ID`, `BILLCOM_ENCRYPTION_KEYS`,
        and with the simulator `BILLCOM_BASE_URL`. With defaults: `BILLCOM_DEVICE_ID`, `BILLCOM_RUNNER`,
        `BILLCOM_PAYMENTS_ENABLED`, `BILLCOM_COLLECT`, `BILLCOM_RELEASE`, `BILLCOM_RETURN_DAYS`, `BILLCOM_HOLD_DAYS`,
        `BILLCOM_BANK_CHANGE_HOLD_DAYS`, `BILLCOM_PAYOUT_SCHEDULE`, `BILLCOM_MINIMUM_PAYOUT_CENTS`,
        `BILLCOM_FUNDING_ACCOUNT_ID`, `BILLCOM_FLOAT_CENTS`, `BILLCOM_RUN_CAP_CENTS`, `BILLCOM_SELLER_DAY_CAP_CENTS`,
        `BILLCOM_RESERVE_PERCENT`, `BILLCOM_APPROVAL_THRESHOLD_CENTS`, `BILLCOM_APPROVERS`, `BILLCOM_REMINDER_DAYS`,
        `BILLCOM_COMBINE_PAYMENTS`, `BILLCOM_DUE_DAYS`, `BILLCOM_NUMBER_PREFIX`, `BILLCOM_TIMEZONE`,
        `BILLCOM_CHART_OF_ACCOUNTS`, `BILLCOM_CONCURRENCY`, `BILLCOM_LINGER_S`, `BILLCOM_HOURLY_RESERVE`,
        `BILLCOM_LANDING_S`, `BILLCOM_LIST_LAG_S`, `BILLCOM_GRACE_MARGIN_S`, `BILLCOM_MAX_LINES` and
        `BILLCOM_USE_VENDOR_CREDITS`.

        :param clock: what tells the time; the machine's own if left out.
        :param session_factory: makes the HTTP sessions; real ones if left out. Tests mount a simulator on theirs.
        :raises ConfigurationError: a setting is missing or wrong, `db` does not know the app, its database is neither
            SQLite nor PostgreSQL, or the app has a Billcom already.
        """
        if "billcom" in app.extensions:
            raise ConfigurationError(
                "this app has a Billcom already; make one Billcom(db) and import it where it is needed"
            )
        settings = read_settings(app.config)
        for key, default in defaults().items():
            app.config.setdefault(key, default)
        store = Store(self._database.engine(app), schema=self._schema)
        mapping = Mapping(self.registry, app, self._database.session)
        self._states[app] = AppState(
            settings=settings,
            clock=clock or SystemClock(),
            store=store,
            vault=Vault(settings.encryption_keys),
            mapping=mapping,
            session_factory=session_factory,
        )
        app.extensions["billcom"] = self

    def state_of(self, app: Flask | None = None) -> AppState:
        """Return what belongs to an app, the current one if none is given.

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

    # -- what the app says -----------------------------------------------------------------------------------------

    def customer_from(self, cls: type[T]) -> Callable[[Callable[[T], Customer]], Callable[[T], Customer]]:
        """Register how a buyer is described as a Customer; subclasses are included.

        :param cls: the app's class.
        """
        return self._registering(Role.CUSTOMER, cls)

    def vendor_from(self, cls: type[T]) -> Callable[[Callable[[T], Vendor]], Callable[[T], Vendor]]:
        """Register how a seller is described as a Vendor; subclasses are included.

        :param cls: the app's class.
        """
        return self._registering(Role.VENDOR, cls)

    def _registering(self, role: Role, cls: type[Any]) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
        def register(describe: Callable[[Any], Any]) -> Callable[[Any], Any]:
            self.registry.parties[role].add(cls, describe)
            return describe

        return register

    def sale_from(self, cls: type[T]) -> Callable[[Callable[[T], Sale]], Callable[[T], Sale]]:
        """Register how an order is described as a Sale; subclasses are included.

        :param cls: the app's class; where several are registered, each sale sets its reference.
        """

        def register(describe: Callable[[T], Sale]) -> Callable[[T], Sale]:
            self.registry.sales.add(cls, describe)
            return describe

        return register

    def authorize(self, may: Authorize) -> Authorize:
        """Register who may do what in routes and console: a function of the action and the party, or None.

        The action is the name of a public call, such as `refund`, or `console`.
        """
        self._authorize = may
        return may

    def party_of_request(self, find: PartyOfRequest) -> PartyOfRequest:
        """Register who asks: a function that returns the request's seller or buyer, or None for staff."""
        self._party_of_request = find
        return find

    # -- settling --------------------------------------------------------------------------------------------------

    def settle(self, order: object) -> SettlementSnapshot:
        """Add the rows of an order's settlement to its session; nothing is committed and nothing is sent.

        Called again for the same sale it returns the same settlement, also when two requests race.

        :raises MappingError: the order, its buyer or a seller is not mapped, or the app's function raised.
        :raises InvalidSale: the sale cannot be settled as it stands.
        :raises AlreadySettled: its reference was settled with another buyer, line or cent.
        """
        state, session = self.state_of(), self._session_of(order)
        rows = state.store.within(session)
        state.check(rows)
        return settle(state.shop, rows, session, order)

    def settle_many(self, orders: Iterable[object]) -> list[Settled]:
        """Settle many orders of one session at once, in few statements.

        :return: for each order, in their order, its settlement or the error that kept it from being settled.
        """
        everyone = list(orders)
        if not everyone:
            return []
        state, session = self.state_of(), self._session_of(everyone[0])
        rows = state.store.within(session)
        state.check(rows)
        return settle_many(state.shop, rows, session, everyone)

    def settlement_of(self, order: object) -> SettlementSnapshot:
        """Return the settlement of an order as it stands.

        :raises NotSettled: it has none.
        """
        state, session = self.state_of(), self._session_of(order)
        rows, organization_id = state.store.within(session), state.settings.organization_id
        identity = self.registry.order(order, session)
        found = find_settlement(rows, organization_id, identity.local_id, identity)
        if found is None:
            # Most sales are named by the order's key; the app's function is asked only where it chose another name.
            reference = self.registry.sale_of(order).reference
            found = find_settlement(rows, organization_id, reference, identity) if reference else None
        if found is None:
            raise NotSettled(f"{identity.local_type} {identity.local_id} has no settlement; call settle(order) first")
        return found

    def _session_of(self, obj: object) -> Session:
        return object_session(obj) or self._database.session()
