"""What is done: holds, payout runs, and another try; by staff, with a reason, under his name in the audit trail."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import request

from flask_billcom.marketplace.holds import PARTY, SETTLEMENT, HoldOn
from flask_billcom.web.entrance import Visitor
from flask_billcom.web.problems import Refused

if TYPE_CHECKING:
    from flask_billcom.extension import Billcom
    from flask_billcom.marketplace.payouts import PayoutRun

LONGEST_REASON = 200


def hold_settlement(billcom: Billcom, visitor: Visitor, reference: str) -> dict[str, Any] | None:
    """Let the money of one sale wait; takes `reason`."""
    return _hold(billcom, visitor, _settlement(visitor, reference))


def release_settlement(billcom: Billcom, visitor: Visitor, reference: str) -> dict[str, Any] | None:
    """Release the holds on one sale; takes `reason` to release one of them."""
    return _release(billcom, visitor, _settlement(visitor, reference))


def hold_party(billcom: Billcom, visitor: Visitor, party_id: str) -> dict[str, Any] | None:
    """Let the money of one seller wait; takes `reason`."""
    return _hold(billcom, visitor, _party(visitor, party_id))


def release_party(billcom: Billcom, visitor: Visitor, party_id: str) -> dict[str, Any] | None:
    """Release the holds on one seller; takes `reason` to release one of them."""
    return _release(billcom, visitor, _party(visitor, party_id))


def hold_payouts(billcom: Billcom, visitor: Visitor) -> dict[str, Any]:
    """Let all payouts wait, the kill switch; takes `reason`."""
    return {"placed": billcom.hold(None, _reason(), actor=visitor.name)}


def release_payouts(billcom: Billcom, visitor: Visitor) -> dict[str, Any]:
    """Release the holds on all payouts; takes `reason` to release one of them."""
    return {"released": billcom.release(None, reason=_maybe_reason(), actor=visitor.name)}


def run_payouts(billcom: Billcom, _visitor: Visitor) -> PayoutRun:
    """Plan what may be paid now, or only say what would be: `dry_run` is true unless it is false."""
    given = _body().get("dry_run", True)
    if given not in {True, False, "true", "false"}:
        raise _wrong("dry_run must be true or false")
    return billcom.payout_run(dry_run=given in {True, "true"})


def retry_operation(billcom: Billcom, visitor: Visitor, operation_id: str) -> dict[str, Any] | None:
    """Plan a rejected operation again, or let a parked one go on; takes `reason`, what was mended."""
    found = visitor.lists.operation(operation_id)
    if found is None:
        return None
    planned: UUID = billcom.retry(found.operation.id, actor=visitor.name, reason=_reason())
    return {"planned": planned}


def _hold(billcom: Billcom, visitor: Visitor, on: HoldOn | None) -> dict[str, Any] | None:
    return None if on is None else {"placed": billcom.hold(on, _reason(), actor=visitor.name)}


def _release(billcom: Billcom, visitor: Visitor, on: HoldOn | None) -> dict[str, Any] | None:
    return None if on is None else {"released": billcom.release(on, reason=_maybe_reason(), actor=visitor.name)}


def _settlement(visitor: Visitor, reference: str) -> HoldOn | None:
    found = visitor.lists.settlement(reference)
    return None if found is None else HoldOn.row(SETTLEMENT, found.settlement.id)


def _party(visitor: Visitor, party_id: str) -> HoldOn | None:
    found = visitor.lists.party(party_id)
    return None if found is None else HoldOn.row(PARTY, found.party.id)


def _reason() -> str:
    reason = _maybe_reason()
    if reason is None:
        raise _wrong("a reason is missing")
    return reason


def _maybe_reason() -> str | None:
    reason = _body().get("reason")
    if reason is None:
        return None
    if not isinstance(reason, str) or not 0 < len(reason.strip()) <= LONGEST_REASON or not reason.isprintable():
        raise _wrong(f"the reason must be 1 to {LONGEST_REASON} printable characters")
    return reason.strip()


def _body() -> dict[str, Any]:
    """Return what the request says, as a form or as a JSON object."""
    if not request.is_json:
        return dict(request.form)
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        raise _wrong("the body must be a JSON object")
    return given


def _wrong(detail: str) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, "invalid_request", detail, "correct the value named")
