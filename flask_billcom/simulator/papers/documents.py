"""Bills, invoices, credits and templates: documents with lines, whose amounts the service computes.

A bill is the sum of its lines. An invoice line is quantity x price, or a percentage of the other lines, plus sales tax.
Lines of an Update: with an id they change, without one they are added, left out they go; no list leaves all be.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from flask_billcom.simulator.approving.approvals import start_approval
from flask_billcom.simulator.calls.objects import Behaviour, Values, check_references
from flask_billcom.simulator.calls.values import rounded_cents
from flask_billcom.simulator.catalogue import NO_ID, Entity
from flask_billcom.simulator.errors import field_refusal, refusal, too_long
from flask_billcom.simulator.payments.receipts import plan_buyers
from flask_billcom.simulator.state.rows import Row, dollars

from .balances import settle_bill, settle_invoice
from .crediting import unapplied

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask_billcom.simulator.world import World

__all__ = ["Bills", "CreditMemos", "Invoices", "Templates", "VendorCredits"]

SALES_TAX: Final = "6"
_NO_EXPENSE: Final = "[]"


class Parts(NamedTuple):
    """How a document's lines, number and party are called."""

    lines: str
    line: str
    back: str
    party: str
    number: str = ""


class Document(Behaviour):
    """A document with lines.

    :param parts: how its parts are called.
    """

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    def create(self, world: World, owner: Entity, values: Values, data: Mapping[str, Any]) -> Row:
        """Make the document and its lines."""
        lines = values.pop(self.parts.lines)
        self._check(world, owner, values, lines, None)
        row = world.store.new_row(owner.name, world.now, **values)
        self._set_lines(world, row, [self._new_line(world, row, each) for each in lines])
        self._complete(world, row)
        world.store[owner.name].add(row)
        world.effects.append(row.id)
        self._settle(world, row, 0)
        self._begin(world, row)
        del data
        return row

    def update(self, world: World, row: Row, values: Values, data: Mapping[str, Any]) -> None:
        """Change the document; with a list of lines, exactly these are its lines afterwards."""
        del data
        lines = values.pop(self.parts.lines, None)
        self._check(world, row.shape.entity, values, lines or (), row)
        self._check_untouched(world, row)
        kept = None if lines is None else self._merged(world, row, lines)
        before = self._owed_now(world, row)
        world.change(row, **values)
        if kept is not None:
            self._set_lines(world, row, kept)
        self._settle(world, row, before)

    def set_active(self, world: World, row: Row, flag: str) -> None:
        """Delete or undelete the document."""
        if flag != "1":
            self._check_untouched(world, row)
        before = self._owed_now(world, row)
        super().set_active(world, row, flag)
        self._settle(world, row, before)

    def _check(self, world: World, owner: Entity, values: Values, lines: Sequence[Values], present: Row | None) -> None:
        settings = world.settings
        for each in lines:
            check_references(world, each)
        if settings.max_lines is not None and len(lines) > settings.max_lines:
            raise refusal("too_many", settings.max_lines)
        number = values.get(self.parts.number)
        if number and settings.max_number is not None and len(number) > settings.max_number:
            raise too_long(self.parts.number, settings.max_number)
        if number and settings.unique_numbers != "off":
            party = values.get(self.parts.party) or (present and present[self.parts.party])
            self._check_number(world, owner, number, party, present)

    def _check_number(self, world: World, owner: Entity, number: str, party: object, present: Row | None) -> None:
        everywhere = world.settings.unique_numbers == "org"
        for row in world.store[owner.name].having(self.parts.number, number):
            if row is not present and row.is_active and (everywhere or row[self.parts.party] == party):
                raise refusal("BDC_1171")

    def _check_untouched(self, world: World, row: Row) -> None:
        if world.settings.change_paid == "refuse" and self._has_payments(row):
            raise refusal("has_payments", row.id)

    def _merged(self, world: World, row: Row, lines: Sequence[Values]) -> list[Row]:
        present = {line.id: line for line in row[self.parts.lines]}
        merged = []
        for each in lines:
            line_id = each.pop("id", None)
            if line_id is None:
                merged.append(self._new_line(world, row, each))
                continue
            if line_id not in present:
                raise field_refusal("id", line_id)
            line = present[line_id]
            for name, value in each.items():
                line[name] = value
            line.updated = world.now
            merged.append(line)
        if not merged:
            raise refusal("BDC_1117", self.parts.lines)
        return merged

    def _new_line(self, world: World, row: Row, values: Values) -> Row:
        values.pop("id", None)
        for name in world.store[self.parts.line].entity.required:
            if values.get(name) is None:
                raise refusal("BDC_1117", name)
        return world.store.new_row(self.parts.line, world.now, **{self.parts.back: row.id}, **values)

    def _set_lines(self, world: World, row: Row, lines: list[Row]) -> None:
        del world
        for order, line in enumerate(lines):
            if "lineOrder" in line.shape.entity.fields:
                line["lineOrder"] = order
        row[self.parts.lines] = tuple(lines)

    def _complete(self, world: World, row: Row) -> None:
        """Fill in what a new document gets by itself."""

    def _begin(self, world: World, row: Row) -> None:
        """Set going what a new document starts."""

    def _settle(self, world: World, row: Row, before: int) -> None:
        """Let balances follow; `before` is what was owed until now."""

    def _owed_now(self, world: World, row: Row) -> int:
        """Return what is owed or left on the document, in cents."""
        del world
        return self._owed(row)

    def _owed(self, row: Row) -> int:
        del row
        return 0

    def _has_payments(self, row: Row) -> bool:
        del row
        return False


