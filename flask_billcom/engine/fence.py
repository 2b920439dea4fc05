"""Prove that no earlier session lives, so that a packet still on its way carries a dead session id.

    unknown rows with unsafe_gen, or a worker that stood still --take every generation <= it out of use-->
        wait for its open calls --Logout, GetSessionInfo, `endings` calls it proved--> dead_at
        --> their absence may be believed at dead_at + grace

Replacing a generation on a guess kills nothing. What a worker wanted that stood still may be found meanwhile, or made
by a person; its session ends all the same, before it wakes up and sends. One session that gives no answer keeps no
other work waiting: its turn comes again later.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, delete, func, select, update

from flask_billcom.api import sessions as wire
from flask_billcom.api.secret import Secret
from flask_billcom.api.transport import Transport
from flask_billcom.audit import Act, record
from flask_billcom.clock import Clock
from flask_billcom.errors import APIError, SessionExpired, TokenUnreadable, TransportError
from flask_billcom.models import OPEN_LANE, Call, Mark, Operation, OperationState, Session
from flask_billcom.store import Rows, Store, written

from .endings import Ending, Found
from .errors import SessionSilent
from .limits import ALL, Limits, SlotLease
from .noted import value_of
from .operations import kind_of_few
from .recording import Recorder
from .servertime import ServerTime
from .sessions import Sessions, State
from .timing import FENCE_PATIENCE, SECOND_LOOK, Timing

MARK = "fence"
SLEEPER = f"{MARK}/sleeper"
"""The newest generation that a call carried whose worker died or stood still."""
_WITHOUT_ANSWER = (
    Operation.state.in_(written(OPEN_LANE)),
    Operation.state.in_((OperationState.UNKNOWN, OperationState.CHECKING, OperationState.QUARANTINED)),
    Operation.answered.is_(False),
    Operation.unsafe_gen > 0,
)
_NEWEST_OF_SLEEPERS = (
    select(Mark.value)
    .where(Mark.organization_id == bindparam("organization_id"), Mark.name == SLEEPER)
    .scalar_subquery()
)
_NEWEST_UNSAFE = select(func.max(Operation.unsafe_gen), _NEWEST_OF_SLEEPERS).where(
    Operation.organization_id == bindparam("organization_id"),
    *_WITHOUT_ANSWER,
    kind_of_few().in_(bindparam("kinds", expanding=True)),
    Operation.unknown_since <= bindparam("since"),
)
_LIVING = (
    select(Session)
    .where(
        Session.organization_id == bindparam("organization_id"),
        Session.gen <= bindparam("newest"),
        Session.dead_at.is_(None),
    )
    .order_by(Session.gen)
)
_LIVING_ONE = (
    select(Session.gen)
    .where(
        Session.organization_id == bindparam("organization_id"),
        Session.gen == bindparam("gen"),
        Session.dead_at.is_(None),
    )
    .with_for_update()
)


class Fence:
    """Fences the generations of one organization's session."""

    def __init__(
        self,
        organization_id: str,
        *,
        store: Store,
        clock: Clock,
        transport: Transport,
        sessions: Sessions,
        limits: Limits,
        recorder: Recorder,
        timing: Timing,
        server_time: ServerTime,
    ) -> None:
        self.organization_id = organization_id
        self._store = store
        self._clock = clock
        self._transport = transport
        self._sessions = sessions
        self._limits = limits
        self._recorder = recorder
        self._timing = timing
        self._server_time = server_time

    def round(self, kinds: Collection[str]) -> None:
        """Take the proof of every generation that unknown operations of these kinds, or sleepers, still depend on.

        :param kinds: names of the kinds that are sent again only after a fence.
        :raises SessionSilent: one gave no answer; those after it have their turn in the next round.
        """
        now = self._clock.now()
        with self._store.read() as rows:
            newest_unsafe = self._newest_unsafe(rows, kinds, now)
            living = self._living(rows, newest_unsafe) if newest_unsafe else []
        for row in living:
            if row.state == State.VALID and not self._retire(row, now):
                return
            if row.state != State.REFRESHING:
                self._end(row, kinds)

    def _newest_unsafe(self, rows: Rows, kinds: Collection[str], now: datetime) -> int:
        waiting = {"organization_id": self.organization_id, "kinds": sorted(kinds)}
        unknown, sleepers = rows.first(_NEWEST_UNSAFE, {**waiting, "since": now - SECOND_LOOK})
        return max(unknown or 0, int(sleepers or 0))

    def _waiting(self, kinds: Collection[str]) -> tuple[ColumnElement[bool], ...]:
        return (
            Operation.organization_id == self.organization_id,
            *_WITHOUT_ANSWER,
            kind_of_few().in_(sorted(kinds)),
        )

    def _living(self, rows: Rows, newest: int) -> list[Session]:
        found: list[Session] = rows.all(_LIVING, {"organization_id": self.organization_id, "newest": newest})
        return found

    def _retire(self, row: Session, now: datetime) -> bool:
        """Take the newest generation out of use, at most once in five minutes."""
        with self._store.write() as rows:
            last = value_of(rows, self.organization_id, MARK)
            if last is not None and timedelta(0) <= now - datetime.fromisoformat(last) < FENCE_PATIENCE:
                return False
            if not self._sessions.retire(rows, row.gen):
                return False
            self._note(rows, MARK, now.isoformat(), now)
            act = Act("session_fenced", "session", None, {"generation": row.gen})
            record(rows, self._clock, self.organization_id, [act])
        return True

    def _end(self, row: Session, kinds: Collection[str]) -> None:
        now = self._clock.now()
        known = self._known(row.gen)
        if self._has_open_calls(row.gen) or known.is_resting(now):
            return
        there = self._server_time.now()
        if known.is_unused(row.last_used, now, there):
            self._bury(row, known, there, kinds)
            return
        try:
            token = self._sessions.token(row)
        except TokenUnreadable:
            self._give_up(row, kinds, "the token of an earlier session is lost, so its end cannot be proved today")
            return
        try:
            self._prove(row, known, token, kinds)
        except TransportError as silence:
            self._note_silence(row.gen, known)
            raise SessionSilent(row.gen, silence) from silence

    def _prove(self, row: Session, known: Ending, token: Secret, kinds: Collection[str]) -> None:
        found = self._probe(token, row.api_end_point, log_out=known.logged_out is None)
        now = self._clock.now()
        if known.is_proved_by(found, row.last_used, now):
            self._bury(row, known, found.server_date, kinds)
            return
        is_news = self._keep(row.gen, known, known.after(found, now))
        if is_news and known.has_taken_too_long(found, now):
            self._give_up(row, kinds, "an earlier session does not end, so a late packet could still land")

    def _bury(self, row: Session, known: Ending, there: datetime | None, kinds: Collection[str]) -> None:
        with self._store.write() as rows:
            if not self._is_news(rows, row.gen, known):
                return
            self._sessions.mark_dead(rows, row.gen, there)
            self._count_from_death(rows, row.gen, kinds)
            rows.change(delete(Mark).where(*self._is(_ending_of(row.gen))))

    def _has_open_calls(self, gen: int) -> bool:
        with self._store.read() as rows:
            found = rows.first(
                select(Call.id).where(
                    Call.organization_id == self.organization_id,
                    Call.session_gen == gen,
                    Call.outcome.is_(None),
                    Call.lease_until > self._clock.now(),
                )
            )
        return found is not None

    def _probe(self, token: Secret, end_point: str | None, *, log_out: bool) -> Found:
        """Log a session out, if that was not done before, and ask whether it lives; only BDC_1109 is a no."""
        logged_out, is_unknown = False, False
        now = self._clock.now()
        with self._store.write() as rows:
            # Both calls run one after the other in one slot; a silence of the server leaves it to its lease.
            slot = self._limits.take(rows, now, until=now + 2 * self._timing.lease, classes=(ALL, ALL), changes=False)
        try:
            # What cannot be logged out is asked after all the same: the question is what counts. A second Logout after
            # a good answer could set a session that ends slowly back to the start.
            if log_out:
                logged_out, is_unknown = self._log_out(token, end_point)
            is_refused, server_date = self._ask(token, end_point)
        except TransportError as error:
            if not error.may_have_happened:
                self._release(slot)
            raise
        self._release(slot)
        return Found(is_refused, server_date, logged_out, is_unknown)

    def _log_out(self, token: Secret, end_point: str | None) -> tuple[bool, bool]:
        """Return whether Bill.com ended a session, and whether it knew none."""
        try:
            wire.logout(self._transport, session_id=token, end_point=end_point)
        except SessionExpired:
            return False, True
        except APIError:
            return False, False
        return True, False

    def _ask(self, token: Secret, end_point: str | None) -> tuple[bool, datetime | None]:
        try:
            info = wire.get_session_info(self._transport, session_id=token, end_point=end_point)
        except SessionExpired as gone:
            return True, gone.server_date
        except APIError as refusal:
            return False, refusal.server_date
        return False, info.server_date

    def _release(self, slot: SlotLease) -> None:
        with self._store.write() as rows:
            self._limits.release(rows, slot, self._clock.now())

    def _count_from_death(self, rows: Rows, gen: int, kinds: Collection[str]) -> None:
        now = self._clock.now()
        believed = now + self._timing.grace
        rows.change(
            update(Operation)
            .where(*self._waiting(kinds), Operation.state == OperationState.UNKNOWN, Operation.unsafe_gen <= gen)
            .values(absent_after=believed)
        )

    def _give_up(self, row: Session, kinds: Collection[str], reason: str) -> None:
        with self._store.write() as rows:
            stuck = rows.all(
                select(Operation).where(
                    *self._waiting(kinds),
                    Operation.state == OperationState.UNKNOWN,
                    Operation.unsafe_gen >= row.gen,
                )
            )
            self._recorder.quarantine(rows, stuck, reason, state=OperationState.UNKNOWN)

    # -- what is known of an end ---------------------------------------------------------------------------------

    def _known(self, gen: int) -> Ending:
        with self._store.read() as rows:
            return self._noted(rows, gen)

    def _noted(self, rows: Rows, gen: int) -> Ending:
        noted = value_of(rows, self.organization_id, _ending_of(gen))
        return Ending.of(noted) if noted else Ending()

    def _is_news(self, rows: Rows, gen: int, known: Ending) -> bool:
        """Return whether nobody else has found anything of a session meanwhile, nor can until this transaction ends.

        Two processes may ask at once. Where one of them has seen that it lives, what the other one found is no proof;
        it is asked after again.
        """
        of = {"organization_id": self.organization_id, "gen": gen}
        return rows.first(_LIVING_ONE, of) is not None and self._noted(rows, gen) == known

    def _keep(self, gen: int, known: Ending, ending: Ending) -> bool:
        """Note what is known by now, and return whether it is news."""
        with self._store.write() as rows:
            is_news = self._is_news(rows, gen, known)
            if is_news:
                self._note(rows, _ending_of(gen), ending.noted(), self._clock.now())
            return is_news

    def _note_silence(self, gen: int, known: Ending) -> None:
        self._keep(gen, known, known.after_silence(self._clock.now()))

    def _is(self, name: str) -> tuple[ColumnElement[bool], ...]:
        return Mark.organization_id == self.organization_id, Mark.name == name

    def _note(self, rows: Rows, name: str, value: str, now: datetime) -> None:
        mark = {"organization_id": self.organization_id, "name": name, "value": value, "updated_at": now}
        rows.insert_new(Mark, [mark])
        rows.change(update(Mark).where(*self._is(name)).values(value=value, updated_at=now))


