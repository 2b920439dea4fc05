"""What customers owe: invoices, credits and their templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from flask_billcom.api.fields import (
    INFERRED,
    SEEN,
    Stored,
    choice,
    day,
    flag,
    ident,
    moment,
    money,
    number,
    page,
    raw,
    records,
    text,
    whole,
)

from .enums import ActiveStatus, PaymentStatus, TimePeriod

_CREATECREDITMEMO = page("https://developer.bill.com/reference/ar-customertransactions-createcreditmemo")
_CREATEINVOICE = page("https://developer.bill.com/v2/reference/ar-customertransactions-createinvoice")
_CREATERECURRINGINVOICE = page("https://developer.bill.com/v2/reference/ar-customertransactions-createrecurringinvoice")
_IMPORTING_INVOICES = page("https://support.bill.com/hc/en-us/articles/203692739-Importing-Invoices")
_READINVOICECREDIT = page("https://developer.bill.com/v2/reference/ar-customertransactions-readinvoicecredit")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class InvoiceLineItem(Stored):
    """One line of an invoice: a price or a percentage.

    Wire: https://developer.bill.com/v2/reference/ar-customertransactions-createinvoice
    """

    ENTITY: ClassVar[str] = "InvoiceLineItem"
    PREFIX: ClassVar[str] = "00f"

    invoice_id: Annotated[str | None, ident("Invoice.", SEEN, read_only=True)] = None
    item_id: Annotated[str | None, ident("Item.", SEEN)] = None
    quantity: Annotated[Decimal, number("Quantity.", SEEN, required=True)]
    price: Annotated[Decimal | None, number("Price of one; excludes a percentage.", _CREATEINVOICE)] = None
    rate_percent: Annotated[Decimal | None, number("Percent of the other lines; excludes a price.", _CREATEINVOICE)] = (
        None
    )
    amount: Annotated[Decimal | None, money("Amount.", _CREATEINVOICE, read_only=True)] = None
    service_date: Annotated[date | None, day("Day of the service, from QuickBooks.", SEEN, read_only=True)] = None
    chart_of_account_id: Annotated[str | None, ident("Ledger account.", SEEN)] = None
    department_id: Annotated[str | None, ident("Department.", SEEN)] = None
    location_id: Annotated[str | None, ident("Location.", SEEN)] = None
    actg_class_id: Annotated[str | None, ident("Accounting class.", SEEN)] = None
    job_id: Annotated[str | None, ident("Job.", SEEN)] = None
    description: Annotated[str | None, text("Free text.", SEEN)] = None
    taxable: Annotated[bool | None, flag("Whether it counts for the sales tax.", SEEN)] = None
    tax_code: Annotated[str | None, text("Tax code.", SEEN)] = None
    line_order: Annotated[int | None, whole("Place among the lines, from 0.", SEEN, read_only=True)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Invoice(Stored):
    """What a customer owes.

    Wire: https://developer.bill.com/v2/reference/ar-customertransactions-createinvoice
    """

    ENTITY: ClassVar[str] = "Invoice"
    PREFIX: ClassVar[str] = "00e"

    is_active: Annotated[ActiveStatus | str | None, choice(ActiveStatus, "In use or deleted.", SEEN)] = None
    customer_id: Annotated[str, ident("Customer.", SEEN, required=True)]
    invoice_number: Annotated[str, text("Number of the document.", _IMPORTING_INVOICES, required=True, filterable=True)]
    invoice_date: Annotated[date, day("Date of the document.", SEEN, required=True, filterable=True)]
    due_date: Annotated[date, day("Day on which it is due.", SEEN, required=True, filterable=True)]
    gl_posting_date: Annotated[
        date | None, day("Day of posting; the date of the document if empty.", SEEN, filterable=True)
    ] = None
    amount: Annotated[Decimal | None, money("Sum of the lines and the sales tax.", SEEN, read_only=True)] = None
    amount_due: Annotated[Decimal | None, money("Part still open.", SEEN, read_only=True)] = None
    scheduled_amount: Annotated[Decimal | None, money("Part covered by scheduled payments.", SEEN, read_only=True)] = (
        None
    )
    credit_amount: Annotated[Decimal | None, money("Part covered by credits.", SEEN, read_only=True)] = None
    local_amount: Annotated[Decimal | None, money("Amount in the foreign currency.", SEEN, read_only=True)] = None
    exchange_rate: Annotated[Decimal | None, number("Exchange rate of a foreign currency.", _CREATEINVOICE)] = None
    payment_status: Annotated[
        PaymentStatus | str | None, choice(PaymentStatus, "How far it is paid.", SEEN, read_only=True, filterable=True)
    ] = None
    description: Annotated[
        str | None, text("Message to the customer, at most 4000 characters.", _IMPORTING_INVOICES)
    ] = None
    po_number: Annotated[str | None, text("Purchase order number.", _IMPORTING_INVOICES)] = None
    is_to_be_printed: Annotated[bool | None, flag("Whether it waits for printing.", SEEN)] = None
    is_to_be_emailed: Annotated[bool | None, flag("Whether it waits for sending by e-mail.", SEEN)] = None
    last_sent_time: Annotated[datetime | None, moment("When it was last sent by e-mail.", SEEN, read_only=True)] = None
    item_sales_tax: Annotated[str | None, ident("Item of type sales tax that applies.", SEEN)] = None
    sales_tax_percentage: Annotated[
        Decimal | None, number("Rate of the sales tax, in percent.", SEEN, read_only=True)
    ] = None
    sales_tax_total: Annotated[Decimal | None, money("Sales tax.", SEEN, read_only=True)] = None
    terms: Annotated[str | None, text("Terms in words.", SEEN)] = None
    sales_rep: Annotated[str | None, text("Sales representative.", SEEN)] = None
    fob: Annotated[str | None, text("Free-on-board place.", SEEN, wire="FOB")] = None
    ship_date: Annotated[date | None, day("Day of shipment.", SEEN, filterable=True)] = None
    ship_method: Annotated[str | None, text("Way of shipment.", SEEN)] = None
    department_id: Annotated[str | None, ident("Department.", SEEN, filterable=True)] = None
    location_id: Annotated[str | None, ident("Location.", SEEN, filterable=True)] = None
    actg_class_id: Annotated[str | None, ident("Accounting class.", SEEN, filterable=True)] = None
    job_id: Annotated[str | None, ident("Job.", SEEN, filterable=True)] = None
    pay_to_bank_account_id: Annotated[str | None, ident("Bank account that gets the money.", SEEN, filterable=True)] = (
        None
    )
    pay_to_chart_of_account_id: Annotated[
        str | None, ident("Ledger account that gets the money.", SEEN, filterable=True)
    ] = None
    created_by: Annotated[str | None, ident("User who made it.", SEEN, read_only=True)] = None
    invoice_template_id: Annotated[str | None, ident("Template of the printed invoice.", SEEN, read_only=True)] = None
    has_auto_pay: Annotated[bool | None, flag("Whether it is paid automatically.", SEEN, read_only=True)] = None
    source: Annotated[str | None, choice(None, "Where it comes from.", SEEN, read_only=True)] = None
    email_delivery_option: Annotated[str | None, choice(None, "How it is sent by e-mail.", SEEN)] = None
    mail_delivery_option: Annotated[str | None, choice(None, "How it is sent by post.", SEEN)] = None
    rec_invoice_template_id: Annotated[str | None, ident("Recurring invoice that made it.", SEEN, read_only=True)] = (
        None
    )
    net_bill_id: Annotated[str | None, ident("The connected customer's bill.", SEEN, read_only=True)] = None
    net_org_id: Annotated[str | None, ident("The connected customer's organization.", SEEN, read_only=True)] = None
    quickbooks_id: Annotated[str | None, text("Id in QuickBooks.", SEEN, read_only=True)] = None
    financing_status: Annotated[str | None, choice(None, "State of its financing.", SEEN, read_only=True)] = None
    financing_model_status: Annotated[
        str | None, choice(None, "State of the offer to finance it.", SEEN, read_only=True)
    ] = None
    financing_error_type: Annotated[str | None, choice(None, "Why financing failed.", SEEN, read_only=True)] = None
    styling_id: Annotated[str | None, ident("Look of the printed invoice.", SEEN, read_only=True)] = None
    styling_revision: Annotated[str | None, text("Version of the look.", SEEN, read_only=True)] = None
    invoice_line_items: Annotated[
        Sequence[InvoiceLineItem],
        records(InvoiceLineItem, "Lines; on Update send all of them with their ids.", SEEN, required=True),
    ]
    invoice_adjustments: Annotated[Any, raw("Adjustments.", SEEN, read_only=True)] = None
    invoice_custom_fields: Annotated[Any, raw("Custom fields.", SEEN, read_only=True)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RecurringInvoiceLineItem(Stored):
    """One line of a recurring invoice.

    Wire: https://developer.bill.com/v2/reference/ar-customertransactions-createrecurringinvoice
    """

    ENTITY: ClassVar[str] = "RecurringInvoiceLineItem"

    recurring_invoice_id: Annotated[str | None, ident("Recurring invoice.", SEEN, read_only=True)] = None
    item_id: Annotated[str | None, ident("Item.", SEEN)] = None
    quantity: Annotated[Decimal, number("Quantity.", SEEN, required=True)]
    price: Annotated[Decimal | None, number("Price of one; excludes a percentage.", _CREATERECURRINGINVOICE)] = None
    rate_percent: Annotated[
        Decimal | None, number("Percent of the other lines; excludes a price.", _CREATERECURRINGINVOICE)
    ] = None
    amount: Annotated[Decimal | None, money("Amount.", SEEN, read_only=True)] = None
    department_id: Annotated[str | None, ident("Department.", SEEN)] = None
    location_id: Annotated[str | None, ident("Location.", SEEN)] = None
    actg_class_id: Annotated[str | None, ident("Accounting class.", SEEN)] = None
    job_id: Annotated[str | None, ident("Job.", SEEN)] = None
    description: Annotated[str | None, text("Free text.", SEEN)] = None
    taxable: Annotated[bool | None, flag("Whether it counts for the sales tax.", SEEN)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RecurringInvoice(Stored):
    """A template that makes invoices.

    Wire: seen in clients, undocumented.
    """

    ENTITY: ClassVar[str] = "RecurringInvoice"

    is_active: Annotated[ActiveStatus | str | None, choice(ActiveStatus, "In use or deleted.", SEEN)] = None
    customer_id: Annotated[str, ident("Customer.", SEEN, required=True)]
    time_period: Annotated[TimePeriod | str, choice(TimePeriod, "Period after which it recurs.", SEEN, required=True)]
    frequency_per_time_period: Annotated[int, whole("Number of periods between two documents.", SEEN, required=True)]
    next_due_date: Annotated[date, day("Next day due.", SEEN, required=True)]
    end_date: Annotated[date | None, day("Last day.", SEEN)] = None
    days_in_advance: Annotated[
        int, whole("Days before the due date on which the document is made.", SEEN, required=True)
    ]
    po_number: Annotated[str | None, text("Purchase order number.", SEEN)] = None
    sales_rep: Annotated[str | None, text("Sales representative.", SEEN)] = None
    department_id: Annotated[str | None, ident("Department.", SEEN, filterable=True)] = None
    location_id: Annotated[str | None, ident("Location.", SEEN, filterable=True)] = None
    actg_class_id: Annotated[str | None, ident("Accounting class.", SEEN, filterable=True)] = None
    job_id: Annotated[str | None, ident("Job.", SEEN, filterable=True)] = None
    item_sales_tax: Annotated[str | None, ident("Item of type sales tax that applies.", SEEN)] = None
    description: Annotated[str | None, text("Free text.", SEEN)] = None
    is_to_be_printed: Annotated[bool | None, flag("Whether it waits for printing.", SEEN)] = None
    is_to_be_emailed: Annotated[bool | None, flag("Whether it waits for sending by e-mail.", SEEN)] = None
    is_to_be_auto_emailed: Annotated[bool | None, flag("Whether each invoice is sent by e-mail.", SEEN)] = None
    is_to_be_auto_mailed: Annotated[bool | None, flag("Whether each invoice is sent by post.", SEEN)] = None
    from_user_id: Annotated[str | None, ident("User who sends.", SEEN)] = None
    taxable_amount: Annotated[Decimal | None, money("Part that is taxed.", SEEN, read_only=True)] = None
    subtotal: Annotated[Decimal | None, money("Total before tax.", SEEN, read_only=True)] = None
    recurring_invoice_line_items: Annotated[
        Sequence[RecurringInvoiceLineItem],
        records(RecurringInvoiceLineItem, "Lines of each invoice.", SEEN, required=True),
    ]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CreditMemoLineItem(Stored):
    """One line of a credit memo.

    Wire: https://developer.bill.com/reference/ar-customertransactions-createcreditmemo
    """

    ENTITY: ClassVar[str] = "CreditMemoLineItem"

    credit_memo_id: Annotated[str | None, ident("Credit memo.", INFERRED, read_only=True)] = None
    item_id: Annotated[str | None, ident("Item.", INFERRED)] = None
    quantity: Annotated[Decimal, number("Quantity.", INFERRED, required=True)]
    price: Annotated[Decimal | None, number("Price of one; excludes a percentage.", _CREATECREDITMEMO)] = None
    rate_percent: Annotated[
        Decimal | None, number("Percent of the other lines; excludes a price.", _CREATECREDITMEMO)
    ] = None
    amount: Annotated[Decimal | None, money("Amount.", INFERRED, read_only=True)] = None
    chart_of_account_id: Annotated[str | None, ident("Ledger account.", INFERRED)] = None
    department_id: Annotated[str | None, ident("Department.", INFERRED)] = None
    location_id: Annotated[str | None, ident("Location.", INFERRED)] = None
    actg_class_id: Annotated[str | None, ident("Accounting class.", INFERRED)] = None
    job_id: Annotated[str | None, ident("Job.", INFERRED)] = None
    description: Annotated[str | None, text("Free text.", INFERRED)] = None
    taxable: Annotated[bool | None, flag("Whether it counts for the sales tax.", INFERRED)] = None
    line_order: Annotated[int | None, whole("Place among the lines, from 0.", INFERRED, read_only=True)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CreditMemo(Stored):
    """A credit that lowers what a customer owes.

    Wire: https://developer.bill.com/reference/bulkreplacecreditmemo
    """

    ENTITY: ClassVar[str] = "CreditMemo"
    PREFIX: ClassVar[str] = "ccr"

    is_active: Annotated[ActiveStatus | str | None, choice(ActiveStatus, "In use or deleted.", INFERRED)] = None
    customer_id: Annotated[str, ident("Customer.", INFERRED, required=True)]
    ref_number: Annotated[str, text("Reference number.", INFERRED, required=True)]
    credit_date: Annotated[date, day("Date of the credit.", INFERRED, required=True)]
    gl_posting_date: Annotated[date | None, day("Day of posting; the date of the document if empty.", INFERRED)] = None
    description: Annotated[str | None, text("Free text.", INFERRED)] = None
    item_sales_tax: Annotated[str | None, ident("Item of type sales tax that applies.", INFERRED)] = None
    pay_to_chart_of_account_id: Annotated[str | None, ident("Ledger account that gets the money.", INFERRED)] = None
    pay_to_bank_account_id: Annotated[str | None, ident("Bank account that gets the money.", INFERRED)] = None
    exchange_rate: Annotated[Decimal | None, number("Exchange rate of a foreign currency.", _CREATECREDITMEMO)] = None
    amount: Annotated[Decimal | None, money("Amount.", INFERRED, read_only=True)] = None
    credit_memo_line_items: Annotated[
        Sequence[CreditMemoLineItem],
        records(CreditMemoLineItem, "Lines of the credit.", _CREATECREDITMEMO, required=True),
    ]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class InvoiceCredit(Stored):
    """The part of a credit memo that was applied to one invoice.

    Wire: https://developer.bill.com/v2/reference/ar-customertransactions-readinvoicecredit
    """

    ENTITY: ClassVar[str] = "InvoiceCredit"

    invoice_id: Annotated[str | None, ident("Invoice.", INFERRED, read_only=True)] = None
    credit_memo_id: Annotated[str | None, ident("Credit memo.", INFERRED, read_only=True)] = None
    received_pay_id: Annotated[str | None, ident("Received payment.", _READINVOICECREDIT, read_only=True)] = None
    amount: Annotated[Decimal | None, money("Part of the credit that was used.", INFERRED, read_only=True)] = None
