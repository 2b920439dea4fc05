"""How far each poll has come: delta reads by `updatedTime` that miss nothing and can stop anywhere.

    since ──pages, oldest object first──> end: since = the server's time at the first page, less the list lag
      └─ stopped after page n: the next tick goes on with page n + 1

A list is no snapshot. Sorted by `createdTime`, an object that changes while we read keeps its place, so nothing slips
past a page boundary; what comes in between shifts the rest to the right and is read twice. Whatever changed just before
the poll began, and was not listed yet, changed after the new mark. Repeats are harmless: whoever consumes a page
compares it with our rows.

One worker at a time reads a poll: it holds the mark by a lease, taken and renewed by compare-and-set.

Wire: https://developer.bill.com/v2/docs/search-ops-with-lists
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import bindparam, select, update

from flask_billcom.api.fields import Stored
from flask_billcom.api.query import Sort, since
from flask_billcom.engine.noted import value_of
from flask_billcom.models import Mark
from flask_billcom.store import Rows

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

R = TypeVar("R", bound=Stored)
LEASE = timedelta(minutes=5)
PAGE = 999
_SECOND = timedelta(seconds=1)
"""Added to the lag: the server's `Date` shows whole seconds."""
_PLAIN = {"start", "holder"}
POLL_OF: Mapping[str, str] = MappingProxyType({"sent": "poll:sent", "received": "poll:received"})
"""The poll that follows payments of a kind."""
_OF = (Mark.organization_id == bindparam("of"), Mark.name == bindparam("mark"))
_LOCKED = select(Mark.value).where(*_OF).with_for_update()
_SWAP = (
    update(Mark).where(*_OF, Mark.value == bindparam("old")).values(value=bindparam("new"), updated_at=bindparam("now"))
)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a poll has come; all times aware.

    :param since: objects that changed from here on are still to be read.
    :param start: offset of the next page of a poll that was stopped.
    :param began: our time at the first page of a poll that was stopped.
    :param server_began: the server's time then.
    :param again_from: earliest change in it that has to be read again.
    :param finished: our time at the first page of the last whole poll: what changed before it has been seen.
    :param looked: when it was last asked whether there is anything to read.
    :param leased_until: until when a worker reads.
    :param holder: which worker, so that two of them at one moment do not write the same mark.
    """

    since: datetime
    start: int = 0
    began: datetime | None = None
    server_began: datetime | None = None
    again_from: datetime | None = None
    finished: datetime | None = None
    looked: datetime | None = None
    leased_until: datetime | None = None
    holder: str | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether a poll was stopped before its end."""
        return self.began is not None

    def may_look(self, now: datetime, every: timedelta) -> bool:
        """Return whether it is time to ask again whether there is anything to read."""
        if self.is_taken(now):
            return False
        # A time ahead of ours was written before the clock jumped back.
        return self.is_under_way or self.looked is None or not now - every < self.looked <= now

    def is_taken(self, now: datetime) -> bool:
        """Return whether a worker reads."""
        return self.leased_until is not None and self.leased_until > now

    def __str__(self) -> str:
        shown = {each.name: getattr(self, each.name) for each in fields(self)}
        return json.dumps({name: _text(value) for name, value in shown.items() if value is not None})

    @classmethod
    def parse(cls, text: str) -> Progress:
        """Return the progress that a mark holds."""
        values: dict[str, Any] = json.loads(text)
        for name in values.keys() - _PLAIN:
            values[name] = datetime.fromisoformat(values[name])
        return cls(**values)


def _text(value: Any) -> Any:  # noqa: ANN401 - a time, a number or text
    return value.isoformat() if isinstance(value, datetime) else value


def read(rows: Rows, organization_id: str, name: str) -> Progress | None:
    """Return how far a poll has come, or None before the first one."""
    text = value_of(rows, organization_id, name)
    return None if text is None else Progress.parse(text)


def start(rows: Rows, organization_id: str, name: str, progress: Progress, now: datetime) -> None:
    """Write the first mark of a poll, unless there is one."""
    values = {"organization_id": organization_id, "name": name, "value": str(progress), "updated_at": now}
    rows.insert_new(Mark, [values])


