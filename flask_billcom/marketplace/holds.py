"""Holds: named reasons why money waits, until somebody releases them.

    organization            nothing is sent
    capability  payouts     the kill switch of payouts; also charges, documents, mail, all
    party, settlement,      the bills of one seller, one sale (with those of adjustments to it),
    document, payment       one bill, one payout

A hold stops the next claim, not a call in flight. The same reason on the same thing is one hold. A payout run passes
over held bills, and the engine asks `blocking` once more in the claim's own transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, bindparam, cast, exists, func, or_, select, tuple_, update

from flask_billcom.audit import Act, record
from flask_billcom.clock import Clock
from flask_billcom.engine.decisions import NotPossible
from flask_billcom.models import Adjustment, Document, Hold, Party, Payment, PaymentPart, Settlement
from flask_billcom.store import Rows

ORGANIZATION, CAPABILITY = "organization", "capability"
PARTY, SETTLEMENT, DOCUMENT, PAYMENT = "party", "settlement", "document", "payment"
PAYOUTS, CHARGES, ALL = "payouts", "charges", "all"
ADJUSTMENT = "adjustment"
KILL_SWITCH = "kill switch"

Key = tuple[str, str]
"""Scope and scope id of a hold."""


@dataclass(frozen=True, slots=True)
class HoldOn:
    """What a hold is about.

    :param scope_id: a row id as 32 hex digits, the name of a capability, or empty for the organization.
    """

    scope: str
    scope_id: str = ""

    @classmethod
    def row(cls, scope: str, row_id: UUID) -> HoldOn:
        """Return a hold on one row."""
        return cls(scope, row_id.hex)


_NAMES: Mapping[str, tuple[str, Any, tuple[Any, ...]]] = {
    PARTY: ("{} {}", Party.id, (Party.local_type, Party.local_id)),
    SETTLEMENT: ("sale {}", Settlement.id, (Settlement.reference,)),
    DOCUMENT: ("{} {}", Document.id, (Document.kind, Document.number)),
    PAYMENT: ("payment {}", Payment.id, (Payment.remote_id,)),
}
"""How people call what a hold on a row is on, by its scope."""
EVERYTHING = HoldOn(ORGANIZATION)
ALL_PAYOUTS = HoldOn(CAPABILITY, PAYOUTS)


def place(rows: Rows, clock: Clock, organization_id: str, on: HoldOn, *, reason: str, actor: str) -> bool:
    """Place a hold and return whether it is new; the same reason twice is one hold.

    :raises NotPossible: the name of who places it or the reason is missing.
    """
    if not actor.strip() or not reason.strip():
        raise NotPossible("a hold needs the name of who places it and a reason")
    row_id = clock.new_id()
    values = {
        "id": row_id,
        "organization_id": organization_id,
        "scope": on.scope,
        "scope_id": on.scope_id,
        "reason": reason,
        "actor": actor,
        "placed_at": clock.now(),
    }
    rows.insert_new(Hold, [values])
    if rows.first(select(Hold.id).where(Hold.id == row_id)) is None:
        return False
    detail = {"scope": on.scope, "scope_id": on.scope_id, "reason": reason}
    record(rows, clock, organization_id, [Act("hold_placed", "hold", row_id, detail, actor)])
    return True


def release(
    rows: Rows,
    clock: Clock,
    organization_id: str,
    on: HoldOn,
    *,
    actor: str,
    reason: str | None = None,
    besides: ColumnElement[bool] | None = None,
) -> int:
    """Release the holds on something and return how many.

    :param reason: only the hold with this reason; all of them if left out.
    :param besides: the condition of holds that stay.
    """
    where = [_of(organization_id), Hold.scope == on.scope, Hold.scope_id == on.scope_id]
    if besides is not None:
        where.append(~besides)
    if reason is not None:
        where.append(Hold.reason == reason)
    released = rows.all(
        update(Hold).where(*where).values(released_at=clock.now(), released_by=actor).returning(Hold.id)
    )
    detail = {"scope": on.scope, "scope_id": on.scope_id}
    record(rows, clock, organization_id, [Act("hold_released", "hold", each, detail, actor) for each in released])
    return len(released)


def live(rows: Rows, organization_id: str, on: HoldOn | None = None) -> list[Hold]:
    """Return the holds in force, the oldest first.

    :param on: only those on this; all of them if left out.
    """
    where = [_of(organization_id)]
    if on is not None:
        where += [Hold.scope == on.scope, Hold.scope_id == on.scope_id]
    found: list[Hold] = rows.all(select(Hold).where(*where).order_by(Hold.id))
    return found


def names_of(rows: Rows, found: Sequence[Hold]) -> dict[UUID, str]:
    """Return for each hold what it is on, in words: `Seller 1`, `sale 17`, `all payouts`."""
    names: dict[Key, str] = {}
    for scope, (words, row_id, columns) in _NAMES.items():
        ids = sorted({UUID(each.scope_id) for each in found if each.scope == scope})
        for start in range(0, len(ids), 500):
            part = rows.all(select(row_id, *columns).where(row_id.in_(ids[start : start + 500])))
            names |= {(scope, row[0].hex): words.format(*row[1:]) for row in part}
    return {each.id: names.get((each.scope, each.scope_id)) or _name_of_whole(each) for each in found}


def _name_of_whole(hold: Hold) -> str:
    if hold.scope == ORGANIZATION or (hold.scope, hold.scope_id) == (CAPABILITY, ALL):
        return "everything"
    return f"all {hold.scope_id}" if hold.scope == CAPABILITY else f"{hold.scope} {hold.scope_id}"


def stop_of(rows: Rows, organization_id: str, capability: str) -> str | None:
    """Return why a whole capability stands still, or None: a hold on the organization, on it, or on all."""
    return _stop(rows, organization_id, capability)


def blocking(rows: Rows, organization_id: str, capability: str, document_ids: Sequence[UUID]) -> set[UUID]:
    """Return those documents whose money must not move: held themselves, or by sale, party, payment or as a whole.

    A hold of the engine's own that has a time to probe does not count: the engine lets its one probe through.
    """
    if not document_ids:
        return set()
    if _stop(rows, organization_id, capability, Hold.probe_after.is_(None)) is not None:
        return set(document_ids)
    return set(held(rows, organization_id, document_ids))


def _stop(rows: Rows, organization_id: str, capability: str, *which: ColumnElement[bool]) -> str | None:
    found: str | None = rows.first(
        select(Hold.reason)
        .where(
            _of(organization_id),
            or_(
                Hold.scope == ORGANIZATION,
                (Hold.scope == CAPABILITY) & Hold.scope_id.in_((capability, ALL)),
            ),
            *which,
        )
        .order_by(Hold.id)
        .limit(1)
    )
    return found


def held(
    rows: Rows, organization_id: str, document_ids: Sequence[UUID], *, besides: Collection[str] = ()
) -> dict[UUID, str]:
    """Return the reason of each held document, leaving aside holds on the organization and on capabilities.

    :param besides: reasons that do not count.
    """
    if not document_ids or not live_on_rows(rows, organization_id):
        return {}
    keys = _keys(rows, document_ids)
    wanted = sorted({key for each in keys.values() for key in each})
    reasons: dict[Key, str] = {}
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        found = rows.all(
            select(Hold.scope, Hold.scope_id, Hold.reason).where(
                _of(organization_id),
                tuple_(Hold.scope, Hold.scope_id).in_(part),
                Hold.reason.not_in(list(besides)),
            )
        )
        reasons |= {(scope, scope_id): reason for scope, scope_id, reason in found}
    return {
        document_id: reason
        for document_id, of_it in keys.items()
        if (reason := next((reasons[key] for key in of_it if key in reasons), None)) is not None
    }


def is_held() -> ColumnElement[bool]:
    """Return the condition that a document, its party or its sale is held; rows are compared by their hex digits."""
    keys = (
        (DOCUMENT, Document.id),
        (PARTY, Document.party_id),
        (SETTLEMENT, Document.origin_id),
        (SETTLEMENT, _sale()),
    )
    return exists().where(
        Hold.organization_id == Document.organization_id,
        Hold.released_at.is_(None),
        or_(*[(Hold.scope == scope) & (Hold.scope_id == digits(column)) for scope, column in keys]),
    )


def _sale() -> ColumnElement[Any]:
    """Return the sale that the adjustment behind a document is about; what pays a buyer back does not wait for it."""
    return (
        select(Adjustment.origin_id)
        .where(
            Document.origin_type == ADJUSTMENT,
            Document.is_refund.is_(False),
            Adjustment.id == Document.origin_id,
            Adjustment.origin_type == SETTLEMENT,
        )
        .correlate(Document)
        .scalar_subquery()
    )


def digits(column: Any) -> ColumnElement[str]:  # noqa: ANN401 - a column of row ids
    """Return a row id's 32 hex digits in SQL: PostgreSQL writes hyphens, SQLite none."""
    return func.replace(cast(column, String), "-", "")


