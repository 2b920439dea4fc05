"""Signing in and out, and the second step: plain functions over a transport.

    login ──> Login(session_id, api_end_point) ──mfa_challenge──> code ──mfa_authenticate──> mfa_id, 30 days
    login(mfa_id, device_id) ──> trusted from the start

A session ends after 35 idle minutes. Nobody here signs in again by himself.

Wire: https://developer.bill.com/v2/docs/authentication-overview
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_billcom.errors import MalformedReply

from .codes import error_of_read
from .envelope import Reply
from .replies import parse_mapping
from .secret import Secret
from .transport import Transport


@dataclass(frozen=True, slots=True)
class Login:
    """An open session.

    :param session_id: goes along with every call.
    :param org_id: the organization that it is bound to.
    :param api_end_point: where every further call goes; checked against the allowed addresses.
    :param users_id: who signed in.
    """

    session_id: Secret
    org_id: str
    api_end_point: str
    users_id: str


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization that a user may sign in to."""

    org_id: str
    name: str


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """Whose session it is.

    :param server_date: when Bill.com said so.
    """

    organization_id: str
    user_id: str
    server_date: datetime | None = None


def login(
    transport: Transport,
    *,
    user_name: str,
    password: Secret | str,
    org_id: str,
    mfa_id: Secret | str | None = None,
    device_id: str | None = None,
) -> Login:
    """Open a session; it is trusted from the start with a remembered device.

    :param mfa_id: what `mfa_authenticate` returned, at most 30 days ago.
    :param device_id: the same device as then.
    :raises AuthenticationFailed: the credentials are wrong; do not try again with the same ones.
    :raises ConfigurationError: the answer names an address that is not Bill.com's.
    :raises APIError: signing in was refused for another reason.
    :raises TransportError: no usable answer came.

    Wire: https://developer.bill.com/v2/docs/api-login-best-practices
    """
    form: dict[str, Secret | str] = {"userName": user_name, "password": Secret(password), "orgId": org_id}
    if mfa_id is not None and device_id is not None:
        form.update(mfaId=Secret(mfa_id), deviceId=device_id)
    reply = _ask(transport, "Login", form=form)
    end_point = _text(reply, "apiEndPoint")
    return Login(
        session_id=Secret(_text(reply, "sessionId")),
        org_id=_text(reply, "orgId"),
        api_end_point=transport.check(end_point),
        users_id=_text(reply, "usersId"),
    )


def logout(transport: Transport, *, session_id: Secret | str, end_point: str | None = None) -> None:
    """End a session.

    :raises SessionExpired: it had ended before.
    """
    _ask(transport, "Logout", session_id=session_id, end_point=end_point, data={})


def list_orgs(transport: Transport, *, user_name: str, password: Secret | str) -> list[Organization]:
    """List the organizations of a user; it counts as a sign-in towards the hourly limit.

    :raises AuthenticationFailed: the credentials are wrong.
    """
    reply = _ask(transport, "ListOrgs", form={"userName": user_name, "password": Secret(password)})
    if not isinstance(reply.data, list):
        raise MalformedReply("the answer to ListOrgs holds no list", http=reply.http, server_date=reply.server_date)
    return [Organization(_text(reply, "orgId", row), _text(reply, "orgName", row)) for row in reply.data]


def get_session_info(transport: Transport, *, session_id: Secret | str, end_point: str | None = None) -> SessionInfo:
    """Tell whose session it is.

    :raises SessionExpired: the session is surely dead; the error carries the server's date.

    Wire: https://developer.bill.com/v2/reference/auth-getsessioninfo
    """
    reply = _ask(transport, "GetSessionInfo", session_id=session_id, end_point=end_point, data={})
    return SessionInfo(_text(reply, "organizationId"), _text(reply, "userId"), reply.server_date)


def mfa_challenge(
    transport: Transport, *, session_id: Secret | str, end_point: str | None = None, use_backup: bool = False
) -> str:
    """Have a code of six digits sent to the user's phone and return the id of the challenge.

    :param use_backup: send it to the second phone.
    :raises MFARequired: the user has no such phone.

    Wire: https://developersupport.bill.com/hc/en-us/articles/115000169503-MFAChallenge
    """
    data = {"useBackup": use_backup}
    reply = _ask(transport, "MFAChallenge", session_id=session_id, end_point=end_point, data=data)
    return _text(reply, "challengeId")


def mfa_authenticate(
    transport: Transport,
    *,
    session_id: Secret | str,
    challenge_id: str,
    token: Secret | str,
    device_id: str,
    machine_name: str,
    remember_me: bool = True,
    end_point: str | None = None,
) -> Secret | None:
    """Answer the code, so that the session is trusted; return what to remember, or None without `remember_me`.

    :param token: the six digits.
    :param device_id: any text of up to 100 characters; later logins must name the same.
    :param machine_name: what a person calls the machine.
    :raises MFARequired: the code is too old or too many were wrong.

    Wire: https://developersupport.bill.com/hc/en-us/articles/115000169443-MFAAuthenticate
    """
    data = {
        "challengeId": challenge_id,
        "token": Secret(token),
        "deviceId": device_id,
        "machineName": machine_name,
        "rememberMe": remember_me,
    }
    reply = _ask(transport, "MFAAuthenticate", session_id=session_id, end_point=end_point, data=data)
    return Secret(_text(reply, "mfaId")) if remember_me else None


