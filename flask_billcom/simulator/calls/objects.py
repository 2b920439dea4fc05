"""Create, Read, Update, Delete and Undelete, the same for every entity; what is special to one is its `Behaviour`.

    data ──decoded──> values ──> required? references? ──> Behaviour.create ──> row
https://developersupport.bill.com/hc/en-us/articles/360035447311-Key-Concepts
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.catalogue import NO_ID, Entity
from flask_billcom.simulator.errors import Refusal, field_refusal, refusal
from flask_billcom.simulator.state.ids import has_id_form

from .values import decoded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = ["Behaviour", "checked_id", "create", "read", "require", "set_active", "update"]

Values = dict[str, Any]

#: Which entity the id in a field must belong to.
REFERENCES: Final = MappingProxyType(
    {
        "vendorId": "Vendor",
        "customerId": "Customer",
        "parentCustomerId": "Customer",
        "chartOfAccountId": "ChartOfAccount",
        "parentChartOfAccountId": "ChartOfAccount",
        "expenseAccount": "ChartOfAccount",
        "payToChartOfAccountId": "ChartOfAccount",
        "payFromChartOfAccountId": "ChartOfAccount",
        "applyToChartOfAccountId": "ChartOfAccount",
        "payToBankAccountId": "BankAccount",
        "payFromBankAccountId": "BankAccount",
        "applyToBankAccountId": "BankAccount",
        "departmentId": "Department",
        "parentDepartmentId": "Department",
        "locationId": "Location",
        "parentLocationId": "Location",
        "jobId": "Job",
        "parentJobId": "Job",
        "actgClassId": "ActgClass",
        "parentActgClassId": "ActgClass",
        "employeeId": "Employee",
        "parentEmployeeId": "Employee",
        "itemId": "Item",
        "parentItemId": "Item",
        "itemSalesTax": "Item",
        "paymentTermId": "PaymentTerm",
        "profileId": "Profile",
        "usersId": "User",
        "fromUserId": "User",
        "approvalPolicyId": "ApprovalPolicy",
    }
)
_EMPTY: Final[tuple[object, ...]] = (None, NO_ID, "", [], ())


class Behaviour:
    """What creating, changing and deleting one entity means beyond its fields; this one means nothing more."""

    def create(self, world: World, owner: Entity, values: Values, data: Mapping[str, Any]) -> Row:
        """Make the object.

        :param values: its fields, checked.
        :param data: the whole call, for what stands beside `obj`.
        """
        del data
        return world.insert(owner.name, **values)

    def update(self, world: World, row: Row, values: Values, data: Mapping[str, Any]) -> None:
        """Change the object."""
        del data
        world.change(row, **values)

    def unknown(self, name: str, value: object) -> Refusal:
        """Return the refusal of a reference that belongs to no object."""
        return field_refusal(name, value)

    def set_active(self, world: World, row: Row, flag: str) -> None:
        """Delete ("2") or undelete ("1") the object."""
        if "isActive" in row.shape.entity.fields:
            world.change(row, isActive=flag)


def require(data: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - wire data
    """Return a key of a call's data.

    :raises Refusal: BDC_1117 when it is missing or empty.
    """
    value = data.get(name)
    if value is None or value in ("", [], {}):
        raise refusal("BDC_1117", name)
    return value


def checked_id(world: World, name: str, given: object, key: str = "id") -> Row:
    """Return the object of an id that stands in a call's data.

    :raises Refusal: BDC_1119 for what is no id of that entity, BDC_1205 for one that nothing has.
    """
    prefix = world.store[name].entity.prefix
    if not has_id_form(given) or not str(given).startswith(prefix):
        raise field_refusal(key, given)
    row = world.find(name, str(given))
    if row is None:
        raise refusal("BDC_1205", given)
    return row


def _object(owner: Entity, data: Mapping[str, Any]) -> Mapping[str, Any]:
    if data and "obj" not in data:
        raise refusal("BDC_1002")  # what is there is misspelt or misplaced
    given = require(data, "obj")
    if not isinstance(given, dict):
        raise refusal("BDC_1124", "obj")
    named = given.get("entity")
    if not named:
        raise refusal("BDC_1117", "entity")
    if named != owner.name:
        raise refusal("BDC_1118", owner.name, named)
    return given


_PLAIN: Final = Behaviour()


def check_references(world: World, values: Mapping[str, Any], behaviour: Behaviour = _PLAIN) -> None:
    """Refuse ids that belong to no object of the entity that their field names.

    :raises Refusal: BDC_1119.
    """
    for name, value in values.items():
        target = REFERENCES.get(name)
        if target is not None and value != NO_ID and value is not None and world.find(target, value) is None:
            raise behaviour.unknown(name, value)


def create(world: World, owner: Entity, behaviour: Behaviour, data: Mapping[str, Any]) -> Row:
    """Carry out a Create."""
    values = decoded(owner, _object(owner, data))
    for name in owner.required:
        if values.get(name) in _EMPTY:
            raise refusal("BDC_1117", name)
    check_references(world, values, behaviour)
    return behaviour.create(world, owner, values, data)


def read(world: World, owner: Entity, data: Mapping[str, Any]) -> Row:
    """Carry out a Read."""
    return checked_id(world, owner.name, require(data, "id"))


def update(world: World, owner: Entity, behaviour: Behaviour, data: Mapping[str, Any]) -> Row:
    """Carry out an Update: fields not sent keep their value, read-only ones are ignored."""
    given = _object(owner, data)
    row = checked_id(world, owner.name, require(given, "id"))
    _check_not_merged(row)
    values = decoded(owner, given)
    for name in owner.required:
        if name in values and values[name] in _EMPTY:
            raise refusal("BDC_1117", name)
    check_references(world, values)
    behaviour.update(world, row, values, data)
    return row


def _check_not_merged(row: Row) -> None:
    if "mergedIntoId" in row.shape.entity.fields and row["mergedIntoId"] != NO_ID:
        raise refusal("merged", row.id)


def set_active(world: World, owner: Entity, behaviour: Behaviour, data: Mapping[str, Any], flag: str) -> Row:
    """Carry out a Delete ("2") or an Undelete ("1")."""
    row = checked_id(world, owner.name, require(data, "id"))
    _check_not_merged(row)
    behaviour.set_active(world, row, flag)
    return row
