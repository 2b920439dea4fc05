"""What a claim has taken, from the moment it is committed to the end of its call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from .kinds import Ready
from .limits import SlotLease
from .sessions import Live


@dataclass(frozen=True, slots=True)
class Claimed:
    """One call whose operations are ours until its lease ends."""

    call_id: UUID
    ready: Sequence[Ready]
    live: Live
    slot: SlotLease
    started_at: datetime
    not_after: float
    """Monotonic time past which nothing is written."""
