"""The shared session: one row per generation, one login at a time, and evidence of death.

    (none), dead, fenced --insert gen + 1--> refreshing --Login--> valid --idle, BDC_1109--> fenced --proof--> dead

Inserting the next generation is the race that one process wins; the others wait and read. Only the newest generation is
ever used. An old one is dead by the proof of `fence` only, and until then a late packet could still carry its id. A
BDC_1109 takes it out of use and proves nothing: one wrong answer must not let a payment be sent a second time.

Source: https://developer.bill.com/v2/docs/authentication-overview
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, select, update
from sqlalchemy.exc import IntegrityError

from flask_billcom.api import sessions as wire
from flask_billcom.api.secret import Secret
from flask_billcom.api.transport import Transport
from flask_billcom.audit import Act, record
from flask_billcom.clock import Clock
from flask_billcom.errors import BillcomError, RateLimited, TokenUnreadable, TransportError
from flask_billcom.models import Session
from flask_billcom.store import Rows, Store
from flask_billcom.vault import Vault

from .errors import Held, NoCapacity
from .holds import PROBE_EVERY, Parking
from .limits import ALL, LOGIN, Limits, SlotLease

IDLE = timedelta(minutes=30)
"""Bill.com ends a session after 35 idle minutes; ours is renewed before, without trying."""
TOUCH = timedelta(minutes=1)
LOGIN_LEASE = timedelta(minutes=3)
MFA_TRUST = timedelta(days=30)
PATIENCE_S = 30.0
LOCKED = "BDC_1107"
HOUR_USED_UP = "BDC_1144"
_NEWEST = (
    select(Session).where(Session.organization_id == bindparam("organization_id")).order_by(Session.gen.desc()).limit(1)
)
_NEWEST_COLUMNS = _NEWEST.with_only_columns(*Session.__table__.c)
"""The same without an entity: every call asks for it."""
_TOUCHED = (
    update(Session)
    .where(Session.organization_id == bindparam("of"), Session.gen == bindparam("generation"))
    .values(last_used=bindparam("now"))
)


class State(StrEnum):
    """Where a generation stands."""

    VALID = "valid"
    REFRESHING = "refreshing"
    FENCED = "fenced"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signs in.

    :param device_id: the name under which this installation is trusted.
    """

    user_name: str
    password: Secret
    device_id: str


@dataclass(frozen=True, slots=True)
class Live:
    """A session that may be used.

    :param trusted: whether a person has confirmed this device, so that protected calls are allowed.
    """

    gen: int
    token: Secret
    end_point: str
    user_id: str
    trusted: bool


@dataclass(frozen=True, slots=True)
class Remembered:
    """A confirmed device, as the generation that it signed in last remembers it.

    :param mfa_id: what Bill.com knows it by.
    :param until: when its trust ends.
    """

    gen: int
    mfa_id: Secret
    until: datetime | None


