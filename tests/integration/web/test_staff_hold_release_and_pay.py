from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from flask_billcom.models import Audit, Operation, OperationState
from flask_billcom.simulator import people
from tests.integration.web.conftest import Visitor, open_routes
from tests.support.local_shop import LocalShop


def acts(local: LocalShop) -> list[tuple[str, str]]:
    with local.shop.app.app_context(), local.shop.billcom.state_of().store.read() as rows:
        found = rows.all(select(Audit.action, Audit.actor).order_by(Audit.id))
    return [(action, actor) for action, actor in found if action != "settled"]


def test_a_hold_bears_the_name_that_authorize_gave(local: LocalShop, staff: Visitor) -> None:
    staff.post("/settlements/1/hold", reason="complaint")

    assert acts(local) == [("hold_placed", "Grace")]
    assert staff.get("/settlements/1")["holds"][0]["reason"] == "complaint"


def test_the_same_hold_twice_is_one(staff: Visitor) -> None:
    assert staff.post("/settlements/1/hold", reason="complaint") == {"placed": True}
    assert staff.post("/settlements/1/hold", reason="complaint") == {"placed": False}


def test_a_seller_is_held_and_released(staff: Visitor) -> None:
    (ann,) = [each["id"] for each in staff.get("/parties?role=vendor")["items"] if each["local_id"] == "1"]

    staff.post(f"/parties/{ann}/hold", reason="identity")
    held = staff.get(f"/parties/{ann}")
    released = staff.post(f"/parties/{ann}/release")

    assert [hold["reason"] for hold in held["holds"]] == ["identity"]
    assert held["balance"]["held"] == "13.50"
    assert released == {"released": 1}
    assert staff.get(f"/parties/{ann}")["holds"] == []


def test_the_kill_switch_stops_all_payouts(staff: Visitor) -> None:
    staff.post("/payouts/hold", reason="strange logins")

    assert [hold["scope_id"] for hold in staff.get("/status")["holds"]] == ["payouts"]
    assert staff.post("/payouts/release", reason="other reason") == {"released": 0}
    assert staff.post("/payouts/release") == {"released": 1}


@pytest.mark.parametrize("reason", [None, "", " ", "x" * 201, "line\nbreak", 7])
def test_a_hold_needs_a_reason_that_can_be_shown(staff: Visitor, reason: object) -> None:
    given: dict[str, Any] = {} if reason is None else {"reason": reason}

    assert staff.post("/settlements/1/hold", 400, **given)["code"] == "invalid_request"


def test_a_hold_on_nothing_is_not_found(staff: Visitor) -> None:
    staff.post("/settlements/none/hold", 404, reason="x")
    staff.post(f"/parties/{'0' * 32}/hold", 404, reason="x")


def test_a_payout_run_only_rehearses_unless_it_is_told(make_local: Callable[..., LocalShop]) -> None:
    local = make_local(BILLCOM_PAYMENTS_ENABLED=True, BILLCOM_RELEASE="on_settlement")
    open_routes(local.shop)
    staff = Visitor(local.shop.app, "staff")
    with local.shop.app.app_context():
        local.shop.billcom.settle(local.shop.order(("ann", "10.00", "1.00")))
        local.shop.db.session.commit()
    local.tick(3)

    rehearsed = staff.post("/payouts/run")

    assert rehearsed["is_dry_run"] is True
    assert staff.get("/operations?kind=pay")["items"] == []
    assert staff.post("/payouts/run", 400, dry_run="perhaps")["code"] == "invalid_request"
    assert staff.post("/payouts/run", dry_run=False)["is_dry_run"] is False


def test_a_payment_made_by_hand_is_adopted_when_somebody_says_so(make_local: Callable[..., LocalShop]) -> None:
    local = make_local(BILLCOM_PAYMENTS_ENABLED=True)
    open_routes(local.shop)
    staff = Visitor(local.shop.app, "staff")
    with local.shop.app.app_context():
        local.shop.billcom.settle(local.shop.order(("ann", "10.00", "1.00")))
        local.shop.db.session.commit()
    local.tick(3)
    by_hand = local.pays_by_hand()

    assert staff.post("/payouts/adopt", payment=by_hand, reason="Bea paid it")["is_dry_run"] is True
    assert staff.get("/operations?kind=pay")["items"] == []
    adopted = staff.post("/payouts/adopt", payment=by_hand, reason="Bea paid it", dry_run=False)
    again = staff.post("/payouts/adopt", 409, payment=by_hand, reason="Bea paid it", dry_run=False)

    assert (adopted["payment"], adopted["numbers"], adopted["cents"]) == (by_hand, ["FB-1-1"], 900)
    assert [each["state"] for each in staff.get("/operations?kind=pay")["items"]] == ["done"]
    assert again["code"] == "not_possible"
    assert staff.post("/payouts/adopt", 400, reason="Bea paid it")["code"] == "invalid_request"


