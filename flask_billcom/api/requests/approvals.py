"""Who has to approve a bill or vendor credit, and what they decide.

Wire: https://developer.bill.com/v2/docs/bill-approval-workflows
"""

from __future__ import annotations

from collections.abc import Sequence

from flask_billcom.api.query import MAX_PAGE, Filter, Sort, list_data
from flask_billcom.api.records import ApprovalType, Bill, VendorCredit
from flask_billcom.errors import InvalidRequest

from .call import Call, checked_id, operation

Approvable = type[Bill] | type[VendorCredit]


def set_approvers(cls: Approvable, object_id: str, approvers: Sequence[str]) -> Call:
    """Return the call that names who has to approve, in order; those who acted already are passed over.

    :param approvers: user ids.

    Wire: https://developersupport.bill.com/hc/en-us/articles/210138853-SetApprovers
    """
    if not approvers:
        raise InvalidRequest("approvers must name somebody; clear_approvers removes all")
    users = [checked_id(user, "an approver") for user in approvers]
    return operation("SetApprovers", {**_subject(cls, object_id), "approvers": users})


def clear_approvers(cls: Approvable, object_id: str) -> Call:
    """Return the call that removes all approvers.

    Wire: https://developersupport.bill.com/hc/en-us/articles/210138453-ClearApprovers
    """
    return operation("ClearApprovers", _subject(cls, object_id))


def list_approvers(cls: Approvable, object_id: str) -> Call:
    """Return the call that lists who has to approve.

    Wire: https://developer.bill.com/reference/ap-approvals-listapprovers
    """
    return operation("ListApprovers", _subject(cls, object_id))


def approve(cls: Approvable, object_id: str, *, comment: str | None = None) -> Call:
    """Return the call that approves as the signed-in user.

    Wire: https://developersupport.bill.com/hc/en-us/articles/209421086-Approve
    """
    return operation("Approve", {**_subject(cls, object_id), "comment": comment})


def deny(cls: Approvable, object_id: str, *, comment: str | None = None) -> Call:
    """Return the call that denies as the signed-in user.

    Wire: https://developersupport.bill.com/hc/en-us/articles/208590186-Deny
    """
    return operation("Deny", {**_subject(cls, object_id), "comment": comment})


def list_user_approvals(
    cls: Approvable,
    user_id: str,
    *,
    approval_type: ApprovalType | str = ApprovalType.NOT_YET,
    marker: str | None = None,
    filters: Sequence[Filter] = (),
    sort: Sequence[Sort] = (),
    max: int = MAX_PAGE,  # noqa: A002 - Bill.com's own word
    nested: bool = False,
) -> Call:
    """Return the call that lists what a user has to approve, or had to.

    :param marker: from the page before.

    Wire: https://developersupport.bill.com/hc/en-us/articles/214115986-ListUserApprovals
    """
    page = list_data(cls, filters=filters, sort=sort, max=max, nested=nested)
    page.pop("start")
    return operation(
        "ListUserApprovals",
        {
            "usersId": checked_id(user_id, "user_id"),
            # Here alone a vendor credit goes by its short name.
            "entity": "Bill" if cls is Bill else "VendCredit",
            "approvalType": approval_type,
            "marker": marker,
            **page,
        },
    )


def _subject(cls: Approvable, object_id: str) -> dict[str, str]:
    if cls not in (Bill, VendorCredit):
        raise InvalidRequest("only bills and vendor credits are approved")
    return {"objectId": checked_id(object_id, "object_id"), "entity": cls.ENTITY}