def mfa_status(
    transport: Transport,
    *,
    session_id: Secret | str,
    mfa_id: Secret | str,
    device_id: str,
    end_point: str | None = None,
) -> bool:
    """Tell whether a remembered device is still trusted.

    Wire: https://developer.bill.com/v2/reference/auth-mfastatus
    """
    data = {"mfaId": Secret(mfa_id), "deviceId": device_id}
    reply = _ask(transport, "MFAStatus", session_id=session_id, end_point=end_point, data=data)
    return parse_mapping(reply).get("isTrusted") is True


def _ask(
    transport: Transport,
    name: str,
    *,
    session_id: Secret | str | None = None,
    end_point: str | None = None,
    data: Mapping[str, Any] | None = None,
    form: Mapping[str, Secret | str] | None = None,
) -> Reply:
    reply = transport.call(
        f"{name}.json", data, session_id=session_id, end_point=end_point, form=form, idempotent=False
    )
    if not reply.ok:
        raise error_of_read(reply, name)
    return reply


def _text(reply: Reply, key: str, row: Any = None) -> str:  # noqa: ANN401 - one element of an answer
    held = parse_mapping(reply) if row is None else row
    value = held.get(key) if isinstance(held, Mapping) else None
    if not isinstance(value, str) or not value:
        raise MalformedReply(f"the answer holds no {key}", http=reply.http, server_date=reply.server_date)
    return value


class PasswordSession:
    """A session for one program: it signs in when needed, and anew before the session grows too old.

    Not for several processes: they share one session through the engine.

    :param user_name: e-mail address, or the name of a sync token.
    :param password: or the value of a sync token.
    :param mfa_id: from an earlier `mfa_authenticate`; with `device_id` the session is trusted.
    :param renew_after_s: idle seconds after which a session is replaced without trying it.
    :param clock: seconds that never go back; the transport's own if left out.
    """

    def __init__(
        self,
        transport: Transport,
        user_name: str,
        password: Secret | str,
        org_id: str,
        *,
        mfa_id: Secret | str | None = None,
        device_id: str | None = None,
        renew_after_s: float = 1500,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self.transport = transport
        self.org_id = org_id
        self.device_id = device_id
        self._user_name = user_name
        self._password = Secret(password)
        self._mfa_id = Secret(mfa_id) if mfa_id is not None else None
        self._renew_after_s = renew_after_s
        self._clock = clock or transport.monotonic
        self._login: Login | None = None
        self._used_at = 0.0

    def session_id(self) -> Secret:
        """Return a session's id, signing in where there is none or it was idle for long.

        :raises APIError: signing in was refused.
        :raises TransportError: Bill.com cannot be reached.
        """
        now = self._clock()
        if self._login is None or now - self._used_at > self._renew_after_s:
            self._login = login(
                self.transport,
                user_name=self._user_name,
                password=self._password,
                org_id=self.org_id,
                mfa_id=self._mfa_id,
                device_id=self.device_id,
            )
        self._used_at = now
        return self._login.session_id

    @property
    def end_point(self) -> str | None:
        """Return where calls go, once signed in."""
        return self._login.api_end_point if self._login else None

    def expired(self, session_id: Secret | str) -> None:
        """Forget a session that Bill.com no longer knows."""
        if self._login is not None and self._login.session_id == Secret(session_id):
            self._login = None

    def logout(self) -> None:
        """End the session, if there is one."""
        if self._login is not None:
            ended, self._login = self._login, None
            logout(self.transport, session_id=ended.session_id, end_point=ended.api_end_point)

    def challenge(self, *, use_backup: bool = False) -> str:
        """Have a code sent to the phone and return the id of the challenge."""
        session_id = self.session_id()
        return mfa_challenge(self.transport, session_id=session_id, end_point=self.end_point, use_backup=use_backup)

    def trust(self, challenge_id: str, code: Secret | str, *, device_id: str, machine_name: str) -> Secret:
        """Answer the code; return what to keep for the next 30 days, together with the device id.

        :raises MFARequired: the code is too old or too many were wrong.
        """
        mfa_id = mfa_authenticate(
            self.transport,
            session_id=self.session_id(),
            end_point=self.end_point,
            challenge_id=challenge_id,
            token=code,
            device_id=device_id,
            machine_name=machine_name,
        )
        assert mfa_id is not None  # asked to remember
        self._mfa_id, self.device_id = mfa_id, device_id
        return mfa_id
