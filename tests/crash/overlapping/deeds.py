"""What people do at the moment of somebody else's transaction, in another process.

    settle      an order of the story is settled, as when a button is clicked twice
    mend        what the story corrects is corrected at the same time: lowered, canceled, paid by a check
    regret      a buyer wants his money back, all of it or a part
    regret_now  so does he, and a worker looks at that at once
    give_back   what the story gives back is asked for at the same time
    approve     a second person approves a run of payouts
    void        a payout is taken back
    pay_again   what is proved void is paid again
    wait        payouts are held, and released
    dispute     a sale is disputed, and the dispute withdrawn

Each is a public call, and each may be told no. Of what turns out otherwise by that, the judge learns from the orders.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.errors import NotSettled
from flask_billcom.models import Payment
from tests.crash.overlapping.another import does
from tests.crash.tale import chapters
from tests.crash.tale.decider import pay_again
from tests.crash.tale.orders import GivenBack, Order
from tests.crash.tale.story import Run
from tests.support.world import World

EVE = {"actor": "Eve", "reason": "asked on the phone"}
VOIDS = 3
"""How many payouts people take back besides, so that the story still ends."""
PREFIX = "FB-"

Deed = Callable[[Run, World, random.Random], None]


def _request(world: World, order: Order, act: Callable[[Any, Any], object]) -> None:
    """Let the app of the other process do something about an order, and commit.

    :raises NotSettled: nobody has ordered that yet.
    """
    with world.app() as session:
        found = session.get(world.shop.Order, int(order.number))
        if found is None:
            raise NotSettled(f"nobody has ordered {order.number} yet")
        act(world.shop.billcom, found)
        session.commit()


def _settle(run: Run, world: World, chance: random.Random) -> None:
    _request(world, chance.choice(chapters.sold_in(run, "sell")), lambda billcom, row: billcom.settle(row))


def _mend(run: Run, world: World, chance: random.Random) -> None:
    order = chance.choice([order for order in run.orders if chapters.is_corrected(order)])
    _request(world, order, lambda billcom, row: chapters.correct(order, billcom, row))


def _regret(run: Run, world: World, chance: random.Random) -> None:
    """Give a sale back, or the half of its first line, whatever its money is just going through."""
    free = [order for order in run.orders if not order.given_back and is_plain(order)]
    if not free:
        return
    order = chance.choice(free)
    half = order.items[0][1] // 2
    back = chance.choice((GivenBack(0, order.gross), GivenBack(1, half)))
    about = {"line": 1, "amount": Decimal(half) / 100} if back.line else {}
    _request(world, order, lambda billcom, row: billcom.refund(row, reference="regret", reason="regretted", **about))
    late = frozenset(f"{PREFIX}{order.number}-{place}" for place in range(1, len(order.net()) + 1))
    regretted = replace(order, given_back=(back,), late=late)
    run.orders = tuple(regretted if each == order else each for each in run.orders)


def _regret_now(run: Run, world: World, chance: random.Random) -> None:
    _regret(run, world, chance)
    does(world, "refunds")


def is_plain(order: Order) -> bool:
    """Return whether the story itself leaves an order as it was sold."""
    return not (order.refunded or chapters.is_corrected(order))


def _give_back(run: Run, world: World, chance: random.Random) -> None:
    order = chance.choice([order for order in run.orders if order.refunded])
    amount = Decimal(order.refunded) / 100
    _request(
        world, order, lambda billcom, row: billcom.refund(row, reference="complaint", amount=amount, reason="broken")
    )


def _approve(run: Run, world: World, chance: random.Random) -> None:
    del run, chance
    with world.app():
        for waiting in world.shop.billcom.waiting_runs():
            world.shop.billcom.approve(waiting.id, actor="Fay", reason="looked at every bill")


def _void(run: Run, world: World, chance: random.Random) -> None:
    del run
    sent = sorted(world.rows(Payment, Payment.kind == "sent"), key=lambda each: each.id)
    if sent:
        with world.app():
            world.shop.billcom.void(chance.choice(sent[:VOIDS]).id, "a mistake", actor="Eve")


def _pay_again(run: Run, world: World, chance: random.Random) -> None:
    del run, chance
    pay_again(world)


def _wait(run: Run, world: World, chance: random.Random) -> None:
    del run, chance
    with world.app():
        world.shop.billcom.hold(None, "the auditors are here", actor="Eve")
        world.shop.billcom.release(None, reason="the auditors are here", actor="Eve")


def _dispute(run: Run, world: World, chance: random.Random) -> None:
    def argue(billcom: Any, row: Any) -> None:
        billcom.resolve_dispute(billcom.dispute(row, reference="case 1", **EVE), "withdrawn", **EVE)

    plain = [order for order in run.orders if is_plain(order)]
    _request(world, chance.choice(plain), argue)


EARLY = ("sell", "change", "correct")
PAID = ("collect", "refund", "pay out", "recall", "take back", "arrive")
DEEDS: Mapping[str, tuple[Deed, tuple[str, ...]]] = MappingProxyType(
    {
        "settle": (_settle, ("sell", "change")),
        "mend": (_mend, EARLY),
        "regret": (_regret, (*EARLY, *PAID)),
        "regret_now": (_regret_now, (*EARLY, *PAID)),
        "give_back": (_give_back, PAID[1:]),
        "approve": (_approve, ("pay out",)),
        "void": (_void, PAID[2:]),
        "pay_again": (_pay_again, PAID[3:]),
        "wait": (_wait, PAID),
        "dispute": (_dispute, PAID),
    }
)
"""What each is, and the chapters that it belongs to."""


def act(run: Run, world: World, name: str, chance: random.Random) -> None:
    """Let people do something; they may be told no."""
    with suppress(NotPossible, NotSettled):
        DEEDS[name][0](run, world, chance)
