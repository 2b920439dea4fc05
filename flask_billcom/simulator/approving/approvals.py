"""Approvals: who must say yes to a bill or vendor credit, in which order, and what they said.

    SetApprovers ──> assigned 1 ──Approve, not the last──> approving 4 ──the last──> approved 3
                         │ Deny, by anyone                     └── fewer than a policy asks for: stays 4
                         v
                     denied 5 ──ClearApprovers──> unassigned 0          an approval given before still counts then

One approver waits (status 0) at a time, and is mailed; those after him are upcoming (5).
https://developer.bill.com/v2/docs/bill-approval-workflows
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from flask_billcom.simulator.access.rights import granted
from flask_billcom.simulator.calls import arguments
from flask_billcom.simulator.calls.objects import require
from flask_billcom.simulator.errors import refusal
from flask_billcom.simulator.organization import messages

from .policies import approvals_needed, policies_for, policy_users, unmet_policies

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = [
    "KINDS",
    "Kind",
    "approve",
    "approvers_of",
    "assign",
    "clear_approvers",
    "deny",
    "inherit_approvers",
    "list_approvers",
    "set_approvers",
    "start_approval",
]

UPCOMING, WAITING, VIEWED, DENIED, APPROVED, STALE = "5", "0", "1", "3", "4", "6"
UNASSIGNED, ASSIGNED, ALL_APPROVED, APPROVING, STOPPED = "0", "1", "3", "4", "5"
_OPEN: Final = frozenset({WAITING, VIEWED, UPCOMING})


class Kind(NamedTuple):
    """One sort of document that is approved: its entity, that of its approvers, and their reference to it."""

    document: str
    approver: str
    reference: str


KINDS: Final = {
    "Bill": Kind("Bill", "BillApprover", "billId"),
    "VendorCredit": Kind("VendorCredit", "VendCreditApprover", "vendorCreditId"),
    "VendCredit": Kind("VendorCredit", "VendCreditApprover", "vendorCreditId"),
}


def kind_of(data: Mapping[str, Any]) -> Kind:
    """Return what sort of document a call is about.

    :raises Refusal: BDC_1114 for an entity that is not approved.
    """
    name = require(data, "entity")
    if not isinstance(name, str) or name not in KINDS:
        raise refusal("BDC_1114", name)
    return KINDS[name]


def _subject(world: World, data: Mapping[str, Any]) -> tuple[Kind, Row]:
    kind = kind_of(data)
    return kind, arguments.named(world, kind.document, data, "objectId")


def approvers_of(world: World, kind: Kind, document: Row) -> list[Row]:
    """Return a document's present approvers in order."""
    rows = world.store[kind.approver].having(kind.reference, document.id)
    return sorted((row for row in rows if row["isActive"] == "1"), key=lambda row: row["sortOrder"])


