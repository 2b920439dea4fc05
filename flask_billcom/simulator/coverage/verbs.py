"""Each verb of each entity: carried out where it is offered, refused where it is not.

Marks of the table: V documented, C recorded in working clients, i assumed, - not offered,
p for Bill.com's partners alone. First Create, Read, Update,
Delete, Undelete and List, after the stroke Create, Update, Delete and Undelete in bulk.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.catalogue import ENTITIES, VERBS
from flask_billcom.simulator.coverage.fields import Finding
from flask_billcom.simulator.coverage.wire import Refused
from flask_billcom.simulator.errors import GUESSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_billcom.simulator.coverage.stage import Stage

__all__ = ["EVIDENCE", "MARKS", "call_verb", "verbs"]

EVIDENCE: Final = MappingProxyType(
    {"V": "documented", "C": "recorded", "i": "assumed", "-": "not offered", "p": "for partners"}
)
_REFUSED: Final = MappingProxyType({"-": ("BDC_1116", "BDC_1128"), "p": (GUESSES["no_permission"].code,)})
_BULK: Final = ("Create", "Update", "Delete", "Undelete")
_PATHS: Final = (*VERBS, *(f"Bulk {verb}" for verb in _BULK))
MARKS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Customer": "VVVVVV/VVVV",
        "CustomerContact": "VVVVVV/VVVV",
        "CustomerBankAccount": "VV-V-V/----",
        "Invoice": "VVVVVV/VVVV",
        "RecurringInvoice": "VVCCCC/----",
        "CreditMemo": "Viiiii/----",
        "InvoiceCredit": "-V---i/----",
        "ReceivedPay": "-V---V/----",
        "RPConvFee": "-V---V/----",
        "ChartOfAccount": "VVCiiC/C---",
        "Item": "VVCCCC/VVV-",
        "Department": "VVViii/----",
        "Location": "VVViii/----",
        "Job": "VVViii/----",
        "ActgClass": "CCViiC/----",
        "Employee": "VVViii/----",
        "PaymentTerm": "ViViiV/----",
        "Organization": "pVppp-/----",
        "User": "ViViiC/-V--",
        "Profile": "-V---V/----",
        "BankAccount": "-V---V/----",
        "MoneyMovement": "-V---V/----",
        "Vendor": "VCCCCC/VVVV",
        "VendorBankAccount": "VC-C-C/V---",
        "Bill": "VCCCCC/VVVV",
        "RecurringBill": "CCCCCC/----",
        "VendorCredit": "CCCCCC/----",
        "BillCredit": "-C---C/----",
        "SentPay": "-V---C/----",
        "BillPay": "-C---C/----",
        "ApprovalPolicy": "iCiiiC/----",
        "ApprovalPolicyApprover": "iCiiiC/----",
        "BillApprover": "-C---C/----",
        "VendCreditApprover": "-C---C/----",
    }
)


def verbs() -> list[tuple[str, str, str]]:
    """Return every entity with each of its verbs and that verb's mark."""
    return [
        (entity, path, mark)
        for entity, marks in MARKS.items()
        for path, mark in zip(_PATHS, marks.replace("/", ""), strict=True)
    ]


def call_verb(stage: Stage, entity: str, path: str, mark: str) -> None:
    """Make one call of a verb.

    :raises Finding: it is offered and refused, or the other way round.
    """
    verb, bulk = path.removeprefix("Bulk "), path.startswith("Bulk ")
    if ENTITIES[entity].offers(verb, bulk=bulk) is (mark in _REFUSED):
        raise Finding(f"{path} of {entity} is {'offered' if mark in _REFUSED else 'not offered'} by the catalogue")
    try:
        answer = _called(stage, entity, verb, bulk=bulk, offered=mark not in _REFUSED)
    except Refused as error:
        if error.code in _REFUSED.get(mark, ()):
            return
        raise
    if mark in _REFUSED:
        raise Finding(f"{path} of {entity} is answered")
    _check(entity, verb, answer["bulk"][0]["response_data"] if bulk else answer)


def _called(stage: Stage, entity: str, verb: str, *, bulk: bool, offered: bool) -> Any:  # noqa: ANN401
    if verb == "List":
        return stage.wire(f"List/{entity}", {"max": 5})
    data = _data(stage, entity, verb) if offered else {"id": stage.shared[entity]}
    if bulk:
        return stage.wire(f"Bulk/Crud/{verb}/{entity}", {"bulk": [data]})
    return stage.wire(f"Crud/{verb}/{entity}", data)


def _data(stage: Stage, entity: str, verb: str) -> dict[str, Any]:
    if verb == "Read":
        return {"id": stage.shared[entity]}
    values = stage.minimal(entity)
    beside = {"agreedWithTOS": True} if entity == "CustomerBankAccount" else {}
    if verb == "Create":
        return {"obj": {"entity": entity, **values}, **beside}
    made = stage.make(entity)
    if verb == "Update":
        return {"obj": {"entity": entity, "id": made["id"], **_without_lines(values)}}
    if verb == "Undelete":
        stage.wire(f"Crud/Delete/{entity}", {"id": made["id"]})
    return {"id": made["id"]}


def _without_lines(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if not isinstance(value, list)}


def _check(entity: str, verb: str, answer: Any) -> None:  # noqa: ANN401
    row = answer[0] if verb == "List" else answer
    if row.get("entity") != entity:
        raise Finding(f"{verb} of {entity} answers {str(row)[:80]}")
    wanted = {"Delete": "2", "Undelete": "1"}.get(verb)
    if wanted is not None and "isActive" in ENTITIES[entity].fields and row["isActive"] != wanted:
        raise Finding(f"{verb} of {entity} leaves isActive {row['isActive']!r}")