class Sessions:
    """The generations of one organization's session."""

    def __init__(
        self,
        organization_id: str,
        *,
        store: Store,
        clock: Clock,
        transport: Transport,
        vault: Vault,
        limits: Limits,
        parking: Parking,
        credentials: Credentials,
    ) -> None:
        self.organization_id = organization_id
        self._store = store
        self._clock = clock
        self._transport = transport
        self._vault = vault
        self._limits = limits
        self._parking = parking
        self._credentials = credentials

    # -- using a session -----------------------------------------------------------------------------------------

    def live(self) -> Live:
        """Return the newest session, signing in when there is none; no transaction may be open.

        :raises Held: signing in was refused, a person has to act.
        :raises NoCapacity: another process signs in and takes long, or the logins of this hour are used up.
        :raises TransportError: Bill.com cannot be reached.
        """
        deadline = self._clock.monotonic() + PATIENCE_S
        wait_s = 0.05
        while True:
            found = self._usable()
            if found is not None:
                return found
            gen = self._win()
            if gen is not None:
                return self._sign_in(gen)
            if self._clock.monotonic() >= deadline:
                raise NoCapacity("another process is signing in; the next tick goes on")
            self._clock.sleep(self._clock.jitter(wait_s, 2 * wait_s))
            wait_s = min(1.0, wait_s * 2)

    def within(self, rows: Rows) -> Live | None:
        """Return the newest session inside a transaction that writes; None where `live` has to sign in first."""
        row = self._valid(rows)
        if row is None or self._clock.now() - row.last_used > IDLE:
            return None
        self._touch(rows, row)
        return self._live(row)

    def expired(self, gen: int) -> None:
        """Take a generation out of use that Bill.com says it does not know any more."""
        with self._store.write() as rows:
            self.retire(rows, gen)

    def mark_dead(self, rows: Rows, gen: int, server_date: datetime | None) -> None:
        """Mark a generation as dead, after the proof, and wipe its token."""
        rows.change(
            update(Session)
            .where(*self._is(gen), Session.dead_at.is_(None))
            .values(state=State.DEAD, token_enc=None, dead_at=self._clock.now(), dead_server_date=server_date)
        )

    def retire(self, rows: Rows, gen: int) -> bool:
        """Take a generation out of use, so that the next call signs in anew; return whether this did it."""
        return bool(
            rows.change(
                update(Session)
                .where(*self._is(gen), Session.state == State.VALID)
                .values(state=State.FENCED, fenced_at=self._clock.now())
            )
        )

    def untrusted(self, rows: Rows, gen: int) -> None:
        """Note that Bill.com does not trust a session that we took for trusted.

        What it remembered of the device is forgotten, or the next sign-in would pass for trusted until its days are up.
        """
        rows.change(update(Session).where(*self._is(gen)).values(trusted=False, mfa_enc=None, mfa_expires=None))

    def token(self, row: Session | Row[Any]) -> Secret:
        """Return the session id of a generation.

        :raises TokenUnreadable: no key opens it, or it was moved here from another place.
        """
        return Secret(self._vault.open(self._place("token", row.gen), row.token_enc or ""))

    def remembered_device(self, row: Session) -> Secret:
        """Return what a generation remembers of a confirmed device.

        :raises TokenUnreadable: no key opens it, or it was moved here from another place.
        """
        return Secret(self._vault.open(self._place("mfa", row.gen), row.mfa_enc or ""))

    def is_lost(self, row: Session) -> bool:
        """Return whether the token is one of an earlier session whose key is gone; no call will carry it any more."""
        stored = row.token_enc
        return stored is not None and row.state != State.VALID and not self._vault.has_key_of(stored)

    def newest(self, rows: Rows) -> Session | None:
        """Return the newest generation."""
        found: Session | None = rows.first(_NEWEST, {"organization_id": self.organization_id})
        return found

    def _usable(self) -> Live | None:
        with self._store.read() as rows:
            row = self._valid(rows)
        if row is None:
            return None
        if self._clock.now() - row.last_used > IDLE:
            with self._store.write() as rows:
                self.retire(rows, row.gen)
            return None
        return self._live(row)

    def _valid(self, rows: Rows) -> Row[Any] | None:
        """Return the newest generation, if it is one that calls may use."""
        row: Row[Any] | None = rows.first(_NEWEST_COLUMNS, {"organization_id": self.organization_id})
        return None if row is None or row.state != State.VALID or row.last_used is None else row

    def may_use(self, rows: Rows, live: Live) -> bool:
        """Return whether a session is still the newest one and in use, and note then that a call uses it."""
        row = self._valid(rows)
        if row is None or row.gen != live.gen:
            return False
        self._touch(rows, row)
        return True

    def _touch(self, rows: Rows, row: Row[Any]) -> None:
        now = self._clock.now()
        if now - row.last_used > TOUCH:
            rows.change(_TOUCHED, {"of": self.organization_id, "generation": row.gen, "now": now})

    def _live(self, row: Row[Any]) -> Live:
        return Live(row.gen, self.token(row), row.api_end_point or "", row.user_id or "", row.trusted)

    # -- signing in ----------------------------------------------------------------------------------------------

    def _win(self) -> int | None:
        """Return the generation that this process may sign in for, or None if another one does."""
        now = self._clock.now()
        try:
            with self._store.write() as rows:
                if self._parking.bars_signing_in(rows, now):
                    raise Held(
                        "signing in is on hold; mend its cause, then run `flask billcom session login`",
                    )
                newest = self.newest(rows)
                if newest is not None and newest.state == State.VALID:
                    return None
                if newest is not None and newest.state == State.REFRESHING:
                    return newest.gen if self._take_over(rows, newest, now) else None
                gen = 1 if newest is None else newest.gen + 1
                rows.insert(
                    Session,
                    [
                        {
                            "organization_id": self.organization_id,
                            "gen": gen,
                            "state": State.REFRESHING,
                            "refresh_lease": now + LOGIN_LEASE,
                            "trusted": False,
                        }
                    ],
                )
                return gen
        except IntegrityError:
            return None

    def _take_over(self, rows: Rows, row: Session, now: datetime) -> bool:
        if row.refresh_lease is not None and row.refresh_lease > now:
            return False
        taken = rows.change(
            update(Session)
            .where(*self._is(row.gen), Session.state == State.REFRESHING, Session.refresh_lease == row.refresh_lease)
            .values(refresh_lease=now + LOGIN_LEASE)
        )
        return taken == 1

    def _sign_in(self, gen: int) -> Live:
        slot, remembered = self._reserve(gen)
        try:
            answer = wire.login(
                self._transport,
                user_name=self._credentials.user_name,
                password=self._credentials.password,
                org_id=self.organization_id,
                mfa_id=remembered.mfa_id if remembered else None,
                device_id=self._credentials.device_id,
            )
        except BillcomError as error:
            with self._store.write() as rows:
                if not isinstance(error, TransportError) or not error.may_have_happened:
                    self._limits.release(rows, slot, self._clock.now())
                self._refused(rows, gen, error)
            raise
        with self._store.write() as rows:
            self._limits.release(rows, slot, self._clock.now())
            self._signed_in(rows, gen, answer, remembered)
        return Live(gen, answer.session_id, answer.api_end_point, answer.users_id, remembered is not None)

    def _reserve(self, gen: int) -> tuple[SlotLease, Remembered | None]:
        """Return the slot for a login, and what is remembered of this device, or None."""
        now = self._clock.now()
        try:
            with self._store.write() as rows:
                slot = self._limits.take(rows, now, until=now + LOGIN_LEASE, classes=(ALL, LOGIN), changes=False)
                return slot, self._remembered(rows, now)
        except (NoCapacity, TokenUnreadable):
            with self._store.write() as rows:
                self._let_go(rows, gen, now)
            raise

    def _let_go(self, rows: Rows, gen: int, now: datetime) -> None:
        """Let any process try this generation's login again at once."""
        rows.change(update(Session).where(*self._is(gen), Session.state == State.REFRESHING).values(refresh_lease=now))

    def _signed_in(self, rows: Rows, gen: int, answer: wire.Login, remembered: Remembered | None) -> None:
        now = self._clock.now()
        mfa_enc = mfa_expires = None
        if remembered is not None:
            mfa_enc = self._vault.seal(self._place("mfa", gen), remembered.mfa_id.reveal())
            mfa_expires = remembered.until
            rows.change(update(Session).where(*self._is(remembered.gen)).values(mfa_enc=None))
        changed = rows.change(
            update(Session)
            .where(*self._is(gen), Session.state == State.REFRESHING)
            .values(
                state=State.VALID,
                token_enc=self._vault.seal(self._place("token", gen), answer.session_id.reveal()),
                mfa_enc=mfa_enc,
                mfa_expires=mfa_expires,
                trusted=remembered is not None,
                api_end_point=answer.api_end_point,
                user_id=answer.users_id,
                last_used=now,
                refresh_lease=None,
            )
        )
        if changed != 1:
            raise NoCapacity("another process signed in meanwhile; the next tick goes on")
        record(rows, self._clock, self.organization_id, [Act("signed_in", "session", None, {"generation": gen})])

    def _refused(self, rows: Rows, gen: int, error: BillcomError) -> None:
        """Free the generation for another try, or hold everything where a person has to act."""
        now = self._clock.now()
        if isinstance(error, TransportError):
            self._let_go(rows, gen, now)
        elif isinstance(error, RateLimited):
            self._let_go(rows, gen, now)
            self._limited(rows, error, now)
        else:
            # One refused login is enough: trying again with the same password locks the user at Bill.com.
            # Who took over meanwhile may have got a session, and nothing was said about that one.
            ours = (*self._is(gen), Session.state == State.REFRESHING)
            rows.change(update(Session).where(*ours).values(state=State.DEAD, dead_at=now))
            self._parking.close(rows, f"sign-in refused ({error.code or type(error).__name__})", now)
            act = Act("sign_in_refused", "session", None, {"code": error.code})
            record(rows, self._clock, self.organization_id, [act])

    def _limited(self, rows: Rows, error: RateLimited, now: datetime) -> None:
        if error.code == LOCKED:
            self._parking.close(rows, f"organization locked ({LOCKED})", now, probe_after=now + PROBE_EVERY)
        elif error.code == HOUR_USED_UP:
            self._limits.close_hour(rows, now, self._clock.jitter(0, 60))

    def _remembered(self, rows: Rows, now: datetime) -> Remembered | None:
        found: Session | None = rows.first(
            select(Session)
            .where(
                Session.organization_id == self.organization_id,
                Session.mfa_enc.is_not(None),
                Session.mfa_expires > now,
            )
            .order_by(Session.gen.desc())
        )
        return Remembered(found.gen, self.remembered_device(found), found.mfa_expires) if found else None

    # -- trust ---------------------------------------------------------------------------------------------------

    def challenge(self, *, use_backup: bool = False) -> str:
        """Have Bill.com send a code to the user's phone and return the challenge's id.

        :param use_backup: send it to the second phone.
        """
        live = self.live()
        return wire.mfa_challenge(
            self._transport, session_id=live.token, end_point=live.end_point, use_backup=use_backup
        )

    def authenticate(self, challenge_id: str, code: str, *, machine_name: str, actor: str) -> datetime:
        """Confirm this device with the code from the phone, and return when its trust ends.

        :param code: six digits.
        :param actor: who holds the phone.
        :raises MFARequired: the code is wrong or too old.
        """
        live = self.live()
        mfa_id = wire.mfa_authenticate(
            self._transport,
            session_id=live.token,
            end_point=live.end_point,
            challenge_id=challenge_id,
            token=code,
            device_id=self._credentials.device_id,
            machine_name=machine_name,
        )
        assert mfa_id is not None  # asked to remember
        expires = self._clock.now() + MFA_TRUST
        with self._store.write() as rows:
            rows.change(
                update(Session)
                .where(*self._is(live.gen))
                .values(
                    trusted=True,
                    mfa_expires=expires,
                    mfa_enc=self._vault.seal(self._place("mfa", live.gen), mfa_id.reveal()),
                )
            )
            self._parking.reopen_payments(rows, actor)
            act = Act("device_trusted", "session", None, {"until": expires.isoformat()}, actor)
            record(rows, self._clock, self.organization_id, [act])
        return expires

    def logout(self, actor: str) -> None:
        """End the newest session at Bill.com and wipe its token."""
        with self._store.read() as rows:
            row = self.newest(rows)
        if row is None or row.state != State.VALID:
            return
        wire.logout(self._transport, session_id=self.token(row), end_point=row.api_end_point)
        with self._store.write() as rows:
            self.retire(rows, row.gen)
            record(rows, self._clock, self.organization_id, [Act("signed_out", "session", None, {}, actor)])

    def rotate_keys(self) -> int:
        """Encrypt every stored token with the newest key and return how many were encrypted anew.

        The token of an earlier session whose key is lost stays as it is: signing in anew cannot mend it, the key would.

        :raises TokenUnreadable: what is in use does not open.
        """
        changed = 0
        with self._store.write() as rows:
            for row in rows.all(select(Session).where(Session.organization_id == self.organization_id)):
                changed += self._rotate(rows, row, "token", row.token_enc) + self._rotate(rows, row, "mfa", row.mfa_enc)
        return changed

    def _rotate(self, rows: Rows, row: Session, column: str, stored: str | None) -> int:
        if stored is None or not self._vault.needs_rotation(stored) or (column == "token" and self.is_lost(row)):
            return 0
        place = self._place(column, row.gen)
        fresh = self._vault.seal(place, self._vault.open(place, stored))
        name = f"{column}_enc"
        return rows.change(
            update(Session).where(*self._is(row.gen), getattr(Session, name) == stored).values({name: fresh})
        )

    def _place(self, column: str, gen: int) -> str:
        return f"billcom_session.{column}/{self.organization_id}/{gen}"

    def _is(self, gen: int) -> tuple[ColumnElement[bool], ...]:
        return Session.organization_id == self.organization_id, Session.gen == gen
