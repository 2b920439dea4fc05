"""Invoices by mail and by post.

https://developersupport.bill.com/hc/en-us/articles/208197236-SendInvoice
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.calls import arguments
from flask_billcom.simulator.errors import field_refusal, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = ["known_addresses", "mail_invoice", "send_invoice"]

_HOME: Final = frozenset({"us", "usa", "united states", "united states of america"})


def send_invoice(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    """Mail an invoice to its customer, or to the addresses given; a new address becomes a CustomerContact."""
    invoice = arguments.named(world, "Invoice", data, "invoiceId")
    headers, content = _part(data, "headers"), _part(data, "content")
    subject, body = arguments.text(headers, "subject"), arguments.text(content, "body")
    if (subject is None) != (body is None):
        raise refusal("BDC_1117", "content.body" if body is None else "headers.subject")
    if headers.get("fromUserId"):
        arguments.named(world, "User", headers, "fromUserId")
    customer = world.store["Customer"].by_id[invoice["customerId"]]
    addresses = _addresses(world, customer, headers)
    if not addresses:
        raise refusal("BDC_1117", "headers.toEmailAddresses")
    for address in addresses:
        world.send(address, "invoice", invoice.id)
    world.change(invoice, lastSentTime=world.now)
    return {}


def _part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    given = data.get(name)
    if given is None:
        raise refusal("BDC_1117", name)
    if not isinstance(given, dict) and given != []:
        raise refusal("BDC_1124", name)
    return given or {}


def _addresses(world: World, customer: Row, headers: Mapping[str, Any]) -> list[str]:
    known = known_addresses(world, customer)
    given = headers.get("toEmailAddresses")
    if not given:
        return known
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, list):
        raise refusal("BDC_1124", "toEmailAddresses")
    for address in given:
        if not isinstance(address, str) or "@" not in address:
            raise field_refusal("toEmailAddresses", address)
        if address not in known:
            world.insert("CustomerContact", customerId=customer.id, firstName=address.partition("@")[0], email=address)
    return given


def known_addresses(world: World, customer: Row) -> list[str]:
    """Return the addresses of a customer and his contacts, each once."""
    contacts = [row for row in world.store["CustomerContact"].having("customerId", customer.id) if row.is_active]
    return list(dict.fromkeys(row["email"] for row in (customer, *contacts) if row["email"]))


def mail_invoice(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    """Send an invoice by US mail: it needs the customer's city, state and zip."""
    invoice = arguments.named(world, "Invoice", data, "invoiceId")
    customer = world.store["Customer"].by_id[invoice["customerId"]]
    parts = ("billAddress1", "billAddressCity", "billAddressState", "billAddressZip", "billAddressCountry")
    if not all(customer[part] for part in parts):
        raise refusal("BDC_1332")
    if customer["billAddressCountry"].strip().lower() not in _HOME:
        raise refusal("BDC_1333")
    world.send(f"post: {customer['name']}", "mailed invoice", invoice.id)
    return {}
