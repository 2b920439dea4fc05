"""What Bill.com allows: calls at once, calls an hour, messages a minute.

https://developer.bill.com/v2/docs/api-rate-limits
"""

from __future__ import annotations

from collections import Counter, deque
from threading import Lock
from typing import TYPE_CHECKING, Final

from flask_billcom.simulator.errors import refusal

if TYPE_CHECKING:
    from flask_billcom.simulator.settings import Settings

__all__ = ["Gate", "Quotas"]

_HOUR: Final = 3_600_000
_MINUTE: Final = 60_000


class Gate:
    """Counts calls from their arrival to their answer."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside: Counter[tuple[str, str]] = Counter()
        self.peak = 0

    def enter(self, key: tuple[str, str], limit: int | None) -> int:
        """Let a call in and return how many are inside, or return 0 when the place is full."""
        with self._lock:
            inside = self._inside[key] + 1
            if limit is not None and inside > limit:
                return 0
            self._inside[key] = inside
            self.peak = max(self.peak, inside)
            return inside

    def leave(self, key: tuple[str, str]) -> None:
        """Let a call out."""
        with self._lock:
            self._inside[key] -= 1
            if not self._inside[key]:
                del self._inside[key]


class Quotas:
    """Counts calls by the hour and messages by the minute, in the simulator's time."""

    def __init__(self) -> None:
        self.by_hour: dict[str, Counter[int]] = {}
        self._recent: dict[str, deque[int]] = {}

    def take(self, settings: Settings, now: int, dev_key: str, *, is_login: bool, sends_mail: bool) -> None:
        """Count a call.

        :raises Refusal: BDC_1144, or the guess for too many messages.
        """
        self._take_hour(settings, now, dev_key, settings.hourly_cap)
        if is_login:
            self._take_hour(settings, now, f"{dev_key}/login", settings.login_cap)
        if sends_mail and settings.mail_limit is not None:
            recent = self._window(f"{dev_key}/mail", now, _MINUTE)
            if len(recent) >= settings.mail_limit:
                raise refusal("mail_limit", settings.mail_limit)
            recent.append(now)

    def _take_hour(self, settings: Settings, now: int, key: str, cap: int | None) -> None:
        hours = self.by_hour.setdefault(key, Counter())
        if settings.hour_window == "sliding":
            recent = self._window(key, now, _HOUR)
            used = len(recent)
            if cap is None or used < cap or settings.count_refused:
                recent.append(now)
        else:
            used = hours[now // _HOUR]
        if cap is None or used < cap or settings.count_refused:
            hours[now // _HOUR] += 1
        if cap is not None and used >= cap:
            raise refusal("BDC_1144", cap)

    def _window(self, key: str, now: int, length: int) -> deque[int]:
        recent = self._recent.setdefault(key, deque())
        while recent and recent[0] <= now - length:
            recent.popleft()
        return recent
