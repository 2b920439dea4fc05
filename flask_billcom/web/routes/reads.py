"""What is looked at: lists by page, and sheets of one row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request, url_for

from flask_billcom.marketplace.lists import FEW, InvalidQuery, Page
from flask_billcom.web.entrance import Visitor

if TYPE_CHECKING:
    from flask_billcom.extension import Billcom
    from flask_billcom.marketplace.lists.operations import OperationRow, OperationSheet
    from flask_billcom.marketplace.lists.parties import PartyRow, PartySheet
    from flask_billcom.marketplace.lists.payouts import PayoutRow, PayoutSheet
    from flask_billcom.marketplace.lists.settlements import SettlementRow, SettlementSheet
    from flask_billcom.marketplace.status import Status

_FLAGS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def index(_billcom: Billcom, _visitor: Visitor) -> dict[str, str]:
    """Return where everything is."""
    names = ("status", "settlements", "parties", "payouts", "adjustments", "operations")
    return {name: url_for(f".{name}") for name in names}


def status(billcom: Billcom, _visitor: Visitor) -> Status:
    """Return how everything stands."""
    return billcom.status()


def settlements(_billcom: Billcom, visitor: Visitor) -> Page[SettlementRow]:
    """Return a page of settlements; takes `state`."""
    return visitor.lists.settlements(**page_query("state"))


def settlement(_billcom: Billcom, visitor: Visitor, reference: str) -> SettlementSheet | None:
    """Return one settlement."""
    return visitor.lists.settlement(reference)


def parties(_billcom: Billcom, visitor: Visitor) -> Page[PartyRow]:
    """Return a page of buyers and sellers; takes `role`."""
    return visitor.lists.parties(**page_query("role"))


def party(_billcom: Billcom, visitor: Visitor, party_id: str) -> PartySheet | None:
    """Return one buyer or seller with his balance."""
    return visitor.lists.party(party_id)


def payouts(_billcom: Billcom, visitor: Visitor) -> Page[PayoutRow]:
    """Return a page of payouts; takes `status`."""
    return visitor.lists.payouts(**page_query("status"))


def payout(_billcom: Billcom, visitor: Visitor, payout_id: str) -> PayoutSheet | None:
    """Return one payout with the bills that it pays."""
    return visitor.lists.payout(payout_id)


def operations(_billcom: Billcom, visitor: Visitor) -> Page[OperationRow]:
    """Return a page of operations; takes `state`, `kind` and `stuck`."""
    query = page_query("state", "kind", "stuck")
    stuck = query.pop("stuck", "false").lower()
    if stuck not in _FLAGS:
        raise InvalidQuery("stuck must be true or false")
    return visitor.lists.operations(stuck=_FLAGS[stuck], **query)


def runs(billcom: Billcom, _visitor: Visitor) -> dict[str, Any]:
    """Return the payout runs that wait for approval."""
    return {"items": billcom.waiting_runs()}


def operation(_billcom: Billcom, visitor: Visitor, operation_id: str) -> OperationSheet | None:
    """Return one operation with its evidence, its call and its audit lines."""
    return visitor.lists.operation(operation_id)


def page_query(*filters: str) -> dict[str, Any]:
    """Return the filters and the place of a page, and refuse what no list knows: a misspelled filter hides nothing."""
    known = {*filters, "after", "limit"}
    unknown = sorted(request.args.keys() - known)
    if unknown:
        raise InvalidQuery(f"{unknown[0]} is no filter of this list; it takes {', '.join(sorted(known))}")
    query: dict[str, Any] = {name: value for name, value in request.args.items() if value}
    limit = query.pop("limit", str(FEW))
    if not limit.isdecimal() or len(limit) > len("200"):
        raise InvalidQuery("limit must be a whole number")
    return {**query, "limit": int(limit)}
