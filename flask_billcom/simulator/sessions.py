"""Who is signed in: sessions, devices that are trusted, and the codes that make them so.

    Login ──> session ──MFAChallenge, MFAAuthenticate──> trusted session ──rememberMe──> mfaId, 30 days
    Login with mfaId and its deviceId ──> trusted from the start

https://developer.bill.com/v2/reference/auth-mfaauthenticate
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.errors import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_billcom.simulator.world import World

__all__ = ["Session", "Sessions", "find", "sign_in", "sign_out"]

_MINUTE: Final = 60_000
IDLE: Final = 35 * _MINUTE
CODE_LIFE: Final = 5 * _MINUTE
LOCK: Final = 15 * _MINUTE
REMEMBERED: Final = 30 * 24 * 60 * _MINUTE
TRIES: Final = 5
LONGEST_DEVICE: Final = 100


@dataclass(slots=True)
class Session:
    """One sign-in."""

    id: str
    user_name: str
    user_id: str
    org_id: str
    last_used: int
    trusted: bool = False
    mfa_id: str = ""
    ends_at: int | None = None


@dataclass(slots=True)
class Challenge:
    """A code sent to a phone."""

    session_id: str
    made: int
    wrong: int = 0


@dataclass(slots=True)
class Device:
    """A device remembered as trusted."""

    user_name: str
    device_id: str
    expires: int


@dataclass(slots=True)
class Sessions:
    """All sign-ins of an organization."""

    live: dict[str, Session] = field(default_factory=dict)
    challenges: dict[str, Challenge] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)
    wrong_passwords: dict[str, int] = field(default_factory=dict)
    locked_until: dict[str, int] = field(default_factory=dict)


def check_password(world: World, form: Mapping[str, str]) -> None:
    """Refuse wrong credentials; several in a row lock the user out for a quarter of an hour.

    :raises Refusal: BDC_1108 for a missing parameter, BDC_1101 for a wrong one, BDC_1110 while locked.
    """
    for name in ("userName", "password"):
        if not form.get(name):
            raise refusal("BDC_1108", name)
    state, user = world.sessions, form["userName"]
    if world.now < state.locked_until.get(user, 0):
        raise refusal("BDC_1110")
    settings = world.settings
    if (user, form["password"]) == (settings.user_name, settings.password):
        state.wrong_passwords.pop(user, None)
        return
    tries = state.wrong_passwords[user] = state.wrong_passwords.get(user, 0) + 1
    if tries >= TRIES:
        state.wrong_passwords.pop(user)
        state.locked_until[user] = world.now + LOCK
        raise refusal("BDC_1110")
    raise refusal("BDC_1101")


def sign_in(world: World, form: Mapping[str, str]) -> Session:
    """Open a session.

    :raises Refusal: the credentials or the organization are wrong.
    """
    check_password(world, form)
    if not form.get("orgId"):
        raise refusal("BDC_1108", "orgId")
    if form["orgId"] != world.settings.org_id:
        raise refusal("BDC_1123")
    state = world.sessions
    if not world.settings.parallel_sessions:
        state.live = {key: each for key, each in state.live.items() if each.user_name != form["userName"]}
    session = Session(world.ids.token("session"), form["userName"], world.user.id, form["orgId"], world.now)
    device = state.devices.get(form.get("mfaId", ""))
    if device is not None and is_trusted_device(world, device, form.get("userName"), form.get("deviceId")):
        session.trusted, session.mfa_id = True, form["mfaId"]
    state.live[session.id] = session
    return session


def is_trusted_device(world: World, device: Device, user_name: str | None, device_id: str | None) -> bool:
    """Return whether a remembered device is who it says, and its thirty days are not over."""
    return (device.user_name, device.device_id) == (user_name, device_id) and world.now < device.expires


def find(world: World, session_id: str) -> Session:
    """Return a live session and restart its timer.

    :raises Refusal: BDC_1109 when it is unknown, has been idle for 35 minutes, or has ended.
    """
    session = world.sessions.live.get(session_id)
    if session is None:
        raise refusal("BDC_1109")
    ended = session.ends_at is not None and world.now >= session.ends_at
    if ended or world.now - session.last_used >= IDLE:
        del world.sessions.live[session_id]
        raise refusal("BDC_1109")
    session.last_used = world.now
    return session


def sign_out(world: World, session: Session) -> None:
    """End a session, at once or when `logout_lag_s` has passed."""
    settings = world.settings
    session.ends_at = world.now + int(settings.logout_lag_s * 1000)
    if settings.logout_ends_mfa:
        world.sessions.devices.pop(session.mfa_id, None)
    if not settings.logout_lag_s:
        world.sessions.live.pop(session.id, None)


def challenge(world: World, session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """Send a code to the user's phone: MFAChallenge."""
    if str(data.get("useBackup", False)).lower() == "true":
        raise refusal("BDC_1354")
    challenge_id = world.ids.token("challenge")
    world.sessions.challenges[challenge_id] = Challenge(session.id, world.now)
    world.send("phone", "mfa_code", world.settings.mfa_code)
    return {"challengeId": challenge_id}


def authenticate(world: World, session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """Check a code, trust the session, and remember the device if asked to: MFAAuthenticate."""
    for name in ("challengeId", "token", "deviceId"):
        if not data.get(name):
            raise refusal("BDC_1117", name)
    found = world.sessions.challenges.get(str(data["challengeId"]))
    if found is None or found.session_id != session.id:
        raise refusal("BDC_1129", "challengeId", data["challengeId"])
    if len(str(data["deviceId"])) > LONGEST_DEVICE:
        raise refusal("BDC_1129", "deviceId", data["deviceId"])
    if found.wrong >= TRIES:
        raise refusal("BDC_1358")
    if world.now - found.made >= CODE_LIFE:
        raise refusal("BDC_1356")
    if str(data["token"]).replace("-", "") != world.settings.mfa_code:
        found.wrong += 1
        raise refusal("BDC_1358" if found.wrong >= TRIES else "wrong_mfa_token")
    del world.sessions.challenges[str(data["challengeId"])]
    session.trusted = True
    if str(data.get("rememberMe", False)).lower() != "true":
        return {}
    mfa_id = session.mfa_id = world.ids.token("device")
    world.sessions.devices[mfa_id] = Device(session.user_name, str(data["deviceId"]), world.now + REMEMBERED)
    return {"mfaId": mfa_id}


def status(world: World, session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """Say whether a remembered device is still trusted: MFAStatus."""
    device = world.sessions.devices.get(str(data.get("mfaId", "")))
    trusted = device is not None and is_trusted_device(world, device, session.user_name, str(data.get("deviceId", "")))
    return {"isTrusted": trusted}
