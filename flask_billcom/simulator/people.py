"""What a person does in Bill.com's own web page, behind the back of every client."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.access import users
from flask_billcom.simulator.access.rights import RIGHTS
from flask_billcom.simulator.calls import arguments
from flask_billcom.simulator.catalogue import ENTITIES
from flask_billcom.simulator.organization import merging, network
from flask_billcom.simulator.papers import crediting
from flask_billcom.simulator.payments import cards, payouts, voiding
from flask_billcom.simulator.serving import crud
from flask_billcom.simulator.state.rows import dollars

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = ["ACTS", "act"]

DENIED: Final = "5"


def _entity_of(world: World, row_id: str) -> str:
    for name, table in world.store.tables.items():
        if row_id in table.by_id:
            return name
    raise KeyError(row_id)


def _pay_bill(world: World, given: Mapping[str, Any]) -> Row:
    """Pay a bill in full or by `amount_cents`, on the next possible day."""
    bill = world.store["Bill"].by_id[str(given["id"])]
    cents = int(given.get("amount_cents", bill["dueAmount"]))
    part = {"billId": bill.id, "amount": dollars(cents)}
    return payouts.pay_bills(world, {"billPays": [part], "processDate": given.get("process_date")})[0]


def _record_payment(world: World, given: Mapping[str, Any]) -> Row:
    """Mark a bill as paid outside Bill.com."""
    bill = world.store["Bill"].by_id[str(given["id"])]
    cents = int(given.get("amount_cents", bill["dueAmount"]))
    data = {
        "vendorId": bill["vendorId"],
        "processDate": world.today.isoformat(),
        "toPrintCheck": False,
        "billPays": [{"billId": bill.id, "amount": dollars(cents)}],
    }
    return payouts.record_payment(world, data)


def _edit(world: World, given: Mapping[str, Any]) -> Row:
    """Change fields of any object: `values` as the wire writes them."""
    name = _entity_of(world, str(given["id"]))
    obj = {"entity": name, "id": given["id"], **given.get("values", {})}
    return crud.single(world, ENTITIES[name], "Update", {"obj": obj})


def _delete(world: World, given: Mapping[str, Any]) -> Row:
    return crud.single(world, ENTITIES[_entity_of(world, str(given["id"]))], "Delete", {"id": given["id"]})


def _undelete(world: World, given: Mapping[str, Any]) -> Row:
    return crud.single(world, ENTITIES[_entity_of(world, str(given["id"]))], "Undelete", {"id": given["id"]})


def _void(world: World, given: Mapping[str, Any]) -> Row:
    """Void a payment: `kind` is credit or reissue."""
    kind = voiding.REISSUE if given.get("kind") == "reissue" else voiding.CREDIT
    data = {"sentPayId": given["id"], "voidRequestType": kind, "reason": given.get("reason", "by a person")}
    return voiding.void_payment(world, data)


def _cancel(world: World, given: Mapping[str, Any]) -> Row:
    return voiding.cancel_payment(world, {"sentPayId": given["id"]})


def _deny(world: World, given: Mapping[str, Any]) -> Row:
    """Deny a bill or vendor credit."""
    row = arguments.named(world, _entity_of(world, str(given["id"])), given, "id")
    world.change(row, approvalStatus=DENIED)
    return row


def _merge(world: World, given: Mapping[str, Any]) -> Row:
    """Merge a vendor, customer or list entry into another one, `into`."""
    table = world.store[_entity_of(world, str(given["id"]))]
    return merging.merge(world, table.by_id[str(given["id"])], table.by_id[str(given["into"])])


def _apply_credit(world: World, given: Mapping[str, Any]) -> Row:
    """Apply a credit memo to `invoice`, by `amount_cents` or as far as it goes."""
    memo = world.store["CreditMemo"].by_id[str(given["id"])]
    invoice = world.store["Invoice"].by_id[str(given["invoice"])]
    most = min(crediting.unapplied(world, memo), invoice["amountDue"])
    return crediting.apply_credit(world, memo, invoice, int(given.get("amount_cents", most)))


def _pay_by_card(world: World, given: Mapping[str, Any]) -> Row:
    """Let a buyer pay an invoice by card: `amount_cents`, `fee_cents`."""
    invoice = world.store["Invoice"].by_id[str(given["id"])]
    due = invoice["amountDue"] - invoice["scheduledAmount"]
    return cards.pay_by_card(world, invoice, int(given.get("amount_cents", due)), int(given.get("fee_cents", 0)))


def _take_offline(world: World, given: Mapping[str, Any]) -> Row:
    """Let a vendor be paid outside Bill.com only."""
    vendor = world.store["Vendor"].by_id[str(given["id"])]
    world.change(vendor, payBy=payouts.OFFLINE)
    return vendor


def _authorize(world: World, given: Mapping[str, Any]) -> Row:
    """Let a customer be charged, or no longer: `value` is true or false."""
    customer = world.store["Customer"].by_id[str(given["id"])]
    world.change(customer, hasAuthorizedToCharge=bool(given.get("value", True)))
    return customer


def _account_status(world: World, given: Mapping[str, Any]) -> Row:
    """Set the status of a bank account: 1 verified, 3 blocked, 4 expired, 5 invalid."""
    row = arguments.named(world, _entity_of(world, str(given["id"])), given, "id")
    world.change(row, status=str(given["status"]))
    if row.entity_name == "VendorBankAccount":
        usable = str(given["status"]) == "1"
        vendor = world.store["Vendor"].by_id[row["vendorId"]]
        world.change(vendor, payBy="1" if usable else "0", vendorBankAccountStatus=int(given["status"]))
    return row


def _accept_invitation(world: World, given: Mapping[str, Any]) -> Row:
    """Let a user finish his sign-up; `phone` is false for one without a phone for codes."""
    user = world.store["User"].by_id[str(given["id"])]
    users.accept_invitation(world, user, has_phone=bool(given.get("phone", True)))
    return user


def _permit(world: World, given: Mapping[str, Any]) -> Row:
    """Give a role exactly these `rights`."""
    role = world.store["Profile"].by_id[str(given["id"])]
    wanted = frozenset(given["rights"])
    if not wanted <= set(RIGHTS):
        raise ValueError(f"there is no right {sorted(wanted - set(RIGHTS))}; there are {', '.join(RIGHTS)}")
    world.rights[role.id] = wanted
    return role


def _accept_invite(world: World, given: Mapping[str, Any]) -> Row:
    """Let an invited vendor or customer accept."""
    return network.accept(world, str(given["id"]))


def _decline_invite(world: World, given: Mapping[str, Any]) -> Row:
    """Let an invited vendor or customer decline."""
    return network.decline(world, str(given["id"]))


ACTS: Final[Mapping[str, Callable[[World, Mapping[str, Any]], Row]]] = MappingProxyType(
    {
        "pay_bill": _pay_bill,
        "record_payment": _record_payment,
        "edit": _edit,
        "edit_bill": _edit,
        "edit_invoice": _edit,
        "delete": _delete,
        "undelete": _undelete,
        "void": _void,
        "cancel": _cancel,
        "deny": _deny,
        "merge": _merge,
        "merge_vendor": _merge,
        "authorize": _authorize,
        "account_status": _account_status,
        "accept_invitation": _accept_invitation,
        "permit": _permit,
        "apply_credit": _apply_credit,
        "pay_by_card": _pay_by_card,
        "take_offline": _take_offline,
        "accept_invite": _accept_invite,
        "decline_invite": _decline_invite,
    }
)


def act(world: World, name: str, given: Mapping[str, Any]) -> Row:
    """Let a person act, and return the object that it was about.

    :raises ValueError: there is no such act.
    :raises KeyError: an object or a detail is missing.
    """
    if name not in ACTS:
        raise ValueError(f"there is no act {name!r}; there are {', '.join(ACTS)}")
    return ACTS[name](world, given)
