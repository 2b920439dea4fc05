"""Three tellings of the same money, and where they differ.

    local ledger        what our own books say, by Bill.com's id of the buyer or seller
    Bill.com's books    its invoices, bills, received and sent payments
    the bank            what left and reached real accounts, by their owner

Nobody trusts one's own arithmetic: each side is added up from its own rows, and every buyer, every seller and every
total must be the same to the cent on all three.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Difference(NamedTuple):
    """One figure that is not the same on all sides."""

    what: str
    values: dict[str, int]

    def __str__(self) -> str:
        """Say the figure and what each side believes it to be."""
        return f"{self.what}: " + ", ".join(f"{side} {value}" for side, value in self.values.items())


@dataclass(frozen=True, slots=True)
class Side:
    """One telling.

    :param collected: cents that came from each buyer, by his Customer id at Bill.com, also those that came back.
    :param returned: cents of these that the banks took back.
    :param refunded: cents that were paid back to each buyer, by his Vendor id.
    :param paid_out: cents that reached each seller and stayed with him, by his Vendor id.
    :param left_cents: what the marketplace has more than before.
    :param owed_cents: what of that it owes to sellers; a bank does not know.
    :param counts: how many documents and payments there are; a bank knows of payments only.
    """

    name: str
    collected: Mapping[str, int]
    returned: Mapping[str, int]
    refunded: Mapping[str, int]
    paid_out: Mapping[str, int]
    left_cents: int
    owed_cents: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def collected_cents(self) -> int:
        """What all buyers paid, also what came back."""
        return sum(self.collected.values())

    @property
    def returned_cents(self) -> int:
        """What the buyers' banks took back."""
        return sum(self.returned.values())

    @property
    def refunded_cents(self) -> int:
        """What was paid back to buyers."""
        return sum(self.refunded.values())

    @property
    def paid_out_cents(self) -> int:
        """What all sellers got."""
        return sum(self.paid_out.values())

    @property
    def kept_cents(self) -> int | None:
        """What is the marketplace's own of what it has more than before: its fees and its own lines."""
        return None if self.owed_cents is None else self.left_cents - self.owed_cents

    def totals(self) -> dict[str, int]:
        """Return the figures of this side that have no owner."""
        figures = {
            "collected": self.collected_cents,
            "returned": self.returned_cents,
            "refunded": self.refunded_cents,
            "paid out": self.paid_out_cents,
            "left": self.left_cents,
            "owed to sellers": self.owed_cents,
            "kept": self.kept_cents,
            **self.counts,
        }
        return {name: value for name, value in figures.items() if value is not None}


def differences(*sides: Side) -> list[Difference]:
    """Return every figure that is not the same on all sides that have it, and what does not add up."""
    found: list[Difference] = []
    for what, amounts in (
        ("buyer", {side.name: side.collected for side in sides}),
        ("buyer whose payment came back", {side.name: side.returned for side in sides}),
        ("refunded buyer", {side.name: side.refunded for side in sides}),
        ("seller", {side.name: side.paid_out for side in sides}),
    ):
        found += _unequal(what, amounts)
    found += _unequal_totals({side.name: side.totals() for side in sides})
    found += [
        Difference("collected less returned, refunded, paid out and left is not nought", {side.name: gap})
        for side in sides
        if (gap := _gap(side))
    ]
    return found


def _gap(side: Side) -> int:
    gone = side.returned_cents + side.refunded_cents + side.paid_out_cents
    return side.collected_cents - gone - side.left_cents


def added(amounts: Iterator[tuple[str, int]]) -> dict[str, int]:
    """Return the sum for each owner, without those that are nought."""
    sums: Counter[str] = Counter()
    for owner, cents in amounts:
        sums[owner] += cents
    return {owner: cents for owner, cents in sums.items() if cents}


def _unequal(what: str, by_side: Mapping[str, Mapping[str, int]]) -> Iterator[Difference]:
    for owner in sorted({owner for amounts in by_side.values() for owner in amounts}):
        values = {side: amounts.get(owner, 0) for side, amounts in by_side.items()}
        if len(set(values.values())) > 1:
            yield Difference(f"{what} {owner}", values)


def _unequal_totals(by_side: Mapping[str, Mapping[str, int]]) -> Iterator[Difference]:
    for figure in dict.fromkeys(figure for totals in by_side.values() for figure in totals):
        values = {side: totals[figure] for side, totals in by_side.items() if figure in totals}
        if len(set(values.values())) > 1:
            yield Difference(figure, values)
