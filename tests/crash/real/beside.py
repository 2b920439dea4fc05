"""The simulator as another process shows it: over HTTP, through its control side.

It looks like the simulator in this process as far as the story and the judge ask it, so both are used as they are.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import requests

from flask_billcom.clock import SystemClock
from flask_billcom.simulator import Simulator
from flask_billcom.simulator.payments.payouts import PAID

TABLES = {"vendors": "Vendor", "customers": "Customer", "bills": "Bill", "invoices": "Invoice", "sent_pays": "SentPay"}
WAIT_S = 30.0


class Row:
    """One object at Bill.com."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = fields

    def __getitem__(self, name: str) -> Any:
        value = self.fields[name]
        return [Row(each) if isinstance(each, dict) else each for each in value] if isinstance(value, list) else value

    @property
    def id(self) -> str:
        return str(self.fields["id"])

    @property
    def created(self) -> str:
        return str(self.fields["createdTime"])

    @property
    def updated(self) -> str:
        return str(self.fields["updatedTime"])

    @property
    def is_active(self) -> bool:
        return str(self.fields.get("isActive", "1")) == "1"


class Books:
    """What Bill.com has."""

    def __init__(self, bill: Beside) -> None:
        self._bill = bill

    def __getitem__(self, entity: str) -> list[Row]:
        return [Row(each) for each in self._bill.get(f"books/{entity}")["rows"]]

    def __getattr__(self, name: str) -> list[Row]:
        return self[TABLES[name]]

    def find(self, entity: str, row_id: str) -> Row:
        return next(row for row in self[entity] if row.id == row_id)

    def totals(self) -> dict[str, Any]:
        return self._bill.get("books")


class Beside:
    """A simulator in another process.

    :param url: its address, without a path.
    """

    def __init__(self, url: str) -> None:
        self.api = f"{url}/api/v2"
        self._url = f"{url}/simulator"
        self._http = requests.Session()
        self._http.trust_env = False
        self.settings = Simulator().settings
        self.books = Books(self)
        self.clock = SimpleNamespace(now=self._now, advance=self._advance)
        self.has_sent_back = False

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Return what the control side says."""
        return dict(self._http.get(f"{self._url}/{path}", params=query, timeout=WAIT_S).json())

    def post(self, path: str, **words: Any) -> dict[str, Any]:
        """Have the control side do something."""
        answer = self._http.post(f"{self._url}/{path}", json=words, timeout=WAIT_S)
        assert answer.ok, answer.text
        return dict(answer.json())

    def switch(self, **switches: Any) -> None:
        """Change switches."""
        self.post("switches", **switches)

    def under_lock(self, act: Callable[..., Any]) -> None:
        """Do through the control side what the story does with the simulator in its hands, by the name of the act."""
        {"send_back": self._send_back}[act.__name__]()

    def _send_back(self) -> None:
        """Let the bank send back one transfer to a seller, once."""
        electronic = {row["vendorId"] for row in self.books["VendorBankAccount"] if row.is_active}
        sent = [row for row in self.books["SentPay"] if row["status"] == PAID and row["vendorId"] in electronic]
        if sent and not self.has_sent_back:
            self.has_sent_back = True
            self.post("events", kind="return_payout", id=sent[0].id, code="R03")

    @property
    def journal(self) -> list[Any]:
        """What Bill.com was asked, the oldest first."""
        entries = self.get("journal")["entries"]
        at = [int(datetime.fromisoformat(each["at"]).timestamp() * 1000) for each in entries]
        return [SimpleNamespace(**{**each, "at": time}) for each, time in zip(entries, at, strict=True)]

    @property
    def bank(self) -> Any:
        """What lies at the banks."""
        accounts = self.get("bank")["accounts"]
        return SimpleNamespace(
            accounts={
                each["key"]: SimpleNamespace(holder=each["holder"], cents=each["balance_cents"]) for each in accounts
            }
        )

    def _now(self) -> datetime:
        return datetime.fromisoformat(self.get("clock")["now"])

    def _advance(self, seconds: float = 0.0, business_days: int = 0) -> None:
        self.post("clock", advance_s=seconds, business_days=business_days)


@contextmanager
def served(folder: Path, *, seed: int = 1) -> Iterator[Beside]:
    """Run `python -m flask_billcom.simulator` on a free port, its clock moved by hand."""
    port_file = folder / "port"
    words = ["--clock", "manual", "--port", "0", "--port-file", str(port_file), "--seed", str(seed)]
    command = [sys.executable, "-m", "flask_billcom.simulator", *words]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield Beside(f"http://127.0.0.1:{_port(port_file, process)}")
        finally:
            process.terminate()


def _port(path: Path, process: subprocess.Popen[bytes]) -> int:
    clock = SystemClock()
    until = clock.monotonic() + WAIT_S
    while clock.monotonic() < until and process.poll() is None:
        if path.exists() and path.read_text().strip():
            return int(path.read_text())
        clock.sleep(0.02)
    raise RuntimeError("the simulator did not start")
