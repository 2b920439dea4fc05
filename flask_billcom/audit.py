"""Who did what and why: rows that are only added, sealed afterwards into a hash chain.

    act --insert, no hash--> row --seal(), in tick()--> sequence, previous hash, hash --verify()--> intact?

An act never waits for the chain: two checkouts at once would queue behind one row. Sealing gives each committed row the
next sequence number; whoever changes or removes a sealed row breaks the chain at that place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Row, bindparam, func, select, update

from .clock import Clock
from .models import Audit
from .store import Rows

GENESIS = "0" * 64
SEAL_BATCH = 1000
_OURS = Audit.organization_id == bindparam("organization_id")
_LAST_SEAL = (
    select(Audit.sequence, Audit.hash)
    .where(_OURS, Audit.sequence.is_not(None))
    .order_by(Audit.sequence.desc())
    .limit(1)
)
_UNSEALED = (
    select(*Audit.__table__.c)
    .where(_OURS, Audit.sequence.is_(None))
    .order_by(Audit.id)
    .limit(bindparam("most", type_=Integer))
)
_SEALED = (
    select(*Audit.__table__.c)
    .where(_OURS, Audit.sequence > bindparam("after"))
    .order_by(Audit.sequence)
    .limit(SEAL_BATCH)
)
_ANY_UNSEALED = select(Audit.id).where(_OURS, Audit.sequence.is_(None)).limit(1)
_TABLE = Audit.__table__
_SEAL = (
    update(_TABLE)  # type: ignore[arg-type]  # a declarative class types its table loosely
    .where(_TABLE.c.id == bindparam("row"), _TABLE.c.sequence.is_(None))
    .values(sequence=bindparam("n"), previous_hash=bindparam("before"), hash=bindparam("now"))
)


@dataclass(frozen=True, slots=True)
class Act:
    """One act.

    :param actor: who did it: a person as the app names them, or `engine`.
    :param action: what was done, in the past tense, for example `charge_funded`.
    :param detail: plain JSON values; never a secret, a name or an address.
    """

    action: str
    subject_type: str
    subject_id: UUID | None
    detail: Mapping[str, Any]
    actor: str = "engine"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found.

    :param sealed: sealed rows that were checked.
    :param unsealed: rows that no tick has sealed yet.
    :param broken_at: sequence of the first row that does not fit, or None.
    """

    sealed: int
    unsealed: int
    broken_at: int | None


def record(rows: Rows, clock: Clock, organization_id: str, acts: Sequence[Act]) -> None:
    """Append acts to the audit trail inside the transaction that carries them out."""
    now = clock.now()
    rows.insert(
        Audit,
        [
            {
                "id": clock.new_id(),
                "organization_id": organization_id,
                "at": now,
                "actor": act.actor,
                "action": act.action,
                "subject_type": act.subject_type,
                "subject_id": act.subject_id,
                "detail": dict(act.detail),
            }
            for act in acts
        ],
    )


def _fingerprint(row: Row[Any], sequence: int, previous: str) -> str:
    content = [
        previous,
        sequence,
        row.id.hex,
        row.organization_id,
        row.at.isoformat(),
        row.actor,
        row.action,
        row.subject_type,
        row.subject_id.hex if row.subject_id else None,
        row.detail,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _last_seal(rows: Rows, organization_id: str) -> tuple[int, str]:
    newest = rows.first(_LAST_SEAL, {"organization_id": organization_id})
    return (newest[0], newest[1]) if newest else (0, GENESIS)


def is_unsealed(rows: Rows, organization_id: str) -> bool:
    """Return whether there is anything to seal."""
    return rows.first(_ANY_UNSEALED, {"organization_id": organization_id}) is not None


def seal(rows: Rows, organization_id: str, *, batch: int = SEAL_BATCH) -> int:
    """Seal the next committed rows and return how many.

    Two sealers at once meet on the unique sequence: one of them is rolled back whole.
    """
    sequence, previous = _last_seal(rows, organization_id)
    pending = rows.all(_UNSEALED, {"organization_id": organization_id, "most": batch})
    seals = []
    for row in pending:
        sequence += 1
        fingerprint = _fingerprint(row, sequence, previous)
        seals.append({"row": row.id, "n": sequence, "before": previous, "now": fingerprint})
        previous = fingerprint
    if seals:
        rows.execute(_SEAL, seals)
    return len(seals)


def verify(rows: Rows, organization_id: str) -> Verdict:
    """Return whether the chain is whole, reading it in sequence."""
    expected, previous, broken = 0, GENESIS, None
    while broken is None:
        page = rows.all(_SEALED, {"organization_id": organization_id, "after": expected})
        if not page:
            break
        for row in page:
            expected += 1
            if (
                row.sequence != expected
                or row.previous_hash != previous
                or row.hash != _fingerprint(row, expected, previous)
            ):
                broken = expected
                break
            previous = row.hash
    unsealed = rows.first(
        select(func.count())
        .select_from(Audit)
        .where(Audit.organization_id == organization_id, Audit.sequence.is_(None))
    )
    return Verdict(sealed=expected - (broken is not None), unsealed=int(unsealed or 0), broken_at=broken)
