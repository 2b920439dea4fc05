"""The network: invitations, connections, and what being connected means for payments.

    not connected 0 ──SendVendorInvite, SendInvite──> pending 1 ──a person accepts──> connected 2 ──Disconnect──> 0
                                                          └── CancelInvite, declined, or 60 days pass ──> 0

A connected vendor is paid electronically; an invited one still by check.
https://developersupport.bill.com/hc/en-us/articles/213994086-GetNetworkStatus
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.calls import arguments
from flask_billcom.simulator.calls.listing import page_of
from flask_billcom.simulator.calls.objects import require
from flask_billcom.simulator.calls.operation import Operation, with_data
from flask_billcom.simulator.errors import field_refusal, refusal

from .accounts import active_account
from .directory import COMPANIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = ["OPERATIONS", "Invite", "Network", "accept", "connect", "decline", "lapse"]

LIFE: Final = 60 * 24 * 3_600_000
NOT_CONNECTED, PENDING, CONNECTED = "0", "1", "2"
EPAYMENT, CHECK = "1", "0"


@dataclass(slots=True)
class Invite:
    """One open invitation."""

    id: str
    object_id: str
    network_id: str
    email: str


@dataclass(slots=True)
class Network:
    """Open invitations by what they are about, and the network ids of what is connected."""

    invites: dict[str, Invite] = field(default_factory=dict)
    connected: dict[str, str] = field(default_factory=dict)


def _party(world: World, data: Mapping[str, Any], *keys: str) -> Row:
    """Return the vendor or customer whose id stands under the first of these keys that is there."""
    key = next((each for each in keys if data.get(each)), keys[0])
    row = world.anything(require(data, key), key)
    if row.entity_name not in {"Vendor", "Customer"}:
        raise field_refusal(key, row.id)
    return row


def _invite(world: World, party: Row, *, network_id: str, email: str) -> dict[str, Any]:
    network = world.network
    if party.id in network.invites:
        raise refusal("invite_open", party.id)
    if party.id in network.connected:
        raise refusal("invite_open", party.id)
    invite = Invite(world.ids.new("nrr"), party.id, network_id, email)
    network.invites[party.id] = invite
    world.plan(world.now + LIFE, "lapse", f"{party.id}/{invite.id}")
    if email:
        world.send(email, "invitation", party.id)
    _show(world, party, PENDING)
    if party.entity_name == "Vendor":
        world.adjust(party, numberOfInvitesSent=party["numberOfInvitesSent"] + 1)
    return {"requestId": invite.id}


def _show(world: World, party: Row, status: str) -> None:
    if party.entity_name == "Vendor":
        world.change(party, networkStatus=status)
    else:
        world.change(party)


def _send_vendor_invite(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    vendor = arguments.named(world, "Vendor", data, "vendorId")
    email = arguments.text(data, "email")
    if email is None:
        raise refusal("BDC_1117", "email")
    if "@" not in email:
        raise field_refusal("email", email)
    return _invite(world, vendor, network_id="", email=email)


def _send_invite(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    network_id = str(require(data, "networkId"))
    if not any(company.network_id == network_id for company in COMPANIES):
        raise field_refusal("networkId", network_id)
    return _invite(world, _party(world, data, "id"), network_id=network_id, email="")


def _cancel_invite(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    wanted = require(data, "id")
    found = next((each for each in world.network.invites.values() if each.id == wanted), None)
    if found is None:
        raise refusal("no_open_invite", wanted)
    _end(world, found)
    return {}


def _end(world: World, invite: Invite) -> Row:
    del world.network.invites[invite.object_id]
    party = world.anything(invite.object_id, "id")
    _show(world, party, NOT_CONNECTED)
    return party


def lapse(world: World, about: str) -> None:
    """Let an invitation that is still open end after 60 days."""
    object_id, _, invite_id = about.partition("/")
    invite = world.network.invites.get(object_id)
    if invite is not None and invite.id == invite_id:
        _end(world, invite)


def accept(world: World, object_id: str) -> Row:
    """Let the invited company accept.

    :raises ValueError: there is no open invitation.
    """
    invite = _open_invite(world, object_id)
    return connect(world, _end(world, invite), invite.network_id or f"2{world.ids.number('network'):015d}")


def decline(world: World, object_id: str) -> Row:
    """Let the invited company decline.

    :raises ValueError: there is no open invitation.
    """
    return _end(world, _open_invite(world, object_id))


def _open_invite(world: World, object_id: str) -> Invite:
    invite = world.network.invites.get(object_id)
    if invite is None:
        raise ValueError(f"{object_id} has no open invitation")
    return invite


def connect(world: World, party: Row, network_id: str) -> Row:
    """Connect a vendor or customer with a company of the network."""
    world.network.connected[party.id] = network_id
    _show(world, party, CONNECTED)
    if party.entity_name == "Vendor":
        world.change(party, payBy=EPAYMENT)
    else:
        world.change(party, hasNetBankAccount=True)
    world.adjust(world.organization, networkConnections=len(world.network.connected))
    return party


def _disconnect(world: World, data: Mapping[str, Any], entity: str) -> dict[str, Any]:
    key = "id" if data.get("id") else f"{entity.lower()}Id"
    party = arguments.named(world, entity, data, key)
    if world.network.connected.pop(party.id, None) is None:
        raise refusal("not_connected", party.id)
    _show(world, party, NOT_CONNECTED)
    if entity == "Vendor":
        has_account = active_account(world, "VendorBankAccount", party) is not None
        world.change(party, payBy=EPAYMENT if has_account else CHECK)
    else:
        world.change(party, hasNetBankAccount=False)
    world.adjust(world.organization, networkConnections=len(world.network.connected))
    return {}


def _status(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    party = _party(world, data, "id")
    invite = world.network.invites.get(party.id)
    network_id = world.network.connected.get(party.id)
    if network_id is not None:
        return {"status": CONNECTED, "requestId": None, "networkId": network_id}
    if invite is None:
        return {"status": NOT_CONNECTED, "requestId": None, "networkId": None}
    return {"status": PENDING, "requestId": invite.id, "networkId": invite.network_id or None}


def _search(world: World, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    term = str(require(data, "name" if data.get("name") else "term")).casefold()
    start, limit = page_of(data)
    known = {network_id: object_id for object_id, network_id in world.network.connected.items()}
    found = [
        {
            "networkId": each.network_id,
            "name": each.name,
            "addressCity": each.city,
            "addressState": each.state,
            "addressZip": each.zip_code,
            "isConnected": each.network_id in known,
        }
        for each in COMPANIES
        if term in each.name.casefold()
    ]
    return found[start : start + limit]


OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {
        "SendVendorInvite": Operation(
            with_data(_send_vendor_invite), is_protected=True, sends_mail=True, right="network", is_beside=True
        ),
        "SendInvite": Operation(
            with_data(_send_invite), is_protected=True, sends_mail=True, right="network", is_beside=True
        ),
        "CancelInvite": Operation(with_data(_cancel_invite), right="network", is_beside=True),
        "GetNetworkStatus": Operation(with_data(_status), is_beside=True),
        "NetworkSearch": Operation(with_data(_search), "assumed"),
        "DisconnectVendorFromNetwork": Operation(
            with_data(lambda world, data: _disconnect(world, data, "Vendor")), "assumed", right="network"
        ),
        "DisconnectCustomerFromNetwork": Operation(
            with_data(lambda world, data: _disconnect(world, data, "Customer")), "assumed", right="network"
        ),
    }
)
