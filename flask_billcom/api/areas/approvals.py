"""Who has to approve a bill or vendor credit, and what they decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask_billcom.api import requests
from flask_billcom.api.query import MAX_PAGE
from flask_billcom.api.records import ApprovalType, Bill, BillApprover, VendCreditApprover, VendorCredit
from flask_billcom.api.replies import parse_approvals, parse_approvers
from flask_billcom.api.requests.approvals import Approvable

from .area import Area


class ApprovalCalls(Area):
    """Approvals; `cls` is `Bill` or `VendorCredit` throughout."""

    def set_approvers(self, cls: Approvable, object_id: str, approvers: Sequence[str]) -> None:
        """Name who has to approve, in order; those who acted already are passed over.

        :param approvers: user ids.

        Wire: https://developersupport.bill.com/hc/en-us/articles/210138853-SetApprovers
        """
        self._send(requests.set_approvers(cls, object_id, approvers))

    def clear_approvers(self, cls: Approvable, object_id: str) -> None:
        """Remove all approvers.

        Wire: https://developersupport.bill.com/hc/en-us/articles/210138453-ClearApprovers
        """
        self._send(requests.clear_approvers(cls, object_id))

    def list_approvers(self, cls: Approvable, object_id: str) -> Sequence[BillApprover | VendCreditApprover]:
        """List who has to approve, in order.

        Wire: https://developer.bill.com/reference/ap-approvals-listapprovers
        """
        reply = self._send(requests.list_approvers(cls, object_id))
        return parse_approvers(BillApprover if cls is Bill else VendCreditApprover, reply)

    def approve(self, cls: Approvable, object_id: str, *, comment: str | None = None) -> None:
        """Approve as the signed-in user.

        Wire: https://developersupport.bill.com/hc/en-us/articles/209421086-Approve
        """
        self._send(requests.approve(cls, object_id, comment=comment))

    def deny(self, cls: Approvable, object_id: str, *, comment: str | None = None) -> None:
        """Deny as the signed-in user; nothing goes on until the approvers are cleared and set again.

        Wire: https://developersupport.bill.com/hc/en-us/articles/208590186-Deny
        """
        self._send(requests.deny(cls, object_id, comment=comment))

    def user_approvals(
        self,
        cls: Approvable,
        user_id: str,
        *,
        approval_type: ApprovalType | str = ApprovalType.NOT_YET,
        page_size: int = MAX_PAGE,
    ) -> Iterator[Bill | VendorCredit]:
        """Yield what a user has to approve, or had to, one page in memory at a time.

        Wire: https://developersupport.bill.com/hc/en-us/articles/214115986-ListUserApprovals
        """
        marker: str | None = None
        while True:
            call = requests.list_user_approvals(cls, user_id, approval_type=approval_type, marker=marker, max=page_size)
            objects, following = parse_approvals(cls, self._send(call))
            yield from objects
            if len(objects) < page_size or following is None or following == marker:
                return
            marker = following
