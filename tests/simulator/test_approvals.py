from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.caller import Caller, Refuse


class Office:
    """An administrator, an approver, an accountant and a payer over one bill."""

    def __init__(self, admin: Caller) -> None:
        self.admin = admin
        self.people = {name: self._signed_in(name) for name in ("approver", "accountant", "payer")}
        self.ids = {name: each("GetSessionInfo")["userId"] for name, each in self.people.items()}
        self.made = admin.bill(admin.vendor(), 100)

    def _signed_in(self, name: str) -> Caller:
        other = Caller(self.admin.simulator)
        other.sign_in(userName=f"{name}@example.test")
        return other

    def subject(self, **more: Any) -> dict[str, Any]:
        return {"objectId": self.made["id"], "entity": "Bill", **more}

    def set(self, *names: str) -> None:
        assert self.admin("SetApprovers", self.subject(approvers=[self.ids[name] for name in names])) == {}

    def state(self) -> str:
        return str(self.admin.read("Bill", self.made["id"])["approvalStatus"])

    def statuses(self) -> list[tuple[int, str]]:
        rows = [each["obj"] for each in self.admin("ListApprovers", self.subject())]
        return [(row["sortOrder"], row["status"]) for row in rows]


@pytest.fixture
def office(payer: Caller) -> Office:
    return Office(payer)


def test_a_bill_walks_from_assigned_to_approved(office: Office, refused: Refuse) -> None:
    assert office.state() == "0"
    office.set("approver", "accountant")
    assert (office.state(), office.statuses()) == ("1", [(0, "0"), (1, "5")])
    refused("BDC_9025", office.people["accountant"], "Approve", office.subject())
    assert office.people["approver"]("Approve", office.subject(comment="looks right")) == {}
    assert (office.state(), office.statuses()) == ("4", [(0, "4"), (1, "0")])
    office.people["accountant"]("Approve", office.subject())
    assert (office.state(), office.statuses()) == ("3", [(0, "4"), (1, "4")])
    mails = [each["to"] for each in office.admin.control("outbox")["messages"] if each["kind"] == "approval asked for"]
    assert mails == ["approver@example.test", "accountant@example.test"]
    assert office.admin("ListMessage", {"objectId": office.made["id"]})[0]["message"] == "looks right"
    refused("BDC_9027", office.people["approver"], "Approve", office.subject())


def test_a_denial_stops_until_the_approvers_are_cleared(office: Office, refused: Refuse) -> None:
    office.set("approver", "accountant")
    office.people["approver"]("Approve", office.subject())
    office.people["accountant"]("Deny", office.subject(comment="too much"))
    assert office.state() == "5"
    refused("BDC_9026", office.people["approver"], "Approve", office.subject())
    refused("BDC_9010", office.admin.pay, (office.made, 100))
    assert office.admin("ClearApprovers", office.subject()) == {}
    assert (office.state(), office.statuses()) == ("0", [])
    office.set("approver", "payer")
    assert (office.state(), office.statuses()) == ("4", [(0, "4"), (1, "0")])


def test_setting_again_replaces_who_has_not_acted(office: Office) -> None:
    office.set("approver", "accountant")
    office.people["approver"]("Approve", office.subject())
    office.set("approver", "payer")
    assert office.statuses() == [(0, "4"), (1, "0")]
    rows = office.admin.list("BillApprover", ("billId", "=", office.made["id"]))
    assert [(row["usersId"], row["isActive"], row["status"]) for row in rows] == [
        (office.ids["approver"], "1", "4"),
        (office.ids["accountant"], "2", "6"),
        (office.ids["payer"], "1", "0"),
    ]


def test_only_approvers_are_set_and_only_those_set_decide(office: Office, refused: Refuse) -> None:
    clerk = next(row["id"] for row in office.admin.list("User", ("email", "=", "clerk@example.test")))
    error = refused("BDC_9023", office.admin, "SetApprovers", office.subject(approvers=[clerk]))
    assert "not an authorized approver" in error.text
    refused("BDC_9023", office.people["approver"], "Approve", office.subject())
    refused("BDC_1114", office.admin, "Approve", {"objectId": office.made["id"], "entity": "Vendor"})
    refused("BDC_1117", office.admin, "SetApprovers", office.subject(approvers=[]))
    refused("BDC_1129", office.admin, "ListApprovers", {"objectId": "00n01NOBODYXXXXXXaaa", "entity": "Bill"})


