"""What can be seen of a world, for tests to compare: our rows, and Bill.com's books."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from flask_billcom.composition import Parts
from flask_billcom.ledger import Account, trial_balance
from flask_billcom.models import Call, Hold, Operation
from flask_billcom.models import Session as SessionRow
from flask_billcom.settings import Settings
from flask_billcom.simulator import Simulator, people
from flask_billcom.store import Store
from tests.support.virtual import WorldClock


class Sights:
    """Both sides of a world."""

    simulator: Simulator
    clock: WorldClock
    settings: Settings
    parts: Parts

    @property
    def store(self) -> Store:
        return self.parts.domain.store

    @property
    def organization_id(self) -> str:
        return self.settings.organization_id

    # -- what our rows say -----------------------------------------------------------------------------------------

    def rows(self, model: type[Any], *where: Any) -> list[Any]:
        """Return rows of a table, the oldest first."""
        with self.store.read() as rows:
            key = getattr(model, "id", None)
            query = select(model).where(*where)
            return rows.all(query if key is None else query.order_by(key))

    def operations(self, kind: str | None = None) -> list[Operation]:
        """Return the operations of a kind, the oldest first."""
        return self.rows(Operation, *([Operation.kind == kind] if kind else []))

    def operation(self, kind: str) -> Operation:
        """Return the only operation of a kind."""
        (only,) = self.operations(kind)
        return only

    def states(self, kind: str | None = None) -> list[str]:
        """Return the states of the operations of a kind."""
        return [operation.state for operation in self.operations(kind)]

    def evidence(self, kind: str) -> dict[str, Any]:
        """Return what the only operation of a kind keeps as evidence."""
        return self.operation(kind).evidence or {}

    def operation_attempts(self, kind: str) -> list[int]:
        """Return how often the operations of a kind were sent."""
        return [operation.attempt for operation in self.operations(kind)]

    def calls(self, endpoint: str | None = None) -> list[Call]:
        """Return our rows of calls, the oldest first."""
        return self.rows(Call, *([Call.endpoint == endpoint] if endpoint else []))

    def sessions(self) -> list[SessionRow]:
        """Return the generations of the session."""
        return sorted(self.rows(SessionRow), key=lambda row: row.gen)

    def holds(self) -> list[str]:
        """Return why something stands still."""
        return [hold.reason for hold in self.rows(Hold, Hold.released_at.is_(None))]

    def shown(self) -> list[str]:
        """Return the operations in short, for messages."""
        return [
            f"{o.kind} {o.state} attempt={o.attempt} parked={o.parked} code={o.error_code} {o.evidence or ''}"
            for o in self.operations()
        ]

    def trial(self) -> dict[Account, int]:
        """Return the balance of every account of ours, in cents."""
        with self.store.read() as rows:
            return trial_balance(rows, self.organization_id)

    def change_operations(self, kind: str, **values: Any) -> None:
        """Change operations behind everybody's back."""
        with self.store.write() as rows:
            rows.change(update(Operation).where(Operation.kind == kind).values(**values))

    def unpark(self, operation_id: UUID) -> None:
        """Let one operation go on now."""
        with self.store.write() as rows:
            rows.change(
                update(Operation)
                .where(Operation.id == operation_id)
                .values(parked=None, not_before=self.clock.now() - timedelta(seconds=1))
            )

    # -- what Bill.com says ----------------------------------------------------------------------------------------

    def sent(self, endpoint: str) -> list[Any]:
        """Return the simulator's journal of an endpoint."""
        return [entry for entry in self.simulator.journal if entry.endpoint == endpoint]

    def numbers(self, entity: str) -> list[str]:
        """Return the numbers of the active documents of a kind at Bill.com, sorted."""
        return sorted(row["invoiceNumber"] for row in self.simulator.books[entity] if row.is_active)

    def person_does(self, act: str, **details: Any) -> None:
        """Let a person act in Bill.com's own page; see the simulator's `people`."""
        self.simulator.under_lock(lambda bill: people.act(bill, act, details))

    def pay_by_hand_whatever_is_open(self) -> None:
        """Let a person pay, in Bill.com's own page, every bill that no payment is scheduled for."""
        for row in self.simulator.books.bills:
            if self.paid_cents()[row["invoiceNumber"]] == 0:
                self.person_does("pay_bill", id=row.id)

    def paid_cents(self) -> dict[str, int]:
        """Return what living payments pay at Bill.com, by bill number, in cents."""
        books = self.simulator.books
        cents: dict[str, int] = {row["invoiceNumber"]: 0 for row in books.bills}
        for payment in books.sent_pays:
            if payment["status"] not in {"3", "4"}:
                for part in payment["billPays"]:
                    cents[books.find("Bill", part["billId"])["invoiceNumber"]] += part["amount"]
        return cents
