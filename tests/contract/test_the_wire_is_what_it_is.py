"""Envelopes, paths, forms and what stands in them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contract.samples import customer, shared
from tests.contract.service import Refused, Service

URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}


def refusal(service: Service, path: str, data: object = None, **form: str) -> Refused:
    with pytest.raises(Refused) as caught:
        service(path, data, **form)
    return caught.value


def signed(service: Service, **fields: str) -> dict[str, str]:
    return {"devKey": service.who.dev_key, "sessionId": service.session_id, **fields}


def test_a_success_has_three_parts(service: Service) -> None:
    answer = service.envelope("CurrentTime")
    assert set(answer) == {"response_status", "response_message", "response_data"}
    assert (answer["response_status"], answer["response_message"]) == (0, "Success")


def test_an_error_has_one_code_and_one_message(service: Service) -> None:
    answer = service.envelope("Crud/Read/Vendor", {"id": "x"})
    assert (answer["response_status"], answer["response_message"]) == (1, "Error")
    assert set(answer["response_data"]) == {"error_code", "error_message"}


def test_refusals_come_with_http_200(service: Service) -> None:
    assert service.post("Crud/Read/Vendor.json", {"id": "x"}).status_code == 200


@pytest.mark.parametrize("path", ["Nonsense.json", "crud/Read/Vendor.json", "login.json", "List/Vendor"])
def test_a_path_that_does_not_exist_is_404(service: Service, path: str) -> None:
    reply = service.post(path, {})
    assert reply.status_code == 404
    assert reply.json()["response_data"]["error_code"] == "BDC_1121"


@pytest.mark.parametrize("verb", ["Create", "Update", "Delete"])
@pytest.mark.parametrize("entity", ["SentPay", "ReceivedPay", "MoneyMovement", "BillPay"])
def test_what_comes_about_by_operations_has_no_such_verb(service: Service, verb: str, entity: str) -> None:
    data = {"id": "x", "obj": {"entity": entity}}
    assert refusal(service, f"Crud/{verb}/{entity}", data).code == "BDC_1116"


@pytest.mark.parametrize("data", ["{", "not json", "[1,2]", '"text"'])
def test_what_is_no_json_object_is_refused(service: Service, data: str) -> None:
    assert refusal(service, "Crud/Read/Vendor", data).code == "BDC_1122"


@pytest.mark.parametrize("data", [None, "", "{}", " {} "])
def test_no_data_is_said_in_many_ways(service: Service, data: str | None) -> None:
    assert service("GetSessionInfo", data)["organizationId"] == service.who.org_id


def test_a_missing_developer_key_is_asked_for(service: Service) -> None:
    assert refusal(service, "CurrentTime", devKey="").code == "BDC_1108"


def test_a_missing_session_is_asked_for(service: Service) -> None:
    assert refusal(service, "CurrentTime", sessionId="").code in {"BDC_1108", "BDC_1109"}


def test_a_wrong_developer_key_is_refused(service: Service) -> None:
    assert refusal(service, "CurrentTime", devKey="01NOSUCHKEY").code in {"BDC_1101", "BDC_1102"}


def test_fields_may_stand_in_the_address(service: Service) -> None:
    reply = service.send("POST", "GetSessionInfo.json", params=signed(service))
    assert reply.json()["response_data"]["organizationId"] == service.who.org_id


def test_fields_may_stand_in_any_order(service: Service) -> None:
    fields = list(signed(service, data='{"start":0,"max":1}').items())
    for turn in range(len(fields)):
        reply = service.send("POST", "List/Vendor.json", data=fields[turn:] + fields[:turn])
        assert reply.json()["response_status"] == 0


def test_a_form_may_be_multipart(service: Service) -> None:
    parts = {name: (None, value) for name, value in signed(service).items()}
    assert service.send("POST", "CurrentTime.json", files=parts).json()["response_status"] == 0


def test_a_character_set_after_the_type_does_no_harm(service: Service) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
    reply = service.send("POST", "CurrentTime.json", data=signed(service), headers=kind)
    assert reply.json()["response_status"] == 0


def test_json_may_stand_in_the_form_as_it_is(service: Service) -> None:
    fields = "&".join(f"{name}={value}" for name, value in signed(service).items())
    body = fields + '&data={ "start" : 0,\n "max" : 1 }'
    reply = service.send("POST", "List/Vendor.json", data=body.encode(), headers=URLENCODED)
    assert reply.json()["response_status"] == 0


@pytest.mark.parametrize(
    "text", ["Ünïcødé", "漢字", '"quoted"', "back\\slash", "100% + more", "a=b & c", "O'Brien", "😀", "tab\tbed"]
)
def test_text_survives_whole(service: Service, text: str) -> None:
    found = service.create("Vendor", name=service.name(text), description=text)
    assert found["name"].startswith(text)
    assert service.read("Vendor", found["id"])["description"] == text


def test_unicode_may_be_escaped(service: Service) -> None:
    data = json.dumps({"obj": {"entity": "Vendor", "name": service.name(), "description": "Ünï"}})
    assert "\\u00dc" in data
    assert service("Crud/Create/Vendor", data)["description"] == "Ünï"


@pytest.mark.parametrize(("sent", "kept"), [("12.5", "12.5"), (12.5, "12.5"), (7, "7"), ("0.01", "0.01")])
def test_amounts_may_be_numbers_or_texts(service: Service, sent: Any, kept: str) -> None:
    from decimal import Decimal

    from tests.contract.samples import bill

    assert service.create("Bill", **bill(service, sent))["amount"] == Decimal(kept)


def test_lines_need_not_say_what_they_are(service: Service) -> None:
    from tests.contract.samples import bill

    values = {**bill(service), "billLineItems": [{"amount": 3}]}
    assert service.create("Bill", **values)["billLineItems"][0]["entity"] == "BillLineItem"


@pytest.mark.parametrize("null", [None, ""])
def test_null_and_empty_are_not_set(service: Service, null: object) -> None:
    found = service.create("Vendor", name=service.name(), email=null, taxId=null, paymentTermId=null)
    assert found["email"] is None
    assert found["paymentTermId"] == "0" * 20


@pytest.mark.parametrize(
    ("name", "value"), [("name", 5), ("track1099", "perhaps"), ("name", {"a": 1}), ("track1099", 7)]
)
def test_a_value_of_the_wrong_type_is_refused(service: Service, name: str, value: object) -> None:
    data = {"obj": {"entity": "Vendor", "name": service.name(), name: value}}
    assert refusal(service, "Crud/Create/Vendor", data).code == "BDC_1124"


def test_a_name_that_is_too_long_is_refused(service: Service) -> None:
    error = refusal(service, "Crud/Create/Customer", {"obj": {"entity": "Customer", "name": "x" * 101}})
    assert "Maximum length" in error.text


@pytest.mark.parametrize("value", ["2031-02-30", "yesterday", "03/04/2031", "2031-13-01"])
def test_a_date_that_is_none_is_refused(service: Service, value: str) -> None:
    from tests.contract.samples import bill

    data = {"obj": {"entity": "Bill", **bill(service), "dueDate": value}}
    assert refusal(service, "Crud/Create/Bill", data).code.startswith("BDC_")


def test_a_date_may_leave_out_leading_zeros(service: Service) -> None:
    from tests.contract.samples import invoice

    assert service.create("Invoice", **{**invoice(service), "dueDate": "2031-2-3"})["dueDate"] == "2031-02-03"


def test_an_old_spelling_of_a_field_is_understood(service: Service) -> None:
    found = service.create("Vendor", name=service.name(), enableCombinePayments=False)
    assert found["enabledCombinePayments"] is False


def test_the_list_of_codes_is_open_to_all(service: Service) -> None:
    codes = service.send("POST", "Errors.json").json()["response_data"]
    service.codes[:] = codes
    assert "BDC_1109" in json.dumps(codes)


def test_metadata_tells_what_may_be_written(service: Service) -> None:
    fields = service("GetEntityMetadata", {"entity": ["Invoice"]})["Invoice"]["fields"]
    assert fields["id"]["readonly"] is True
    assert fields["invoiceNumber"]["required"] is True


@pytest.mark.parametrize("entity", ["Vendor", "Customer", "Bill", "Invoice", "ChartOfAccount", "Item"])
def test_metadata_knows_every_field_that_is_answered(service: Service, entity: str) -> None:
    fields = service("GetEntityMetadata", {"entity": [entity]})[entity]["fields"]
    assert set(shared(service, entity)) - {"entity"} <= set(fields)


def test_a_search_finds_by_name(service: Service) -> None:
    found = service.create("Customer", **customer(service))
    assert found["id"] in {
        each["id"] for each in service("SearchEntity", {"entity": "Customer", "term": found["name"]})
    }


def test_an_object_has_an_address_in_the_web_page(service: Service) -> None:
    found = shared(service, "Bill")
    assert found["id"] in service("GetObjectUrl", {"objectId": found["id"]})["url"]
