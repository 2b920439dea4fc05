"""What else goes on while the story is told: in each chapter somebody comes who was never seen, and others buy again.

    people buy, one by a charge, the others by mail
    a seller and a buyer change their addresses
    of two sales something goes back, all of one and a part of the other; a third one is paid by a check

Without this, a customer is made in one early chapter, and a void is proved in one late chapter: two crashes, at such
places, need a whole telling of their own. With it nearly every place is passed in nearly every chapter.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask_billcom.simulator.clock import DEFAULT_START
from tests.crash.tale.chapters import _collect_by, _decide_soon, _request, settle, sold_in
from tests.crash.tale.orders import ORDERS, GivenBack, Order

if TYPE_CHECKING:
    from tests.crash.tale.story import Run

BUSY = ("change", "correct", "collect", "refund", "pay out", "recall", "take back", "arrive")
"""The chapters with other trade: all that are hurt, once the first sales are made."""


def orders_of(chapter: str) -> Iterator[Order]:
    """Yield what is sold in a chapter besides."""
    tens = 10 * (1 + BUSY.index(chapter))
    yield Order(f"{tens + 1}", "Ada", (("ann", 4_00, 40), ("bo", 2_50, 0)), chapter=chapter)
    all_of_it, a_part = GivenBack(0, 6_00), GivenBack(1, 3_00)
    yield _by_mail(tens + 2, f"Dora of {chapter}", ("bo", 8_00, 80), chapter, given_back=(a_part,))
    yield _by_mail(tens + 3, "Ben", ("ann", 6_00, 60), chapter, given_back=(all_of_it,))
    yield _by_mail(tens + 4, "Cleo", ("bo", 5_00, 50), chapter, elsewhere=True)
    yield _by_mail(tens + 5, "Cleo", (f"Eli of {chapter}", 2_00, 20), chapter)


def _by_mail(number: int, buyer: str, item: tuple[str, int, int], chapter: str, **values: Any) -> Order:
    """Return an order that is sent by mail; what goes back may do so at any time."""
    late = frozenset({f"FB-{number}-1"} if "given_back" in values else ())
    return Order(f"{number}", buyer, (item,), collect="send", chapter=chapter, late=late, **values)


WITH_TRADE = (*ORDERS, *(order for chapter in BUSY for order in orders_of(chapter)))


def trade(run: Run, chapter: str) -> None:
    """Let people do what they do besides in a chapter; again in the same chapter it changes nothing."""
    orders = sold_in(run, chapter)
    if not orders:
        return
    for order in orders:
        _collect_by(run, order.collect)
        settle(run, order)
    _move(run, chapter)
    run.world.advance(seconds=5)
    run.rounds()
    for order in orders:
        _change_mind(run, order)
    run.world.advance(seconds=5)
    run.rounds()
    _decide_soon(run)


def _move(run: Run, chapter: str) -> None:
    """Let a seller and a buyer get addresses of this chapter."""
    world = run.world
    with world.app() as session:
        for person, name in ((world.shop.Seller, "ann"), (world.shop.Buyer, "Ada")):
            session.query(person).filter_by(name=name).one().email = f"{chapter.replace(' ', '-')}@example.com"
        session.commit()


def _change_mind(run: Run, order: Order) -> None:
    if order.elsewhere:
        _request(run, order, lambda billcom, row: _record(billcom, row, order))
    for back in order.given_back:
        about = {"line": back.line, "amount": Decimal(back.cents) / 100} if back.line else {}
        _request(run, order, lambda billcom, row, about=about: _give_back(billcom, row, about))  # type: ignore[misc]


def _give_back(billcom: Any, row: Any, about: dict[str, Any]) -> object:
    return billcom.refund(row, reference="regretted", reason="regretted", actor="shop", **about)


def _record(billcom: Any, row: Any, order: Order) -> object:
    """Say that a check has come; it bears the same day, however late that is said again."""
    cents = Decimal(order.invoiced) / 100
    return billcom.record_payment(row, amount=cents, date=DEFAULT_START.date(), reference="check 1", actor="operator")
