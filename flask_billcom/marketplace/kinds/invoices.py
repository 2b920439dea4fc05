"""One invoice to the buyer.

    a seller's line     income
    an own line         shipping, tax, service_charge; else own, else income

Source: https://developer.bill.com/v2/reference/ar-customertransactions-createinvoice
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from flask_billcom.api.records import Invoice, InvoiceLineItem
from flask_billcom.engine import operations as ops
from flask_billcom.engine.kinds import Applied
from flask_billcom.marketplace import marks
from flask_billcom.models import Document, SettlementLine
from flask_billcom.money import from_cents
from flask_billcom.store import Rows

from .documents import PO_NUMBER, DocumentKind, Draft, WireLine

OLD = timedelta(minutes=5)
"""Age from which on polls may have passed over what pays an invoice, since it was nobody's."""


class CreateInvoice(DocumentKind):
    """Invoice the buyer for the whole sale."""

    name = "create_invoice"
    record_type = Invoice
    event = "invoice_created"

    def belongs(self, line: SettlementLine, document: Document) -> bool:  # noqa: ARG002
        """Return True: the buyer owes every line."""
        return True

    def cents_of(self, line: SettlementLine) -> int:
        """Return the line's whole amount."""
        return line.cents

    def wire_lines(self, line: SettlementLine) -> Sequence[WireLine]:
        """Return the one line that the buyer reads."""
        uses = ["income"] if line.seller_id is not None else [line.account or "own", "own", "income"]
        chart = self.domain.settings.chart_of_accounts
        return [WireLine(line.cents, line.description, next((chart[use] for use in uses if use in chart), None))]

    def record_of(self, draft: Draft) -> Invoice:
        """Return the invoice with its lines."""
        document = draft.document
        return Invoice(
            customer_id=draft.party_remote_id,
            invoice_number=document.number,
            invoice_date=document.document_date,
            due_date=document.due_date,
            po_number=draft.reference[:PO_NUMBER],
            description=draft.title,
            invoice_line_items=[
                InvoiceLineItem(
                    quantity=Decimal(1),
                    price=from_cents(line.cents),
                    description=line.description,
                    chart_of_account_id=line.account,
                )
                for line in draft.lines
            ],
        )

    def party_of(self, there: Any) -> str:  # noqa: ANN401
        """Return the invoice's Customer."""
        return str(there.customer_id)

    def apply(self, rows: Rows, applied: Sequence[Applied]) -> None:
        """Open the invoices; what was made long ago and became ours now may have been paid meanwhile."""
        super().apply(rows, applied)
        now = self.domain.clock.now()
        made = [each.remote.created for each in applied if each.remote.created is not None]
        if made and min(made) < now - OLD:
            marks.look_back(rows, self.organization_id, marks.POLL_OF["received"], min(made), now)

    def follow_up(self, rows: Rows, documents: Sequence[Document], now: datetime) -> None:  # noqa: ARG002
        """Plan the charge or the e-mail, whichever the sale was settled with; never both."""
        plans = [
            ops.Plan(
                kind="charge" if document.collection == "charge" else "send_invoice",
                subject_type="document",
                subject_id=document.id,
                # An e-mail moves no money, so a doubt about it must not stop the payment.
                lane=ops.lane_of_document(document.id)
                if document.collection == "charge"
                else f"mail:{document.id.hex}",
                natural_key=document.id.hex,
                amount_cents=document.cents,
            )
            for document in documents
            if document.collection in {"charge", "send"}
        ]
        ops.plan(rows, self.domain.clock, self.organization_id, plans, linger_s=self.domain.settings.linger_s)
