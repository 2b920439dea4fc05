"""What the demo prints: a table of the outcome, and the last line, which programs read too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from example_marketplace.demo.sides import Difference, Side
from example_marketplace.pages import dollars
from flask_billcom.models import SettlementState
from flask_billcom.money import from_cents


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a demo.

    :param orders: how many were placed.
    :param settled: how many of them are settled; a bad mapping refuses one.
    :param unpaid: how many settlements are not paid out yet.
    :param sides: the money as told by ledger, books and bank, in this order.
    """

    orders: int
    settled: int
    unpaid: int
    sides: Sequence[Side]
    differences: Sequence[Difference]

    @property
    def is_good(self) -> bool:
        """Whether every seller has his money and all sides agree."""
        return not self.unpaid and not self.differences

    def last_line(self) -> str:
        """Return the line that sums everything up, the money as the local ledger has it."""
        ledger = self.sides[0]
        figures: Mapping[str, int] = {
            "orders": self.orders,
            "settled": self.settled,
            "invoices": ledger.counts["invoices"],
            "bills": ledger.counts["bills"],
            "payouts": ledger.counts["payouts"],
            "collected_cents": ledger.collected_cents,
            "paid_out_cents": ledger.paid_out_cents,
            "fees_cents": ledger.kept_cents,
            "differences": len(self.differences),
        }
        return "demo: " + " ".join(f"{name}={value}" for name, value in figures.items())

    def table(self) -> str:
        """Return the three sides beside each other, and below them every difference."""
        rows = [("", *(side.name for side in self.sides))]
        rows += [
            (what, *(str(side.counts.get(what, "")) for side in self.sides))
            for what in ("invoices", "bills", "payouts")
        ]
        rows += [
            ("collected", *(_money(side.collected_cents) for side in self.sides)),
            ("paid out", *(_money(side.paid_out_cents) for side in self.sides)),
            ("kept by the marketplace", *(_money(side.kept_cents) for side in self.sides)),
            ("buyers who paid", *(str(len(side.collected)) for side in self.sides)),
            ("sellers who were paid", *(str(len(side.paid_out)) for side in self.sides)),
        ]
        wrong = [f"  DIFFERENCE {difference}" for difference in self.differences]
        if self.unpaid:
            wrong.append(f"  UNPAID {self.unpaid} settlements are not paid out")
        return "\n".join([*columns(rows), *wrong])


def diary(when: datetime, states: Mapping[str, int]) -> str:
    """Return one bank day as a line: how many settlements are how far."""
    reached = ", ".join(
        f"{states[state]} {state.value.replace('_', ' ')}" for state in SettlementState if states.get(state)
    )
    return f"  {when:%a} {when.day:>2} {when:%b}  {reached}"


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of text as lines, the first column to the left and the others to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = ["  " + "  ".join(_cell(row, place, widths) for place in range(len(row))) for row in rows]
    return [lines[0], "  " + "-" * (len(lines[0]) - 2), *lines[1:]]


def _cell(row: Sequence[str], place: int, widths: Sequence[int]) -> str:
    return row[place].rjust(widths[place]) if place else row[place].ljust(widths[place])


def _money(cents: int) -> str:
    return dollars(from_cents(cents))