_ON_ROWS = (
    select(Hold.id)
    .where(
        Hold.organization_id == bindparam("organization_id"),
        Hold.released_at.is_(None),
        Hold.scope.in_((PARTY, SETTLEMENT, DOCUMENT, PAYMENT)),
    )
    .limit(1)
)


def live_on_rows(rows: Rows, organization_id: str) -> bool:
    """Return whether any hold on a party, sale, document or payment is in force."""
    return rows.first(_ON_ROWS, {"organization_id": organization_id}) is not None


def _of(organization_id: str) -> ColumnElement[bool]:
    return (Hold.organization_id == organization_id) & Hold.released_at.is_(None)


def _keys(rows: Rows, document_ids: Sequence[UUID]) -> dict[UUID, list[Key]]:
    """Return what a hold on each document could be placed on."""
    keys: dict[UUID, list[Key]] = {}
    ordered = sorted(document_ids)
    for start in range(0, len(ordered), 1000):
        part = ordered[start : start + 1000]
        for row in rows.all(
            select(
                Document.id, Document.party_id, Document.origin_type, Document.origin_id, _sale().label("sale_id")
            ).where(Document.id.in_(part))
        ):
            keys[row.id] = [(DOCUMENT, row.id.hex), (PARTY, row.party_id.hex)]
            sale_id = row.origin_id if row.origin_type == SETTLEMENT else row.sale_id
            if sale_id is not None:
                keys[row.id].append((SETTLEMENT, sale_id.hex))
        for document_id, payment_id in rows.all(
            select(PaymentPart.document_id, PaymentPart.payment_id).where(PaymentPart.document_id.in_(part))
        ):
            keys[document_id].append((PAYMENT, payment_id.hex))
    return keys
