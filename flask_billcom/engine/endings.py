"""What has been seen of the end of one generation, and whether that proves it.

    Logout is answered well, then GetSessionInfo answers BDC_1109 ------> dead
    both answer BDC_1109, and the same again after five minutes --------> dead
    GetSessionInfo answers BDC_1109, twice, five minutes apart, and the
    session had been idle for longer than any lives --------------------> dead
    unused for a day ---------------------------------------------------> dead, unasked

One BDC_1109 proves nothing: Bill.com may be wrong, twice in a row as well. Whoever asks after a session that lives
keeps it alive; so one that does not end is left alone for longer than any may be idle, and then asked after again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Self

from .timing import FENCE_PATIENCE

LONGEST_IDLE = timedelta(minutes=40)
"""Bill.com ends a session after 35 idle minutes, and its last use is noted to the minute."""
UNUSED = timedelta(days=1)
"""No session lives so long without a call, and no clock is wrong by so much."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a proof found.

    :param is_gone: whether Bill.com, asked for it, said that it does not know the session.
    :param server_date: when Bill.com said that the session is gone, or that it lives.
    :param logged_out: whether this proof logged it out.
    :param is_unknown: whether Bill.com knew no session to log out.
    """

    is_gone: bool
    server_date: datetime | None
    logged_out: bool
    is_unknown: bool


@dataclass(frozen=True, slots=True)
class Ending:
    """What earlier proofs found, in Bill.com's time: ours may jump, and nobody would have waited at all.

    :param first: when it was first asked after and there was an answer.
    :param logged_out: when Bill.com said that it has ended it.
    :param denied: since when Bill.com, asked for it, does not know it.
    :param unknown: since when it knows no session to log out either.
    :param touched: when it was last asked after and lived, or there was no answer.
    :param silent: in our time, since when there is no answer.
    :param again: in our time, when it may be asked after again; None for the next round.
    """

    first: datetime | None = None
    logged_out: datetime | None = None
    denied: datetime | None = None
    unknown: datetime | None = None
    touched: datetime | None = None
    silent: datetime | None = None
    again: datetime | None = None

    @classmethod
    def of(cls, noted: str) -> Self:
        """Return what was noted."""
        return cls(**{name: value and datetime.fromisoformat(value) for name, value in json.loads(noted).items()})

    def noted(self) -> str:
        """Return it as it is noted."""
        known = {each.name: getattr(self, each.name) for each in fields(self)}
        return json.dumps({name: value.isoformat() for name, value in known.items() if value is not None})

    def lasts_since(self) -> datetime:
        """Return since when it is asked for in vain."""
        known = [each for each in (self.first, self.silent) if each is not None]
        return min(known)

    def is_resting(self, now: datetime) -> bool:
        """Return whether it is too early to ask; no rest is longer than that unless our clock was put back."""
        return self.again is not None and timedelta(0) < self.again - now <= LONGEST_IDLE

    def is_unused(self, last_used: datetime | None, now: datetime, there: datetime) -> bool:
        """Return whether a session has ended for want of use, by our clock and by Bill.com's."""
        return last_used is not None and min(now, there) - max(last_used, self.touched or last_used) >= UNUSED

    def is_proved_by(self, found: Found, last_used: datetime | None, now: datetime) -> bool:
        """Return whether a session is dead for certain; without Bill.com's time of it nothing could count from then."""
        there = found.server_date
        if not found.is_gone or there is None:
            return False
        if found.logged_out or self.logged_out is not None:
            return True
        if found.is_unknown and _is_confirmed(self.unknown, there):
            return True
        return self._was_idle(last_used, now, there) and _is_confirmed(self.denied, there)

    def _was_idle(self, last_used: datetime | None, now: datetime, there: datetime) -> bool:
        since_use = last_used is not None and min(now, there) - last_used >= LONGEST_IDLE
        return since_use and (self.touched is None or there - self.touched >= LONGEST_IDLE)

    def has_taken_too_long(self, found: Found, now: datetime) -> bool:
        """Return whether a person should know that this session does not end."""
        # One that is not known needs a second look, whenever the first one came.
        since = self.denied if found.is_gone and self.logged_out is None else self.logged_out or self.first
        return not found.logged_out and since is not None and (found.server_date or now) > since + FENCE_PATIENCE

    def after(self, found: Found, now: datetime) -> Self:
        """Return what is known after one more proof that did not prove it."""
        there = found.server_date or now
        lives_on = self.has_taken_too_long(found, now) and not found.is_gone
        logged_out = there if found.logged_out else self.logged_out
        return replace(
            self,
            first=self.first or there,
            silent=None,
            logged_out=None if lives_on else logged_out,
            denied=self.denied or there if found.is_gone else None,
            unknown=self.unknown or there if found.is_gone and found.is_unknown else None,
            touched=self.touched if found.is_gone else there,
            again=self._after(found, now, lives_on=lives_on),
        )

    def _after(self, found: Found, now: datetime, *, lives_on: bool) -> datetime | None:
        if lives_on:
            return now + LONGEST_IDLE
        return now + FENCE_PATIENCE if found.is_gone and found.is_unknown else None

    def after_silence(self, now: datetime) -> Self:
        """Return what is known after a proof without an answer; each one is waited for longer."""
        silent = self.silent or now
        rest = min(max(now - silent, FENCE_PATIENCE), LONGEST_IDLE)
        return replace(self, silent=silent, touched=now, again=now + rest)


def _is_confirmed(since: datetime | None, there: datetime) -> bool:
    return since is not None and there - since >= FENCE_PATIENCE
