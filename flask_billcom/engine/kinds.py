"""The seam to the domain: what the engine must be told about each kind of operation.

    due rows --choose--> one batch --render--> Ready | Wait --check--> Ready | Difference
                                                 |
    request(ready) --one call--> parse(answer) --> Remote | refusal, for each in its place
                                                 |
                       apply(rows, applied)  inside the transaction that records the outcome
    unknown rows --find--> Finding               what the server shows of them

The engine receives its kinds as a parameter and imports none. A kind never opens a transaction of its own, and its
`apply` does no input or output: an error in it rolls the outcome back, and the janitor reads back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from flask_billcom.api.envelope import Reply
from flask_billcom.api.requests import Call as WireCall
from flask_billcom.engine.reads import Reads
from flask_billcom.models import Operation
from flask_billcom.store import Rows

LOOKED_FROM = "looked_from"
"""In the evidence: from when on a read-back saw what a person is to decide about, so that his own look sees it too."""


class Capability(StrEnum):
    """What can be parked apart from the rest."""

    DOCUMENTS = "documents"
    MAIL = "mail"
    CHARGES = "charges"
    PAYOUTS = "payouts"


class Absent(StrEnum):
    """What to do with an attempt that got no answer and whose effect is proved absent."""

    REPEAT = "repeat"
    """Send again, as often as needed: the effect is a state, and reaching it twice is once."""
    RESEND = "resend"
    """Send again within the budget, after a fence where the kind asks for one."""
    QUARANTINE = "quarantine"
    """Never send again by itself: a person decides."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How a kind may be sent again.

    :param absent: what to do when the effect is proved absent.
    :param resends: how many attempts without an answer may be followed by another.
    :param fenced: whether every earlier session must be proved dead before.
    """

    absent: Absent
    resends: int = 0
    fenced: bool = True


@dataclass(frozen=True, slots=True)
class Ready:
    """An operation that can be sent.

    :param payload: what the kind needs to write it into a request.
    :param digest: hash of what must not change between attempts.
    :param echo: the number that the answer must repeat at this place, or None.
    """

    operation: Operation
    payload: Any
    digest: str
    echo: str | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """An operation that cannot be sent yet.

    :param parked: the reason, as stored in the row.
    :param again: after what time it may be looked at again by itself; None where a change of our rows ends the wait.
    """

    operation: Operation
    parked: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    again: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Needless:
    """An operation whose effect is there already; nothing is sent."""

    operation: Operation
    reason: str


Rendered = Ready | Wait | Needless


@dataclass(frozen=True, slots=True)
class Remote:
    """An effect as the server shows it.

    :param remote_id: id of the object that the operation made; None for kinds that make none.
    :param record: the object itself.
    :param created: when the server made it, or None where that means nothing.
    :param parent: the payment above it, for a charge or a payout.
    :param gone: whether it was deleted or taken back since, and has no effect any more.
    """

    remote_id: str | None
    record: Any
    created: datetime | None = None
    parent: Any = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A well-formed no for one operation."""

    code: str | None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Applied:
    """An operation whose effect is certain.

    :param digest: of what was sent.
    """

    operation: Operation
    remote: Remote
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a read-back shows of one operation.

    :param matches: effects under the operation's natural key; `equal` tells for each whether its content is ours.
    :param server_date: the server's time of the answer that shows it; None proves no absence.
    :param conflict: why no match can be believed although nothing is absent either, or None.
    :param blocked: why the effect must not be taken for absent although no match is to be seen, or None.
    :param apart: whether none of the matches can be the effect, and nothing but them is to be seen.
    :param since: from what time of the server effects were looked for, or None where no time limits the look.
    """

    matches: Sequence[Remote] = ()
    equal: Sequence[bool] = ()
    server_date: datetime | None = None
    conflict: str | None = None
    blocked: str | None = None
    apart: bool = False
    since: datetime | None = None


class Kind(Protocol):
    """One kind of operation."""

    name: str
    endpoint: str
    capability: Capability
    batch_size: int
    policy: Policy
    quota: str | None
    """A further quota class beside `all`, such as `mail`."""
    money: bool
    protected: bool
    """Whether Bill.com wants a session with MFA trust for it."""
    dated: bool
    """Whether the server's creation time of a match must lie after our first attempt."""
    followers: Sequence[str]
    """Kinds of rows that only take lanes for this one: they stand and fall together, in one call and transaction."""

    def company(self, rows: Rows, operation: Operation) -> Sequence[Operation]:
        """Return the operations that stand and fall with one, itself among them."""

    def choose(self, rows: Rows, due: Sequence[Operation]) -> Sequence[Operation]:
        """Return those that go into the next call together, at most `batch_size`."""

    def render(self, rows: Rows, operations: Sequence[Operation]) -> Sequence[Rendered]:
        """Return each operation ready to send, from our own rows; no network."""

    def check(self, reads: Reads, ready: Sequence[Ready]) -> Sequence[Rendered]:
        """Return each operation as it stands after the reads that must come before its claim."""

    def gate(self, rows: Rows, ready: Sequence[Ready], now: datetime) -> Sequence[Ready]:
        """Return those that may go as far as holds, caps and cover are concerned; part of the claim's transaction."""

    def request(self, ready: Sequence[Ready], now: datetime) -> WireCall:
        """Return the one call that carries these operations."""

    def process_date(self, now: datetime) -> date | None:
        """Return the process date that a call made now would ask for, or None."""

    def parse(self, reply: Reply, ready: Sequence[Ready]) -> Sequence[Remote | Refusal | None]:
        """Return what the answer says at each place; None where it says nothing that can be believed."""

    def find(self, reads: Reads, operations: Sequence[Operation]) -> Mapping[UUID, Finding]:
        """Return what the server shows of unknown operations, by operation id."""

    def apply(self, rows: Rows, applied: Sequence[Applied]) -> None:
        """Write the domain's rows and entries for certain effects, and plan what follows."""

    def dropped(self, rows: Rows, operations: Sequence[Operation]) -> None:
        """Undo what was reserved for operations that will not be sent (rejected or cancelled)."""

    def lock(self, rows: Rows, operations: Sequence[Operation]) -> None:
        """Let nobody change what operations are about before the transaction ends."""

    def reserved(self, rows: Rows, operations: Sequence[Operation]) -> None:
        """Reserve again what `dropped` gave back, for operations that take the place of others."""
