"""What ends a step of a tick without being a fault."""

from __future__ import annotations

from datetime import datetime

from flask_billcom.errors import BillcomError, TransportError


class NoCapacity(BillcomError):  # noqa: N818 - it is a state of the limits
    """No slot, quota or session is free now; the work stays planned and the next tick goes on with it."""

    def __init__(self, message: str | None = None, *, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class QuotaUsed(NoCapacity):
    """One quota class is used up for now.

    :param name: of the class; work outside it may go on.
    """

    def __init__(self, name: str, retry_at: datetime) -> None:
        super().__init__(f"the calls of class {name!r} are used up for now", retry_at=retry_at)
        self.name = name


class Held(NoCapacity):
    """A hold stops all sending until a person has mended its cause."""


class SessionSilent(BillcomError):  # noqa: N818
    """An earlier session gave no answer when it was asked after; it says nothing about Bill.com for everybody else.

    :param gen: its generation.
    :param silence: what happened instead.
    """

    def __init__(self, gen: int, silence: TransportError) -> None:
        super().__init__(f"session {gen} could not be asked after: {type(silence).__name__}")


class LateReply(BillcomError):  # noqa: N818
    """An answer came after its claim had passed to somebody else; it is kept as evidence and changes nothing."""
