"""The orders of the story, as the shop knows them."""

from __future__ import annotations

from dataclasses import dataclass

BUYERS, SELLERS = ("Ada", "Ben", "Cleo"), ("ann", "bo")


@dataclass(frozen=True)
class GivenBack:
    """What the shop has promised to give back of an order, at a moment that the judge does not know.

    :param line: of which, counted from one; 0 for all that was left.
    """

    line: int
    cents: int


@dataclass(frozen=True)
class Order:
    """One order as the shop knows it; the judge compares Bill.com with this, never with our rows.

    :param items: (seller, cents, fee cents).
    :param lowered: cents that are taken off before it is paid; all of them where it is canceled.
    :param refunded: cents that go back after it was paid; an order with either has one line.
    :param elsewhere: whether it is paid by a check that Bill.com never sees.
    :param by_check: cents of which that is so, where it is only a part.
    :param given_back: what was promised at any time.
    :param canceled: whether it was canceled before anybody had paid.
    :param late: numbers of its sellers' bills that may have been paid before that.
    :param chapter: in which it is sold.
    """

    number: str
    buyer: str
    items: tuple[tuple[str, int, int], ...]
    own: int = 0
    collect: str = "charge"
    lowered: int = 0
    refunded: int = 0
    elsewhere: bool = False
    by_check: int = 0
    given_back: tuple[GivenBack, ...] = ()
    canceled: bool = False
    late: frozenset[str] = frozenset()
    chapter: str = "sell"

    @property
    def gross(self) -> int:
        return sum(cents for _, cents, _ in self.items) + self.own

    @property
    def invoiced(self) -> int:
        """Return the cents that its buyer owes in the end."""
        return self.gross - self.lowered - sum(back.cents for back in self.given_back)

    @property
    def checks(self) -> int:
        """Return the cents that its buyer pays by checks."""
        return self.invoiced if self.elsewhere else self.by_check

    def net(self) -> dict[str, int]:
        """Return what each seller gets in the end, in cents; the fee of what goes back goes back with it."""
        shares: dict[str, int] = {}
        for line, (seller, cents, fee) in enumerate(self.items, start=1):
            back = self.lowered + self.refunded + self._given_back_of(line)
            shares[seller] = shares.get(seller, 0) + cents - fee - (back - _fee_of(back, fee, cents))
        return shares

    def _given_back_of(self, line: int) -> int:
        """Return the cents that were given back of a line."""
        if any(not back.line for back in self.given_back):
            return self.items[line - 1][1]
        return sum(back.cents for back in self.given_back if back.line == line)


def _fee_of(back: int, fee: int, cents: int) -> int:
    """Return the fee of a part of a line, half up."""
    return (2 * fee * back + cents) // (2 * cents)


ORDERS = (
    Order("1", "Ada", (("ann", 10_00, 1_00), ("bo", 5_05, 0))),
    Order("2", "Ben", (("ann", 7_77, 78),), own=3_00),
    Order("3", "Ada", (("bo", 20_00, 2_00), ("bo", 1_01, 0))),
    Order("4", "Cleo", (("ann", 100_00, 10_00),), collect="send", refunded=40_00),
    Order("5", "Ben", (("ann", 30_00, 3_00),), collect="send", lowered=10_00),
    Order("6", "Cleo", (("bo", 12_00, 1_20),), collect="send", lowered=12_00),
    Order("7", "Ben", (("bo", 9_00, 90),), collect="send", elsewhere=True),
)
