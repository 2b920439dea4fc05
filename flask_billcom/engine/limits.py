"""Slots and quotas: Bill.com's limits, kept in rows so that all processes respect them together.

    take()    one of three slots (calls in flight per key and organization), and one of each hourly or minute quota
    release() after a well-formed answer; else the slot stays taken until its lease ends, since the server may still be
              running the call

Both are part of the caller's transaction, so a claim and its slot come and go together.

Source: https://developer.bill.com/v2/docs/api-rate-limits
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, or_, select, update

from flask_billcom.models import Quota, Slot
from flask_billcom.store import Rows

from .errors import NoCapacity, QuotaUsed

ALL, LOGIN, MAIL = "all", "login", "mail"
MINUTE, QUARTER = timedelta(minutes=1), timedelta(seconds=15)
FREE = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
_USE = (
    update(Quota)
    .where(
        Quota.key_hash == bindparam("key"),
        Quota.name == bindparam("class_"),
        Quota.window == bindparam("begins"),
        Quota.used < bindparam("cap"),
        or_(Quota.closed_until.is_(None), Quota.closed_until <= bindparam("now")),
    )
    .values(used=Quota.used + 1)
)
_FREE_SLOT = (
    select(Slot.slot)
    .where(
        Slot.organization_id == bindparam("of"),
        Slot.lease_until <= bindparam("now"),
        Slot.slot < bindparam("concurrency"),
    )
    .order_by(Slot.slot)
    .limit(1)
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
_TAKE = (
    update(Slot)
    .where(Slot.organization_id == bindparam("of"), Slot.slot == _FREE_SLOT, Slot.lease_until <= bindparam("now"))
    .values(lease_until=bindparam("until"), slot_fence=Slot.slot_fence + 1)
    .returning(Slot.slot, Slot.slot_fence)
)
_RELEASE = (
    update(Slot)
    .where(
        Slot.organization_id == bindparam("of"),
        Slot.slot == bindparam("taken"),
        Slot.slot_fence == bindparam("fence"),
    )
    .values(lease_until=bindparam("until"))
)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much of Bill.com's limits this app may use.

    :param concurrency: calls in flight, 1 to 3.
    :param hourly: calls of every kind per hour and developer key.
    :param reserve: share of the hourly calls kept for reads, so that checking never starves.
    :param logins: Login and ListOrgs calls per hour and key.
    :param mails: calls per minute that send mail.
    """

    concurrency: int = 3
    hourly: int = 20_000
    reserve: float = 0.05
    logins: int = 150
    mails: int = 5

    def cap(self, name: str, *, changes: bool) -> int:
        """Return how many calls of a class one window allows."""
        if name == LOGIN:
            return self.logins
        if name == MAIL:
            return self.mails
        return int(self.hourly * (1 - self.reserve)) if changes else self.hourly


@dataclass(frozen=True, slots=True)
class SlotLease:
    """A slot that was taken; the fence tells this lease from later ones of the same slot."""

    slot: int
    fence: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one organization and developer key.

    :param key_hash: hash of the developer key, which is shared by every organization on it.
    """

    organization_id: str
    key_hash: str
    allowance: Allowance

    def take(
        self, rows: Rows, now: datetime, *, until: datetime, classes: Iterable[str] = (ALL,), changes: bool
    ) -> SlotLease:
        """Take a slot and one of each quota.

        :param until: when the slot frees itself if nobody releases it.
        :raises NoCapacity: something is used up; nothing may be kept, so the caller rolls back.
        """
        for name in classes:
            self._count(rows, name, now, changes=changes)
        return self._slot(rows, now, until)

    def release(self, rows: Rows, lease: SlotLease, now: datetime) -> None:
        """Give a slot back, unless somebody else has it by now."""
        until = min(now, lease.until)
        rows.change(_RELEASE, {"of": self.organization_id, "taken": lease.slot, "fence": lease.fence, "until": until})

    def close_hour(self, rows: Rows, now: datetime, jitter_s: float) -> datetime:
        """Stop all calls of this key until the next hour, because Bill.com said that the hour is used up.

        :param jitter_s: seconds added, so that processes do not all start at once.
        """
        this = _hour(now)
        following = this + timedelta(hours=1)
        opens = following + timedelta(seconds=jitter_s)
        for window in (this, following):
            self._open(rows, ALL, window)
        rows.change(
            update(Quota)
            .where(Quota.key_hash == self.key_hash, Quota.name == ALL, Quota.window.in_((this, following)))
            .values(closed_until=opens)
        )
        return opens

    def used(self, rows: Rows, now: datetime) -> dict[str, int]:
        """Return the calls counted in the running hour, by class."""
        found = rows.all(
            select(Quota.name, Quota.used).where(Quota.key_hash == self.key_hash, Quota.window == _hour(now))
        )
        return dict(found)

    def _count(self, rows: Rows, name: str, now: datetime, *, changes: bool) -> None:
        window = _quarter(now) if name == MAIL else _hour(now)
        cap = self.allowance.cap(name, changes=changes)
        if name == MAIL:
            # Nobody says where Bill.com's minute begins, so no minute anywhere may hold more.
            cap -= self._used_since(rows, name, window - MINUTE, window)
        if not self._use(rows, name, window, cap, now):
            self._open(rows, name, window)
            if not self._use(rows, name, window, cap, now):
                raise QuotaUsed(name, window + (QUARTER if name == MAIL else timedelta(hours=1)))

    def _used_since(self, rows: Rows, name: str, first: datetime, before: datetime) -> int:
        used = rows.first(
            select(func.coalesce(func.sum(Quota.used), 0)).where(
                Quota.key_hash == self.key_hash, Quota.name == name, Quota.window >= first, Quota.window < before
            )
        )
        return int(used)

    def _use(self, rows: Rows, name: str, window: datetime, cap: int, now: datetime) -> bool:
        used = rows.change(_USE, {"key": self.key_hash, "class_": name, "begins": window, "cap": cap, "now": now})
        return used == 1

    def _open(self, rows: Rows, name: str, window: datetime) -> None:
        rows.insert_new(
            Quota,
            [{"key_hash": self.key_hash, "class": name, "window": window, "used": 0, "closed_until": None}],
        )

    def _slot(self, rows: Rows, now: datetime, until: datetime) -> SlotLease:
        wanted = {
            "of": self.organization_id,
            "now": now,
            "until": until,
            "concurrency": self.allowance.concurrency,
        }
        for _ in range(2):
            taken = rows.first(_TAKE, wanted)
            if taken is not None:
                return SlotLease(taken[0], taken[1], until)
            if not self._make_slots(rows):
                break
        raise NoCapacity(f"all {self.allowance.concurrency} calls that may be in flight at once are")

    def _make_slots(self, rows: Rows) -> bool:
        known = rows.first(select(func.count()).select_from(Slot).where(Slot.organization_id == self.organization_id))
        if known >= self.allowance.concurrency:
            return False
        rows.insert_new(
            Slot,
            [
                {"organization_id": self.organization_id, "slot": slot, "lease_until": FREE, "slot_fence": 0}
                for slot in range(self.allowance.concurrency)
            ],
        )
        return True


def _quarter(now: datetime) -> datetime:
    return now.replace(second=now.second - now.second % QUARTER.seconds, microsecond=0)


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)
