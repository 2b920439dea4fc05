"""The extension object: registers what the app says, and carries each public call to the module that does it.

Billcom(db)          copies our tables into the app's metadata
@billcom....         registers the app's functions, once for all apps of this object
init_app(app)        reads the settings, keeps what belongs to this app, registers itself
billcom.settle(...)  looks up the current app's parts and calls one function of the domain
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import requests
from flask import Flask, current_app, has_app_context
from sqlalchemy import MetaData, Table, event
from sqlalchemy.orm import Session

from flask_billcom.marketplace.counterparties.parties import party_changed
from flask_billcom.marketplace.shop.listening import changed_parties
from flask_billcom.marketplace.shop.mapping import Mapping
from flask_billcom.marketplace.shop.sale import Sale

from . import models
from .api.records import Customer, Vendor
from .calls.adjustments import AdjustmentCalls
from .calls.books import BooksCalls
from .calls.collection import CollectionCalls
from .calls.files import FilesCalls
from .calls.money import MoneyCalls
from .calls.office import OfficeCalls
from .calls.operations import OperationsCalls
from .calls.payouts import PayoutCalls
from .calls.refunds import RefundCalls
from .calls.running import RunningCalls
from .choosing import look_around, runs_thread
from .clock import Clock
from .database import Database, DatabaseExtension
from .errors import ConfigurationError
from .marketplace.moment import Moment
from .models.parties import Role
from .settings import Settings, defaults, read_settings
from .state import AppState
from .store import Store
from .tables import copy_tables

T = TypeVar("T")
Authorize = Callable[[str, Any], bool | str]
PartyOfRequest = Callable[[], Any]


class Billcom(
    AdjustmentCalls,
    CollectionCalls,
    BooksCalls,
    FilesCalls,
    MoneyCalls,
    PayoutCalls,
    RefundCalls,
    OfficeCalls,
    OperationsCalls,
    RunningCalls,
):
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
    """The tables as an ordinary module, to query them: `billcom.models.Settlement`.

    :meta hide-value:
    """

    tables: dict[str, Table]
    """The copies of our tables in the app's metadata, by name."""

    may: Authorize | None
    """What `authorize` registered; routes and console ask it.

    :meta private:
    """

    party_asking: PartyOfRequest | None
    """What `party_of_request` registered; lists and pages are filtered by it.

    :meta private:
    """

    def __init__(
        self,
        db: DatabaseExtension,
        *,
        bind_key: str | None = None,
        schema: str | None = None,
        metadata: MetaData | None = None,
    ) -> None:
        super().__init__(Database(db, bind_key=bind_key, metadata=metadata))
        self._schema = schema or self._database.metadata.schema
        self.tables = copy_tables(self._database.metadata, schema=schema)
        self.may = None
        self.party_asking = None

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
        `BILLCOM_RESERVE_PERCENT`, `BILLCOM_REFUND_FEE`, `BILLCOM_APPROVAL_THRESHOLD_CENTS`, `BILLCOM_APPROVERS`,
        `BILLCOM_REMINDER_DAYS`, `BILLCOM_COMBINE_PAYMENTS`, `BILLCOM_CONFIRM_NEW_PARTIES`, `BILLCOM_DUE_DAYS`,
        `BILLCOM_NUMBER_PREFIX`, `BILLCOM_TIMEZONE`, `BILLCOM_CHART_OF_ACCOUNTS`, `BILLCOM_JOURNAL_ACCOUNTS`,
        `BILLCOM_CONCURRENCY`, `BILLCOM_LINGER_S`, `BILLCOM_HOURLY_RESERVE`, `BILLCOM_LANDING_S`, `BILLCOM_LIST_LAG_S`,
        `BILLCOM_GRACE_MARGIN_S` and `BILLCOM_MAX_LINES`.

        :param app: the Flask app.
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
            clock=clock or _clock_for(settings, store),
            store=store,
            mapping=mapping,
            session_factory=session_factory,
        )
        app.extensions["billcom"] = self
        self._listen(app)
        if runs_thread(settings.runner, look_around(debug=app.debug), debug=app.debug, testing=app.testing):
            self.start_runner(app)

    def _listen(self, app: Flask) -> None:
        """Notice changes of mapped buyers and sellers in the app's sessions."""
        with app.app_context():
            source = self._database.session_source()
        if not event.contains(source, "after_flush", self._notice_changes):
            event.listen(source, "after_flush", self._notice_changes)

    def _notice_changes(self, session: Session, _context: object) -> None:
        if not has_app_context() or current_app._get_current_object() not in self._states:  # type: ignore[attr-defined]  # noqa: SLF001 - the proxy's own way
            return
        changed = changed_parties(self.registry, session)
        if changed:
            state = self.state_of()
            party_changed(state.store.within(session), Moment(state.clock), state.settings, changed)

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

        The action is the name of a public call, such as `refund`, or `console`. Instead of True it may return the name
        of who asks, for the audit trail.

        :param may: called with both; the party is a mapped object, or None where the action is about none.
        """
        self.may = may
        return may

    def party_of_request(self, find: PartyOfRequest) -> PartyOfRequest:
        """Register who asks: a function that returns the request's seller or buyer, or None for staff.

        :param find: called without arguments inside the request.
        """
        self.party_asking = find
        return find


def _clock_for(settings: Settings, store: Store) -> Clock:
    from .composition import clock_for

    return clock_for(settings, store)
