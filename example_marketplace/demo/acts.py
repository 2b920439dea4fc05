"""What happens in the demo, each act with the public calls that a real shop would make.

everybody_arrives    people are in the shop and known at Bill.com
accounts_are_given   each of them enters a bank account; buyers agree to be charged
orders_ship          each order is placed, shipped and settled; one is refused
days_pass            the bank's calendar moves until every story is told and every seller paid
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from example_marketplace import sample
from example_marketplace.clock import LocalClock, today
from example_marketplace.database import ask_for_write_lock
from example_marketplace.demo.incidents import Story, stories
from example_marketplace.extensions import billcom, db
from example_marketplace.local_billcom import LocalBillcom
from example_marketplace.models import Buyer, Order, Seller
from example_marketplace.sample import People
from flask_billcom import Consent
from flask_billcom.errors import BillcomError
from flask_billcom.models import Document, Hold, Payment, PaymentPart, Settlement, SettlementState

MOST_DAYS = 40
MOST_TICKS = 20
Told = Callable[[str], None]


def everybody_arrives() -> People:
    """Put the sample people into the shop and make them known at Bill.com."""
    people = sample.add_people(db.session())
    for party in (*people.sellers, *people.buyers):
        billcom.sync_party(party)
    db.session.commit()
    work_off()
    return people


def device_is_confirmed(code: str) -> None:
    """Do what a person does once a month: confirm this device with the code that his phone shows."""
    challenge = billcom.session.challenge()
    billcom.session.confirm(challenge, code, machine_name="demo", actor="demo")


def accounts_are_given(people: People) -> Iterator[None]:
    """Pass everybody's bank account through, one at a time; no number is kept."""
    everybody: list[Seller | Buyer] = [*people.sellers, *people.buyers]
    for place, party in enumerate(everybody):
        account = sample.account(place)
        billcom.add_bank_account(
            party,
            name_on_account=party.company if isinstance(party, Buyer) else party.name,
            routing_number=account.routing_number,
            account_number=account.account_number,
        )
        if isinstance(party, Buyer):
            billcom.authorize_charges(party, Consent(reference=f"demo, buyer {party.id}", date=today()))
        yield


def orders_ship(people: People, count: int, tell: Told) -> Iterator[None]:
    """Place, ship and settle orders one after the other; what is refused is told and the others go on."""
    for place in range(count):
        order_id = order_is_placed(people, place, careless=place == count // 2)
        error = ship(order_id)
        if error is not None:
            tell(f"order {order_id} is refused by its mapping: {type(error).__name__}: {error}")
        yield


def order_is_placed(people: People, place: int, *, careless: bool = False) -> int:
    """Place an order and return its id.

    :param careless: whether somebody lowers a price by hand and leaves the fee of the old one standing.
    """
    ask_for_write_lock()
    order = sample.place_order(people, place)
    if careless:
        order.items[0].unit_cents = 1
    db.session.add(order)
    db.session.commit()
    return order.id


def ship(order_id: int) -> BillcomError | None:
    """Ship an order and settle it in the same transaction; give back the error that refused it."""
    ask_for_write_lock()
    order = db.session.get_one(Order, order_id)
    try:
        order.ship()
        billcom.settle(order)
        db.session.commit()
    except BillcomError as error:
        db.session.rollback()
        return error
    return None


@dataclass(frozen=True, slots=True)
class Day:
    """How far the settlements are at the end of a bank day.

    :param news: what happened beside the plan.
    :param waiting: sales whose sellers do not have all their money, although nothing stands before it.
    """

    when: datetime
    states: Counter[str]
    news: Sequence[str]
    waiting: int


def days_pass(local: LocalBillcom, clock: LocalClock) -> Iterator[Day]:
    """Work off what is due and move to the next bank day, until everything is told and paid out.

    :param clock: the shop's, which has to notice that the time was moved.
    """
    telling = stories(local)
    news = _go_on(telling)
    for _ in range(MOST_DAYS):
        work_off()
        news += _go_on(telling)
        work_off()
        waiting = _waiting()
        yield Day(datetime.fromisoformat(local.read("clock")["now"]), _states(), news, waiting)
        if not telling and not waiting:
            return
        news = []
        local.tell("clock", business_days=1)
        clock.forget()


def work_off() -> None:
    """Tick until nothing moves."""
    for _ in range(MOST_TICKS):
        if not billcom.tick().moved:
            return


def _go_on(telling: list[Story]) -> list[str]:
    """Let every story go on a little, drop those that have ended, and return what happened."""
    news = []
    for story in list(telling):
        db.session.rollback()  # what is read is of this moment, not of an older transaction
        try:
            happened = next(story)
        except StopIteration:
            telling.remove(story)
            continue
        if happened is not None:
            news.append(happened)
    return news


def _states() -> Counter[str]:
    db.session.rollback()
    found = db.session.execute(select(Settlement.state, func.count()).group_by(Settlement.state)).all()
    return Counter({str(state): count for state, count in found})


def _waiting() -> int:
    """Return how many sales are not paid out, leaving aside those that are held and those whose payout came back."""
    db.session.rollback()
    held = select(Hold.scope_id).where(Hold.scope == "settlement", Hold.released_at.is_(None))
    came_back = (
        select(Document.origin_id)
        .join(PaymentPart, PaymentPart.document_id == Document.id)
        .join(Payment, Payment.id == PaymentPart.payment_id)
        .where(Payment.kind == "sent", Payment.status == "voided")
    )
    wait = db.session.scalars(
        select(Settlement.id).where(
            Settlement.state.not_in([SettlementState.PAID_OUT, SettlementState.CANCELLED]),
            Settlement.id.not_in(came_back),
        )
    ).all()
    stopped = set(db.session.scalars(held))
    return sum(each.hex not in stopped for each in wait)