def test_several_that_pay_a_bill_together_are_adopted_together(make_local: Callable[..., LocalShop]) -> None:
    local = make_local(BILLCOM_PAYMENTS_ENABLED=True)
    open_routes(local.shop)
    staff = Visitor(local.shop.app, "staff")
    with local.shop.app.app_context():
        local.shop.billcom.settle(local.shop.order(("ann", "10.00", "1.00")))
        local.shop.db.session.commit()
    local.tick(3)
    one, two = local.pays_by_hand(cents=5_40), local.pays_by_hand(cents=3_60)

    assert staff.post("/payouts/adopt", 409, payment=one, reason="Bea paid it")["code"] == "not_possible"
    adopted = staff.post("/payouts/adopt", payment=f"{one} {two}", reason="Bea paid it", dry_run=False)

    assert (adopted["payment"], adopted["numbers"], adopted["cents"]) == (f"{one}, {two}", ["FB-1-1"], 900)
    (beside,) = staff.get("/operations?kind=pay_part")["items"]
    assert (beside["state"], beside["amount_cents"]) == ("done", 3_60)


def pays_instead(local: LocalShop, dollars: str) -> str:
    """Let somebody set the first bill at Bill.com to another amount, and pay it so."""
    bill = local.simulator.books.bills[0]
    (line,) = bill["billLineItems"]
    values = {"billLineItems": [{"entity": "BillLineItem", "id": line.id, "amount": dollars}]}
    local.simulator.under_lock(lambda service: people.act(service, "edit", {"id": bill.id, "values": values}))
    return local.pays_by_hand()


def test_a_payment_of_another_amount_is_adopted_when_staff_say_as_paid(
    make_local: Callable[..., LocalShop],
) -> None:
    local = make_local(BILLCOM_PAYMENTS_ENABLED=True, BILLCOM_RELEASE="on_settlement")
    open_routes(local.shop)
    staff = Visitor(local.shop.app, "staff")
    with local.shop.app.app_context():
        local.shop.billcom.settle(local.shop.order(("ann", "10.00", "1.00")))
        local.shop.db.session.commit()
    local.tick(3)
    said: dict[str, Any] = {"payment": pays_instead(local, "4.00"), "reason": "Bea paid it", "dry_run": False}

    assert staff.post("/payouts/adopt", 409, **said)["code"] == "not_possible"
    adopted = staff.post("/payouts/adopt", as_paid=True, **said)

    assert (adopted["cents"], adopted["rest_cents"], adopted["excess_cents"]) == (400, 500, 0)


def test_a_refused_operation_is_planned_anew(local: LocalShop, staff: Visitor) -> None:
    refused = staff.get("/operations?kind=create_customer")["items"][0]["id"]
    with local.shop.app.app_context(), local.shop.billcom.state_of().store.write() as rows:
        row = rows.first(select(Operation).where(Operation.kind == "create_customer").order_by(Operation.id.desc()))
        row.state = OperationState.REJECTED
        rows.session.flush()

    stuck = [each["id"] for each in staff.get("/operations?stuck=true")["items"]]
    planned = staff.post(f"/operations/{refused}/retry", reason="mended")["planned"]

    assert stuck == [refused]
    assert staff.get(f"/operations/{planned}")["supersedes"] == refused
    assert staff.get(f"/operations/{refused}")["superseded_by"] == planned
    assert staff.get("/operations?stuck=true")["items"] == []


def test_refused_money_is_planned_anew_by_two_where_two_decide(make_local: Callable[..., LocalShop]) -> None:
    local = make_local(BILLCOM_COLLECT="charge", BILLCOM_APPROVERS=2)
    open_routes(local.shop)
    staff = Visitor(local.shop.app, "staff Grace")
    with local.shop.app.app_context():
        local.shop.billcom.settle(local.shop.order(("ann", "10.00", "1.00")))
        local.shop.db.session.commit()
    local.tick(3)
    with local.shop.app.app_context(), local.shop.billcom.state_of().store.write() as rows:
        row = rows.first(select(Operation).where(Operation.kind == "charge"))
        row.state = OperationState.REJECTED
        rows.session.flush()
        refused = row.id.hex

    alone = staff.post(f"/operations/{refused}/retry", 409, reason="mended")
    planned = staff.post(f"/operations/{refused}/retry", reason="mended", second="Ben")["planned"]

    assert "two people decide" in alone["detail"]
    assert staff.get(f"/operations/{planned}")["supersedes"] == refused


def test_a_decision_that_does_not_fit_is_a_conflict(local: LocalShop, staff: Visitor) -> None:
    local.tick(2)
    done = staff.get("/operations?state=done")["items"][0]["id"]

    problem = staff.post(f"/operations/{done}/retry", 409, reason="x")

    assert problem["code"] == "not_possible"
    assert "done" in problem["detail"]
