"""Somebody with Bill.com's own web page open, and what he does there when the differences are shown to him."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, TypeVar

from flask_billcom.api.records import Vendor
from flask_billcom.engine.decisions import NotPossible
from flask_billcom.marketplace.agreement.differences import RUN_TICK, Difference, Kind
from flask_billcom.marketplace.idle import IN_PART, idle
from flask_billcom.marketplace.refunds.stages import OR_PAY_THE_REST
from flask_billcom.money import from_cents, to_cents
from flask_billcom.simulator.errors import Refusal
from tests.stories.town import SELLERS, Town

T = TypeVar("T")
LIVE = ("1", "2", "5")
"""States of a payment that was not taken back."""
HAS_PAYMENTS = "has_payments"
"""Why Bill.com may refuse to change a document."""
ADOPT = "flask billcom pay adopt "
AGAIN = "flask billcom pay again "
TAKE_BACK = "cancel or void "
_SET_TO = re.compile(r"bill (\S+) to ([0-9.]+)")
"""How a command says what a bill is set to at Bill.com."""
LINES = {
    "Bill": ("billLineItems", "BillLineItem"),
    "Invoice": ("invoiceLineItems", "InvoiceLineItem"),
}


def pick(things: Sequence[T], number: int) -> T | None:
    """Return the thing that a number chooses, or None where there is nothing."""
    return things[number % len(things)] if things else None


class Operator:
    """What he has done, as far as he has to know it to put it back."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.merged: dict[str, str] = {}
        """The vendor into which he merged a seller's, by the seller's name."""
        self.paid_as_edited: set[str] = set()
        """Differences of invoices of which buyers have paid something, and which Bill.com lets nobody put back."""
        self._off: set[str] = set()

    # -- what he does ----------------------------------------------------------------------------------------------

    def edits(self, first: int, second: int) -> None:
        """Raise a bill or an invoice."""
        entity = ("Bill", "Invoice")[second % 2]
        row = pick(self._ours(entity), first)
        if row is not None:
            self._raise(row, second % 5_00 + 1)

    def deletes(self, first: int, second: int) -> None:
        """Delete a bill or an invoice of which nothing is paid."""
        row = pick([row for row in self._ours(("Bill", "Invoice")[second % 2]) if _is_unpaid(row)], first)
        if row is not None:
            self.town.operator("delete", id=row.id)

    def pays(self, first: int, second: int) -> None:
        """Pay by hand what is due of a bill, or a part of it."""
        row = pick([bill for bill in self._ours("Bill") if bill["dueAmount"] > 0], first)
        if row is not None:
            tenths = 10 if second % 3 else second % 9 + 1
            self.town.operator("pay_bill", id=row.id, amount_cents=max(1, row["dueAmount"] * tenths // 10))

    def voids(self, first: int, second: int) -> None:
        """Cancel a payment, void it with credit, or let it be sent once more."""
        row = pick([sent for sent in self.town.at_billcom("SentPay") if sent["status"] in LIVE], first)
        if row is not None:
            act: dict[str, Any] = ({"act": "cancel"}, {"act": "void"}, {"act": "void", "kind": "reissue"})[second % 3]
            self.town.operator(**act, id=row.id)

    def switches_off(self, first: int, second: int) -> None:
        """Switch a vendor off."""
        del second
        row = self.town.vendor(SELLERS[first % 3])
        if row.is_active:
            self.town.operator("delete", id=row.id)
            self._off.add(row.id)

    def merges(self, first: int, second: int) -> None:
        """Make a vendor anew and merge a seller's into it."""
        del second
        name = SELLERS[first % 3]
        if name not in self.merged:
            into = self.town.billcom.client().vendors.create(Vendor(name=f"{name} again")).id
            self.town.operator("merge", id=self.town.vendor(name).id, into=into)
            self.merged[name] = into

    def _ours(self, entity: str) -> list[Any]:
        rows = self.town.at_billcom(entity)
        return [row for row in rows if row.is_active and row["invoiceNumber"].startswith("FB-")]

    def _raise(self, row: Any, cents: int) -> None:
        """Raise the first line of a document, or lower it."""
        name, entity = LINES[row.entity_name]
        price = "amount" if row.entity_name == "Bill" else "price"
        lines = [
            {"entity": entity, "id": line.id, price: str(from_cents(line["amount"] + (0 if place else cents)))}
            for place, line in enumerate(row[name])
        ]
        if row.entity_name == "Invoice":
            lines = [{**line, "quantity": 1} for line in lines]
        self.town.operator("edit", id=row.id, values={name: lines})

    # -- what he puts back -----------------------------------------------------------------------------------------

    def mends(self, differences: Sequence[Difference], *, deletes_strays: bool) -> None:
        """Switch vendors on again, and do what the differences ask of somebody at Bill.com.

        :param deletes_strays: whether what nobody could adopt is deleted.
        """
        while self._off:
            with suppress(Refusal):
                self.town.operator("undelete", id=self._off.pop())
        adopted: set[str] = set()
        for each in differences:
            sort, _, key = each.subject.partition(" ")
            if (each.kind == Kind.MISSING_HERE and not deletes_strays) or each.command in adopted:
                continue
            with suppress(Refusal, ValueError, NotPossible):
                if each.command.startswith(ADOPT):
                    # Payments that pay a bill together are named with the same command each.
                    adopted.add(each.command)
                    self._adopt(*_payments_in(each.command))
                elif each.command.startswith(TAKE_BACK):
                    self._take_back_or_adopt(each.command)
                elif sort in {"bill", "invoice"}:
                    self._mend_document(each, sort.capitalize(), key)
                elif sort in {"vendor", "customer"} and each.kind == Kind.MISSING_HERE:
                    self.town.operator("delete", id=key)

    def _put_back(self, row: Any, difference: Difference) -> None:
        """Let a document come to what ours does; a list may lag behind what was put back already."""
        subject = f"{difference.kind} {difference.subject}"
        try:
            self._raise(row, to_cents(Decimal(difference.ours)) - row["amount"])
        except Refusal as refused:
            if row.entity_name == "Invoice" and refused.situation == HAS_PAYMENTS:
                self.paid_as_edited.add(subject)
            raise
        self.paid_as_edited.discard(subject)

    def _mend_document(self, difference: Difference, entity: str, number: str) -> None:
        rows = self.town.at_billcom(entity, invoiceNumber=number)
        if difference.kind == Kind.OTHER_AMOUNT:
            (row,) = [each for each in rows if each.is_active]
            self._put_back(row, difference)
        elif difference.kind == Kind.OTHER_PARTY:
            for row in rows:
                self.town.operator("edit", id=row.id, values={"vendorId": difference.ours})
        elif difference.kind == Kind.OTHER_STATE and difference.theirs == "deleted":
            self.town.operator("undelete", id=rows[-1].id)
        elif difference.kind == Kind.MISSING_HERE:
            for row in rows:
                if difference.theirs.startswith(row.id) and _is_unpaid(row):
                    self.town.operator("delete", id=row.id)
        elif difference.kind == Kind.PAID_OUTSIDE and entity == "Bill" and not difference.command.startswith(RUN_TICK):
            self._take_back(rows)

    def pays_rests(self) -> None:
        """Do about bills of which one of several payments has come back what the doctor says.

        What their sellers owe is taken off the rest; else it is paid by hand, also where Bill.com lets nobody lower it.
        """
        for each in idle(self.town.world.parts.domain):
            reason = each.reason or ""
            if IN_PART not in reason and OR_PAY_THE_REST not in reason:
                continue
            bill = self.town.at_billcom("Bill", invoiceNumber=each.number)[-1]
            with suppress(Refusal, NotPossible):
                if AGAIN in reason:
                    payment = reason.partition(AGAIN)[2].split()[0]
                    self.town.billcom.pay_again(payment, actor="eve", second="bob", reason="the dust settles")
                elif bill["dueAmount"] > 0:
                    self._take_for_ours(self.town.operator("pay_bill", id=bill.id).id)

    def _adopt(self, *payments: str) -> None:
        """Take what he paid by hand for our payout; where that cannot be, take it back, as the answer says."""
        try:
            self._take_for_ours(*payments)
        except NotPossible:
            for payment in payments:
                self._take_one_back(payment)

    def _take_for_ours(self, *payments: str, as_paid: bool = False) -> None:
        who = {"actor": "eve", "second": "bob", "reason": "the dust settles"}
        self.town.billcom.adopt_payment(*payments, as_paid=as_paid, **who)

    def _take_one_back(self, payment: str) -> bool:
        """Return whether a payment is taken back, which Bill.com refuses once it has arrived."""
        sent = self.town.world.simulator.books.find("SentPay", payment)
        try:
            if sent["status"] in LIVE:
                self.town.operator("cancel" if sent["status"] == "1" else "void", id=payment)
        except Refusal:
            return False
        return True

    def _take_back_or_adopt(self, command: str) -> None:
        """Take back a payment of another amount; if it has arrived, do what the rest of the command says.

        Where the bill cannot be set to what was paid, or its rest is not due, he pays the rest by hand as well.
        """
        if self._take_one_back(command.removeprefix(TAKE_BACK).partition(" ")[0]) or "--as-paid" not in command:
            return
        payments = _payments_in(command[command.index(ADOPT) + len(ADOPT) :])
        bills = [self.town.at_billcom("Bill", invoiceNumber=number)[-1] for number, _ in _SET_TO.findall(command)]
        before = [bill["amount"] for bill in bills]
        try:
            for bill, (_, dollars) in zip(bills, _SET_TO.findall(command), strict=True):
                self._raise(bill, to_cents(Decimal(dollars)) - bill["amount"])
            self._take_for_ours(*payments, as_paid=True)
        except (Refusal, NotPossible):
            for bill, cents in zip(bills, before, strict=True):
                if bill["amount"] != cents:
                    self._raise(bill, cents - bill["amount"])
            rests = [self.town.operator("pay_bill", id=bill.id).id for bill in bills if bill["dueAmount"] > 0]
            self._take_for_ours(*payments, *rests)

    def _take_back(self, bills: Sequence[Any]) -> None:
        """Take back what he paid by hand and no payout of ours can be taken for."""
        ids = {row.id for row in bills}
        for sent in self.town.at_billcom("SentPay"):
            if sent["status"] in LIVE and ids & {part["billId"] for part in sent["billPays"]}:
                self.town.operator("cancel" if sent["status"] == "1" else "void", id=sent.id)


def _payments_in(command: str) -> list[str]:
    """Return the payments that a command to adopt them names."""
    return command.removeprefix(ADOPT).partition(" --")[0].split()


def _is_unpaid(row: Any) -> bool:
    due = row["amountDue" if row.entity_name == "Invoice" else "dueAmount"]
    return bool(due == row["amount"] and not row["scheduledAmount"])
