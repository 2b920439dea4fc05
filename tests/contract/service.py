"""One API v2 to put cases to: the local one in process, the local one over HTTP, or a sandbox organization.

case ──call──> Service ──form──> adapter, socket or sandbox          made objects are put away at the end (live)
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import requests

from flask_billcom.simulator import Settings

ZEROS = "0" * 20
DEVICE = "contract-suite"
SANDBOXES = frozenset({"api-stage.bill.com", "api-sandbox.bill.com", "app-stage.bill.com", "127.0.0.1"})
#: Calls that send a message; a sandbox takes five of them a minute.
_MAILED = frozenset({"MFAChallenge", "SendInvoice", "SendVendorInvite", "SendInvite"})
_MAIL_PACE_S = 13.0
_TYPES: Mapping[type, str] = {bool: "flag", int: "number", Decimal: "number", str: "text", list: "list", dict: "object"}


class Refused(Exception):  # noqa: N818 - an answer that a case asks for
    """An error envelope."""

    def __init__(self, code: str, text: str, status: int) -> None:
        super().__init__(f"{code}: {text}")
        self.code, self.text, self.status = code, text, status


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who signs in.

    :param code: the MFA code that the phone shows; only the local Bill.com has one that is known beforehand.
    :param mfa_id: a device remembered at the sandbox, with its `device_id`.
    """

    user_name: str
    password: str
    dev_key: str
    org_id: str
    code: str = ""
    mfa_id: str = ""
    device_id: str = DEVICE

    @classmethod
    def local(cls) -> Credentials:
        """Return those that the local Bill.com ships with."""
        known = Settings()
        return cls(known.user_name, known.password, known.dev_key, known.org_id, known.mfa_code)

    @classmethod
    def from_environment(cls) -> Credentials:
        """Return those of a sandbox organization.

        :raises SystemExit: one is missing.
        """
        names = ("USER_NAME", "PASSWORD", "DEV_KEY", "ORGANIZATION_ID")
        missing = [f"BILLCOM_LIVE_{name}" for name in names if not os.environ.get(f"BILLCOM_LIVE_{name}")]
        if missing:
            raise SystemExit(f"--billcom-live needs {', '.join(missing)} in the environment")
        user_name, password, dev_key, org_id = (os.environ[f"BILLCOM_LIVE_{name}"] for name in names)
        code, mfa_id = os.environ.get("BILLCOM_LIVE_MFA_CODE", ""), os.environ.get("BILLCOM_LIVE_MFA_ID", "")
        device = os.environ.get("BILLCOM_LIVE_DEVICE_ID", DEVICE)
        return cls(user_name, password, dev_key, org_id, code, mfa_id, device)


def live_base() -> str:
    """Return the address of the sandbox.

    :raises SystemExit: it is not a sandbox.
    """
    base = os.environ.get("BILLCOM_LIVE_BASE_URL", "https://api-stage.bill.com/api/v2").rstrip("/")
    if urlsplit(base).hostname not in SANDBOXES:
        raise SystemExit(f"--billcom-live runs at a sandbox only, not at {base}")
    return base


