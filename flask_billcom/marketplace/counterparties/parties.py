"""Buyers and sellers at Bill.com: planned when first needed, told when the app's object has changed.

    sync_party(obj)                  plan create, or update; a party that was refused is planned again
    a mapped object is flushed       plan update, in the same transaction
    it is being made, or another     a mark, which the next tick turns into an update once that has ended
    update is under way

The mark matters: what is under way may have been written from the row as it was before this transaction's commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update

from flask_billcom.clock import Clock
from flask_billcom.engine.operations import Plan, lane_of_party, plan
from flask_billcom.marketplace.settlement.papers import CREATE_PARTY
from flask_billcom.marketplace.shop.freezing import PartyKey
from flask_billcom.models import Mark, Operation, OperationState, Party
from flask_billcom.models.parties import Role
from flask_billcom.settings import Settings
from flask_billcom.store import Rows

from .known import KnownParties, chunks

UPDATE_PARTY = {Role.CUSTOMER: "update_customer", Role.VENDOR: "update_vendor"}
NEEDS_DATA = "needs_data"
WAITING = "resync/"
"""Start of the name of a mark that asks for one more update of a party."""
_WAITING = (
    select(Mark.name, Mark.value)
    .where(Mark.organization_id == bindparam("organization_id"), Mark.name.startswith(WAITING))
    .order_by(Mark.name)
)


@dataclass(frozen=True, slots=True)
class PartySnapshot:
    """A party as it stood when it was read.

    :param role: customer or vendor.
    :param remote_id: its id at Bill.com, or None while it is not created there.
    :param authorized: whether a buyer's bank account may be charged.
    :param bank_last4: the last four digits of its bank account, where we know of one.
    """

    id: UUID
    role: Role
    local_type: str
    local_id: str
    remote_id: str | None
    is_active: bool
    authorized: bool
    bank_account_id: str | None
    bank_last4: str | None

    @property
    def is_known(self) -> bool:
        """Whether Bill.com knows it."""
        return self.remote_id is not None


_COLUMNS = (
    Party.id,
    Party.role,
    Party.local_type,
    Party.local_id,
    Party.remote_id,
    Party.is_active,
    Party.authorized,
    Party.bank_account_id,
    Party.bank_last4,
)
_BY_KEY = select(*_COLUMNS).where(
    Party.organization_id == bindparam("of"),
    Party.role == bindparam("role"),
    Party.local_type == bindparam("local_type"),
    Party.local_id == bindparam("local_id"),
)


def find_parties(rows: Rows, organization_id: str, keys: Iterable[PartyKey]) -> dict[PartyKey, PartySnapshot]:
    """Return the parties that have rows, by what names them."""
    found: dict[PartyKey, PartySnapshot] = {}
    for key in keys:
        by = {"of": organization_id, "role": key.role, "local_type": key.local_type, "local_id": key.local_id}
        row = rows.first(_BY_KEY, by)
        if row is not None:
            found[key] = PartySnapshot(row[0], Role(row[1]), *row[2:])
    return found


def sync_parties(rows: Rows, clock: Clock, settings: Settings, keys: Sequence[PartyKey]) -> list[PartySnapshot]:
    """Plan that Bill.com knows some parties as the app describes them now, and return them."""
    organization_id = settings.organization_id
    KnownParties.of(rows, clock, organization_id, keys)
    parties = find_parties(rows, organization_id, keys)
    unknown = [each for each in parties.values() if not each.is_known]
    _mark_those_being_made(rows, clock, settings, unknown)
    plan(rows, clock, organization_id, _creations(rows, organization_id, unknown), linger_s=settings.linger_s)
    plan_updates(rows, clock, settings, [(each.role, each.id) for each in parties.values() if each.is_known])
    unpark(rows, clock, [each.id for each in parties.values()])
    return list(parties.values())


def _creations(rows: Rows, organization_id: str, parties: Sequence[PartySnapshot]) -> list[Plan]:
    plans = []
    for party in parties:
        kind = CREATE_PARTY[party.role]
        last = rows.first(
            select(Operation.id, Operation.state, Operation.generation)
            .where(
                Operation.organization_id == organization_id,
                Operation.kind == kind,
                Operation.subject_id == party.id,
            )
            .order_by(Operation.generation.desc())
            .limit(1)
        )
        refused = last is not None and last.state in {OperationState.REJECTED, OperationState.CANCELLED}
        plans.append(
            Plan(
                kind,
                "party",
                party.id,
                lane_of_party(party.id),
                party.id.hex,
                generation=last.generation + 1 if refused else 1,
                supersedes=last.id if refused else None,
            )
        )
    return plans


def plan_updates(rows: Rows, clock: Clock, settings: Settings, parties: Sequence[tuple[Role, UUID]]) -> None:
    """Plan an update of some parties that Bill.com knows, or leave a mark where another one is under way.

    :param parties: role and row id of each.
    """
    _mark(rows, clock, settings, _plan(rows, clock, settings, parties))


def _mark_those_being_made(rows: Rows, clock: Clock, settings: Settings, parties: Sequence[PartySnapshot]) -> None:
    """Leave a mark for those of some unknown parties that may have been rendered already, and are told once more."""
    if not parties:
        return
    made = rows.all(
        select(Operation.subject_id).where(
            Operation.organization_id == settings.organization_id,
            Operation.subject_id.in_([each.id for each in parties]),
            Operation.kind.in_(tuple(CREATE_PARTY.values())),
            Operation.state.not_in((OperationState.REJECTED, OperationState.CANCELLED)),
        )
    )
    _mark(rows, clock, settings, [(each.role, each.id) for each in parties if each.id in made])


def _mark(rows: Rows, clock: Clock, settings: Settings, parties: Sequence[tuple[Role, UUID]]) -> None:
    if not parties:
        return
    now = clock.now()
    names = {f"{WAITING}{role}/{id_.hex}": clock.new_id().hex for role, id_ in parties}
    rows.insert_new(
        Mark,
        [
            {"organization_id": settings.organization_id, "name": name, "value": value, "updated_at": now}
            for name, value in names.items()
        ],
    )
    for name, value in names.items():
        # Also where the mark is there already: the row stays locked until this transaction commits, so that a tick
        # cannot use the mark up before the app's change is to be seen.
        rows.change(
            update(Mark)
            .where(Mark.organization_id == settings.organization_id, Mark.name == name)
            .values(value=value, updated_at=now)
        )


def plan_waiting_updates(rows: Rows, clock: Clock, settings: Settings) -> int:
    """Turn marks into updates where nothing else is under way any more, and return how many."""
    organization_id = settings.organization_id
    marks = rows.all(_WAITING, {"organization_id": organization_id})
    known = _known(rows, [_party_of(name) for name, _ in marks])
    wanted = {party: (name, value) for name, value in marks if (party := _party_of(name)) in known}
    if not wanted:
        return 0
    dropped = set(_plan(rows, clock, settings, list(wanted)))
    for party, (name, value) in wanted.items():
        if party not in dropped:
            rows.change(
                delete(Mark).where(Mark.organization_id == organization_id, Mark.name == name, Mark.value == value)
            )
    return len(wanted) - len(dropped)


def _known(rows: Rows, parties: Sequence[tuple[Role, UUID]]) -> set[tuple[Role, UUID]]:
    """Return those of some parties that Bill.com knows; nothing can be told of one that is still being made."""
    known: set[UUID] = set()
    for part in chunks([id_ for _, id_ in parties]):
        known.update(rows.all(select(Party.id).where(Party.id.in_(part), Party.remote_id.is_not(None))))
    return {party for party in parties if party[1] in known}


def _party_of(name: str) -> tuple[Role, UUID]:
    role, _, id_ = name.removeprefix(WAITING).partition("/")
    return Role(role), UUID(hex=id_)


def _plan(
    rows: Rows, clock: Clock, settings: Settings, parties: Sequence[tuple[Role, UUID]]
) -> list[tuple[Role, UUID]]:
    """Plan updates and return those parties for which another one stood in the way."""
    keys = {(UPDATE_PARTY[role], f"{id_.hex}:{clock.new_id().hex[:31]}", 1): (role, id_) for role, id_ in parties}
    plans = [Plan(kind, "party", id_, lane_of_party(id_), key) for (kind, key, _), (_, id_) in keys.items()]
    ids = plan(rows, clock, settings.organization_id, plans, linger_s=settings.linger_s)
    planned: set[UUID] = set()
    for part in chunks(list(ids.values())):
        planned.update(rows.all(select(Operation.id).where(Operation.id.in_(part))))
    return [party for key, party in keys.items() if ids[key] not in planned]


def unpark(rows: Rows, clock: Clock, party_ids: Sequence[UUID]) -> None:
    """Let operations on parties go on at once that waited for data of the app."""
    for part in chunks(party_ids):
        rows.change(
            update(Operation)
            .where(
                Operation.subject_id.in_(part),
                Operation.state == OperationState.PLANNED,
                Operation.parked == NEEDS_DATA,
            )
            .values(parked=None, evidence=None, not_before=clock.now())
        )


def party_changed(rows: Rows, clock: Clock, settings: Settings, keys: Sequence[PartyKey]) -> None:
    """Plan what follows from a change of the app's objects, as far as they are parties."""
    parties = find_parties(rows, settings.organization_id, keys)
    _mark_those_being_made(rows, clock, settings, [each for each in parties.values() if not each.is_known])
    plan_updates(rows, clock, settings, [(each.role, each.id) for each in parties.values() if each.is_known])
    unpark(rows, clock, [each.id for each in parties.values()])
