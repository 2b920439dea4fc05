"""What a person does with the shared session: sign in, sign out, confirm the device, change keys.

    sign_in    the engine's holds on signing in are released, then one login
    challenge  a code goes to the phone
    confirm    the code comes back: trusted for 30 days, payouts and charges go on

Source: https://developer.bill.com/v2/docs/api-login-best-practices
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update

from flask_billcom.api.secret import Secret
from flask_billcom.errors import InvalidRequest, SessionExpired, TokenUnreadable
from flask_billcom.models import Session
from flask_billcom.store import Rows, Store

from .holds import ALL, Parking
from .limits import LOGIN
from .sessions import Sessions, State

CODE_LENGTH = 6
_TRUSTED_UNTIL = (
    select(Session.mfa_expires)
    .where(Session.organization_id == bindparam("organization_id"), Session.mfa_enc.is_not(None))
    .order_by(Session.gen.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStand:
    """How the shared session stands, without its token.

    :param state: valid, refreshing, fenced or dead; `none` before the first sign-in.
    :param generation: how many sign-ins there were.
    :param trusted: whether a person has confirmed this device, so that money may move.
    :param trusted_until: when that ends, or None.
    """

    state: str
    generation: int
    trusted: bool
    trusted_until: datetime | None
    last_used: datetime | None

    @property
    def is_signed_in(self) -> bool:
        """Whether there is a session that the next call would use."""
        return self.state == State.VALID

    def days_left(self, now: datetime) -> int | None:
        """Return for how many whole days the device stays trusted, or None where it is not."""
        if self.trusted_until is None or self.trusted_until <= now:
            return None
        return (self.trusted_until - now) // timedelta(days=1)


def digits_of(code: str) -> str:
    """Return the digits of a code from the phone, which may be given with spaces between.

    :raises InvalidRequest: they are not six.
    """
    digits = code.replace(" ", "")
    if len(digits) != CODE_LENGTH or not digits.isdecimal():
        raise InvalidRequest(f"the code has {CODE_LENGTH} digits; nothing was sent, so enter it again")
    return digits


class SharedSession:
    """The shared session of one organization, for people."""

    def __init__(self, sessions: Sessions, *, store: Store, parking: Parking) -> None:
        self.organization_id = sessions.organization_id
        self._sessions = sessions
        self._store = store
        self._parking = parking

    def stand(self) -> SessionStand:
        """Return how the session stands; nothing is sent."""
        with self._store.read() as rows:
            return stand_of(rows, self.organization_id)

    def sign_in(self, *, actor: str) -> SessionStand:
        """Sign in, if nobody is, and let sending go on that waited for it.

        Stored tokens that no key opens are given up: the device has to be confirmed again then.

        :param actor: who does it, for the audit trail.
        :raises AuthenticationFailed: Bill.com refused it; it is not tried again by itself.
        :raises Held: a person's hold stops all sending.
        """
        with self._store.write() as rows:
            self._parking.reopen(rows, actor, ALL, LOGIN)
            self._give_up_unreadable(rows)
        self._sessions.live()
        return self.stand()

    def sign_out(self, *, actor: str) -> bool:
        """End the session at Bill.com and return whether there was one; the next call signs in anew.

        :param actor: who does it, for the audit trail.
        """
        with self._store.read() as rows:
            newest = self._sessions.newest(rows)
        if newest is None or newest.state != State.VALID:
            return False
        try:
            self._sessions.logout(actor)
        except SessionExpired:
            self._sessions.expired(newest.gen)
            return False
        return True

    def challenge(self, *, use_backup: bool = False) -> str:
        """Have Bill.com send a code to the user's phone and return the challenge's id.

        :param use_backup: send it to the second phone.
        """
        return self._once_more(lambda: self._sessions.challenge(use_backup=use_backup))

    def confirm(self, challenge_id: str, code: str | Secret, *, machine_name: str, actor: str) -> datetime:
        """Confirm this device with the code, and return when its trust ends.

        :param code: six digits.
        :param machine_name: what a person calls this machine.
        :param actor: who holds the phone, for the audit trail.
        :raises InvalidRequest: the code is not six digits; nothing was sent.
        :raises MFARequired: the code is wrong or too old.
        """
        digits = digits_of(Secret(code).reveal())
        return self._sessions.authenticate(challenge_id, digits, machine_name=machine_name, actor=actor)

    def rotate_keys(self) -> int:
        """Encrypt every stored token with the newest key and return how many were encrypted anew.

        :raises TokenUnreadable: one that is in use was encrypted with a key that is gone; tokens of earlier sessions
            with such a key stay as they are.
        """
        return self._sessions.rotate_keys()

    def _once_more(self, ask: Callable[[], str]) -> str:
        """Ask again after a new sign-in where the session had ended: a second code does no harm."""
        with self._store.read() as rows:
            newest = self._sessions.newest(rows)
        try:
            return ask()
        except SessionExpired:
            if newest is not None:
                self._sessions.expired(newest.gen)
        return ask()

    def _give_up_unreadable(self, rows: Rows) -> None:
        newest = self._sessions.newest(rows)
        if newest is not None and newest.state == State.VALID:
            try:
                self._sessions.token(newest)
            except TokenUnreadable:
                self._sessions.retire(rows, newest.gen)
        for row in rows.all(
            select(Session).where(Session.organization_id == self.organization_id, Session.mfa_enc.is_not(None))
        ):
            try:
                self._sessions.remembered_device(row)
            except TokenUnreadable:
                rows.change(
                    update(Session)
                    .where(Session.organization_id == self.organization_id, Session.gen == row.gen)
                    .values(mfa_enc=None, mfa_expires=None, trusted=False)
                )


def trusted_until(rows: Rows, organization_id: str) -> datetime | None:
    """Return when the trust in this device ends, or None if no device was confirmed."""
    until: datetime | None = rows.first(_TRUSTED_UNTIL, {"organization_id": organization_id})
    return until


def stand_of(rows: Rows, organization_id: str) -> SessionStand:
    """Return how an organization's session stands."""
    newest = rows.first(
        select(Session).where(Session.organization_id == organization_id).order_by(Session.gen.desc()).limit(1)
    )
    if newest is None:
        return SessionStand(state="none", generation=0, trusted=False, trusted_until=None, last_used=None)
    return SessionStand(
        state=newest.state,
        generation=newest.gen,
        trusted=newest.trusted,
        trusted_until=trusted_until(rows, organization_id),
        last_used=newest.last_used,
    )
