"""What the roles of users allow.

    user ──profileId──> Profile ──> rights          a person may give a role other rights; see `people`

The roles are Bill.com's own; which right belongs to which is assumed.
https://developersupport.bill.com/hc/en-us/articles/213911186-User-Role-Profile
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.calls import arguments
from flask_billcom.simulator.calls.operation import Operation, with_data
from flask_billcom.simulator.errors import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_billcom.simulator.serving.routes import Route
    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = ["OPERATIONS", "RIGHTS", "ROLES", "allows", "check", "granted"]

#: Every right, with what it lets a user do.
RIGHTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "manage_bills": "make and change vendors, their accounts, bills, vendor credits and their templates",
        "manage_invoices": "make and change customers, their accounts, invoices, credits and templates",
        "manage_lists": "make and change accounts, items and other classification",
        "manage_users": "make and change users and approval policies",
        "approve": "approve and deny, and be named as an approver",
        "pay": "pay bills, record, cancel and void payments",
        "pay_unapproved": "pay bills that are not approved",
        "charge": "charge customers, record and void their payments",
        "files": "upload files",
        "network": "invite companies and connect with them",
    }
)
_ALL: Final = frozenset(RIGHTS)
#: The roles that every organization has: number of `Profile.type`, name, rights.
ROLES: Final = (
    ("2", "Administrator", _ALL),
    ("3", "Accountant", _ALL - {"manage_users"}),
    ("4", "Approver", frozenset({"approve", "files"})),
    ("5", "Payer", frozenset({"approve", "pay", "files"})),
    ("6", "Clerk", frozenset({"manage_bills", "manage_invoices", "manage_lists", "files"})),
    ("7", "Auditor", frozenset[str]()),
    ("8", "Custom", frozenset[str]()),
)
_PAYABLES = ("Vendor", "VendorBankAccount", "Bill", "VendorCredit", "RecurringBill")
_RECEIVABLES = (
    "Customer",
    "CustomerContact",
    "CustomerBankAccount",
    "Invoice",
    "RecurringInvoice",
    "CreditMemo",
)
_LISTS = ("ChartOfAccount", "Item", "Department", "Location", "Job", "ActgClass", "Employee", "PaymentTerm")
_PEOPLE = ("User", "ApprovalPolicy", "ApprovalPolicyApprover")
_NEEDED: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(_PAYABLES, "manage_bills"),
        **dict.fromkeys(_RECEIVABLES, "manage_invoices"),
        **dict.fromkeys(_LISTS, "manage_lists"),
        **dict.fromkeys(_PEOPLE, "manage_users"),
    }
)


def granted(world: World, user: Row) -> frozenset[str]:
    """Return the rights of a user."""
    return world.rights.get(user["profileId"], frozenset())


def allows(world: World, right: str) -> bool:
    """Return whether the user of the present call has a right."""
    return right in granted(world, world.actor)


def check(world: World, route: Route) -> None:
    """Refuse what the role of the present call's user does not allow.

    :raises Refusal: BDC_1150 for money, the guess for lacking permission otherwise.
    """
    if route.operation is not None:
        right = route.operation.right
    elif route.entity is None or route.verb in {"Read", "List"}:
        return
    else:
        right = _NEEDED.get(route.entity.name, "")
    if route.is_for_partners:
        raise refusal("no_permission")
    if right and not allows(world, right):
        raise refusal("BDC_1150" if right in {"pay", "charge"} else "no_permission")


def _profile_permissions(world: World, data: Mapping[str, Any]) -> dict[str, bool]:
    profile = arguments.named(world, "Profile", data, "profileId" if data.get("profileId") else "id")
    held = world.rights.get(profile.id, frozenset())
    return {each: each in held for each in RIGHTS}


OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {"GetProfilePermissions": Operation(with_data(_profile_permissions))}
)
