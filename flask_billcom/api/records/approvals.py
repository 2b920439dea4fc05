"""Who has to approve what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar

from flask_billcom.api.fields import INFERRED, SEEN, Stored, choice, ident, moment, money, page, whole

from .enums import ActiveStatus, ApproverStatus, PolicyType

_APPROVAL_POLICY = page("https://developersupport.bill.com/hc/en-us/articles/209685063-ApprovalPolicy")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ApprovalPolicy(Stored):
    """A rule for what has to be approved.

    Wire: https://developersupport.bill.com/hc/en-us/articles/209685063-ApprovalPolicy
    """

    ENTITY: ClassVar[str] = "ApprovalPolicy"

    is_active: Annotated[ActiveStatus | str | None, choice(ActiveStatus, "In use or deleted.", _APPROVAL_POLICY)] = None
    type: Annotated[PolicyType | str | None, choice(PolicyType, "What needs approval.", _APPROVAL_POLICY)] = None
    amount_threshold: Annotated[Decimal | None, money("Amount above which it applies.", _APPROVAL_POLICY)] = None
    min_num_approvers: Annotated[int | None, whole("Approvers that it takes.", _APPROVAL_POLICY)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ApprovalPolicyApprover(Stored):
    """A person in an approval policy.

    Wire: seen in clients, undocumented.
    """

    ENTITY: ClassVar[str] = "ApprovalPolicyApprover"

    approval_policy_id: Annotated[str, ident("Approval policy.", INFERRED, required=True)]
    users_id: Annotated[str, ident("User.", INFERRED, required=True)]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BillApprover(Stored):
    """A person who has to approve a bill.

    Wire: seen in clients, undocumented.
    """

    ENTITY: ClassVar[str] = "BillApprover"

    bill_id: Annotated[str | None, ident("Bill.", SEEN, read_only=True)] = None
    users_id: Annotated[str | None, ident("User.", SEEN, read_only=True)] = None
    sort_order: Annotated[int | None, whole("Place in the sequence, from 0.", SEEN, read_only=True)] = None
    status_changed_date: Annotated[datetime | None, moment("When the state last changed.", SEEN, read_only=True)] = None
    last_reminder_date: Annotated[datetime | None, moment("When a reminder was last sent.", SEEN, read_only=True)] = (
        None
    )
    is_active: Annotated[
        ActiveStatus | str | None, choice(ActiveStatus, "In use or deleted.", SEEN, read_only=True)
    ] = None
    status: Annotated[
        ApproverStatus | str | None, choice(ApproverStatus, "What the approver did.", SEEN, read_only=True)
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class VendCreditApprover(Stored):
    """A person who has to approve a vendor credit.

    Wire: seen in clients, undocumented.
    """

    ENTITY: ClassVar[str] = "VendCreditApprover"

    vendor_credit_id: Annotated[str | None, ident("Vendor credit.", INFERRED, read_only=True)] = None
    users_id: Annotated[str | None, ident("User.", INFERRED, read_only=True)] = None
    sort_order: Annotated[int | None, whole("Place in the sequence, from 0.", INFERRED, read_only=True)] = None
    status_changed_date: Annotated[
        datetime | None, moment("When the state last changed.", INFERRED, read_only=True)
    ] = None
    last_reminder_date: Annotated[
        datetime | None, moment("When a reminder was last sent.", INFERRED, read_only=True)
    ] = None
    is_active: Annotated[
        ActiveStatus | str | None, choice(ActiveStatus, "In use or deleted.", INFERRED, read_only=True)
    ] = None
    status: Annotated[
        ApproverStatus | str | None, choice(ApproverStatus, "What the approver did.", INFERRED, read_only=True)
    ] = None
