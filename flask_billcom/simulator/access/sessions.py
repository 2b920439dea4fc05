"""Who is signed in: sessions, devices that are trusted, and the codes that make them so.

    Login ──> session ──MFAChallenge, MFAAuthenticate──> trusted session ──rememberMe──> mfaId, 30 days
    Login with mfaId and its deviceId ──> trusted from the start
    Login with a sync token ──> session of 48 hours, never trusted, without any MFA call

https://developer.bill.com/v2/reference/auth-mfaauthenticate
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.errors import refusal

from .users import user_of

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
TOKEN_LIFE: Final = 48 * 60 * _MINUTE
ORG_TRIES: Final = 10
ORG_LOCK: Final = 10 * _MINUTE
FORGOTTEN: Final = 30 * _MINUTE
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
    is_token: bool = False


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
    """All sign-ins of an organization.

    :param users: ids of those who may sign in, by user name.
    :param phones: ids of users whose phone takes codes.
    """

    users: dict[str, str] = field(default_factory=dict)
    phones: set[str] = field(default_factory=set)
    live: dict[str, Session] = field(default_factory=dict)
    challenges: dict[str, Challenge] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)
    wrong_passwords: dict[str, int] = field(default_factory=dict)
    locked_until: dict[str, int] = field(default_factory=dict)
    failures: list[int] = field(default_factory=list)
    organization_locked_until: int = 0


def check_organization(world: World) -> None:
    """Refuse every call while the organization is locked out.

    :raises Refusal: BDC_1107, for ten minutes after ten failed sign-ins.
    """
    if world.now < world.sessions.organization_locked_until:
        raise refusal("BDC_1107")


def check_password(world: World, form: Mapping[str, str]) -> bool:
    """Refuse wrong credentials, and return whether they are a sync token's.

    Several failures in a row lock the user out for a quarter of an hour, more of them the organization.

    :raises Refusal: BDC_1108 for a missing parameter, BDC_1101 for a wrong one, BDC_1110 while locked.
    """
    for name in ("userName", "password"):
        if not form.get(name):
            raise refusal("BDC_1108", name)
    state, user, settings = world.sessions, form["userName"], world.settings
    if world.now < state.locked_until.get(user, 0):
        raise refusal("BDC_1110")
    is_token = (user, form["password"]) == (settings.token_name, settings.token_value)
    is_user = user in state.users or bool(world.store["User"].having("email", user))
    if is_token or (is_user and form["password"] == settings.password):
        state.wrong_passwords.pop(user, None)
        return is_token
    _count_failure(world, user)
    raise refusal("BDC_1101")


def _count_failure(world: World, user: str) -> None:
    state = world.sessions
    state.failures = [at for at in state.failures if at > world.now - LOCK] + [world.now]
    if len(state.failures) >= ORG_TRIES:
        state.organization_locked_until, state.failures = world.now + ORG_LOCK, []
        raise refusal("BDC_1107")
    tries = state.wrong_passwords[user] = state.wrong_passwords.get(user, 0) + 1
    if tries >= TRIES:
        state.wrong_passwords.pop(user)
        state.locked_until[user] = world.now + LOCK
        raise refusal("BDC_1110")


def sign_in(world: World, form: Mapping[str, str]) -> Session:
    """Open a session.

    :raises Refusal: the credentials or the organization are wrong.
    """
    is_token = check_password(world, form)
    check_accessible(world, form)
    user = world.user if is_token else user_of(world, form["userName"])
    state = world.sessions
    if not world.settings.parallel_sessions:
        state.live = {key: each for key, each in state.live.items() if each.user_name != form["userName"]}
    session = Session(world.ids.token("session"), form["userName"], user.id, form["orgId"], world.now)
    device = state.devices.get(form.get("mfaId", ""))
    if is_token:
        session.is_token = True
        session.ends_at = world.now + TOKEN_LIFE if world.settings.sync_life == "fixed" else None
    elif device is not None and is_trusted_device(world, device, form.get("userName"), form.get("deviceId")):
        session.trusted, session.mfa_id = True, form["mfaId"]
    state.live[session.id] = session
    return session


def check_accessible(world: World, form: Mapping[str, str]) -> None:
    """Refuse an organization that the user may not work in.

    :raises Refusal: BDC_1123 for an unknown one, BDC_1106 for a partner's, BDC_1105 without access over the API.
    """
    if not form.get("orgId"):
        raise refusal("BDC_1108", "orgId")
    if form["orgId"] == world.settings.partner_org_id:
        raise refusal("BDC_1106")
    if form["orgId"] != world.settings.org_id:
        raise refusal("BDC_1123")
    if not world.settings.api_access:
        raise refusal("BDC_1105")


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
    if ended or world.now - session.last_used >= _idle_life(world, session):
        del world.sessions.live[session_id]
        raise refusal("BDC_1109")
    session.last_used = world.now
    return session


def _idle_life(world: World, session: Session) -> float:
    if not session.is_token:
        return IDLE
    return TOKEN_LIFE if world.settings.sync_life == "idle" else float("inf")


def check_kind(session: Session, verb: str) -> None:
    """Refuse what a sync token cannot do: it has no MFA operation at all.

    :raises Refusal: the guess for lacking permission.
    """
    if session.is_token and verb.startswith("MFA"):
        raise refusal("no_permission")


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
    use_backup = str(data.get("useBackup", False)).lower() == "true"
    if use_backup or session.user_id not in world.sessions.phones:
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
    if world.now - found.made >= FORGOTTEN:
        raise refusal("BDC_1374")
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
