"""Approval policies: how many must approve what is above an amount.

    ApprovalPolicy(type, amountThreshold, minNumApprovers) ──ApprovalPolicyApprover──> users

A document above the threshold is approved only when enough have said yes; the policy's users are put on it when it is
made.
https://developersupport.bill.com/hc/en-us/articles/209685063-ApprovalPolicy
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = ["approvals_needed", "policies_for", "policy_users", "unmet_policies"]

_TYPES: Final = {"Bill": "0", "VendorCredit": "1"}
_APPROVED: Final = "4"


def policies_for(world: World, document: Row) -> list[Row]:
    """Return the active policies that a document's amount falls under."""
    policies = world.store["ApprovalPolicy"].in_order
    if not policies:
        return []
    kind = _TYPES[document.entity_name]
    return [
        row
        for row in policies
        if row.is_active and (row["type"] or "0") == kind and document["amount"] > (row["amountThreshold"] or 0)
    ]


def approvals_needed(world: World, document: Row) -> int:
    """Return how many must approve a document."""
    return max((row["minNumApprovers"] or 0 for row in policies_for(world, document)), default=0)


def unmet_policies(world: World, document: Row, approvers: Sequence[Row]) -> int:
    """Return how many policies ask for more approvals than a document has."""
    approved = sum(row["status"] == _APPROVED for row in approvers)
    return sum((row["minNumApprovers"] or 0) > approved for row in policies_for(world, document))


def policy_users(world: World, document: Row) -> list[Row]:
    """Return the users whom policies put on a new document."""
    found: dict[str, Row] = {}
    for policy in policies_for(world, document):
        for link in world.store["ApprovalPolicyApprover"].having("approvalPolicyId", policy.id):
            user = world.store["User"].by_id[link["usersId"]]
            if user.is_active:
                found[user.id] = user
    return list(found.values())
