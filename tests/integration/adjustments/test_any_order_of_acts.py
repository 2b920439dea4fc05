"""Whatever people do in whatever order: the books sum to zero, nobody pays more than he owes, Bill.com agrees."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random

import pytest

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.models import Document

from .conftest import MakeOffice, Office

SELLERS = ("ann", "bob")
ACTS = 25


class Crowd:
    """People who act by chance.

    :param seed: repeats what they do.
    """

    def __init__(self, office: Office, seed: int) -> None:
        self.office = office
        self.chance = Random(seed)
        self.orders: list[str] = []
        self.disputes: list[object] = []
        self.done = 0

    def act(self) -> None:
        """Do one thing; what is refused changes nothing."""
        acts: list[tuple[Callable[[], object], int]] = [
            (self.sell, 6),
            (self.fine, 3),
            (self.bonus, 2),
            (self.refund, 4),
            (self.dispute, 2),
            (self.resolve, 2),
            (self.write_off, 1),
            (self.office.go, 6),
            (self.pay, 2),
        ]
        chosen = self.chance.choices([act for act, _ in acts], [weight for _, weight in acts])[0]
        self.done += 1
        try:
            chosen()
        except NotPossible:
            return

    def sell(self) -> None:
        items = [
            (seller, f"{self.chance.randint(1, 3000) / 100:.2f}", "0.01")
            for seller in self.chance.sample(SELLERS, self.chance.randint(1, 2))
        ]
        self.orders.append(self.office.world.settle(*items))

    def fine(self) -> None:
        self.office.adjust(self._seller(), "fine", self._dollars(), reference=f"A-{self.done}")

    def bonus(self) -> None:
        self.office.adjust(self._seller(), "bonus", self._dollars(), reference=f"A-{self.done}")

    def write_off(self) -> None:
        self.office.write_off(self._seller(), reference=f"W-{self.done}", second="Bob")

    def refund(self) -> None:
        if self.orders:
            amount = self.chance.choice([None, Decimal(self._dollars())])
            with self.office.world.app() as session:
                order = session.get(self.office.world.shop.Order, int(self.chance.choice(self.orders)))
                billcom = self.office.world.shop.billcom
                billcom.refund(order, reference=f"R-{self.done}", amount=amount, reason="broken")
                session.commit()

    def dispute(self) -> None:
        if self.orders:
            line = self.chance.choice([None, 1])
            self.disputes.append(
                self.office.dispute(self.chance.choice(self.orders), reference=f"D-{self.done}", line=line)
            )

    def resolve(self) -> None:
        if self.disputes:
            dispute = self.disputes.pop(self.chance.randrange(len(self.disputes)))
            self.office.decide("resolve_dispute", dispute, self.chance.choice(["won", "lost"]))

    def pay(self) -> None:
        self.office.release_everything()
        with self.office.world.app():
            self.office.world.shop.billcom.payout_run()
        self.office.go()
        if self.chance.random() < 0.5:
            self.office.world.advance(business_days=3)
            self.office.world.tick()

    def _seller(self) -> str:
        return self.chance.choice(SELLERS)

    def _dollars(self) -> str:
        return f"{self.chance.randint(1, 2500) / 100:.2f}"


def settle_down(office: Office) -> None:
    """Let everything that is under way come to its end."""
    for _ in range(8):
        office.world.advance(business_days=1)
        office.world.tick()
        office.go()


@pytest.mark.parametrize("seed", range(2))
def test_the_books_hold_whatever_is_done(make_office: MakeOffice, seed: int) -> None:
    office = make_office(*SELLERS)
    crowd = Crowd(office, seed)
    for seller in SELLERS:
        office.world.ensure("seller", seller)

    for _ in range(ACTS):
        crowd.act()
    while crowd.disputes:
        crowd.resolve()
    settle_down(office)

    office.check()
    for seller in SELLERS:
        balance = office.balance(seller)
        assert balance.owes_cents >= 0
        assert balance.available_cents >= 0, "never overdrawn"
        open_bills = office.world.rows(
            Document, Document.kind == "bill", Document.status == "planned", Document.is_refund.is_(False)
        )
        assert not open_bills, "nothing waits for ever"
