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
    :param unpaid: how many sales wait for nothing and are not paid out all the same.
    :param held_cents: what of the sellers' money a hold or a reserve stands before.
    :param sides: the money as told by ledger, books and bank, in this order.
    """

    orders: int
    settled: int
    unpaid: int
    held_cents: int
    sides: Sequence[Side]
    differences: Sequence[Difference]

    @property
    def is_good(self) -> bool:
        """Whether every seller has his money, or a hold or a return explains why not, and all sides agree."""
        return not self.unpaid and not self.differences

    def last_line(self) -> str:
        """Return the line that sums everything up, the money as the local ledger has it.

        What was collected is what was paid out, kept as fees, refunded, returned, held and owed.
        """
        ledger = self.sides[0]
        figures: Mapping[str, int] = {
            "orders": self.orders,
            "settled": self.settled,
            "invoices": ledger.counts["invoices"],
            "bills": ledger.counts["bills"],
            "payouts": ledger.counts["payouts"],
            "collected_cents": ledger.collected_cents,
            "paid_out_cents": ledger.paid_out_cents,
            "fees_cents": ledger.kept_cents or 0,
            "refunded_cents": ledger.refunded_cents,
            "returned_cents": ledger.returned_cents,
            "held_cents": self.held_cents,
            "owed_to_sellers_cents": (ledger.owed_cents or 0) - self.held_cents,
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
            ("collected from buyers", *(_money(side.collected_cents) for side in self.sides)),
            ("returned by their banks", *(_money(side.returned_cents) for side in self.sides)),
            ("refunded to buyers", *(_money(side.refunded_cents) for side in self.sides)),
            ("paid out to sellers", *(_money(side.paid_out_cents) for side in self.sides)),
            ("left", *(_money(side.left_cents) for side in self.sides)),
            ("  owed to sellers", *(_money(side.owed_cents) for side in self.sides)),
            ("  the marketplace's own", *(_money(side.kept_cents) for side in self.sides)),
            ("buyers who paid", *(str(len(side.collected)) for side in self.sides)),
            ("sellers who were paid", *(str(len(side.paid_out)) for side in self.sides)),
        ]
        wrong = [f"  DIFFERENCE {difference}" for difference in self.differences]
        if self.unpaid:
            wrong.append(f"  UNPAID {self.unpaid} sales are not paid out, and nothing explains it")
        return "\n".join([*columns(rows), *wrong])


def diary(when: datetime, states: Mapping[str, int], news: Sequence[str] = ()) -> str:
    """Return one bank day: how many settlements are how far, and below it what happened beside the plan."""
    reached = ", ".join(
        f"{states[state]} {state.value.replace('_', ' ')}" for state in SettlementState if states.get(state)
    )
    return "\n".join([f"  {when:%a} {when.day:>2} {when:%b}  {reached}", *(f"{'':>15}{line}" for line in news)])


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of text as lines, the first column to the left and the others to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = ["  " + "  ".join(_cell(row, place, widths) for place in range(len(row))) for row in rows]
    return [lines[0], "  " + "-" * (len(lines[0]) - 2), *lines[1:]]


def _cell(row: Sequence[str], place: int, widths: Sequence[int]) -> str:
    return row[place].rjust(widths[place]) if place else row[place].ljust(widths[place])


def _money(cents: int | None) -> str:
    return "" if cents is None else dollars(from_cents(cents))
