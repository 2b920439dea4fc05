"""Payments out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from flask_billcom.api.fields import SEEN, Stored, choice, day, flag, ident, money, page, raw, records, text

from .enums import BillPayStatus, BillPayType, DeliveryType, SentPaySource, SentPayStatus

_LISTPAYMENTS = page("https://developer.bill.com/v2/reference/ap-vendortransactions-listpayments")
_RECORD_APPAYMENT = page("https://developersupport.bill.com/hc/en-us/articles/215407343-RecordAPPayment")
_SENT_PAY = page("https://developersupport.bill.com/hc/en-us/articles/215572723-SentPay")
_VOID_APPAYMENT = page("https://developersupport.bill.com/hc/en-us/articles/215407383-VoidAPPayment")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BillPay(Stored):
    """The part of a sent payment that goes to one bill.

    Wire: https://developersupport.bill.com/hc/en-us/articles/215572723-SentPay
    """

    ENTITY: ClassVar[str] = "BillPay"
    PREFIX: ClassVar[str] = "blp"

    bill_id: Annotated[str | None, ident("Bill.", _SENT_PAY, read_only=True)] = None
    name: Annotated[str | None, text("Confirmation number of the payment.", _SENT_PAY, read_only=True)] = None
    amount: Annotated[Decimal | None, money("Part for the bill.", _SENT_PAY, read_only=True)] = None
    description: Annotated[str | None, text("Free text.", _SENT_PAY, read_only=True)] = None
    process_date: Annotated[date | None, day("Day on which the money moves.", _SENT_PAY, read_only=True)] = None
    sync_reference: Annotated[
        str | None, text("Reference of your own, for recorded payments.", _SENT_PAY, read_only=True)
    ] = None
    to_print_check: Annotated[bool | None, flag("Whether a check is printed.", _SENT_PAY, read_only=True)] = None
    chart_of_account_id: Annotated[str | None, ident("Ledger account.", _SENT_PAY, read_only=True)] = None
    payment_status: Annotated[
        BillPayStatus | str | None, choice(BillPayStatus, "How far it is paid.", SEEN, read_only=True)
    ] = None
    payment_type: Annotated[BillPayType | str | None, choice(BillPayType, "Kind of payment.", SEEN, read_only=True)] = (
        None
    )
    sent_pay_id: Annotated[str | None, ident("Payment that it is part of.", SEEN, read_only=True)] = None
    allow_export: Annotated[bool | None, flag("Whether it may be exported.", SEEN, read_only=True)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BillCredit(Stored):
    """The part of a vendor credit that was used for one bill.

    Wire: https://developersupport.bill.com/hc/en-us/articles/215572723-SentPay
    """

    ENTITY: ClassVar[str] = "BillCredit"
    PREFIX: ClassVar[str] = "bcr"

    bill_id: Annotated[str | None, ident("Bill.", _SENT_PAY, read_only=True)] = None
    sent_pay_id: Annotated[str | None, ident("Payment that it is part of.", _SENT_PAY, read_only=True)] = None
    vendor_credit_id: Annotated[str | None, ident("Vendor credit.", _SENT_PAY, read_only=True)] = None
    amount: Annotated[Decimal | None, money("Part of the credit that was used.", _SENT_PAY, read_only=True)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SentPay(Stored):
    """A payment out; PayBills and RecordAPPayment make it.

    Wire: https://developer.bill.com/v2/reference/ap-vendortransactions-listpayments
    """

    ENTITY: ClassVar[str] = "SentPay"
    PREFIX: ClassVar[str] = "stp"

    process_date: Annotated[
        date | None, day("Day on which the money moves.", _LISTPAYMENTS, read_only=True, filterable=True)
    ] = None
    amount: Annotated[
        Decimal | None, money("Total of the payment.", _LISTPAYMENTS, read_only=True, filterable=True)
    ] = None
    status: Annotated[
        SentPayStatus | str | None,
        choice(SentPayStatus, "How far the payment went.", _LISTPAYMENTS, read_only=True, filterable=True),
    ] = None
    description: Annotated[str | None, text("Made by Bill.com for online payments.", _LISTPAYMENTS, read_only=True)] = (
        None
    )
    txn_number: Annotated[str | None, text("Bill.com's number of the payment.", _LISTPAYMENTS, read_only=True)] = None
    name: Annotated[str | None, text("Confirmation number.", _SENT_PAY, read_only=True)] = None
    vendor_id: Annotated[str | None, ident("Vendor.", _LISTPAYMENTS, read_only=True, filterable=True)] = None
    is_online: Annotated[
        bool | None, flag("Whether Bill.com moves the money.", _LISTPAYMENTS, read_only=True, filterable=True)
    ] = None
    payment_type: Annotated[str | None, choice(None, "Kind of payment.", _RECORD_APPAYMENT, read_only=True)] = None
    delivery_type_requested: Annotated[
        DeliveryType | str | None, choice(DeliveryType, "Delivery that was asked for.", SEEN, read_only=True)
    ] = None
    bank_account_id: Annotated[
        str | None, ident("Account that funds it; online payments only.", _SENT_PAY, read_only=True)
    ] = None
    chart_of_account_id: Annotated[str | None, ident("Ledger account.", _SENT_PAY, read_only=True)] = None
    sync_reference: Annotated[
        str | None, text("Reference of your own, for recorded payments.", _SENT_PAY, read_only=True)
    ] = None
    to_print_check: Annotated[bool | None, flag("Whether a check is printed.", _SENT_PAY, read_only=True)] = None
    need_attn_reviewed: Annotated[bool | None, flag("Whether a problem was looked at.", _SENT_PAY, read_only=True)] = (
        None
    )
    source: Annotated[
        SentPaySource | str | None, choice(SentPaySource, "What started the payment.", SEEN, read_only=True)
    ] = None
    bill_pays: Annotated[
        Sequence[BillPay], records(BillPay, "Parts of the payment, one for each bill.", _SENT_PAY, read_only=True)
    ] = ()
    bill_credits: Annotated[
        Sequence[BillCredit], records(BillCredit, "Vendor credits used with it.", _SENT_PAY, read_only=True)
    ] = ()
    void_request: Annotated[Any, raw("Void that is still pending.", _VOID_APPAYMENT, read_only=True)] = None
