"""Connections with companies in Bill.com's network. What the searches answer is not documented: it is handed on."""

from __future__ import annotations

from typing import Any

from flask_billcom.api import requests
from flask_billcom.api.records import Connection
from flask_billcom.api.replies import parse_object, parse_text

from .area import Area


class NetworkCalls(Area):
    """The network."""

    def send_vendor_invite(self, vendor_id: str, email: str) -> str:
        """Invite a vendor by e-mail and return the id of the invitation; it lapses after 60 days.

        :raises MFARequired: the session is not trusted.

        Wire: https://developersupport.bill.com/hc/en-us/articles/211428083-SendVendorInvite
        """
        return parse_text(self._send(requests.send_vendor_invite(vendor_id, email)), "requestId")

    def send_invite(self, network_id: str, object_id: str) -> str:
        """Invite a company of the network and return the id of the invitation.

        :param object_id: the vendor or customer that it is here.
        :raises MFARequired: the session is not trusted.

        Wire: https://developersupport.bill.com/hc/en-us/articles/213996226-SendInvite
        """
        return parse_text(self._send(requests.send_invite(network_id, object_id)), "requestId")

    def cancel_invite(self, request_id: str) -> None:
        """Take back an invitation.

        Wire: https://developersupport.bill.com/hc/en-us/articles/218380103-CancelInvite
        """
        self._send(requests.cancel_invite(request_id))

    def connection_of(self, object_id: str) -> Connection:
        """Tell whether a vendor or customer is connected.

        Wire: https://developersupport.bill.com/hc/en-us/articles/213994086-GetNetworkStatus
        """
        return parse_object(Connection, self._send(requests.get_network_status(object_id)))

    def network_search(self, name: str) -> Any:  # noqa: ANN401 - undocumented
        """Find companies in the network."""
        return self._send(requests.network_search(name)).data

    def disconnect_vendor(self, vendor_id: str) -> None:
        """End the connection of a vendor."""
        self._send(requests.disconnect_vendor(vendor_id))

    def disconnect_customer(self, customer_id: str) -> None:
        """End the connection of a customer."""
        self._send(requests.disconnect_customer(customer_id))

    def large_biller_search(self, name: str) -> Any:  # noqa: ANN401
        """Find large billers."""
        return self._send(requests.large_biller_search(name)).data

    def large_biller_addresses(self, large_biller_id: str) -> Any:  # noqa: ANN401
        """List the payment addresses of a large biller."""
        return self._send(requests.get_large_biller_payment_address(large_biller_id)).data

    def connect_large_biller(self, address_id: str, vendor_id: str | None = None) -> Any:  # noqa: ANN401
        """Connect a large biller.

        :param address_id: one of its payment addresses.
        """
        return self._send(requests.connect_large_biller(address_id, vendor_id)).data
