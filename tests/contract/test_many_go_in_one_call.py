"""Bulk calls: one envelope for each object."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.samples import bill, invoice, minimal
from tests.contract.service import Refused, Service

BULK = ("Vendor", "Customer", "CustomerContact", "Invoice", "Bill", "Item")


def objects(service: Service, entity: str, count: int = 3) -> list[dict[str, Any]]:
    return [{"obj": {"entity": entity, **minimal(service, entity)}} for _ in range(count)]


def inner(service: Service, path: str, bulk: list[Any]) -> list[Any]:
    found = service.envelope(f"Bulk/Crud/{path}", {"bulk": bulk})["response_data"]["bulk"]
    assert len(found) == len(bulk)
    return list(found)


@pytest.mark.parametrize("entity", BULK)
def test_objects_are_created_in_order(service: Service, entity: str) -> None:
    sent = objects(service, entity)
    found = [each["response_data"] for each in inner(service, f"Create/{entity}", sent)]
    name = next((key for key in ("name", "invoiceNumber", "firstName") if key in sent[0]["obj"]), "")
    assert [each[name] for each in found] == [each["obj"][name] for each in sent]
    assert all(each["entity"] == entity for each in found)


@pytest.mark.parametrize("entity", BULK)
def test_each_object_has_an_envelope(service: Service, entity: str) -> None:
    for each in inner(service, f"Create/{entity}", objects(service, entity)):
        assert set(each) == {"response_status", "response_message", "response_data"}
        assert (each["response_status"], each["response_message"]) == (0, "Success")


@pytest.mark.parametrize("entity", BULK)
def test_objects_are_deleted_by_their_ids(service: Service, entity: str) -> None:
    made = [each["response_data"] for each in inner(service, f"Create/{entity}", objects(service, entity))]
    gone = inner(service, f"Delete/{entity}", [{"id": each["id"]} for each in made])
    assert [each["response_data"]["isActive"] for each in gone] == ["2"] * len(made)


@pytest.mark.parametrize("entity", ["Vendor", "Customer", "Item"])
def test_objects_are_updated(service: Service, entity: str) -> None:
    made = [each["response_data"] for each in inner(service, f"Create/{entity}", objects(service, entity))]
    kind = {"type": "1"} if entity == "Item" else {}
    sent = [
        {"obj": {"entity": entity, "id": each["id"], "name": each["name"], "description": "new", **kind}}
        for each in made
    ]
    changed = inner(service, f"Update/{entity}", sent)
    assert [each["response_data"]["description"] for each in changed] == ["new"] * len(made)


@pytest.mark.parametrize("entity", BULK)
def test_a_bad_object_makes_the_outer_answer_an_error(service: Service, entity: str) -> None:
    sent = [*objects(service, entity, 1), {"obj": {"entity": entity}}]
    answer = service.envelope(f"Bulk/Crud/Create/{entity}", {"bulk": sent})
    assert (answer["response_status"], answer["response_message"]) == (1, "Error")
    bad = answer["response_data"]["bulk"][1]
    assert bad["response_status"] == 1
    assert bad["response_data"]["error_code"] == "BDC_1117"


def test_a_hundred_bills_go_in_one_call(service: Service) -> None:
    sent = [{"obj": {"entity": "Bill", **bill(service, 1, 2)}} for _ in range(100)]
    found = inner(service, "Create/Bill", sent)
    assert len({each["response_data"]["id"] for each in found}) == 100


def test_more_than_a_hundred_are_refused(service: Service) -> None:
    with pytest.raises(Refused):
        service("Bulk/Crud/Create/Vendor", {"bulk": objects(service, "Vendor", 101)})


@pytest.mark.parametrize("data", [{}, {"bulk": "x"}, {"obj": {"entity": "Vendor", "name": "V"}}])
def test_a_bulk_without_a_list_is_refused(service: Service, data: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        service("Bulk/Crud/Create/Vendor", data)


def test_the_path_may_leave_out_its_ending(service: Service) -> None:
    import json

    data = json.dumps({"bulk": objects(service, "Vendor", 1)})
    assert service.post("Bulk/Crud/Create/Vendor", data).json()["response_status"] == 0


def test_a_flag_may_stand_beside_each_object(service: Service) -> None:
    sent = [{"obj": {"entity": "Bill", **bill(service)}, "allowDuplicateInvNum": True}]
    assert inner(service, "Create/Bill", sent)[0]["response_status"] == 0


def test_invoices_go_in_bulk_with_their_sums(service: Service) -> None:
    sent = [{"obj": {"entity": "Invoice", **invoice(service, 3, 4)}}]
    assert inner(service, "Create/Invoice", sent)[0]["response_data"]["amount"] == 7