class Bills(Document):
    """Bill."""

    def _new_line(self, world: World, row: Row, values: Values) -> Row:
        line = super()._new_line(world, row, values)
        if line["itemId"] != NO_ID:
            line["lineType"] = "2"
        return line

    def _set_lines(self, world: World, row: Row, lines: list[Row]) -> None:
        super()._set_lines(world, row, lines)
        expenses = [line["amount"] for line in lines if line["lineType"] == "1"]
        items = [line["amount"] for line in lines if line["lineType"] == "2"]
        row["amount"] = sum(expenses) + sum(items)
        row["multipleBillLineItems"] = len(lines) > 1
        row["expense"] = (
            f'{{"count":{len(expenses)},"totalAmount":{dollars(sum(expenses))},"chartOfAccountGroup":{_NO_EXPENSE}}}'
        )
        if items:
            row["item"] = f'{{"count":{len(items)},"totalAmount":{dollars(sum(items))}}}'

    def _complete(self, world: World, row: Row) -> None:
        row["createdBy"] = world.actor.id
        if row["glPostingDate"] is None:
            row["glPostingDate"] = row["invoiceDate"]
        row["dueAmount"] = row["amount"]

    def _begin(self, world: World, row: Row) -> None:
        start_approval(world, row)

    def _settle(self, world: World, row: Row, before: int) -> None:
        settle_bill(world, row, before)

    def _owed(self, row: Row) -> int:
        return int(row["dueAmount"]) if row.is_active else 0

    def _has_payments(self, row: Row) -> bool:
        return bool(row["scheduledAmount"] or row["paidAmount"])


class Invoices(Document):
    """Invoice."""

    def _set_lines(self, world: World, row: Row, lines: list[Row]) -> None:
        super()._set_lines(world, row, lines)
        subtotal = price_lines(lines)
        tax = world.find("Item", row["itemSalesTax"])
        rate = tax["percentage"] if tax is not None and tax["type"] == SALES_TAX else None
        taxable = sum(line["amount"] or 0 for line in lines if line["taxable"])
        row["salesTaxPercentage"] = rate
        row["salesTaxTotal"] = rounded_cents(Decimal(taxable) * rate / 10_000) if rate else 0
        row["amount"] = subtotal + row["salesTaxTotal"]

    def _complete(self, world: World, row: Row) -> None:
        row["createdBy"] = world.actor.id
        if row["glPostingDate"] is None:
            row["glPostingDate"] = row["invoiceDate"]
        row["amountDue"] = row["amount"]
        plan_buyers(world)

    def _settle(self, world: World, row: Row, before: int) -> None:
        settle_invoice(world, row, before)

    def _owed(self, row: Row) -> int:
        return int(row["amountDue"]) if row.is_active else 0

    def _has_payments(self, row: Row) -> bool:
        return bool(row["scheduledAmount"]) or row["amountDue"] != row["amount"]


