"""What most kinds share: plain choices, and the two shapes of an answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import update

from flask_billcom.api.codec import from_wire
from flask_billcom.api.codes import Certainty
from flask_billcom.api.envelope import Reply
from flask_billcom.api.fields import Stored
from flask_billcom.api.replies import ItemReply, parse_bulk
from flask_billcom.engine.decisions import NotPossible
from flask_billcom.engine.kinds import (
    LOOKED_FROM,
    Absent,
    Applied,
    Capability,
    Policy,
    Ready,
    Refusal,
    Remote,
    Rendered,
)
from flask_billcom.engine.reads import Reads
from flask_billcom.errors import MalformedReply
from flask_billcom.marketplace.context import Domain
from flask_billcom.marketplace.core import DOCUMENT
from flask_billcom.marketplace.locking import lock
from flask_billcom.models import Document, Operation
from flask_billcom.store import Rows

BULK = 100
BEFORE = timedelta(hours=1)
MANY = 200


class BaseKind:
    """Defaults of a kind; every one of them can be seen in `flask_billcom.engine.kinds.Kind`."""

    name: str
    endpoint: str
    capability = Capability.DOCUMENTS
    batch_size = 1
    policy = Policy(Absent.REPEAT, fenced=False)
    quota: str | None = None
    money = False
    protected = False
    dated = True
    followers: Sequence[str] = ()

    def __init__(self, domain: Domain) -> None:
        self.domain = domain

    @property
    def organization_id(self) -> str:
        """Return whose operations these are."""
        return self.domain.organization_id

    def choose(self, rows: Rows, due: Sequence[Operation]) -> Sequence[Operation]:  # noqa: ARG002
        """Return all that are due: any of them may share a call."""
        return due

    def company(self, rows: Rows, operation: Operation) -> Sequence[Operation]:  # noqa: ARG002
        """Return the operation alone."""
        return [operation]

    def check(self, reads: Reads, ready: Sequence[Ready]) -> Sequence[Rendered]:  # noqa: ARG002
        """Return all as they are: nothing has to be read before."""
        return ready

    def gate(self, rows: Rows, ready: Sequence[Ready], now: datetime) -> Sequence[Ready]:  # noqa: ARG002
        """Return all: nothing but the capability can hold them."""
        return ready

    def process_date(self, now: datetime) -> date | None:  # noqa: ARG002
        """Return None: there is no process date."""
        return None

    def dropped(self, rows: Rows, operations: Sequence[Operation]) -> None:
        """Do nothing: nothing was reserved."""

    def lock(self, rows: Rows, operations: Sequence[Operation]) -> None:
        """Lock the documents that operations are about; most are about one."""
        lock(rows, DOCUMENT, [operation.subject_id for operation in operations])

    def reserved(self, rows: Rows, operations: Sequence[Operation]) -> None:
        """Do nothing: nothing has to be reserved."""


def as_they_stand(rows: Rows, operations: Sequence[Operation], documents: Sequence[Document]) -> None:
    """Give operations that take the place of others the amounts that their documents have now.

    :raises NotPossible: a refund, or what its seller owes, has taken one of the documents back.
    """
    for document in documents:
        if document.status == "inactive":
            raise NotPossible(f"{document.number} was taken back, so nothing of it is tried again")
    cents = {document.id: document.cents for document in documents}
    for operation in operations:
        now = cents[operation.subject_id]
        if operation.amount_cents != now:
            rows.change(update(Operation).where(Operation.id == operation.id).values(amount_cents=now))
            operation.amount_cents = now


def digest_of(*parts: object) -> str:
    """Return the hash of what must not change between attempts."""
    text = json.dumps(parts, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def parse_created(
    reply: Reply, ready: Sequence[Ready], record_type: type[Stored], echo: Callable[[Mapping[str, Any]], Any]
) -> list[Remote | Refusal | None]:
    """Return what a bulk answer says at each place.

    :param echo: what an answered object repeats of the request, such as its number.
    """
    return [_created(item, record_type) for item in parse_bulk(reply, ready, number=lambda r: r.echo, echo=echo)]


def _created(item: ItemReply, record_type: type[Stored]) -> Remote | Refusal | None:
    if item.verdict.certainty is Certainty.NO_ANSWER:
        return None
    if item.wire is None:
        return Refusal(item.verdict.code, item.verdict.message)
    try:
        record = from_wire(record_type, item.wire)
    except MalformedReply:
        return None
    return Remote(record.id, record, record.created_time)


def by_operation(applied: Sequence[Applied]) -> dict[Any, Applied]:
    """Return certain effects by the row that they are about."""
    return {item.operation.subject_id: item for item in applied}


def earliest_attempt(operations: Sequence[Operation]) -> datetime:
    """Return the time from which to look for effects of these operations, by the server's clock.

    It lies well before the first attempt, so that an older object under the same natural key is seen: it is not ours,
    and nothing may be made beside it.
    """
    return min(_first_moment(operation) for operation in operations) - BEFORE


def _first_moment(operation: Operation) -> datetime:
    """Return the first attempt, or from when on that was seen about which a person is to decide, if that is earlier."""
    known = operation.evidence or {}
    seen = [datetime.fromisoformat(known[name]) for name in ("created", LOOKED_FROM) if known.get(name) is not None]
    return min([operation.first_sent_at or operation.created_at, *seen])