def _ending_of(gen: int) -> str:
    return f"{MARK}/{gen}"


def endless(rows: Rows, organization_id: str, now: datetime) -> list[tuple[int, datetime]]:
    """Return the generations that have not ended although it was asked for, each with since when."""
    noted = rows.all(
        select(Mark.name, Mark.value).where(Mark.organization_id == organization_id, Mark.name.startswith(f"{MARK}/"))
    )
    known = {name.removeprefix(f"{MARK}/"): value for name, value in noted}
    first = {int(gen): Ending.of(value).lasts_since() for gen, value in known.items() if gen.isdigit()}
    return sorted((gen, since) for gen, since in first.items() if now - since > 2 * FENCE_PATIENCE)


def note_sleeper(rows: Rows, organization_id: str, gen: int, now: datetime) -> None:
    """Note that a worker may wake up and send with a session, whatever has become of its operations."""
    value = f"{gen:012}"  # so that texts compare as numbers do, and no other mark is ever read as one
    sleeper = {"organization_id": organization_id, "name": SLEEPER, "value": value, "updated_at": now}
    rows.insert_new(Mark, [sleeper])
    rows.change(
        update(Mark)
        .where(Mark.organization_id == organization_id, Mark.name == SLEEPER, Mark.value < value)
        .values(value=value, updated_at=now)
    )
