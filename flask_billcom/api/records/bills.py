"""What the organization owes: bills, credits and their templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from flask_billcom.api.fields import (
    PORTAL,
    SEEN,
    Stored,
    choice,
    day,
    flag,
    ident,
    money,
    number,
    page,
    raw,
    records,
    text,
    whole,
)

from .enums import ActiveStatus, ApprovalStatus, LineType, PaymentStatus, TimePeriod

_BILLS = page("https://developer.bill.com/docs/ap-recurring-bills")
_CREATEVENDORCREDIT = page("https://developer.bill.com/reference-link/createvendorcredit")
_LIST_USER_APPROVALS = page("https://developersupport.bill.com/hc/en-us/articles/214115986-ListUserApprovals")
_SENT_PAY = page("https://developersupport.bill.com/hc/en-us/articles/215572723-SentPay")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BillLineItem(Stored):
    """One line of a bill.

    Wire: seen in clients, undocumented.
    """

    ENTITY: ClassVar[str] = "BillLineItem"
    PREFIX: ClassVar[str] = "bli"

    bill_id: Annotated[str | None, ident("Bill.", PORTAL, read_only=True)] = None
    amount: Annotated[Decimal, money("Amount.", SEEN, required=True)]
    chart_of_account_id: Annotated[str | None, ident("Ledger account.", PORTAL)] = None
    department_id: Annotated[str | None, ident("Department.", PORTAL)] = None
    location_id: Annotated[str | None, ident("Location.", PORTAL)] = None
    job_id: Annotated[str | None, ident("Job.", PORTAL)] = None
    customer_id: Annotated[str | None, ident("Customer.", PORTAL)] = None
    item_id: Annotated[str | None, ident("Item.", PORTAL)] = None
    employee_id: Annotated[str | None, ident("Employee.", PORTAL)] = None
    actg_class_id: Annotated[str | None, ident("Accounting class.", PORTAL)] = None
    job_billable: Annotated[bool | None, flag("Whether the job is charged for it.", PORTAL)] = None
    description: Annotated[str | None, text("Free text.", PORTAL)] = None
    line_type: Annotated[
        LineType | str | None, choice(LineType, "Expense or item; Bill.com decides.", PORTAL, read_only=True)
    ] = None
    quantity: Annotated[Decimal | None, number("Quantity.", PORTAL)] = None
    unit_price: Annotated[Decimal | None, number("Price of one.", PORTAL)] = None
    purchase_order_bill_link_id: Annotated[str | None, ident("Link to a purchase order.", SEEN)] = None
    unit_of_measure_id: Annotated[str | None, ident("Unit of measure.", SEEN)] = None
    line_order: Annotated[int | None, whole("Place among the lines, from 0.", SEEN)] = None
    cd_field_id1: Annotated[str | None, ident("Custom field 1.", SEEN)] = None
    cd_field_id2: Annotated[str | None, ident("Custom field 2.", SEEN)] = None
    cd_field_id3: Annotated[str | None, ident("Custom field 3.", SEEN)] = None
    cd_field_id4: Annotated[str | None, ident("Custom field 4.", SEEN)] = None
    cd_field_id5: Annotated[str | None, ident("Custom field 5.", SEEN)] = None
    cd_field_id6: Annotated[str | None, ident("Custom field 6.", SEEN)] = None
    use_smart_approvers: Annotated[bool | None, flag("Whether approvers are found automatically.", SEEN)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Bill(Stored):
    """What the organization owes a vendor.

    Wire: https://developersupport.bill.com/hc/en-us/articles/214115986-ListUserApprovals
    """

    ENTITY: ClassVar[str] = "Bill"
    PREFIX: ClassVar[str] = "00n"

    is_active: Annotated[ActiveStatus | str | None, choice(ActiveStatus, "In use or deleted.", PORTAL)] = None
    vendor_id: Annotated[str, ident("Vendor.", PORTAL, required=True, filterable=True)]
    invoice_number: Annotated[str, text("The vendor's document number.", SEEN, required=True)]
    invoice_date: Annotated[date, day("Date of the document.", SEEN, required=True)]
    due_date: Annotated[date, day("Day on which it is due.", SEEN, required=True)]
    gl_posting_date: Annotated[date | None, day("Day of posting; the date of the document if empty.", SEEN)] = None
    bill_line_items: Annotated[
        Sequence[BillLineItem], records(BillLineItem, "Lines; their amounts add up to the bill.", SEEN, required=True)
    ]
    description: Annotated[str | None, text("Free text.", PORTAL)] = None
    po_number: Annotated[str | None, text("Purchase order number.", _LIST_USER_APPROVALS)] = None
    amount: Annotated[Decimal | None, money("Sum of the lines.", PORTAL, read_only=True)] = None
    scheduled_amount: Annotated[
        Decimal | None, money("Part covered by scheduled payments.", _LIST_USER_APPROVALS, read_only=True)
    ] = None
    due_amount: Annotated[Decimal | None, money("Part still open.", _LIST_USER_APPROVALS, read_only=True)] = None
    paid_amount: Annotated[Decimal | None, money("Part paid; None until something is.", PORTAL, read_only=True)] = None
    credit_amount: Annotated[Decimal | None, money("Part covered by credits.", SEEN, read_only=True)] = None
    payment_status: Annotated[
        PaymentStatus | str | None, choice(PaymentStatus, "How far it is paid.", SEEN, read_only=True, filterable=True)
    ] = None
    ui_payment_status: Annotated[
        str | None, choice(None, "How far it is paid, as the web page shows it.", SEEN, read_only=True)
    ] = None
    approval_status: Annotated[
        ApprovalStatus | str | None,
        choice(ApprovalStatus, "How far it is approved.", SEEN, read_only=True, filterable=True),
    ] = None
    pay_from_bank_account_id: Annotated[str | None, ident("Account that pays it; selected partners only.", PORTAL)] = (
        None
    )
    pay_from_chart_of_account_id: Annotated[
        str | None, ident("Ledger account that pays it; selected partners only.", PORTAL)
    ] = None
    local_amount: Annotated[Decimal | None, money("Amount in the foreign currency.", SEEN, read_only=True)] = None
    exchange_rate: Annotated[Decimal | None, number("Exchange rate of a foreign currency.", SEEN)] = None
    created_by: Annotated[str | None, ident("User who made it.", SEEN, read_only=True)] = None
    payment_term_id: Annotated[str | None, ident("Payment term.", SEEN)] = None
    has_auto_pay: Annotated[bool | None, flag("Whether it is paid automatically.", SEEN)] = None
    ebill_created: Annotated[bool | None, flag("Whether it came as an electronic bill.", SEEN, wire="eBillCreated")] = (
        None
    )
    invoice_product_id: Annotated[str | None, ident("Product of the invoice.", SEEN)] = None
    chart_of_account_id: Annotated[str | None, ident("Ledger account.", SEEN)] = None
    department_id: Annotated[str | None, ident("Department.", SEEN)] = None
    location_id: Annotated[str | None, ident("Location.", SEEN)] = None
    actg_class_id: Annotated[str | None, ident("Accounting class.", SEEN)] = None
    source: Annotated[str | None, choice(None, "Where it comes from.", SEEN)] = None
    num_appr_policy_ex: Annotated[int | None, whole("Approval policies that do not apply.", SEEN, read_only=True)] = (
        None
    )
    use_bill_desc: Annotated[bool | None, flag("Whether its description goes along with the payment.", SEEN)] = None
    default_invoice_number: Annotated[bool | None, flag("Whether the number was made up by Bill.com.", SEEN)] = None
    is_auto_saved: Annotated[bool | None, flag("Whether it is an unfinished draft.", SEEN)] = None
    bill_template_id: Annotated[str | None, ident("Recurring bill that made it.", SEEN)] = None
    quickbooks_id: Annotated[str | None, text("Id in QuickBooks.", SEEN, read_only=True)] = None
    last_payment_date: Annotated[date | None, day("Day of the last payment.", SEEN, read_only=True)] = None
    full_payment_date: Annotated[date | None, day("Day on which it was paid in full.", SEEN, read_only=True)] = None
    has_linked_purchase_orders: Annotated[
        bool | None, flag("Whether purchase orders are linked.", SEEN, read_only=True)
    ] = None
    multiple_bill_line_items: Annotated[bool | None, flag("Whether it has several lines.", SEEN, read_only=True)] = None
    item: Annotated[Any, raw("Count and total of the item lines.", SEEN, read_only=True)] = None
    expense: Annotated[Any, raw("Count and total of the expense lines.", SEEN, read_only=True)] = None
    allow_duplicate_inv_num: Annotated[
        bool | None, flag("Accept a number that is in use; sent beside the object.", SEEN, beside=True)
    ] = None
    related: Annotated[Any, raw("Names of the objects that it refers to.", _LIST_USER_APPROVALS, read_only=True)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class VendorCreditLineItem(Stored):
    """One line of a vendor credit.

    Wire: seen in clients, undocumented.
    """

    ENTITY: ClassVar[str] = "VendorCreditLineItem"

    amount: Annotated[Decimal, money("Amount.", SEEN, required=True)]
    chart_of_account_id: Annotated[str | None, ident("Ledger account.", SEEN)] = None
    department_id: Annotated[str | None, ident("Department.", SEEN)] = None
    location_id: Annotated[str | None, ident("Location.", SEEN)] = None
    job_id: Annotated[str | None, ident("Job.", SEEN)] = None
    customer_id: Annotated[str | None, ident("Customer.", SEEN)] = None
    item_id: Annotated[str | None, ident("Item.", SEEN)] = None
    employee_id: Annotated[str | None, ident("Employee.", SEEN)] = None
    actg_class_id: Annotated[str | None, ident("Accounting class.", SEEN)] = None
    job_billable: Annotated[bool | None, flag("Whether the job is charged for it.", SEEN)] = None
    description: Annotated[str | None, text("Free text.", SEEN)] = None
    quantity: Annotated[Decimal | None, number("Quantity.", SEEN)] = None
    unit_price: Annotated[Decimal | None, number("Price of one.", SEEN)] = None
    line_type: Annotated[
        LineType | str | None, choice(LineType, "Expense or item; Bill.com decides.", SEEN, read_only=True)
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class VendorCredit(Stored):
    """A vendor's credit, to be used with later payments.

    Wire: https://developersupport.bill.com/hc/en-us/articles/215572723-SentPay
    """

    ENTITY: ClassVar[str] = "VendorCredit"
    PREFIX: ClassVar[str] = "vcr"

    is_active: Annotated[ActiveStatus | str | None, choice(ActiveStatus, "In use or deleted.", _SENT_PAY)] = None
    vendor_id: Annotated[str, ident("Vendor.", SEEN, required=True)]
    ref_number: Annotated[str, text("Reference number.", SEEN, required=True)]
    credit_date: Annotated[date, day("Date of the credit.", SEEN, required=True)]
    vendor_credit_line_items: Annotated[
        Sequence[VendorCreditLineItem], records(VendorCreditLineItem, "Lines of the credit.", SEEN, required=True)
    ]
    gl_posting_date: Annotated[date | None, day("Day of posting; the date of the document if empty.", SEEN)] = None
    description: Annotated[str | None, text("Free text.", SEEN)] = None
    po_number: Annotated[str | None, text("Purchase order number.", SEEN)] = None
    apply_to_bank_account_id: Annotated[
        str | None, ident("Bank account it applies to; excludes the ledger account.", _CREATEVENDORCREDIT)
    ] = None
    apply_to_chart_of_account_id: Annotated[
        str | None, ident("Ledger account it applies to; excludes the bank account.", _CREATEVENDORCREDIT)
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RecurringBillLineItem(Stored):
    """One line of a recurring bill.

    Wire: seen in clients, undocumented.
    """

    ENTITY: ClassVar[str] = "RecurringBillLineItem"

    amount: Annotated[Decimal, money("Amount.", SEEN, required=True)]
    recurring_bill_id: Annotated[str | None, ident("Recurring bill.", SEEN, read_only=True)] = None
    chart_of_account_id: Annotated[str | None, ident("Ledger account.", SEEN)] = None
    department_id: Annotated[str | None, ident("Department.", SEEN)] = None
    location_id: Annotated[str | None, ident("Location.", SEEN)] = None
    description: Annotated[str | None, text("Free text.", SEEN)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RecurringBill(Stored):
    """A template that makes bills.

    Wire: https://developer.bill.com/docs/ap-recurring-bills
    """

    ENTITY: ClassVar[str] = "RecurringBill"
    PREFIX: ClassVar[str] = "btp"

    is_active: Annotated[ActiveStatus | str | None, choice(ActiveStatus, "In use or deleted.", _BILLS)] = None
    vendor_id: Annotated[str, ident("Vendor.", SEEN, required=True)]
    time_period: Annotated[TimePeriod | str, choice(TimePeriod, "Period after which it recurs.", SEEN, required=True)]
    frequency_per_time_period: Annotated[int, whole("Number of periods between two documents.", SEEN, required=True)]
    next_due_date: Annotated[date, day("Next day due.", SEEN, required=True)]
    days_in_advance: Annotated[
        int, whole("Days before the due date on which the document is made.", SEEN, required=True)
    ]
    end_date: Annotated[date | None, day("Last day.", SEEN)] = None
    description: Annotated[str | None, text("Free text.", SEEN)] = None
    recurring_bill_line_items: Annotated[
        Sequence[RecurringBillLineItem], records(RecurringBillLineItem, "Lines of each bill.", SEEN, required=True)
    ]
