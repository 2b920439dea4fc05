"""What is done: holds, payout runs, and another try; by staff, with a reason, under his name in the audit trail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask_billcom.marketplace.holds import PARTY, SETTLEMENT, HoldOn
from flask_billcom.web.entrance import Visitor

from .given import body, dry_run, maybe, maybe_reason, reason, word, wrong

if TYPE_CHECKING:
    from flask_billcom.extension import Billcom
    from flask_billcom.marketplace.approvals import WaitingRun
    from flask_billcom.marketplace.paying.payouts import PayoutRun
    from flask_billcom.marketplace.returns.paid_by_hand import AdoptedPayment
    from flask_billcom.marketplace.returns.paying_again import PaidAgain
    from flask_billcom.marketplace.returns.voidable import Recalled


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
    return {"placed": billcom.hold(None, reason(), actor=visitor.name)}


def release_payouts(billcom: Billcom, visitor: Visitor) -> dict[str, Any]:
    """Release the holds on all payouts; takes `reason` to release one of them."""
    return {"released": billcom.release(None, reason=maybe_reason(), actor=visitor.name)}


def run_payouts(billcom: Billcom, visitor: Visitor) -> PayoutRun:
    """Plan what may be paid now, or only say what would be: `dry_run` is true unless it is false."""
    return billcom.payout_run(dry_run=dry_run(), actor=visitor.name)


def retry_operation(billcom: Billcom, visitor: Visitor, operation_id: str) -> dict[str, Any] | None:
    """Plan a rejected operation again, or let a parked one go on; takes `reason`, what was mended, and `second`."""
    found = visitor.lists.operation(operation_id)
    if found is None:
        return None
    planned: UUID = billcom.retry(found.operation.id, actor=visitor.name, reason=reason(), second=maybe("second"))
    return {"planned": planned}


def resolve_operation(billcom: Billcom, visitor: Visitor, operation_id: str) -> dict[str, Any] | None:
    """Decide about a quarantined operation; takes `reason`, `second`, and `adopt` (an id at Bill.com) or `resend`."""
    found = visitor.lists.operation(operation_id)
    if found is None:
        return None
    adopt = maybe("adopt")
    if (adopt is None) != (body().get("resend") in {True, "true"}):
        raise wrong("say adopt, with an id at Bill.com, or resend")
    billcom.resolve(found.operation.id, actor=visitor.name, reason=reason(), adopt=adopt, second=maybe("second"))
    return {"resolved": found.operation.id}


def cancel_operation(billcom: Billcom, visitor: Visitor, operation_id: str) -> dict[str, Any] | None:
    """Give up an operation that was not sent, or that is proved absent; takes `reason` and `second`."""
    found = visitor.lists.operation(operation_id)
    if found is None:
        return None
    billcom.cancel_operation(found.operation.id, actor=visitor.name, reason=reason(), second=maybe("second"))
    return {"cancelled": found.operation.id}


def approve_run(billcom: Billcom, visitor: Visitor, run_id: str) -> WaitingRun | None:
    """Approve a payout run that somebody else asked for; takes `reason` and `dry_run`, which is true unless false."""
    found = next((run for run in billcom.waiting_runs() if run_id in {run.id.hex, str(run.id)}), None)
    if found is None:
        return None
    return billcom.approve(found.id, actor=visitor.name, reason=reason(), dry_run=dry_run())


def void_payout(billcom: Billcom, visitor: Visitor, payout_id: str) -> Recalled | None:
    """Take a payout back; takes `reason`, `second` and `dry_run`, which is true unless it is false."""
    found = visitor.lists.payout(payout_id)
    if found is None:
        return None
    return billcom.void(found.payout.id, reason(), actor=visitor.name, second=maybe("second"), dry_run=dry_run())


def pay_payout_again(billcom: Billcom, visitor: Visitor, payout_id: str) -> PaidAgain | None:
    """Let the next run pay a void payout's bills again; takes `reason`, `second` and `dry_run`, true unless false."""
    found = visitor.lists.payout(payout_id)
    if found is None:
        return None
    return billcom.pay_again(
        found.payout.id, actor=visitor.name, reason=reason(), second=maybe("second"), dry_run=dry_run()
    )


def adopt_payment(billcom: Billcom, visitor: Visitor) -> AdoptedPayment:
    """Take a payment made in Bill.com's own page for a payout; takes `payment`, its id there, or several with blanks
    between that pay a bill together, `reason`, `second`, `as_paid`, false unless true, and `dry_run`, true unless
    false.
    """
    return billcom.adopt_payment(
        *word("payment").split(),
        actor=visitor.name,
        reason=reason(),
        second=maybe("second"),
        as_paid=body().get("as_paid") in {True, "true"},
        dry_run=dry_run(),
    )


def payout_credited(billcom: Billcom, visitor: Visitor, payout_id: str) -> dict[str, Any] | None:
    """Note that the money of a payout that comes back was seen at the bank; takes `reason` and `second`."""
    found = visitor.lists.payout(payout_id)
    if found is None:
        return None
    billcom.confirm_credit(found.payout.id, actor=visitor.name, reason=reason(), second=maybe("second"))
    return {"confirmed": found.payout.id}


def _hold(billcom: Billcom, visitor: Visitor, on: HoldOn | None) -> dict[str, Any] | None:
    return None if on is None else {"placed": billcom.hold(on, reason(), actor=visitor.name)}


def _release(billcom: Billcom, visitor: Visitor, on: HoldOn | None) -> dict[str, Any] | None:
    return None if on is None else {"released": billcom.release(on, reason=maybe_reason(), actor=visitor.name)}


def _settlement(visitor: Visitor, reference: str) -> HoldOn | None:
    found = visitor.lists.settlement(reference)
    return None if found is None else HoldOn.row(SETTLEMENT, found.settlement.id)


def _party(visitor: Visitor, party_id: str) -> HoldOn | None:
    found = visitor.lists.party(party_id)
    return None if found is None else HoldOn.row(PARTY, found.party.id)
