"""A local Bill.com for the tests of your app.

    def test_the_seller_is_invoiced(local_billcom):                  # the fixture of flask_billcom.pytest_plugin
        app = create_app(local_billcom.config)
        ...                                                          # settle an order, commit
        local_billcom.run(app)                                       # everything that is due, till nothing moves
        assert [invoice.invoice_number for invoice in local_billcom.shown(app, Invoice)] == ["FB-1"]

It speaks the real wire format over a socket. Its clock stands still but for what you tell it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

from flask import Flask

from flask_billcom.simulator.serving.server import Server

from .api.fields import Record
from .calls.running import RunningCalls
from .simulator import Simulator
from .vault import generate_key

R = TypeVar("R", bound=Record)
_MOST_ROUNDS = 100


class LocalBillcom:
    """A Bill.com with one organization, one user and a bank, for as long as a test lasts.

    :param switches: of the simulator, for example `unique_numbers="org"`; see its documentation.
    """

    def __init__(self, **switches: Any) -> None:  # noqa: ANN401 - checked by the simulator
        self.simulator = Simulator(**switches)
        self._server = Server(self.simulator)
        self._key = generate_key()

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.stop()

    @property
    def config(self) -> Mapping[str, Any]:
        """What to put into `app.config` before `init_app`."""
        known = self.simulator.settings
        return {
            "BILLCOM_ENVIRONMENT": "simulator",
            "BILLCOM_BASE_URL": f"{self._server.url}/api/v2",
            "BILLCOM_USER_NAME": known.user_name,
            "BILLCOM_PASSWORD": known.password,
            "BILLCOM_DEV_KEY": known.dev_key,
            "BILLCOM_ORGANIZATION_ID": known.org_id,
            "BILLCOM_ENCRYPTION_KEYS": [self._key],
            "BILLCOM_RUNNER": "external",
            "BILLCOM_LINGER_S": 0,
        }

    def run(self, app: Flask, *, rounds: int = _MOST_ROUNDS) -> int:
        """Do round after round until one moves nothing, a minute of Bill.com's time apart; return how many moved.

        Commit before: the rounds see what is committed.

        :param rounds: most rounds.
        """
        for count in range(rounds):
            self.simulator.advance(seconds=60)
            with app.app_context():
                if not _of(app).tick().moved:
                    return count
        return rounds

    def pass_bank_days(self, app: Flask, count: int) -> None:
        """Let bank days pass and do what is due on each of them."""
        for _ in range(count):
            self.simulator.advance(business_days=1)
            self.run(app)

    def trust(self, app: Flask) -> None:
        """Confirm the device with the code from the phone, so that payouts and sellers' bank accounts are allowed."""
        sessions = _of(app).state_of(app).parts.sessions
        sessions.authenticate(
            sessions.challenge(), self.simulator.settings.mfa_code, machine_name="test", actor="local_billcom"
        )

    def shown(self, app: Flask, record_type: type[R]) -> list[R]:
        """Return what Bill.com shows of a kind of objects, at most 999 of them.

        :param record_type: of `flask_billcom.api.records`.
        """
        return list(_of(app).state_of(app).parts.domain.reads.page(record_type).records)


def _of(app: Flask) -> RunningCalls:
    billcom = app.extensions["billcom"]
    assert isinstance(billcom, RunningCalls)
    return billcom
