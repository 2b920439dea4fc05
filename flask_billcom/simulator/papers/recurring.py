"""Templates that make documents: RecurringBill and RecurringInvoice.

    nextDueDate - daysInAdvance ──6 am Pacific──> document, its number the due date ──> nextDueDate one period on

What is overdue when the template is made or changed is made at once; deleting a template leaves its documents alone.
https://developer.bill.com/reference/ap-vendortransactions-createrecurringbill
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from flask_billcom.simulator.approving.approvals import inherit_approvers
from flask_billcom.simulator.banking.bankdays import at_hour
from flask_billcom.simulator.catalogue import ENTITIES
from flask_billcom.simulator.errors import Refusal
from flask_billcom.simulator.serving import crud

from .mail import known_addresses

if TYPE_CHECKING:
    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = ["recur"]

HOUR: Final = 6
NEVER: Final = "9"
_DAYS: Final = {"0": 1, "1": 7}
_MONTHS: Final = {"2": 1, "3": 12}


class Kind(NamedTuple):
    """What a template makes, and how lines are called on both."""

    document: str
    template_lines: str
    lines: str
    line: str


KINDS: Final = {
    "RecurringBill": Kind("Bill", "recurringBillLineItems", "billLineItems", "BillLineItem"),
    "RecurringInvoice": Kind("Invoice", "recurringInvoiceLineItems", "invoiceLineItems", "InvoiceLineItem"),
}


def recur(world: World, template_id: str) -> None:
    """Make every document that a template owes by now, and plan the next."""
    name = "RecurringBill" if template_id in world.store["RecurringBill"].by_id else "RecurringInvoice"
    template = world.store[name].by_id[template_id]
    while _is_due(world, template):
        _make(world, template, KINDS[name])
        due = date.fromisoformat(template["nextDueDate"])
        world.change(template, nextDueDate=_following(world, template, due).isoformat())
    if _goes_on(template):
        world.plan(at_hour(_creation_day(template), HOUR), "recur", template_id)


def _creation_day(template: Row) -> date:
    return date.fromisoformat(template["nextDueDate"]) - timedelta(days=template["daysInAdvance"])


def _goes_on(template: Row) -> bool:
    ended = template["endDate"] is not None and template["nextDueDate"] > template["endDate"]
    return template.is_active and template["timePeriod"] != NEVER and not ended


def _is_due(world: World, template: Row) -> bool:
    return _goes_on(template) and at_hour(_creation_day(template), HOUR) <= world.now


def _following(world: World, template: Row, due: date) -> date:
    count = template["frequencyPerTimePeriod"]
    days = _DAYS.get(template["timePeriod"])
    if days is not None:
        return due + timedelta(days=days * count)
    wanted = world.note(template.id).setdefault("day", due.day)
    months = due.month - 1 + _MONTHS[template["timePeriod"]] * count
    year, month = due.year + months // 12, months % 12 + 1
    return date(year, month, min(wanted, monthrange(year, month)[1]))


def _make(world: World, template: Row, kind: Kind) -> None:
    owner = ENTITIES[kind.document]
    values = _shared(template, kind.document)
    values |= {
        "invoiceNumber": template["nextDueDate"],
        "invoiceDate": world.today.isoformat(),
        "dueDate": template["nextDueDate"],
        kind.lines: [_shared(line, kind.line) for line in template[kind.template_lines]],
    }
    try:
        made = crud.behaviour_of(kind.document).create(world, owner, values, {})
    except Refusal as error:
        world.send(world.user["email"], f"recurring document refused: {error.code}", template.id)
        return
    if kind.document == "Bill":
        inherit_approvers(world, made)
        return
    world.adjust(made, recInvoiceTemplateId=template.id)
    if template["isToBeAutoEmailed"]:
        _mail(world, made)


def _shared(row: Row, entity: str) -> dict[str, Any]:
    """Return the values of a template that a document or line has as well."""
    fields = ENTITIES[entity].fields
    return {
        name: row[name]
        for name, field in row.shape.entity.fields.items()
        if name in fields and field.kind != "rows" and not fields[name].read_only and name != "isActive"
    }


def _mail(world: World, invoice: Row) -> None:
    customer = world.store["Customer"].by_id[invoice["customerId"]]
    for address in known_addresses(world, customer):
        world.send(address, "invoice", invoice.id)
    world.change(invoice, lastSentTime=world.now)
