from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.caller import Caller, Refuse

NETWORK_ID = "1000000000000017"


def state(caller: Caller, party: dict[str, Any]) -> tuple[str, Any, Any]:
    told = caller("GetNetworkStatus", {"id": party["id"]})
    return told["status"], told["requestId"], told["networkId"]


def test_an_invited_vendor_is_pending_until_he_accepts(payer: Caller) -> None:
    vendor = payer.vendor()
    assert vendor["networkStatus"] is None
    assert state(payer, vendor) == ("0", None, None)
    request = payer("SendVendorInvite", {"vendorId": vendor["id"], "email": "bob@example.test"})["requestId"]
    assert request.startswith("nrr")
    assert state(payer, vendor) == ("1", request, None)
    shown = payer.read("Vendor", vendor["id"])
    assert (shown["networkStatus"], shown["numberOfInvitesSent"], shown["payBy"]) == ("1", 1, "0")
    assert payer.control("outbox")["messages"][-1]["to"] == "bob@example.test"
    payer.control("people", {"act": "accept_invite", "id": vendor["id"]})
    status, open_request, network_id = state(payer, vendor)
    assert (status, open_request) == ("2", None)
    assert len(network_id) == 16
    shown = payer.read("Vendor", vendor["id"])
    assert (shown["networkStatus"], shown["payBy"]) == ("2", "1")
    assert payer.read("Organization", payer.simulator.settings.org_id)["networkConnections"] == 1


def test_a_second_invitation_is_refused_while_one_is_open(payer: Caller, refused: Refuse) -> None:
    vendor = payer.vendor()
    data = {"vendorId": vendor["id"], "email": "bob@example.test"}
    first = payer("SendVendorInvite", data)["requestId"]
    refused("BDC_9021", payer, "SendVendorInvite", data)
    assert payer("CancelInvite", {"id": first}) == {}
    assert state(payer, vendor) == ("0", None, None)
    refused("BDC_9029", payer, "CancelInvite", {"id": first})
    assert payer("SendVendorInvite", data)["requestId"] != first


def test_invitations_lapse_after_sixty_days(payer: Caller) -> None:
    vendor = payer.vendor()
    payer("SendVendorInvite", {"vendorId": vendor["id"], "email": "bob@example.test"})
    payer.simulator.clock.advance(seconds=60 * 24 * 3600 - 1)
    payer.sign_in()
    assert state(payer, vendor)[0] == "1"
    payer.simulator.clock.advance(seconds=1)
    assert state(payer, vendor)[0] == "0"


def test_companies_of_the_network_are_found_and_invited(payer: Caller, refused: Refuse) -> None:
    found = payer("NetworkSearch", {"name": "harbor"})
    assert [each["name"] for each in found] == ["Harbor Logistics", "Harbor Coffee Roasters"]
    customer = payer.customer()
    payer("SendInvite", {"networkId": NETWORK_ID, "id": customer["id"]})
    assert state(payer, customer)[2] == NETWORK_ID
    payer.control("people", {"act": "accept_invite", "id": customer["id"]})
    assert payer.read("Customer", customer["id"])["hasNetBankAccount"] is True
    assert payer("NetworkSearch", {"name": "northwind"})[0]["isConnected"] is True
    assert payer("DisconnectCustomerFromNetwork", {"id": customer["id"]}) == {}
    assert payer.read("Customer", customer["id"])["hasNetBankAccount"] is False
    refused("BDC_9030", payer, "DisconnectCustomerFromNetwork", {"customerId": customer["id"]})
    refused("BDC_1119", payer, "SendInvite", {"networkId": "9", "id": customer["id"]})


def test_a_declined_invitation_leaves_no_connection(payer: Caller) -> None:
    vendor = payer.vendor()
    payer("SendVendorInvite", {"vendorId": vendor["id"], "email": "bob@example.test"})
    payer.control("people", {"act": "decline_invite", "id": vendor["id"]})
    assert state(payer, vendor)[0] == "0"
    assert "no open invitation" in payer.control("people", {"act": "accept_invite", "id": vendor["id"]})["error"]


def test_invitations_need_trust(bill: Caller, refused: Refuse) -> None:
    vendor = bill.vendor()
    refused("BDC_1361", bill, "SendVendorInvite", {"vendorId": vendor["id"], "email": "bob@example.test"})
    refused("BDC_1361", bill, "SendInvite", {"networkId": NETWORK_ID, "id": vendor["id"]})


def test_a_connected_vendor_is_paid_electronically(payer: Caller) -> None:
    vendor = payer.vendor()
    payer("SendInvite", {"networkId": NETWORK_ID, "id": vendor["id"]})
    payer.control("people", {"act": "accept_invite", "id": vendor["id"]})
    sent = payer.pay((payer.bill(vendor), 10))[0]
    payer.simulator.clock.advance(business_days=3)
    payer.again()
    told = payer("GetDisbursementData", {"sentPayId": sent["id"]})
    assert (told["paymentType"], told["disbursementStatus"]) == ("2", "3")
    assert payer("DisconnectVendorFromNetwork", {"vendorId": vendor["id"]}) == {}
    assert payer.read("Vendor", vendor["id"])["payBy"] == "0"


def test_a_large_biller_is_paid_through_its_own_network(payer: Caller, refused: Refuse) -> None:
    biller = payer("LargeBillerSearch", {"name": "pacific"})[0]
    addresses = payer("GetLargeBillerPaymentAddress", {"id": biller["id"]})
    assert [each["addressCity"] for each in addresses] == ["Portland", "Sacramento"]
    vendor = payer("ConnectLargeBillerAsVendor", {"addressId": addresses[1]["addressId"]})
    assert (vendor["name"], vendor["payBy"], vendor["largeBillerId"]) == (biller["name"], "2", biller["id"])
    assert vendor["addressCity"] == "Sacramento"
    known = payer.vendor("Phone")
    phone = payer("ConnectLargeBillerAsVendor", {"addressId": "lba01SIMULATEDTWOc3c", "vendorId": known["id"]})
    assert phone["id"] == known["id"]
    sent = payer.pay((payer.bill(vendor), 10))[0]
    payer.simulator.clock.advance(business_days=3)
    payer.again()
    told = payer("GetDisbursementData", {"sentPayId": sent["id"]})
    assert (told["paymentType"], told["disbursementStatus"]) == ("1", "3")
    assert told["rppsData"]["largeBillerId"] == biller["id"]
    assert told["rppsData"]["traceNumber"] == sent["txnNumber"]
    refused("BDC_1129", payer, "ConnectLargeBillerAsVendor", {"addressId": "nowhere"})
    refused("BDC_1129", payer, "GetLargeBillerPaymentAddress", {"id": "nobody"})


@pytest.mark.parametrize(("place", "keys"), [("inside", 0), ("beside", 3), ("both", 3)])
def test_network_answers_may_stand_beside_the_status(payer: Caller, place: str, keys: int) -> None:
    payer.simulator.switch(network_answers=place)
    reply = payer.post("GetNetworkStatus.json", {"id": payer.vendor()["id"]}).json()
    beside = {"status", "requestId", "networkId"} & set(reply)
    assert len(beside) == keys
    assert ("response_data" in reply) is (place != "beside")
    assert reply["response_status"] == 0