@dataclass
class Service:
    """Calls one API, as a client that knows nothing of this project would."""

    http: requests.Session
    base: str
    who: Credentials
    run: str
    is_live: bool = False
    session_id: str = ""
    is_trusted: bool = False
    seen: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    made: list[tuple[str, str]] = field(default_factory=list)
    codes: list[Any] = field(default_factory=list)
    _count: int = 0
    _kept: dict[str, Any] = field(default_factory=dict)

    # -- the wire ------------------------------------------------------------------------------------------------

    def post(self, path: str, data: object = None, **form: str) -> requests.Response:
        """Post a form to a path below the base address."""
        if self.is_live and path.removesuffix(".json") in _MAILED:
            Event().wait(_MAIL_PACE_S)
        fields = {"devKey": self.who.dev_key, **form}
        if self.session_id:
            fields.setdefault("sessionId", self.session_id)
        if data is not None:
            fields["data"] = data if isinstance(data, str) else json.dumps(data, default=float)
        return self.send("POST", path, data=fields)

    def send(self, method: str, path: str, **arguments: Any) -> requests.Response:
        """Send any request to a path below the base address."""
        self.http.cookies.clear()
        return self.http.request(method, f"{self.base}/{path}", timeout=60, **arguments)

    def envelope(self, path: str, data: object = None, **form: str) -> Any:
        """Return the whole answer of a call."""
        return json.loads(self.post(f"{path}.json", data, **form).text, parse_float=Decimal)

    def __call__(self, path: str, data: object = None, **form: str) -> Any:
        """Return the data of a call's answer.

        :raises Refused: it was refused.
        """
        reply = self.post(f"{path}.json", data, **form)
        answer = json.loads(reply.text, parse_float=Decimal)
        found = answer["response_data"]
        if answer["response_status"]:
            raise Refused(found["error_code"], found["error_message"], reply.status_code)
        for each in found if isinstance(found, list) else [found]:
            self._look_at(each)
        return found

    def _look_at(self, found: object) -> None:
        """Keep names and types of what an object holds; never a value."""
        if not isinstance(found, dict) or not isinstance(found.get("entity"), str):
            return
        fields = self.seen.setdefault(found["entity"], {})
        for name, value in found.items():
            fields.setdefault(name, set())
            if value is not None:
                fields[name].add(_TYPES.get(type(value), type(value).__name__))
            for each in value if isinstance(value, list) else ():
                self._look_at(each)

    # -- signing in ----------------------------------------------------------------------------------------------

    def sign_in(self, **form: str) -> Any:
        """Open a session and call from it from now on."""
        self.session_id, self.is_trusted = "", False
        fields = {"userName": self.who.user_name, "password": self.who.password, "orgId": self.who.org_id, **form}
        if self.who.mfa_id:
            fields |= {"mfaId": self.who.mfa_id, "deviceId": self.who.device_id}
        found = self("Login", **fields)
        self.session_id = found["sessionId"]
        if self.who.mfa_id:
            self.is_trusted = bool(
                self("MFAStatus", {"mfaId": self.who.mfa_id, "deviceId": self.who.device_id})["isTrusted"]
            )
        return found

    def trust(self) -> None:
        """See to it that the session is trusted.

        :raises AssertionError: it cannot be: a code must come from a phone.
        """
        if self.is_trusted:
            return
        assert self.who.code, (
            "a case with money needs BILLCOM_LIVE_MFA_ID and BILLCOM_LIVE_DEVICE_ID of a trusted device"
        )
        challenge = self("MFAChallenge", {"useBackup": False})["challengeId"]
        self("MFAAuthenticate", self.answer_to(challenge, self.who.code, rememberMe=False))
        self.is_trusted = True

    def answer_to(self, challenge: str, code: str, **more: object) -> dict[str, object]:
        """Return the data of an MFAAuthenticate."""
        about = {"deviceId": self.who.device_id, "machineName": "contract suite", "rememberMe": False, **more}
        return {"challengeId": challenge, "token": code, **about}

    # -- objects -------------------------------------------------------------------------------------------------

    def name(self, word: str = "N") -> str:
        """Return a name that nothing else has."""
        self._count += 1
        return f"{word}-{self.run}-{self._count}"

    @property
    def today(self) -> date:
        """The date at the service."""
        return date.fromisoformat(str(self("CurrentTime")["currentTime"])[:10])

    def day(self, after: int = 0) -> str:
        """Return a date on the wire, some days after today."""
        today: date = self.kept("today", lambda: self.today)
        return (today + timedelta(days=after)).isoformat()

    def kept(self, name: str, make: Callable[[], Any]) -> Any:
        """Return what was made under that name, making it once."""
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

    def create(self, entity: str, beside: Mapping[str, object] | None = None, **values: Any) -> Any:
        """Create an object with exactly these values."""
        found = self(f"Crud/Create/{entity}", {"obj": {"entity": entity, **values}, **(beside or {})})
        self.made.append((entity, found["id"]))
        return found

    def update(self, entity: str, **values: object) -> Any:
        """Update an object."""
        return self(f"Crud/Update/{entity}", {"obj": {"entity": entity, **values}})

    def read(self, entity: str, object_id: str) -> Any:
        """Read an object."""
        return self(f"Crud/Read/{entity}", {"id": object_id})

    def listed(self, entity: str, *filters: tuple[str, str, object], **query: object) -> Any:
        """List objects."""
        wanted = [{"field": name, "op": op, "value": value} for name, op, value in filters]
        return self(f"List/{entity}", {"filters": wanted, **query})

    def put_away(self) -> None:
        """Delete what the cases made."""
        for entity, object_id in reversed(self.made):
            try:
                self(f"Crud/Delete/{entity}", {"id": object_id})
            except Refused:
                continue  # paid, deleted by the case itself, or without Delete: it stays in the sandbox
        self.made.clear()
