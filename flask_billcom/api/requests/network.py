"""Connections with companies in Bill.com's network. The fields of the searches are inferred.

Wire: https://developersupport.bill.com/hc/en-us/articles/213994086-GetNetworkStatus
"""

from __future__ import annotations

from flask_billcom.api.query import MAX_PAGE

from .call import Call, checked_id, operation


def send_vendor_invite(vendor_id: str, email: str) -> Call:
    """Return the call that invites a vendor by e-mail.

    Wire: https://developersupport.bill.com/hc/en-us/articles/211428083-SendVendorInvite
    """
    return operation("SendVendorInvite", {"vendorId": checked_id(vendor_id, "vendor_id"), "email": email})


def send_invite(network_id: str, object_id: str) -> Call:
    """Return the call that invites a company of the network.

    :param network_id: the company.
    :param object_id: the vendor or customer that it is here.

    Wire: https://developersupport.bill.com/hc/en-us/articles/213996226-SendInvite
    """
    return operation("SendInvite", {"networkId": network_id, "id": checked_id(object_id, "object_id")})


def cancel_invite(request_id: str) -> Call:
    """Return the call that takes back an invitation.

    Wire: https://developersupport.bill.com/hc/en-us/articles/218380103-CancelInvite
    """
    return operation("CancelInvite", {"id": checked_id(request_id, "request_id")})


def get_network_status(object_id: str) -> Call:
    """Return the call that tells whether a vendor or customer is connected.

    Wire: https://developersupport.bill.com/hc/en-us/articles/213994086-GetNetworkStatus
    """
    return operation("GetNetworkStatus", {"id": checked_id(object_id, "object_id")})


def network_search(name: str, *, start: int = 0, max: int = MAX_PAGE) -> Call:  # noqa: A002
    """Return the call that finds companies in the network."""
    return operation("NetworkSearch", {"name": name, "start": start, "max": max})


def disconnect_vendor(vendor_id: str) -> Call:
    """Return the call that ends the connection of a vendor."""
    return operation("DisconnectVendorFromNetwork", {"id": checked_id(vendor_id, "vendor_id")})


def disconnect_customer(customer_id: str) -> Call:
    """Return the call that ends the connection of a customer."""
    return operation("DisconnectCustomerFromNetwork", {"id": checked_id(customer_id, "customer_id")})


def large_biller_search(name: str) -> Call:
    """Return the call that finds large billers."""
    return operation("LargeBillerSearch", {"name": name})


def get_large_biller_payment_address(large_biller_id: str) -> Call:
    """Return the call that lists the payment addresses of a large biller."""
    return operation("GetLargeBillerPaymentAddress", {"id": large_biller_id})


def connect_large_biller(address_id: str, vendor_id: str | None = None) -> Call:
    """Return the call that connects a large biller.

    :param address_id: one of its payment addresses.
    """
    return operation("ConnectLargeBillerAsVendor", {"addressId": address_id, "vendorId": vendor_id})
