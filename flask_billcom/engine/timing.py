"""The waiting times of the protocol.

D is the longest time from the socket write to the landing of a request, V the longest time from landing to showing in
lists. Absence may be believed after grace = D + V + margin; after a well-formed error, when nothing is in flight any
more, after doubt = V + margin.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Timing:
    """Times in seconds.

    :param landing_s: D.
    :param list_lag_s: V.
    :param margin_s: added to both, for clocks and rounding.
    :param call_s: one call, from its start to the last byte of its answer.
    :param write_s: from the claim to the first byte; past it nothing is written.
    """

    landing_s: float = 600.0
    list_lag_s: float = 120.0
    margin_s: float = 180.0
    call_s: float = 120.0
    write_s: float = 10.0

    @property
    def grace(self) -> timedelta:
        """How long after an attempt without an answer absence may be believed."""
        return timedelta(seconds=self.landing_s + self.list_lag_s + self.margin_s)

    @property
    def doubt(self) -> timedelta:
        """How long after a well-formed error absence may be believed."""
        return timedelta(seconds=self.list_lag_s + self.margin_s)

    @property
    def write(self) -> timedelta:
        """How long after a claim its call may still be written."""
        return timedelta(seconds=self.write_s)

    @property
    def lease(self) -> timedelta:
        """How long a claim is held: time to write, to wait for the answer, and to record it."""
        return timedelta(seconds=self.write_s + self.call_s + 30)

    def belief(self, count: int) -> timedelta:
        """How old the reads may be that come before the claim of so many operations: no longer than they can take."""
        return self.lease + count * A_READ

    @property
    def skew(self) -> timedelta:
        """How far our clock and the server's may differ."""
        return timedelta(seconds=self.margin_s)


A_READ = timedelta(seconds=2)
"""How long a read takes that is slow."""
FIRST_LOOK = timedelta(seconds=5)
SECOND_LOOK = timedelta(minutes=2)
CHECK_LEASE = timedelta(minutes=5)
DIFFERENCE_RETRY = timedelta(hours=1)
"""How long after a failed check before sending an operation is looked at again."""
NOT_SHOWN_RETRY = timedelta(minutes=1)
"""The same where Bill.com did not show an object: mostly it does the next time, and a buyer may pay meanwhile."""
FENCE_PATIENCE = timedelta(minutes=5)
"""How long the proof of a fence may take, and how far apart two fences of an organization are."""
