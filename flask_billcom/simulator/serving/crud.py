"""Crud, List and Bulk over the catalogue: one path for every entity, with what is special in its behaviour.

A bulk answer holds one envelope per object; the outer one is an error as soon as one inner one is.
https://developer.bill.com/v2/reference/ap-vendormgmt-bulkcreatevendor
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.calls import objects
from flask_billcom.simulator.calls.answers import envelope, refused
from flask_billcom.simulator.calls.listing import parse_query, select
from flask_billcom.simulator.calls.objects import Behaviour
from flask_billcom.simulator.errors import Refusal, refusal
from flask_billcom.simulator.organization.accounts import CustomerAccounts, VendorAccounts
from flask_billcom.simulator.organization.parties import Items, Users
from flask_billcom.simulator.papers.documents import Bills, CreditMemos, Invoices, Parts, Templates, VendorCredits
from flask_billcom.simulator.state.rows import render
from flask_billcom.simulator.state.visibility import lagged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask_billcom.simulator.catalogue import Entity
    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = ["RolledBack", "behaviour_of", "bulk", "listed", "single"]

LONGEST_BULK: Final = 100
_PLAIN: Final = Behaviour()
_BEHAVIOURS: Final[Mapping[str, Behaviour]] = MappingProxyType(
    {
        "VendorBankAccount": VendorAccounts(),
        "CustomerBankAccount": CustomerAccounts(),
        "Bill": Bills(Parts("billLineItems", "BillLineItem", "billId", "vendorId", "invoiceNumber")),
        "Invoice": Invoices(Parts("invoiceLineItems", "InvoiceLineItem", "invoiceId", "customerId", "invoiceNumber")),
        "VendorCredit": VendorCredits(
            Parts("vendorCreditLineItems", "VendorCreditLineItem", "vendorCreditId", "vendorId", "refNumber")
        ),
        "CreditMemo": CreditMemos(Parts("creditMemoLineItems", "CreditMemoLineItem", "creditMemoId", "customerId")),
        "RecurringBill": Templates(
            Parts("recurringBillLineItems", "RecurringBillLineItem", "recurringBillId", "vendorId")
        ),
        "RecurringInvoice": Templates(
            Parts("recurringInvoiceLineItems", "RecurringInvoiceLineItem", "recurringInvoiceId", "customerId")
        ),
        "Item": Items(),
        "User": Users(),
    }
)


def behaviour_of(name: str) -> Behaviour:
    """Return what is special about an entity."""
    return _BEHAVIOURS.get(name, _PLAIN)


def single(world: World, owner: Entity, verb: str, data: Mapping[str, Any]) -> Row:
    """Carry out one Create, Read, Update, Delete or Undelete."""
    behaviour = behaviour_of(owner.name)
    if verb == "Create":
        return objects.create(world, owner, behaviour, data)
    if verb == "Read":
        return objects.read(world, owner, data)
    if verb == "Update":
        return objects.update(world, owner, behaviour, data)
    return objects.set_active(world, owner, behaviour, data, "1" if verb == "Undelete" else "2")


def listed(world: World, owner: Entity, data: Mapping[str, Any], lag_s: float = 0) -> str:
    """Carry out a List and return its rows as JSON text.

    :param lag_s: seconds that the list is behind, on top of the switch.
    """
    settings = world.settings
    query = parse_query(owner, data, text_filters=settings.text_filters, starts_with=settings.starts_with)
    rows = select(world.store[owner.name], query, lagged(world, owner.name, lag_s))
    return "[" + ",".join([render(row) for row in rows]) + "]"


def bulk(world: World, owner: Entity, verb: str, data: Mapping[str, Any], mode: str = "") -> str:
    """Carry out a bulk call and return the whole answer.

    :param mode: per_item, rollback, short or reordered; the switch by default.
    """
    given = objects.require(data, "bulk")
    if not isinstance(given, list):
        raise refusal("BDC_1124", "bulk")
    if len(given) > LONGEST_BULK:
        raise refusal("too_many", LONGEST_BULK)
    mode = mode or world.settings.bulk
    texts, failed = _one_by_one(world, owner, verb, given, data)
    if failed and mode == "rollback":
        raise RolledBack(_rolled_back(texts))
    if mode == "short":
        texts = texts[: len(texts) // 2]
    elif mode == "reordered":
        texts.reverse()
    return _bulk_answer(texts, failed=failed)


class RolledBack(Exception):  # noqa: N818 - carries an answer
    """A bulk call is answered and everything that it did is taken back."""

    def __init__(self, answer: str) -> None:
        super().__init__("rolled back")
        self.answer = answer


def _one_by_one(
    world: World, owner: Entity, verb: str, given: Sequence[Any], data: Mapping[str, Any]
) -> tuple[list[str], bool]:
    beside = {key: value for key, value in data.items() if key != "bulk"}
    texts, failed = [], False
    for each in given:
        try:
            if not isinstance(each, dict):
                raise refusal("BDC_1124", "bulk")
            texts.append(envelope(render(single(world, owner, verb, {**beside, **each}))))
        except Refusal as error:
            texts.append(refused(error, world.settings.code_of(error)))
            failed = True
    return texts, failed


def _rolled_back(texts: Sequence[str]) -> str:
    innocent = refused(refusal("BDC_1246"))
    good = '{"response_status":0'
    return _bulk_answer([innocent if text.startswith(good) else text for text in texts], failed=True)


def _bulk_answer(texts: Sequence[str], *, failed: bool) -> str:
    status, message = (1, "Error") if failed else (0, "Success")
    return (
        f'{{"response_status":{status},"response_message":"{message}","response_data":{{"bulk":[{",".join(texts)}]}}}}'
    )
