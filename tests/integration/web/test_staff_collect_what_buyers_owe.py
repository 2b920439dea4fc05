from __future__ import annotations

from typing import Any

from tests.integration.web.conftest import Visitor
from tests.support.local_shop import LocalShop

CHECK = {"amount": "10.00", "date": "2020-01-06", "reference": "check 1043", "dry_run": False}


def record(visitor: Visitor, code: int = 200, **values: Any) -> Any:
    return visitor.post("/settlements/1/record", code, **{**CHECK, **values})


def test_recording_only_rehearses_unless_it_is_told(staff: Visitor) -> None:
    given = {name: value for name, value in CHECK.items() if name != "dry_run"}
    rehearsed = staff.post("/settlements/1/record", 200, **given)

    assert (rehearsed["is_dry_run"], rehearsed["applied"]) == (True, "10.00")
    assert staff.get("/operations?kind=record")["items"] == []


def test_a_payment_is_recorded_under_the_name_of_who_said_so(staff: Visitor, local: LocalShop) -> None:
    local.tick(3)
    first, again = record(staff), record(staff)

    assert (first["invoice"], first["is_new"], again["is_new"]) == ("FB-1", True, False)
    local.tick(2)
    (operation,) = staff.get("/operations?kind=record")["items"]
    assert operation["state"] == "done"


def test_credit_is_shown_with_the_buyer(staff: Visitor, ada: Visitor, local: LocalShop) -> None:
    local.tick(3)
    record(staff, amount="20.00", overpay=True)
    local.tick(2)

    (buyer,) = [each for each in staff.get("/parties?role=customer")["items"] if each["local_id"] == "1"]
    assert staff.get(f"/parties/{buyer['id']}")["credit"] == "7.00"
    assert ada.get(f"/parties/{buyer['id']}")["credit"] == "7.00"


def test_what_cannot_be_is_named(staff: Visitor) -> None:
    assert "date" in record(staff, 400, date="Tuesday")["detail"]
    assert "amount" in record(staff, 400, amount="10")["detail"]
    assert "overpay" in record(staff, 400, overpay="perhaps")["detail"]
    assert "less than" in record(staff, 409, amount="100.00")["detail"]
    staff.post("/settlements/none/record", 404, **CHECK)


def test_consent_is_noted_with_its_reference_and_taken_back(staff: Visitor, ada: Visitor, local: LocalShop) -> None:
    (buyer,) = [each["id"] for each in staff.get("/parties?role=customer")["items"] if each["local_id"] == "1"]
    (seller,) = [each["id"] for each in staff.get("/parties?role=vendor")["items"] if each["local_id"] == "1"]
    address = f"/parties/{buyer}/authorize-charges"
    local.tick(3)

    assert "reference" in staff.post(address, 400, date="2020-01-06")["detail"]
    ada.post(address, 403, reference="form 7", date="2020-01-06")
    staff.post(f"/parties/{seller}/authorize-charges", 404, reference="form 7", date="2020-01-06")
    assert staff.post(address, reference="form 7", date="2020-01-06") == {"authorized": True}
    assert staff.get(f"/parties/{buyer}")["party"]["authorized"]
    assert staff.post(f"/parties/{buyer}/revoke-charges") == {"authorized": False}


def test_only_staff_record_remind_and_charge(ada: Visitor, ann: Visitor, nobody: Visitor) -> None:
    for who, code in ((ada, 403), (ann, 403), (nobody, 403)):
        record(who, code)
        who.post("/settlements/1/remind", code)
        who.post("/settlements/1/charge-again", code, reason="x")


def test_an_invoice_is_sent_again_by_hand(staff: Visitor, local: LocalShop) -> None:
    assert "not at Bill.com yet" in staff.post("/settlements/1/remind", 409)["detail"]
    local.tick(3)

    assert staff.post("/settlements/1/remind")["is_dry_run"]
    assert staff.post("/settlements/1/remind", dry_run=False)["is_new"]
    local.tick(2)

    assert not staff.post("/settlements/1/remind", dry_run=False)["is_new"]


def test_what_was_never_charged_is_not_charged_again(staff: Visitor, local: LocalShop) -> None:
    local.tick(3)
    assert "never charged" in staff.post("/settlements/1/charge-again", 409, reason="he asks for it")["detail"]
    assert "reason" in staff.post("/settlements/1/charge-again", 400)["detail"]
