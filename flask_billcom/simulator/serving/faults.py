"""Faults by name: what may go wrong between a client and Bill.com, and whether the call took effect.

    no effect      connect_refused  reset_before  timeout_before  http_5xx_before  idle_close  bdc:CODE
    effect         reset_after  timeout_after  http_5xx_after  garbage  truncated  cut  empty  html  slow  dribble
                   bdc_after:CODE
    effect of some timeout_some  bdc_some:CODE: of several objects the first half is carried out, a lone one is not
    effect later   late_effect: no answer; the call lands `seconds` of the simulator's clock later, if its session lives
    lists, bulks   stale_list  short_bulk  reordered_bulk

A fault is consumed by the first `count` calls whose endpoint fits its pattern.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

__all__ = ["AFTER", "BEFORE", "FORCED", "KINDS", "SOME", "Fault", "Faults"]

BEFORE: Final = frozenset(
    {"connect_refused", "reset_before", "timeout_before", "http_5xx_before", "idle_close", "bdc", "late_effect"}
)
AFTER: Final = frozenset(
    {
        "reset_after",
        "timeout_after",
        "http_5xx_after",
        "garbage",
        "truncated",
        "cut",
        "empty",
        "html",
        "slow",
        "dribble",
        "bdc_after",
    }
)
SOME: Final = frozenset({"timeout_some", "bdc_some"})
FORCED: Final = frozenset({"bdc", "bdc_after", "bdc_some"})
KINDS: Final = BEFORE | AFTER | SOME | {"stale_list", "short_bulk", "reordered_bulk"}


@dataclass(slots=True)
class Fault:
    """One planned fault.

    :param kind: a name of `KINDS`; those of `FORCED` carry a code behind a colon.
    :param endpoint: a pattern such as "PayBills", "Bulk/*" or "*".
    :param count: how many calls it hits.
    :param skip: how many fitting calls it lets pass first.
    :param seconds: how long it delays, where it does.
    :param status: the status of http_5xx.
    """

    kind: str
    endpoint: str = "*"
    count: int = 1
    skip: int = 0
    seconds: float = 0.0
    status: int = 503

    def __post_init__(self) -> None:
        if self.name not in KINDS:
            raise ValueError(f"there is no fault {self.kind!r}; there are {', '.join(sorted(KINDS))}")
        if self.name in FORCED and not self.code:
            raise ValueError(f"{self.name} needs a code, as bdc:BDC_1109")
        # A fault comes over the wire as well, and one of another type would break every later call.
        if not all(_is_whole(each) for each in (self.count, self.skip, self.status)):
            raise ValueError("count, skip and status of a fault are whole numbers")
        if isinstance(self.seconds, bool) or not isinstance(self.seconds, int | float) or not self.seconds >= 0:
            raise ValueError("seconds of a fault is a number, not below zero")

    @property
    def name(self) -> str:
        """The kind without its code."""
        return self.kind.partition(":")[0]

    @property
    def code(self) -> str:
        """The forced error code."""
        return self.kind.partition(":")[2]


def _is_whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number >= 0


class Faults:
    """The faults still to come, in order."""

    def __init__(self) -> None:
        self.planned: list[Fault] = []

    def add(self, kind: str, endpoint: str = "*", **details: float) -> Fault:
        """Plan a fault.

        :raises ValueError: there is no such fault.
        """
        fault = Fault(kind, endpoint, **details)  # type: ignore[arg-type] # counts are whole numbers
        self.planned.append(fault)
        return fault

    def clear(self) -> None:
        """Forget all that were planned."""
        self.planned.clear()

    def take(self, endpoint: str) -> Fault | None:
        """Return the fault that hits a call to this endpoint, and use it up."""
        for fault in self.planned:
            if not fnmatchcase(endpoint, fault.endpoint):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.count -= 1
            if fault.count <= 0:
                self.planned.remove(fault)
            return fault
        return None
