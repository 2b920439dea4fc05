"""What must be so after every single step, asked in few statements: exactly-once, by its numbers.

    I1  no bill and no invoice is paid with more than it comes to; nothing pays a bill that was deleted
    I2  no active document, customer or vendor of ours exists twice
    I3  what is done is there with the same cents; while a payout comes back, nothing else pays its bills
    I4  every posting sums to zero; what is reserved is what the open payouts come to, for each seller
    I8  one operation in a lane at a time

The database is read past the engine, over a connection of our own; Bill.com's books are read where they lie.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

from tests.stories.town import Town

DEAD_SENT, DEAD_RECEIVED = {"3", "4"}, {"1", "3"}
PREFIX = "FB-"
NONE_FOUND = {
    "I8 two operations in a lane": """
        select lane, group_concat(kind || ' ' || state) from billcom_operation
        where state in ('sending', 'unknown', 'checking', 'quarantined')
        group by organization_id, lane having count(*) > 1""",
    "I4 a posting that does not sum to zero": """
        select posting_id, sum(cents) from billcom_entry group by posting_id having sum(cents) <> 0""",
    "I4 what is reserved for a seller is not what his open payouts come to": """
        select party_id, sum(cents) from (
            select party_id, cents from billcom_entry where account = 'seller_reserved'
            union all
            select d.party_id, o.amount_cents from billcom_operation o join billcom_document d on d.id = o.subject_id
            where o.kind = 'pay' and o.state in ('planned', 'sending', 'unknown', 'checking', 'quarantined'))
        group by party_id having sum(cents) <> 0""",
    "I3 a payout is under way for a bill whose payout comes back": """
        select d.number, o.state from billcom_payment p
        join billcom_payment_part pp on pp.payment_id = p.id
        join billcom_document d on d.id = pp.document_id
        join billcom_operation o on o.subject_id = d.id and o.kind = 'pay'
        where p.kind = 'sent' and p.status = 'returning'
          and o.state in ('planned', 'sending', 'unknown', 'checking', 'quarantined')""",
}
"""Statements that find a row only where something is wrong."""
DONE = """
    select o.kind, o.remote_id, o.amount_cents from billcom_operation o
    where o.state = 'done' and o.remote_id is not null and o.kind in ('pay', 'charge')"""
MADE = "select kind, number, remote_id from billcom_document where remote_id is not null"

COUNTED_TABLES = ("settlement_line", "adjustment_line", "entry", "audit", "hold", "payment", "recorded_payment")
SUMMED_TABLES = {
    "settlement": "state",
    "adjustment": "state || cents",
    "adjustment_part": "state || cents",
    "document": "status || cents",
    "operation": "state || amount_cents",
}
MONEY = "select " + ", ".join(
    [f"(select count(*) from billcom_{table})" for table in ("entry", "payment", "recorded_payment")]
    + [
        f"(select group_concat({what}) from billcom_{table})"
        for table, what in SUMMED_TABLES.items()
        if table != "operation"
    ]
    + ["(select group_concat(kind || state || amount_cents) from billcom_operation where amount_cents > 0)"]
)
CONTENT = "select " + ", ".join(
    [f"(select count(*) from billcom_{table})" for table in COUNTED_TABLES]
    + [f"(select group_concat({what}) from billcom_{table})" for table, what in SUMMED_TABLES.items()]
)


class Watch:
    """Looks at a town after each step.

    :param town: of one sequence.
    """

    def __init__(self, town: Town) -> None:
        self.town = town
        self._connection: sqlite3.Connection | None = None
        self._path = Path(str(town.stage.engine.url.database))

    def let_go(self) -> None:
        """Close the database, before its file is replaced."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def ask(self, statement: str) -> list[Any]:
        """Return the rows of a statement."""
        if self._connection is None:
            self._connection = sqlite3.connect(self._path)
        return self._connection.execute(statement).fetchall()

    def version(self) -> int:
        """Return a number that changes with every commit of somebody else."""
        return int(self.ask("pragma data_version")[0][0])

    def content(self) -> list[Any]:
        """Return what people see of all rows, where a lock alone is no change."""
        return self.ask(CONTENT)

    def money(self) -> list[Any]:
        """Return what counts of the rows about money."""
        return self.ask(MONEY)

    def look(self) -> None:
        """Assert all of it."""
        for what, statement in NONE_FOUND.items():
            found = self.ask(statement)
            assert not found, (what, found)
        self._what_is_done_is_there()
        self._nothing_is_there_twice()
        self._nobody_pays_more()

    def _what_is_done_is_there(self) -> None:
        store = self.town.world.simulator.world.store
        parts = {
            part.id: part["amount"]
            for entity, name in (("SentPay", "billPays"), ("ReceivedPay", "invoicePays"))
            for payment in store[entity]
            for part in payment[name] or ()
        }
        for kind, remote_id, cents in self.ask(DONE):
            assert parts[remote_id] == cents, ("I3 another amount than what is done", kind, remote_id, cents)
        for kind, number, remote_id in self.ask(MADE):
            row = store["Invoice" if kind == "invoice" else "Bill"].by_id[remote_id]
            assert row["invoiceNumber"] == number, ("I3 another number than ours", kind, number, row["invoiceNumber"])

    def _nothing_is_there_twice(self) -> None:
        store = self.town.world.simulator.world.store
        for entity, field in (
            ("Invoice", "invoiceNumber"),
            ("Bill", "invoiceNumber"),
            ("Customer", "shortName"),
            ("Vendor", "shortName"),
        ):
            # Merged parties leave their names behind, and a stray that somebody deletes its number.
            rows = [row for row in store[entity] if row.is_active]
            names = Counter(row[field] for row in rows if str(row[field] or "").startswith(PREFIX))
            twice = [name for name, count in names.items() if count > 1]
            assert not twice, (f"I2 more than one {entity}", twice)

    def _nobody_pays_more(self) -> None:
        store = self.town.world.simulator.world.store
        for entity, payments, parts, key, dead in (
            ("Bill", "SentPay", "billPays", "billId", DEAD_SENT),
            ("Invoice", "ReceivedPay", "invoicePays", "invoiceId", DEAD_RECEIVED),
        ):
            paid: Counter[str] = Counter()
            for payment in store[payments]:
                if payment["status"] not in dead:
                    for part in payment[parts] or ():
                        paid[part[key]] += part["amount"]
            for row_id, cents in paid.items():
                row = store[entity].by_id[row_id]
                worth = row["amount"] if row.is_active else 0
                assert cents <= worth, (f"I1 a {entity} is paid with more", row["invoiceNumber"], cents, worth)
