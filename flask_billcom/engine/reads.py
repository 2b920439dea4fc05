"""Reads of Bill.com's objects, page by page, inside the shared session and limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from flask_billcom.api import requests as wire
from flask_billcom.api.codec import from_wire
from flask_billcom.api.envelope import Reply
from flask_billcom.api.fields import Record
from flask_billcom.api.query import Filter, Sort
from flask_billcom.api.records import SentPay
from flask_billcom.errors import (
    APIError,
    AuthenticationFailed,
    MalformedReply,
    MFARequired,
    NotFound,
    RateLimited,
    SessionExpired,
)

R = TypeVar("R", bound=Record)
OF_ALL = (RateLimited, SessionExpired, AuthenticationFailed, MFARequired)
"""What Bill.com would say of any other object as well."""
PAGE = 999
"""Most records that one list call returns: https://developer.bill.com/v2/docs/search-ops-with-lists"""


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """One page of records.

    :param server_date: the server's time of the answer.
    """

    records: tuple[R, ...]
    server_date: datetime | None


class Reader(Protocol):
    """What answers one read."""

    def read(self, call: wire.Call) -> Reply:
        """Return the answer to a read."""


class Reads:
    """Typed reads.

    :param reader: the gateway, which keeps session and limits.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def page(
        self,
        record_type: type[R],
        *,
        filters: Sequence[Filter] = (),
        sort: Sequence[Sort] = (),
        start: int = 0,
        max: int = PAGE,  # noqa: A002 - the wire's word
        nested: bool = False,
    ) -> Page[R]:
        """Return one page of a list.

        :param start: offset of the first record.
        :param max: at most 999.
        :param nested: whether lines come with their documents.
        """
        call = wire.list_page(record_type, filters=filters, sort=sort, start=start, max=max, nested=nested)
        reply = self._reader.read(call)
        return Page(_records(record_type, reply.data), reply.server_date)

    def pages(
        self,
        record_type: type[R],
        *,
        filters: Sequence[Filter] = (),
        sort: Sequence[Sort] = (),
        nested: bool = False,
    ) -> Iterator[Page[R]]:
        """Yield pages until one is short; the list is no snapshot, so sort by time and expect repeats."""
        start = 0
        while True:
            page = self.page(record_type, filters=filters, sort=sort, start=start, nested=nested)
            yield page
            if len(page.records) < PAGE:
                return
            start += PAGE

    def one(self, record_type: type[R], remote_id: str) -> R | None:
        """Return one record, or None if Bill.com knows no such id."""
        found, _ = self.dated(record_type, remote_id)
        return found

    def dated(self, record_type: type[R], remote_id: str) -> tuple[R | None, datetime | None]:
        """Return one record, or None, and the server's time of the answer."""
        try:
            reply = self._reader.read(wire.read(record_type, remote_id))
            return _record(record_type, reply.data), reply.server_date
        except NotFound as error:
            return None, error.server_date
        except (APIError, MalformedReply) as error:
            if not isinstance(error, OF_ALL):
                error.about = remote_id
            raise

    def payments(self, disbursement_status: str, *, start: int = 0, max: int = PAGE) -> Page[SentPay]:  # noqa: A002
        """Return payments whose disbursement has a status.

        :param disbursement_status: "0" scheduled, "3" done, "4" failed, "5" void, "6" hold.

        Wire: https://developer.bill.com/v2/reference/ap-vendortransactions-listpayments
        """
        reply = self._reader.read(wire.list_payments(disbursement_status, start=start, max=max))
        if not isinstance(reply.data, dict) or not isinstance(reply.data.get("payments"), list):
            raise MalformedReply("ListPayments answered without a list of payments", server_date=reply.server_date)
        return Page(_records(SentPay, reply.data["payments"]), reply.server_date)


def _records(record_type: type[R], data: Any) -> tuple[R, ...]:  # noqa: ANN401
    if not isinstance(data, list):
        raise MalformedReply(f"the list of {record_type.__name__} is not a list")
    return tuple(_record(record_type, item) for item in data)


def _record(record_type: type[R], data: Any) -> R:  # noqa: ANN401
    if not isinstance(data, dict):
        raise MalformedReply(f"a {record_type.__name__} is not an object")
    return from_wire(record_type, data)
