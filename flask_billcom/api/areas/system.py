"""Questions to the system: time, error codes, fields, searches, roles, balances, exchange rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from flask_billcom.api import requests
from flask_billcom.api.fields import Record
from flask_billcom.api.replies import parse_decimal, parse_list, parse_time
from flask_billcom.api.requests import Call
from flask_billcom.api.transport import Download

from .area import Area

R = TypeVar("R", bound=Record)


class SystemCalls(Area):
    """The system, and any call at all."""

    def call(self, name: str, data: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever it answers
        """Carry out any operation with data as the wire has it, and return what it answers.

        :param name: such as `GetNetworkStatus`.
        :raises InvalidRequest: there is no such operation.
        """
        return self._send(requests.operation(name, data)).data

    def send(self, call: Call) -> Any:  # noqa: ANN401
        """Carry out a call made by `flask_billcom.api.requests`, and return what it answers."""
        return self._send(call).data

    def fetch(self, path: str, query: Mapping[str, str]) -> Download:
        """Fetch a file from the root of the host.

        :param path: such as `HtmlServlet`.
        :param query: parameters of the address.
        """
        return self._fetch(path, query)

    def current_time(self) -> datetime:
        """Tell the server's time, aware UTC."""
        return parse_time(self._send(requests.current_time()), "currentTime")

    def errors(self) -> Any:  # noqa: ANN401 - its shape is not documented
        """List all error codes as they come.

        Wire: https://developer.bill.com/v2/docs/common-error-codes
        """
        return self._send(requests.errors()).data

    def metadata_of(self, *classes: type[Record]) -> Mapping[str, Any]:
        """Describe the fields of entities; the last word on what is required and read-only."""
        return self._send_for_fields(requests.get_entity_metadata(classes))

    def search(self, cls: type[R], term: str) -> Sequence[R]:
        """Find objects by a word; seen in clients, undocumented."""
        return parse_list(cls, self._send(requests.search_entity(cls, term)))

    def object_url(self, object_id: str) -> Any:  # noqa: ANN401 - undocumented
        """Tell where the web app shows an object."""
        return self._send(requests.get_object_url(object_id)).data

    def profile_permissions(self, profile_id: str) -> Any:  # noqa: ANN401 - undocumented
        """List what a role may do.

        Wire: https://developersupport.bill.com/hc/en-us/articles/213911186-User-Role-Profile
        """
        return self._send(requests.get_profile_permissions(profile_id)).data

    def bank_balance(self, bank_account_id: str) -> Decimal:
        """Tell the balance noted for one of the organization's accounts; its fields are inferred."""
        return parse_decimal(self._send(requests.get_bank_balance(bank_account_id)), "balance")

    def set_bank_balance(self, bank_account_id: str, balance: Decimal) -> None:
        """Note the balance of one of the organization's accounts; its fields are inferred."""
        self._send(requests.set_bank_balance(bank_account_id, balance))

    def exchange_rate(self, currency: str, amount: Decimal) -> Mapping[str, Any]:
        """Quote the exchange rate of a payment in another currency; its fields are inferred."""
        return self._send_for_fields(requests.get_exchange_rate(currency, amount))
