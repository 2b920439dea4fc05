"""Every address, what it needs, and the function that answers it: the whole of who may do what, in one table.

`action` is what `authorize` is asked about. Where `staff` stands, whoever has a party of his own is turned away,
whatever `authorize` says of him: these rows and acts concern everybody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify

from flask_billcom.marketplace.plain import plain
from flask_billcom.web.entrance import Visitor, let_in
from flask_billcom.web.problems import Refused

from . import acts, adjusting, books, collecting, files, matching, reads, refunding

if TYPE_CHECKING:
    from flask_billcom.extension import Billcom

View = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Route:
    """One address.

    :param action: what `authorize` is asked about.
    :param view: takes the Billcom, the visitor and the parts of the address, and returns a value to be shown.
    :param staff: whether only somebody without a party of his own may come.
    """

    method: str
    rule: str
    action: str
    view: View
    staff: bool = False


ROUTES = (
    Route("GET", "/", "console", reads.index),
    Route("GET", "/status", "status", reads.status, staff=True),
    Route("GET", "/settlements", "settlement_of", reads.settlements),
    Route("GET", "/settlements/<path:reference>", "settlement_of", reads.settlement),
    Route("GET", "/settlements/<path:reference>/invoice.pdf", "invoice_pdf", files.invoice_pdf),
    Route("POST", "/settlements/<path:reference>/attach", "attach", files.attach_file, staff=True),
    Route("GET", "/parties", "balance_of", reads.parties),
    Route("GET", "/parties/match", "match_report", matching.matches, staff=True),
    Route("POST", "/parties/match", "confirm_match", matching.confirm_match, staff=True),
    Route("POST", "/parties/new", "confirm_new", matching.confirm_new, staff=True),
    Route("GET", "/parties/<party_id>", "balance_of", reads.party),
    Route("GET", "/payouts", "payouts_of", reads.payouts),
    Route("GET", "/payouts/<payout_id>", "payouts_of", reads.payout),
    Route("GET", "/adjustments", "adjustments_of", adjusting.adjustments),
    Route("GET", "/adjustments/<adjustment_id>", "adjustments_of", adjusting.adjustment),
    Route("GET", "/settlements/<path:reference>/refunds", "refunds_of", refunding.refunds, staff=True),
    Route("POST", "/settlements/<path:reference>/refund", "refund", refunding.refund_settlement, staff=True),
    Route("POST", "/settlements/<path:reference>/cancel", "cancel", refunding.cancel_settlement, staff=True),
    Route("GET", "/refunds/waiting", "refunds_of", refunding.waiting, staff=True),
    Route("GET", "/operations", "console", reads.operations),
    Route("GET", "/operations/<operation_id>", "console", reads.operation),
    Route("POST", "/settlements/<path:reference>/hold", "hold", acts.hold_settlement, staff=True),
    Route("POST", "/settlements/<path:reference>/release", "release", acts.release_settlement, staff=True),
    Route("POST", "/settlements/<path:reference>/record", "record_payment", collecting.record_payment, staff=True),
    Route("POST", "/settlements/<path:reference>/remind", "remind", collecting.remind_buyer, staff=True),
    Route(
        "POST", "/settlements/<path:reference>/charge-again", "charge_again", collecting.charge_buyer_again, staff=True
    ),
    Route("POST", "/parties/<party_id>/authorize-charges", "authorize_charges", collecting.authorize_buyer, staff=True),
    Route("POST", "/parties/<party_id>/revoke-charges", "revoke_charges", collecting.revoke_buyer, staff=True),
    Route("POST", "/parties/<party_id>/hold", "hold", acts.hold_party, staff=True),
    Route("POST", "/parties/<party_id>/release", "release", acts.release_party, staff=True),
    Route("POST", "/payouts/hold", "hold", acts.hold_payouts, staff=True),
    Route("POST", "/payouts/release", "release", acts.release_payouts, staff=True),
    Route("POST", "/payouts/run", "payout_run", acts.run_payouts, staff=True),
    Route("GET", "/runs", "approve", reads.runs, staff=True),
    Route("POST", "/runs/<run_id>/approve", "approve", acts.approve_run, staff=True),
    Route("POST", "/payouts/<payout_id>/void", "void", acts.void_payout, staff=True),
    Route("POST", "/payouts/adopt", "adopt_payment", acts.adopt_payment, staff=True),
    Route("POST", "/payouts/<payout_id>/again", "pay_again", acts.pay_payout_again, staff=True),
    Route("POST", "/payouts/<payout_id>/credited", "confirm_credit", acts.payout_credited, staff=True),
    Route("GET", "/parties/<party_id>/statement", "statement", books.statement),
    Route("GET", "/books/trial", "trial_balance", books.trial, staff=True),
    Route("GET", "/books/ledger/<account>", "ledger", books.account_history, staff=True),
    Route("GET", "/books/balances", "party_balances", books.account_balances, staff=True),
    Route("GET", "/books/clearing", "open_items", books.clearing, staff=True),
    Route("GET", "/books/export", "export", books.export_books, staff=True),
    Route("GET", "/books/totals", "year_totals", books.year, staff=True),
    Route("POST", "/parties/<party_id>/adjust", "adjust", adjusting.adjust_seller, staff=True),
    Route("POST", "/parties/<party_id>/write-off", "write_off", adjusting.write_off_debt, staff=True),
    Route("POST", "/settlements/<path:reference>/dispute", "dispute", adjusting.dispute_settlement, staff=True),
    Route(
        "POST", "/adjustments/<adjustment_id>/approve", "approve_adjustment", adjusting.approve_adjustment, staff=True
    ),
    Route("POST", "/adjustments/<adjustment_id>/deny", "deny_adjustment", adjusting.deny_adjustment, staff=True),
    Route("POST", "/adjustments/<adjustment_id>/resolve", "resolve_dispute", adjusting.resolve_dispute, staff=True),
    Route("POST", "/operations/<operation_id>/retry", "retry", acts.retry_operation, staff=True),
    Route("POST", "/operations/<operation_id>/resolve", "resolve", acts.resolve_operation, staff=True),
    Route("POST", "/operations/<operation_id>/cancel", "cancel_operation", acts.cancel_operation, staff=True),
)


def add(blueprint: Blueprint, billcom: Billcom) -> None:
    """Put every address on a blueprint."""
    for route in ROUTES:
        endpoint = route.view.__name__
        blueprint.add_url_rule(route.rule, endpoint, _answering(billcom, route), methods=[route.method])


def _answering(billcom: Billcom, route: Route) -> Callable[..., Response]:
    def answer(**parts: str) -> Response:
        visitor = let_in(billcom, route.action)
        if route.staff and visitor.party is not None:
            raise Refused(
                HTTPStatus.FORBIDDEN,
                "staff_only",
                "this is for staff",
                "sign in as somebody for whom @billcom.party_of_request returns None",
            )
        found = _shown(route.view(billcom, visitor, **parts))
        return found if isinstance(found, Response) else jsonify(plain(found))

    return answer


def _shown(found: Any) -> Any:  # noqa: ANN401 - what a view returned
    """Return what was found, or refuse with 404: another's row and none at all look the same."""
    if found is None:
        raise Refused(HTTPStatus.NOT_FOUND, "not_found", "there is none of this name or id", "look at the list")
    return found


__all__ = ["ROUTES", "Route", "Visitor", "add"]