class CreditMemos(Document):
    """CreditMemo: what is left of it is the customer's available credit."""

    def _settle(self, world: World, row: Row, before: int) -> None:
        _shift_credit(world, "Customer", row["customerId"], self._left(world, row) - before)

    def _owed_now(self, world: World, row: Row) -> int:
        return self._left(world, row)

    def _left(self, world: World, row: Row) -> int:
        return unapplied(world, row) if row.is_active else 0

    def _set_lines(self, world: World, row: Row, lines: list[Row]) -> None:
        super()._set_lines(world, row, lines)
        row["amount"] = price_lines(lines)


class VendorCredits(Document):
    """VendorCredit: what is left of it is our available credit at the vendor."""

    def _settle(self, world: World, row: Row, before: int) -> None:
        _shift_credit(world, "Vendor", row["vendorId"], self._owed(row) - before)

    def _owed(self, row: Row) -> int:
        return int(row["amount"] - row["appliedAmount"]) if row.is_active else 0

    def _check(self, world: World, owner: Entity, values: Values, lines: Sequence[Values], present: Row | None) -> None:
        super()._check(world, owner, values, lines, present)
        both = [values.get(name, NO_ID) for name in ("applyToBankAccountId", "applyToChartOfAccountId")]
        if NO_ID not in both:
            raise field_refusal("applyToChartOfAccountId", both[1])

    def _set_lines(self, world: World, row: Row, lines: list[Row]) -> None:
        super()._set_lines(world, row, lines)
        row["amount"] = sum(line["amount"] for line in lines)

    def _begin(self, world: World, row: Row) -> None:
        start_approval(world, row)

    def _has_payments(self, row: Row) -> bool:
        return bool(row["appliedAmount"])


class Templates(Document):
    """RecurringBill and RecurringInvoice: documents follow from them as time goes by, see `recurring`."""

    def _check(self, world: World, owner: Entity, values: Values, lines: Sequence[Values], present: Row | None) -> None:
        super()._check(world, owner, values, lines, present)
        for name, least in (("frequencyPerTimePeriod", 1), ("daysInAdvance", 0)):
            if name in values and values[name] < least:
                raise field_refusal(name, values[name])
        if present is not None and "nextDueDate" in values:
            world.note(present.id).pop("day", None)

    def _settle(self, world: World, row: Row, before: int) -> None:
        del before
        world.plan(world.now, "recur", row.id)

    def _set_lines(self, world: World, row: Row, lines: list[Row]) -> None:
        super()._set_lines(world, row, lines)
        if "subtotal" in row.shape.entity.fields:
            row["subtotal"] = price_lines(lines)
            row["taxableAmount"] = sum(line["amount"] or 0 for line in lines if line["taxable"])


def _shift_credit(world: World, name: str, party_id: str, cents: int) -> None:
    if cents:
        party = world.store[name].by_id[party_id]
        world.adjust(party, availCredit=party["availCredit"] + cents)


def price_lines(lines: Sequence[Row]) -> int:
    """Compute the amounts of priced lines, percentages last, and return their sum in cents."""
    fixed = 0
    for line in lines:
        if line["price"] is not None:
            line["amount"] = rounded_cents(Decimal(line["quantity"]) * line["price"])
        elif line["ratePercent"] is None and not line["amount"]:
            line["amount"] = None
        if line["ratePercent"] is None or line["price"] is not None:
            fixed += line["amount"] or 0
    total = fixed
    for line in lines:
        if line["price"] is None and line["ratePercent"] is not None:
            line["amount"] = rounded_cents(Decimal(fixed) * line["ratePercent"] / 10_000)
            total += line["amount"]
    return total
