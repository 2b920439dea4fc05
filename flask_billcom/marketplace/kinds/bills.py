"""One bill from each seller.

    a seller's line, net of fee     seller_clearing
    the same where `fee` is set     seller_clearing for all of it, and the fee below zero on its own line

Wire: its lines are seen in clients, undocumented.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from flask_billcom.api.records import Bill, BillLineItem
from flask_billcom.marketplace.corrections import netting
from flask_billcom.models import Document, Operation, Settlement, SettlementLine
from flask_billcom.money import from_cents
from flask_billcom.store import Rows

from .documents import PO_NUMBER, DocumentKind, Draft, WireLine


class CreateBill(DocumentKind):
    """Owe each seller his lines less the marketplace's fee."""

    name = "create_bill"
    record_type = Bill
    event = "bill_created"

    def choose(self, rows: Rows, due: Sequence[Operation]) -> Sequence[Operation]:
        """Return those that what their sellers owe was taken off; the next tick takes it off the others."""
        waiting = netting.waiting(rows, self.organization_id, due)
        return [operation for operation in due if operation.id not in waiting]

    def belongs(self, line: SettlementLine, document: Document) -> bool:
        """Return whether the line is this seller's."""
        return line.seller_id == document.party_id

    def cents_of(self, line: SettlementLine) -> int:
        """Return the line's amount less the fee."""
        return line.cents - line.fee_cents

    def wire_lines(self, line: SettlementLine) -> Sequence[WireLine]:
        """Return the net amount, or the whole one and the fee, where fees have an account of their own."""
        chart = self.domain.settings.chart_of_accounts
        fee, clearing = chart.get("fee"), chart.get("seller_clearing")
        if fee is None or not line.fee_cents:
            return [WireLine(self.cents_of(line), line.description, clearing)]
        return [WireLine(line.cents, line.description, clearing), WireLine(-line.fee_cents, "Marketplace fee", fee)]

    def account_of_adjustments(self) -> str | None:
        """Return the account of sellers' bills."""
        return self.domain.settings.chart_of_accounts.get("seller_clearing")

    def record_of(self, draft: Draft) -> Bill:
        """Return the bill with its lines."""
        document = draft.document
        return Bill(
            vendor_id=draft.party_remote_id,
            invoice_number=document.number,
            invoice_date=document.document_date,
            due_date=document.due_date,
            po_number=draft.reference[:PO_NUMBER],
            description=draft.title,
            bill_line_items=[
                BillLineItem(
                    amount=from_cents(line.cents), description=line.description, chart_of_account_id=line.account
                )
                for line in draft.lines
            ],
        )

    def party_of(self, there: Any) -> str:  # noqa: ANN401
        """Return the bill's Vendor."""
        return str(there.vendor_id)

    def follow_up(self, rows: Rows, documents: Sequence[Document], now: datetime) -> None:
        """Let bills of sales that are released on settlement be paid once their hold days are over."""
        after = now + timedelta(days=self.domain.settings.hold_days)
        origins = select(Settlement.id).where(Settlement.release == "on_settlement")
        rows.change(
            update(Document)
            .where(
                Document.id.in_([document.id for document in documents]),
                Document.origin_id.in_(origins),
                Document.release_after.is_(None),
            )
            .values(release_after=after)
        )
