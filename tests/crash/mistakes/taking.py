"""Mistakes about what is taken for the effect of an operation."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from flask_billcom.api import replies
from flask_billcom.api.records import SentPay
from flask_billcom.engine import readback
from flask_billcom.engine.kinds import Finding, Remote
from flask_billcom.engine.readback import Decision, Step
from flask_billcom.marketplace.kinds import base
from flask_billcom.marketplace.kinds.documents import DocumentKind
from flask_billcom.marketplace.kinds.parties import CreateParty
from flask_billcom.marketplace.tracking import sent
from flask_billcom.models import Document, Payment, PaymentPart
from tests.crash.mistakes.hurts import BILL, CHARGE, INVOICE, PAY, VENDOR, Mutant, at, swap, wire

STRANGER = at("meet", "connect List/Vendor", "stranger")
EARLIER = (
    *at("pay out", "connect Login", "one_more"),
    *at("pay out", f"effect {INVOICE}", "earlier"),
    *wire("pay out", CHARGE, "timeout_before"),
)


def _believe_the_order(stack: ExitStack) -> None:
    """Read a bulk answer by its order alone."""
    parse = replies.parse_bulk
    swap(stack, base, "parse_bulk", lambda reply, ready, **_: _by_order(parse, reply, ready))
    swap(stack, DocumentKind, "_is_same", lambda *_: True)


def _by_order(parse: Any, reply: Any, ready: Any) -> Any:
    return parse(reply, ready, number=lambda _: None, echo=lambda _: None)


def _status_by_document(stack: ExitStack) -> None:
    """Give the status of a payment to the first one of its bill."""
    take_in = sent.take_in

    def first_of_the_bill(rows: Any, clock: Any, organization_id: str, records: Sequence[SentPay]) -> Any:
        moved = [replace(each, id=_first_payment(rows, each) or each.id) for each in records]
        return take_in(rows, clock, organization_id, moved)

    swap(stack, sent, "take_in", first_of_the_bill)


def _first_payment(rows: Any, there: SentPay) -> str | None:
    bills = [part.bill_id for part in there.bill_pays or ()]
    found: str | None = rows.first(
        select(Payment.remote_id)
        .join(PaymentPart, PaymentPart.payment_id == Payment.id)
        .join(Document, Document.id == PaymentPart.document_id)
        .where(Document.remote_id.in_(bills), Payment.kind == "sent")
        .order_by(Payment.id)
        .limit(1)
    )
    return found


def _adopt_the_older(stack: ExitStack) -> None:
    """Look back a month for what carries the key, and do not ask when it was made."""

    def present(operation: Any, finding: Finding, **_: Any) -> Decision:
        del operation
        return Decision(Step.DONE, remote=finding.matches[0])

    swap(stack, base, "BEFORE", timedelta(days=30))
    swap(stack, readback, "_present", present)


def _adopt_by_name(stack: ExitStack) -> None:
    """Take whoever has the same name for the party that was to be made."""

    def find(self: Any, reads: Any, wanted: Any) -> Any:
        with self.domain.store.read() as rows:
            parties = self._parties(rows, wanted)
        page = reads.page(self.record_type)
        names = {o.id: self._render_one(parties[o.subject_id]).name for o in wanted}
        return {
            row: Finding(
                found := [Remote(each.id, each, each.created_time) for each in page.records if each.name == name][:1],
                [True] * len(found),
                page.server_date,
            )
            for row, name in names.items()
        }

    swap(stack, CreateParty, "find", find)


MUTANTS = (
    Mutant(
        "believe the order of a bulk answer", _believe_the_order, "cents_off", (wire("sell", BILL, "reordered_bulk"),)
    ),
    Mutant("match status by attempt", _status_by_document, "cents_off", (wire("arrive", PAY, "connect_refused"),)),
    Mutant("adopt an older object", _adopt_the_older, "idle", (EARLIER,)),
    Mutant("adopt by name", _adopt_by_name, "lost", ((*wire("meet", VENDOR, "timeout_before"), *STRANGER),)),
)