def set_approvers(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    """Name who has to approve: those who acted stay, those who have not are replaced."""
    kind, document = _subject(world, data)
    given = require(data, "approvers")
    if not isinstance(given, list):
        raise refusal("BDC_1124", "approvers")
    assign(world, kind, document, [_approver(world, each) for each in given])
    return {}


def _approver(world: World, user_id: object) -> Row:
    user = arguments.named(world, "User", {"approvers": user_id}, "approvers")
    if not user.is_active or "approve" not in granted(world, user):
        raise refusal("not_an_approver", user.id)
    return user


def assign(world: World, kind: Kind, document: Row, users: Iterable[Row]) -> None:
    """Put approvers on a document, after those who acted."""
    acted = [row for row in approvers_of(world, kind, document) if row["status"] not in _OPEN]
    for row in approvers_of(world, kind, document):
        if row["status"] in _OPEN:
            world.change(row, isActive="2", status=STALE)
    known = {row["usersId"] for row in acted}
    earlier = world.note(document.id).get("approved_by", ())
    for user in users:
        if user.id in known:
            continue
        known.add(user.id)
        status = APPROVED if user.id in earlier else UPCOMING
        world.insert(
            kind.approver,
            **{kind.reference: document.id},
            usersId=user.id,
            sortOrder=len(known) - 1,
            status=status,
            statusChangedDate=world.now,
        )
    _follow(world, kind, document)


def _follow(world: World, kind: Kind, document: Row) -> None:
    """Let the next approver wait, and the document's state follow."""
    rows = approvers_of(world, kind, document)
    denied = any(row["status"] == DENIED for row in rows)
    following = next((row for row in rows if row["status"] in _OPEN), None)
    if following is not None and following["status"] == UPCOMING and not denied:
        world.change(following, status=WAITING, statusChangedDate=world.now, lastReminderDate=world.now)
        world.send(world.store["User"].by_id[following["usersId"]]["email"], "approval asked for", document.id)
    world.change(document, approvalStatus=_state(world, document, rows))
    _count_unmet(world, document, rows)


def _count_unmet(world: World, document: Row, approvers: Sequence[Row]) -> None:
    if document.entity_name == "Bill":
        world.adjust(document, numApprPolicyEx=unmet_policies(world, document, approvers))


def _state(world: World, document: Row, rows: Sequence[Row]) -> str:
    approved = sum(row["status"] == APPROVED for row in rows)
    if any(row["status"] == DENIED for row in rows):
        return STOPPED
    if not approved:
        return ASSIGNED if rows else UNASSIGNED
    enough = approved == len(rows) and approved >= approvals_needed(world, document)
    return ALL_APPROVED if enough else APPROVING


def approve(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    """Approve as the user of the call."""
    return _decide(world, data, APPROVED)


def deny(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    """Deny as the user of the call."""
    return _decide(world, data, DENIED)


def _decide(world: World, data: Mapping[str, Any], status: str) -> dict[str, Any]:
    kind, document = _subject(world, data)
    rows = approvers_of(world, kind, document)
    own = next((row for row in rows if row["usersId"] == world.actor.id), None)
    if own is None:
        raise refusal("not_an_approver", world.actor.id)
    if any(row["status"] == DENIED for row in rows):
        raise refusal("approval_stopped", document.id)
    if own["status"] == APPROVED:
        raise refusal("already_decided", world.actor.id)
    if own["status"] == UPCOMING:
        raise refusal("not_yet_to_approve", world.actor.id)
    world.change(own, status=status, statusChangedDate=world.now)
    if status == APPROVED:
        world.note(document.id).setdefault("approved_by", set()).add(world.actor.id)
    comment = arguments.text(data, "comment")
    if comment is not None:
        messages.write(world, document.id, comment)
    _follow(world, kind, document)
    return {}


def clear_approvers(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    """Remove all approvers, whether they acted or not."""
    kind, document = _subject(world, data)
    for row in approvers_of(world, kind, document):
        world.change(row, isActive="2")
    _follow(world, kind, document)
    return {}


def list_approvers(world: World, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return who has to approve, in order, each wrapped in `obj`."""
    kind, document = _subject(world, data)
    return [{"obj": row} for row in approvers_of(world, kind, document)]


def start_approval(world: World, document: Row) -> None:
    """Put on a new document whom the policies name, and where they are switched on, whom the last bill had."""
    users = policy_users(world, document)
    if users:
        assign(world, KINDS[document.entity_name], document, users)
    elif world.settings.inherit_approvers and document.entity_name == "Bill":
        inherit_approvers(world, document)
    elif policies_for(world, document):
        _count_unmet(world, document, ())


def inherit_approvers(world: World, bill: Row) -> None:
    """Put the approvers of the vendor's bill before on this one."""
    bills = [row for row in world.store["Bill"].having("vendorId", bill["vendorId"]) if row.id != bill.id]
    for earlier in sorted(bills, key=lambda row: row.place, reverse=True):
        users = [row["usersId"] for row in approvers_of(world, KINDS["Bill"], earlier)]
        if users:
            assign(world, KINDS["Bill"], bill, [world.store["User"].by_id[each] for each in users])
            return
