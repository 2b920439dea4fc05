from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text, update

from flask_billcom.models import Operation, Party, Payment, Settlement
from tests.integration.web.conftest import Visitor
from tests.support.local_shop import LocalShop

OTHER = "00801SOMEBODYELSE001"


def references(answer: Any) -> list[str]:
    return [each["reference"] for each in answer["items"]]


def ids(visitor: Visitor, what: str) -> set[str]:
    return {each["id"] for each in visitor.get(f"/{what}")["items"]}


def payout_to(local: LocalShop, seller: str) -> str:
    """Add a payout to a seller, as following would, and return its id."""
    with local.shop.app.app_context():
        state = local.shop.billcom.state_of()
        row_id = state.clock.new_id()
        with state.store.write() as rows:
            party = rows.first(text(f"select id from billcom_party where role = 'vendor' and local_id = '{seller}'"))
            rows.insert(
                Payment,
                [
                    {
                        "id": row_id,
                        "organization_id": state.settings.organization_id,
                        "kind": "sent",
                        "remote_id": f"0sp01PAYOUT00000{seller:0>4}",
                        "party_id": UUID(hex=str(party)),
                        "cents": 900,
                        "currency": "USD",
                        "status": "scheduled",
                        "unapplied_cents": 0,
                        "created_at": state.clock.now(),
                    }
                ],
            )
    return row_id.hex


def test_staff_see_every_sale_the_newest_first(staff: Visitor) -> None:
    assert references(staff.get("/settlements")) == ["2", "1"]


def test_a_seller_sees_the_sales_that_he_has_a_line_in(bob: Visitor, ann: Visitor) -> None:
    assert references(bob.get("/settlements")) == ["2"]
    assert references(ann.get("/settlements")) == ["2", "1"]


def test_a_buyer_sees_what_he_bought(ada: Visitor) -> None:
    assert references(ada.get("/settlements")) == ["1"]


def test_a_seller_sees_his_own_lines_and_what_they_add_up_to(bob: Visitor) -> None:
    sheet = bob.get("/settlements/2")

    assert [line["amount"] for line in sheet["lines"]] == ["20.00"]
    assert sheet["settlement"]["gross"] == "20.00"
    assert sheet["settlement"]["fee_cents"] == 250
    assert sheet["settlement"]["net"] == "17.50"
    assert sheet["settlement"]["buyer_id"] is None
    assert [document["kind"] for document in sheet["documents"]] == ["bill"]


def test_a_buyer_sees_what_he_pays_and_not_what_others_get(ada: Visitor) -> None:
    sheet = ada.get("/settlements/1")

    assert sheet["settlement"]["gross"] == "13.00"
    assert sheet["settlement"]["fee"] is sheet["settlement"]["net"] is sheet["settlement"]["own"] is None
    assert [(line["amount"], line["fee"], line["seller_id"]) for line in sheet["lines"]] == [
        ("10.00", None, None),
        ("3.00", None, None),
    ]
    assert [document["kind"] for document in sheet["documents"]] == ["invoice"]


def test_staff_see_all_of_a_sale(staff: Visitor) -> None:
    sheet = staff.get("/settlements/2")

    assert sheet["settlement"]["gross_cents"] == 2500
    assert sheet["settlement"]["fee"] == "3.00"
    assert [document["kind"] for document in sheet["documents"]] == ["invoice", "bill", "bill"]


def test_the_sale_of_another_is_not_there(bob: Visitor, ada: Visitor) -> None:
    assert bob.get("/settlements/1", 404)["code"] == "not_found"
    ada.get("/settlements/2", 404)


def test_a_party_sees_himself_alone(staff: Visitor, ann: Visitor, bob: Visitor) -> None:
    everybody = ids(staff, "parties")
    (mine,) = ids(ann, "parties")
    (his,) = ids(bob, "parties")

    assert mine != his
    assert {mine, his} < everybody
    ann.get(f"/parties/{his}", 404)
    assert ann.get(f"/parties/{mine}")["balance"]["available"] == "13.50"


def test_payouts_of_others_are_not_there(local: LocalShop, staff: Visitor, ann: Visitor, bob: Visitor) -> None:
    to_ann, to_bob = payout_to(local, "1"), payout_to(local, "2")

    assert ids(staff, "payouts") == {to_ann, to_bob}
    assert ids(bob, "payouts") == {to_bob}
    bob.get(f"/payouts/{to_ann}", 404)
    assert ann.get(f"/payouts/{to_ann}")["payout"]["amount"] == "9.00"


def test_operations_of_others_are_not_there(staff: Visitor, ann: Visitor, bob: Visitor, ada: Visitor) -> None:
    everything = ids(staff, "operations")
    ann_s, bob_s, ada_s = ids(ann, "operations"), ids(bob, "operations"), ids(ada, "operations")

    assert ann_s | bob_s | ada_s < everything
    assert len(ann_s | bob_s | ada_s) == len(ann_s) + len(bob_s) + len(ada_s)
    bob.get(f"/operations/{min(ann_s)}", 404)
    assert bob.get(f"/operations/{min(bob_s)}")["operation"]["id"] == min(bob_s)


def test_somebody_of_whom_nothing_was_ever_settled_sees_nothing(local: LocalShop) -> None:
    with local.shop.app.app_context():
        local.shop.db.session.add(local.shop.Seller(id=77, name="new", email="new@example.com"))
        local.shop.db.session.commit()
    newcomer = Visitor(local.shop.app, "seller 77")

    for what in ("settlements", "parties", "payouts", "operations"):
        assert newcomer.get(f"/{what}") == {"items": [], "after": None}
    newcomer.get("/settlements/1", 404)


def test_somebody_who_is_not_mapped_is_not_taken_for_staff(local: LocalShop, staff: Visitor) -> None:
    local.shop.billcom.party_of_request(object)

    assert staff.get("/settlements", 409)["code"] == "mapping"


@pytest.mark.parametrize("what", ["settlements", "parties", "payouts", "operations"])
def test_rows_of_another_organization_are_not_there(what: str, local: LocalShop, staff: Visitor) -> None:
    payout_to(local, "1")
    model = {"settlements": Settlement, "parties": Party, "payouts": Payment, "operations": Operation}[what]
    key = "reference" if what == "settlements" else "id"
    moved = [each[key] for each in staff.get(f"/{what}")["items"]]
    with local.shop.app.app_context(), local.shop.billcom.state_of().store.write() as rows:
        rows.execute(update(model).values(organization_id=OTHER))

    assert moved
    assert staff.get(f"/{what}")["items"] == []
    for each in moved:
        staff.get(f"/{what}/{each}", 404)
