"""What Bill.com's own books show of an operation that was left to a person.

charge, pay         payments of its document
create_...          documents of its number, parties with its key
update_, delete_    the document as it is wanted
record              payments of its number
send_invoice        the last e-mail
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import Any, NamedTuple

from flask_billcom.marketplace.numbers import own_key
from flask_billcom.models import Document, Operation, Party
from tests.support.world import World

DEAD_SENT, DEAD_RECEIVED = {"3", "4"}, {"1", "3"}
"""States of payments that were taken back."""
WAITED_S = 160.0
"""How long a call may have been under way when it was hurt."""
STALE_S = 120.0
"""How much longer than its lists lag Bill.com may need to show something, by a fault."""


class Effect(NamedTuple):
    """What may be the effect of an operation.

    :param made_at: by Bill.com's clock.
    :param cents: what it is worth, or None for what has no amount.
    :param is_gone: whether somebody has taken it back, or deleted it.
    """

    made_at: datetime
    cents: int | None = None
    is_gone: bool = False


def its_own(found: Sequence[Effect], operation: Operation, since: datetime) -> Effect | None:
    """Return what can only be the effect of an operation: alone, whole, and made since it was sent first."""
    living = [effect for effect in found if not effect.is_gone]
    if len(living) != 1 or living[0].made_at < since - timedelta(seconds=WAITED_S):
        return None
    return living[0] if living[0].cents in {None, operation.amount_cents} else None


class Books:
    """The simulator's books, opened once for all operations that are looked up at a moment."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.now = world.simulator.clock.now()

    def effects_of(self, operation: Operation) -> list[Effect]:
        """Return all that may be the effect of an operation, whoever made it."""
        find = FINDERS.get(operation.kind)
        return [] if find is None else list(find(self, operation))

    def shown_s(self, effect: Effect) -> float:
        """Return for how many seconds lists must have shown an effect; 0 if they need not have."""
        lag = timedelta(seconds=self.world.simulator.settings.list_lag_s + STALE_S)
        return max(0.0, (self.now - effect.made_at - lag).total_seconds())

    @cached_property
    def charged(self) -> dict[str, list[Effect]]:
        """What payments of buyers there are of each invoice."""
        return self._parts("ReceivedPay", "invoicePays", "invoiceId", DEAD_RECEIVED)

    @cached_property
    def paid(self) -> dict[str, list[Effect]]:
        """What payments to sellers there are of each bill."""
        return self._parts("SentPay", "billPays", "billId", DEAD_SENT)

    def _parts(self, payments: str, parts: str, of: str, dead: set[str]) -> dict[str, list[Effect]]:
        found: dict[str, list[Effect]] = {}
        for payment in self.world.simulator.books[payments]:
            made_at, is_gone = _time(payment.created), payment["status"] in dead
            for part in payment[parts] or ():
                found.setdefault(part[of], []).append(Effect(made_at, part["amount"], is_gone))
        return found

    def subject(self, model: type[Any], operation: Operation) -> Any:
        """Return our row of what an operation is about."""
        (row,) = self.world.rows(model, model.id == operation.subject_id)
        return row


def _charge(books: Books, operation: Operation) -> Iterable[Effect]:
    return books.charged.get(books.subject(Document, operation).remote_id, ())


def _pay(books: Books, operation: Operation) -> Iterable[Effect]:
    return books.paid.get(books.subject(Document, operation).remote_id, ())


def _document(entity: str, books: Books, operation: Operation) -> Iterable[Effect]:
    number = books.subject(Document, operation).number
    for row in books.world.simulator.books[entity]:
        if row["invoiceNumber"] == number:
            yield Effect(_time(row.created), row["amount"], not row.is_active)


def _party(entity: str, books: Books, operation: Operation) -> Iterable[Effect]:
    key = own_key(books.world.settings.number_prefix, books.subject(Party, operation))
    for row in books.world.simulator.books[entity]:
        if row["shortName"] == key:
            yield Effect(_time(row.created), is_gone=not row.is_active)


def _changed(entity: str, books: Books, operation: Operation) -> Iterable[Effect]:
    there = books.world.simulator.books.find(entity, books.subject(Document, operation).remote_id)
    if there.is_active and there["amount"] == operation.amount_cents:
        yield Effect(_time(there.updated), operation.amount_cents)


def _deleted(entity: str, books: Books, operation: Operation) -> Iterable[Effect]:
    there = books.world.simulator.books.find(entity, books.subject(Document, operation).remote_id)
    if not there.is_active:
        yield Effect(_time(there.updated))


def _recorded(books: Books, operation: Operation) -> Iterable[Effect]:
    for payment in books.world.simulator.books["ReceivedPay"]:
        if payment["refNumber"] == operation.natural_key:
            yield Effect(_time(payment.created), is_gone=payment["status"] in DEAD_RECEIVED)


def _mailed(books: Books, operation: Operation) -> Iterable[Effect]:
    there = books.world.simulator.books.find("Invoice", books.subject(Document, operation).remote_id)
    if there["lastSentTime"]:
        yield Effect(_time(there["lastSentTime"]))


def _time(value: int | str) -> datetime:
    """Return a time as the books have it: milliseconds in this process, words over the wire."""
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    return datetime.fromtimestamp(value / 1000, UTC)


FINDERS: dict[str, Callable[[Books, Operation], Iterable[Effect]]] = {
    "charge": _charge,
    "pay": _pay,
    "record": _recorded,
    "send_invoice": _mailed,
    "create_invoice": partial(_document, "Invoice"),
    "create_bill": partial(_document, "Bill"),
    "create_customer": partial(_party, "Customer"),
    "create_vendor": partial(_party, "Vendor"),
    "update_invoice": partial(_changed, "Invoice"),
    "update_bill": partial(_changed, "Bill"),
    "delete_invoice": partial(_deleted, "Invoice"),
    "delete_bill": partial(_deleted, "Bill"),
}