def test_a_payer_pays_only_what_is_approved_and_an_administrator_anything(office: Office, refused: Refuse) -> None:
    payer = office.people["payer"]
    payer.trust()
    refused("BDC_9011", payer.pay, (office.made, 60))
    office.admin.pay((office.made, 40))
    office.set("approver")
    office.people["approver"]("Approve", office.subject())
    payer.pay((office.made, 60))


def test_the_denied_bill_may_be_payable_by_switch(office: Office) -> None:
    office.set("approver")
    office.people["approver"]("Deny", office.subject())
    office.admin.simulator.switch(pay_denied="accept")
    assert office.admin.pay((office.made, 100))[0]["status"] == "1"


def test_a_policy_asks_for_enough_approvals(office: Office) -> None:
    admin = office.admin
    policy = admin.create("ApprovalPolicy", type="0", amountThreshold=500, minNumApprovers=2)
    admin.create("ApprovalPolicyApprover", approvalPolicyId=policy["id"], usersId=office.ids["approver"])
    small = admin.bill(admin.vendor("Small"), 500)
    assert admin.read("Bill", small["id"])["approvalStatus"] == "0"
    office.made = admin.bill(admin.vendor("Large"), "500.01")
    large = admin.read("Bill", office.made["id"])
    assert (large["approvalStatus"], large["numApprPolicyEx"]) == ("1", 1)
    office.people["approver"]("Approve", office.subject())
    assert office.state() == "4"
    office.set("approver", "payer")
    office.people["payer"]("Approve", office.subject())
    assert office.state() == "3"
    assert admin.read("Bill", office.made["id"])["numApprPolicyEx"] == 0


def test_a_vendors_next_bill_may_inherit_approvers(office: Office) -> None:
    office.set("approver", "payer")
    office.admin.simulator.switch(inherit_approvers=True)
    vendor = {"id": office.made["vendorId"]}
    office.made = office.admin.bill(vendor, 7, number="B-2")
    assert office.statuses() == [(0, "0"), (1, "5")]


def test_vendor_credits_are_approved_alike(office: Office) -> None:
    admin = office.admin
    credit = admin.create(
        "VendorCredit",
        vendorId=office.made["vendorId"],
        refNumber="C",
        creditDate="2026-03-02",
        vendorCreditLineItems=[{"amount": 4}],
    )
    subject = {"objectId": credit["id"], "entity": "VendorCredit"}
    admin("SetApprovers", {**subject, "approvers": [office.ids["approver"]]})
    office.people["approver"]("Approve", subject)
    assert admin.read("VendorCredit", credit["id"])["approvalStatus"] == "3"
    approver = admin("ListApprovers", subject)[0]["obj"]
    assert (approver["entity"], approver["vendorCreditId"]) == ("VendCreditApprover", credit["id"])
    asked = {"usersId": office.ids["approver"], "entity": "VendCredit", "approvalType": "1"}
    assert [each["id"] for each in admin("ListUserApprovals", asked)["approvals"]] == [credit["id"]]


def test_a_users_approvals_are_read_on_with_a_marker(office: Office) -> None:
    admin, vendor = office.admin, office.admin.vendor("Many")
    for number in range(7):
        office.made = admin.bill(vendor, number + 1, number=f"M{number}")
        office.set("approver")
    asked: dict[str, Any] = {"usersId": office.ids["approver"], "entity": "Bill", "approvalType": "0", "max": 3}
    seen: list[str] = []
    marker = None
    while True:
        page = admin("ListUserApprovals", {**asked, "marker": marker})
        seen += [each["invoiceNumber"] for each in page["approvals"]]
        assert page["approvals"][0]["related"]["vendorId"]["name"] == "Many"
        marker = page["marker"]
        if marker is None:
            break
        assert marker.startswith("00n")
    assert seen == [f"M{number}" for number in range(7)]
    assert admin("ListUserApprovals", {**asked, "approvalType": "1"}) == {"marker": None, "approvals": []}


@pytest.mark.parametrize("kind", ["4", "x"])
def test_wrong_kinds_of_approvals_are_refused(office: Office, refused: Refuse, kind: str) -> None:
    asked = {"usersId": office.ids["approver"], "entity": "Bill", "approvalType": kind}
    refused("BDC_1129", office.admin, "ListUserApprovals", asked)
