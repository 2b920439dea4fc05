"""What an answer holds, as records; and what a bulk answer says of each object.

A bulk answer is believed object by object only if it can be laid beside the request: as many envelopes as objects, and
every success echoing the number that was sent at its place.

Wire: https://developer.bill.com/v2/reference/ap-vendormgmt-bulkcreatevendor
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from flask_billcom.errors import MalformedReply
from flask_billcom.money import MAX_CENTS

from .codec import from_wire, read_moment
from .codes import Certainty, Verdict, classify
from .envelope import Reply, read_envelope
from .fields import Record
from .records import ReceivedPay, SentPay, Summary, SummaryLine

R = TypeVar("R", bound=Record)
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class ItemReply:
    """What a bulk answer says of one object that was sent.

    :param index: its place in the request.
    :param verdict: what became of it.
    :param wire: the object as answered; only where it was surely applied.
    """

    index: int
    verdict: Verdict
    wire: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def remote_id(self) -> str | None:
        """Return the id that Bill.com gave the object."""
        return None if self.wire is None else self.wire["id"]


def parse_bulk(
    reply: Reply,
    sent: Sequence[S],
    *,
    number: Callable[[S], str | None],
    echo: Callable[[Mapping[str, Any]], Any],
) -> list[ItemReply]:
    """Return what became of each object, in the order in which they were sent.

    :param reply: the well-formed answer, success or error.
    :param sent: what was sent.
    :param number: what marks an object that was sent, such as its invoice number.
    :param echo: the same mark in an object that was answered.
    """
    bulk = reply.data.get("bulk") if isinstance(reply.data, Mapping) else None
    if not reply.ok and bulk is None:
        verdict = classify(reply, bills_in_call=len(sent))
        return [ItemReply(index, verdict) for index in range(len(sent))]
    if not isinstance(bulk, list) or len(bulk) > len(sent):
        return _all_unknown(sent, "the answer does not fit the request")
    items = [_judge(index, envelope) for index, envelope in enumerate(bulk)]
    answered = [item for item in items if item.wire is not None]
    echoes = all(number(sent[item.index]) == echo(item.wire) for item in answered if item.wire is not None)
    if not echoes or len({item.remote_id for item in answered}) != len(answered):
        return _all_unknown(sent, "the answer echoes other objects than were sent at these places")
    tail = [ItemReply(index, _unknown("the answer is too short")) for index in range(len(items), len(sent))]
    return items + tail


def _judge(index: int, envelope: Any) -> ItemReply:  # noqa: ANN401
    try:
        inner = read_envelope(envelope)
    except MalformedReply as error:
        return ItemReply(index, _unknown(str(error)))
    if not inner.ok:
        return ItemReply(index, classify(inner))
    wire = inner.data.get("obj", inner.data) if isinstance(inner.data, Mapping) else None
    if not isinstance(wire, Mapping) or not isinstance(wire.get("id"), str) or not wire["id"]:
        return ItemReply(index, _unknown("the answer holds no object"))
    return ItemReply(index, classify(inner), wire)


def _unknown(message: str) -> Verdict:
    return Verdict(Certainty.NO_ANSWER, None, message)


def _all_unknown(sent: Sequence[object], message: str) -> list[ItemReply]:
    return [ItemReply(index, _unknown(message)) for index in range(len(sent))]


def parse_object(cls: type[R], reply: Reply) -> R:
    """Return the one object of an answer.

    :raises MalformedReply: the answer holds something else.
    """
    return _reading(reply, lambda data: from_wire(cls, data))


def parse_list(cls: type[R], reply: Reply) -> list[R]:
    """Return the objects of a list's answer.

    :raises MalformedReply: the answer holds something else.
    """
    return _reading(reply, lambda data: [from_wire(cls, item) for item in _list(data)])


def parse_wrapped(cls: type[R], reply: Reply, key: str) -> list[R]:
    """Return the objects that stand under a key of an answer.

    :raises MalformedReply: the answer holds something else.
    """
    return _reading(reply, lambda data: [from_wire(cls, item) for item in _list(_under(data, key))])


def parse_sent_pays(reply: Reply) -> list[SentPay]:
    """Return the payments that PayBills made.

    :raises MalformedReply: the answer holds something else.
    """
    return parse_wrapped(SentPay, reply, "sentPays")


def parse_payments(reply: Reply) -> list[SentPay]:
    """Return the payments of ListPayments.

    :raises MalformedReply: the answer holds something else.
    """
    return parse_wrapped(SentPay, reply, "payments")


def parse_charge(reply: Reply) -> ReceivedPay:
    """Return the payment that ChargeCustomer made.

    :raises MalformedReply: the answer holds something else.
    """
    return _reading(reply, lambda data: from_wire(ReceivedPay, _under(data, "chargedReceivedPay")))


def parse_under(cls: type[R], reply: Reply, key: str) -> R:
    """Return the one object that stands under a key of an answer.

    :raises MalformedReply: the answer holds something else.
    """
    return _reading(reply, lambda data: from_wire(cls, _under(data, key)))


def parse_text(reply: Reply, key: str) -> str:
    """Return a text of an answer.

    :raises MalformedReply: it is not there.
    """
    return _reading(reply, lambda data: _text(_under(data, key), key))


def parse_time(reply: Reply, key: str) -> datetime:
    """Return a time of an answer, aware UTC.

    :raises MalformedReply: it is not there.
    """
    return _reading(reply, lambda data: _time(_under(data, key), key))


def parse_decimal(reply: Reply, key: str) -> Decimal:
    """Return a number of an answer.

    :raises MalformedReply: it is not there.
    """
    return _reading(reply, lambda data: _decimal(_under(data, key)))


def parse_approvers(cls: type[R], reply: Reply) -> list[R]:
    """Return the approvers of an object; clients see each of them wrapped in `obj`.

    :raises MalformedReply: the answer holds something else.
    """
    return _reading(reply, lambda data: [from_wire(cls, _unwrapped(item)) for item in _list(data)])


def parse_approvals(cls: type[R], reply: Reply) -> tuple[list[R], str | None]:
    """Return one page of what a user has to approve, and what leads to the next one.

    :raises MalformedReply: the answer holds something else.
    """
    marker = parse_mapping(reply).get("marker")
    return parse_wrapped(cls, reply, "approvals"), marker if isinstance(marker, str) and marker else None


def parse_summary(reply: Reply) -> Summary:
    """Return the counts and totals of GetAPSummary or GetARSummary.

    :raises MalformedReply: the answer holds something else.
    """
    return _reading(reply, lambda data: Summary({key: _section(held) for key, held in _mapping(data).items()}))


def parse_mapping(reply: Reply) -> Mapping[str, Any]:
    """Return the fields of an answer that is no record.

    :raises MalformedReply: the answer is no object.
    """
    return _reading(reply, _mapping)


T = TypeVar("T")


def _reading(reply: Reply, read: Callable[[Any], T]) -> T:
    try:
        return read(reply.data)
    except MalformedReply as error:
        error.http, error.server_date = reply.http, reply.server_date
        raise


def _mapping(data: Any) -> Mapping[str, Any]:  # noqa: ANN401
    if not isinstance(data, Mapping):
        raise MalformedReply("the answer is no object")
    return data


def _under(data: Any, key: str) -> Any:  # noqa: ANN401
    if key not in _mapping(data):
        raise MalformedReply(f"the answer holds no {key}")
    return data[key]


def _list(data: Any) -> list[Any]:  # noqa: ANN401
    if not isinstance(data, list):
        raise MalformedReply("the answer holds no list")
    return data


def _unwrapped(item: Any) -> Any:  # noqa: ANN401
    return item["obj"] if isinstance(item, Mapping) and "obj" in item else item


def _text(value: Any, key: str) -> str:  # noqa: ANN401
    if not isinstance(value, str) or not value:
        raise MalformedReply(f"the answer holds no {key}")
    return value


def _time(value: Any, key: str) -> datetime:  # noqa: ANN401
    try:
        return read_moment(_text(value, key))
    except ValueError:
        raise MalformedReply(f"the answer holds no {key}") from None


def _section(held: Any) -> Mapping[str, SummaryLine]:  # noqa: ANN401
    counts = [key.removesuffix("Count") for key in _mapping(held) if key.endswith("Count")]
    return {
        key: SummaryLine(int(_decimal(held[f"{key}Count"])), _decimal(_under(held, f"{key}Total"))) for key in counts
    }


def _decimal(value: Any) -> Decimal:  # noqa: ANN401
    # The receivables' totals come as text such as "$1,200.00", the payables' as numbers.
    plain = value.replace("$", "").replace(",", "") if isinstance(value, str) else value
    if isinstance(plain, bool) or not isinstance(plain, (str, int, Decimal)):
        raise MalformedReply("the answer holds no number")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        raise MalformedReply("the answer holds no number") from None
    if not number.is_finite() or abs(number) > MAX_CENTS:
        raise MalformedReply("the answer holds no number")
    return number
