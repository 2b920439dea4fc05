"""Create, Read, Update, Delete and Undelete of every entity that a client may make."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from flask_billcom.simulator.catalogue import ENTITIES as CATALOGUE
from tests.contract.samples import ENTITIES, change_of, made, minimal, shared
from tests.contract.service import ZEROS, Refused, Service

ID = re.compile(r"[0-9a-z]{3}\d\d[A-Z]+[a-z0-9]+")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000")
DATE = re.compile(r"\d{4}-\d\d-\d\d")
TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "enum": (str,),
    "id": (str,),
    "bool": (bool,),
    "int": (int,),
    "money": (int, Decimal),
    "decimal": (int, Decimal),
    "date": (str,),
    "time": (str,),
    "rows": (list,),
    "list": (list,),
    "object": (dict,),
}
NOBODY = {entity: f"{CATALOGUE[entity].prefix}01NOBODYXXXXXXaaa" for entity in ENTITIES}
each_entity = pytest.mark.parametrize("entity", ENTITIES)


def refusal(service: Service, path: str, data: object) -> Refused:
    with pytest.raises(Refused) as caught:
        service(path, data)
    return caught.value


@each_entity
def test_create_answers_the_whole_object(service: Service, entity: str) -> None:
    found = shared(service, entity)
    assert (found["entity"], found["isActive"]) == (entity, "1")
    assert ID.fullmatch(found["id"])
    assert len(found["id"]) == 20
    assert found["id"].startswith(CATALOGUE[entity].prefix)


@each_entity
def test_times_are_in_utc_with_milliseconds(service: Service, entity: str) -> None:
    found = shared(service, entity)
    assert TIME.fullmatch(found["createdTime"])
    assert TIME.fullmatch(found["updatedTime"])
    assert found["createdTime"] <= found["updatedTime"]


@each_entity
def test_what_was_sent_is_answered(service: Service, entity: str) -> None:
    sent = minimal(service, entity)
    found = service.create(entity, **sent)
    for name, value in sent.items():
        if isinstance(value, list):
            assert len(found[name]) == len(value)
        else:
            assert found[name] == value


@each_entity
def test_read_answers_what_create_answered(service: Service, entity: str) -> None:
    found = made(service, entity)
    assert service.read(entity, found["id"]) == found


@each_entity
def test_every_known_field_is_answered(service: Service, entity: str) -> None:
    found = shared(service, entity)
    wanted = {name for name, known in CATALOGUE[entity].fields.items() if not known.omitted_unset}
    assert wanted <= set(found)


@each_entity
def test_values_have_the_types_that_are_known(service: Service, entity: str) -> None:
    found = shared(service, entity)
    for name, known in CATALOGUE[entity].fields.items():
        value = found.get(name)
        if value is not None:
            assert type(value) in TYPES[known.kind], (name, value)
        if known.kind in {"date", "time"} and value is not None:
            assert (DATE if known.kind == "date" else TIME).fullmatch(value), (name, value)


@each_entity
def test_a_reference_that_is_not_set_is_twenty_zeros(service: Service, entity: str) -> None:
    found, sent = shared(service, entity), minimal(service, entity)
    for name, known in CATALOGUE[entity].fields.items():
        if known.kind == "id" and name not in sent and not known.read_only and not known.omitted_unset:
            assert found[name] == ZEROS, name


@each_entity
def test_update_changes_what_is_sent_and_keeps_the_rest(service: Service, entity: str) -> None:
    before = made(service, entity)
    name, value = change_of(entity)
    required = {key: before[key] for key in CATALOGUE[entity].required if key in before}
    after = service.update(entity, **{**required, "id": before["id"], name: value})
    assert after[name] == value
    kept = {key for key in before if key not in {name, "updatedTime"} and not isinstance(before[key], list | dict)}
    assert {key: after[key] for key in kept} == {key: before[key] for key in kept}


@each_entity
def test_an_update_is_read_back(service: Service, entity: str) -> None:
    before = made(service, entity)
    name, value = change_of(entity)
    required = {key: before[key] for key in CATALOGUE[entity].required if key in before}
    after = service.update(entity, **{**required, "id": before["id"], name: value})
    assert service.read(entity, before["id"]) == after


@each_entity
def test_what_may_not_be_written_is_ignored(service: Service, entity: str) -> None:
    found = made(service, entity, createdTime="2001-02-03T04:05:06.000+0000", mergedIntoId=ZEROS)
    assert found["createdTime"][:4] != "2001"
    required = {key: found[key] for key in CATALOGUE[entity].required if key in found}
    changed = service.update(entity, **{**required, "id": found["id"], "createdTime": "2001-02-03T04:05:06.000+0000"})
    assert changed["createdTime"] == found["createdTime"]


@each_entity
def test_fields_that_nobody_knows_are_ignored(service: Service, entity: str) -> None:
    found = made(service, entity, nobodyKnowsThis="x", alsoUnknown={"a": [1]})
    assert "nobodyKnowsThis" not in found


@each_entity
def test_delete_keeps_the_object_as_inactive(service: Service, entity: str) -> None:
    found = made(service, entity)
    assert service(f"Crud/Delete/{entity}", {"id": found["id"]})["isActive"] == "2"
    assert service.read(entity, found["id"])["isActive"] == "2"


@each_entity
def test_undelete_makes_it_active_again(service: Service, entity: str) -> None:
    found = made(service, entity)
    service(f"Crud/Delete/{entity}", {"id": found["id"]})
    assert service(f"Crud/Undelete/{entity}", {"id": found["id"]})["isActive"] == "1"
    assert service.read(entity, found["id"])["isActive"] == "1"


@each_entity
def test_it_is_listed_by_its_id(service: Service, entity: str) -> None:
    found = shared(service, entity)
    assert [each["id"] for each in service.listed(entity, ("id", "=", found["id"]))] == [found["id"]]


@each_entity
def test_inactive_ones_are_listed_unless_filtered_away(service: Service, entity: str) -> None:
    found = made(service, entity)
    service(f"Crud/Delete/{entity}", {"id": found["id"]})
    mine = ("id", "=", found["id"])
    assert [each["isActive"] for each in service.listed(entity, mine)] == ["2"]
    assert service.listed(entity, mine, ("isActive", "=", "1")) == []


@each_entity
def test_a_change_is_found_by_its_time(service: Service, entity: str) -> None:
    found = made(service, entity)
    changed = service.listed(entity, ("updatedTime", ">=", found["updatedTime"]))
    assert found["id"] in {each["id"] for each in changed}


@each_entity
@pytest.mark.parametrize("verb", ["Read", "Delete", "Undelete"])
def test_an_id_that_nothing_has_is_refused(service: Service, entity: str, verb: str) -> None:
    assert refusal(service, f"Crud/{verb}/{entity}", {"id": NOBODY[entity]}).code.startswith("BDC_")


@each_entity
def test_an_update_of_nothing_is_refused(service: Service, entity: str) -> None:
    values = minimal(service, entity)
    refusal(service, f"Crud/Update/{entity}", {"obj": {"entity": entity, **values, "id": NOBODY[entity]}})


@each_entity
def test_the_object_must_be_what_the_path_says(service: Service, entity: str) -> None:
    other = "Vendor" if entity != "Vendor" else "Customer"
    data = {"obj": {**minimal(service, entity), "entity": other}}
    assert refusal(service, f"Crud/Create/{entity}", data).code == "BDC_1118"


@pytest.mark.parametrize(
    ("entity", "name"),
    [(entity, name) for entity in ENTITIES for name in CATALOGUE[entity].required],
)
def test_what_is_required_is_asked_for(service: Service, entity: str, name: str) -> None:
    values: dict[str, Any] = {key: value for key, value in minimal(service, entity).items() if key != name}
    error = refusal(service, f"Crud/Create/{entity}", {"obj": {"entity": entity, **values}})
    assert error.code == "BDC_1117"
    assert name in error.text


@each_entity
def test_an_empty_text_is_not_set(service: Service, entity: str) -> None:
    texts = [
        name
        for name, known in CATALOGUE[entity].fields.items()
        if known.kind == "text" and not known.read_only and not known.required and known.default is None
    ]
    if texts:
        found = made(service, entity, **{texts[0]: ""})
        assert found[texts[0]] is None