def look_back(rows: Rows, organization_id: str, name: str, to: datetime, now: datetime) -> None:
    """Let a poll read again from an earlier time: an object became ours whose changes it has passed already.

    :param to: since when changes matter.
    """
    text = rows.first(_LOCKED, {"of": organization_id, "mark": name})
    progress = None if text is None else Progress.parse(text)
    if progress is None or progress.since <= to:
        return
    earlier = replace(progress, since=to, start=0, began=None, server_began=None, again_from=None, looked=None)
    compare_and_set(rows, organization_id, name, text, str(earlier), now)


def swap(domain: Domain, name: str, old: Progress, new: Progress) -> bool:
    """Write a mark if it is still the old one, and return whether it was."""
    with domain.store.write() as rows:
        return compare_and_set(rows, domain.organization_id, name, str(old), str(new), domain.clock.now())


def compare_and_set(rows: Rows, organization_id: str, name: str, old: str, new: str, now: datetime) -> bool:  # noqa: PLR0917
    """Write what a mark holds if it is still the old text, and return whether it was."""
    return rows.change(_SWAP, {"of": organization_id, "mark": name, "old": old, "new": new, "now": now}) == 1


Consume = Callable[[Sequence[R]], datetime | None]
"""Writes a page of records; returns the earliest change in it that has to be read again, or None."""


def read_changes(domain: Domain, name: str, progress: Progress, record_type: type[R], consume: Consume[R]) -> bool:
    """Read what changed since a mark, page by page, and return whether the poll came to its end.

    No transaction is open while a page is read. An error leaves the mark at the page that is still to be read.
    """
    poll = Poll(domain, name, progress)
    if not poll.take():
        return False
    try:
        while True:
            page = domain.reads.page(
                record_type,
                filters=[since("updated_time", progress.since)],
                sort=[Sort("created_time")],
                start=poll.progress.start,
                max=PAGE,
                nested=True,
            )
            if not poll.began(page.server_date):
                return False
            again_from = consume(page.records)
            if not poll.passed(len(page.records), again_from):
                return False
            if len(page.records) < PAGE:
                return True
    finally:
        poll.let_go()


class Poll:
    """One worker's hold on one poll.

    :param progress: the mark as read.
    """

    def __init__(self, domain: Domain, name: str, progress: Progress) -> None:
        self._domain = domain
        self._name = name
        self._holds = False
        self.progress = progress

    def take(self) -> bool:
        """Take the lease and return whether nobody else was quicker."""
        clock = self._domain.clock
        now = clock.now()
        if self.progress.is_taken(now):
            return False
        taken = replace(self.progress, looked=now, leased_until=now + LEASE, holder=clock.new_id().hex)
        self._holds = self._swap(taken)
        return self._holds

    def renew(self) -> bool:
        """Hold the lease for longer and return whether it still holds."""
        self._holds = self._swap(replace(self.progress, leased_until=self._domain.clock.now() + LEASE))
        return self._holds

    def began(self, server_date: datetime | None) -> bool:
        """Note the time of the first page and return whether the lease still holds.

        A poll that was stopped keeps the time of its first page.
        """
        if not self.progress.is_under_way:
            now = self._domain.clock.now()
            self._holds = self._swap(replace(self.progress, began=now, server_began=server_date or now))
        return self._holds

    def passed(self, count: int, again_from: datetime | None = None) -> bool:
        """Go past a page, to the end if it is short, and return whether the lease still holds.

        One that was lost before it began has gone past nothing.
        """
        if not self._holds:
            return False
        now = self._domain.clock.now()
        earlier = [each for each in (self.progress.again_from, again_from) if each is not None]
        passed = replace(
            self.progress,
            start=self.progress.start + count,
            again_from=min(earlier, default=None),
            leased_until=now + LEASE,
        )
        self._holds = self._swap(passed if count == PAGE else self._ended(passed))
        return self._holds

    def _ended(self, passed: Progress) -> Progress:
        assert passed.began is not None
        assert passed.server_began is not None
        lag = timedelta(seconds=self._domain.settings.list_lag_s)
        mark = passed.server_began - lag - _SECOND
        if passed.again_from is not None:
            mark = min(mark, passed.again_from)
        return Progress(since=max(mark, passed.since), finished=passed.began, looked=passed.began)

    def let_go(self) -> None:
        """Give the lease back; a poll that was stopped by an error goes on with the next tick."""
        if self._holds and self.progress.leased_until is not None:
            self._swap(replace(self.progress, leased_until=None, holder=None, looked=None))

    def _swap(self, new: Progress) -> bool:
        done = swap(self._domain, self._name, self.progress, new)
        if done:
            self.progress = new
        return done
