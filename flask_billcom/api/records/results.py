"""What operations answer beside entities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar

from flask_billcom.api.fields import SEEN, Record, choice, ident, money, page, record, text

from .enums import DisbursementStatus, DisbursementType, NetworkStatus

_DISBURSEMENT = page("https://developersupport.bill.com/hc/en-us/articles/210138753-GetDisbursementData")
_STATUS = page("https://developersupport.bill.com/hc/en-us/articles/213994086-GetNetworkStatus")
_PAGES = page("https://developer.bill.com/v2/reference/org-basic-getdocumentpages")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CheckData(Record):
    """How a check travels."""

    check_number: Annotated[str | None, text("Number of the check.", _DISBURSEMENT)] = None
    check_date: Annotated[str | None, text("Date on the check.", _DISBURSEMENT)] = None
    arrives_by_date: Annotated[str | None, text("When it should arrive.", _DISBURSEMENT)] = None
    cleared_date: Annotated[str | None, text("When it was cashed.", _DISBURSEMENT)] = None
    amount: Annotated[Decimal | None, money("Amount.", _DISBURSEMENT)] = None
    memo: Annotated[str | None, text("Memo on the check.", _DISBURSEMENT)] = None
    expiration_date: Annotated[str | None, text("Last day on which it can be cashed.", _DISBURSEMENT)] = None
    tracking_info: Annotated[str | None, text("Where the parcel is.", _DISBURSEMENT)] = None
    error_code: Annotated[str | None, text("Why it failed.", _DISBURSEMENT)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class AchData(Record):
    """How a bank transfer travels; `error_code` holds a NACHA return code."""

    deposit_date: Annotated[str | None, text("When it reached the vendor.", SEEN)] = None
    routing_number: Annotated[str | None, text("Routing number, masked.", SEEN, secret=True)] = None
    account_number: Annotated[str | None, text("Account number, masked.", SEEN, secret=True)] = None
    sent_date: Annotated[str | None, text("When it was sent.", SEEN)] = None
    error_code: Annotated[str | None, text("NACHA code of a return.", SEEN)] = None
    returned_date: Annotated[str | None, text("When it came back.", SEEN)] = None
    unique_id: Annotated[str | None, text("Number of the transfer.", SEEN)] = None
    arrives_by_date: Annotated[str | None, text("When it should arrive.", SEEN)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RppsData(Record):
    """How a payment to a large biller travels."""

    arrives_by_date: Annotated[str | None, text("When it should arrive.", _DISBURSEMENT)] = None
    sent_date: Annotated[str | None, text("When it was sent.", _DISBURSEMENT)] = None
    error_code: Annotated[str | None, text("Why it failed.", _DISBURSEMENT)] = None
    large_biller_id: Annotated[str | None, text("Large biller.", _DISBURSEMENT)] = None
    returned_date: Annotated[str | None, text("When it came back.", _DISBURSEMENT)] = None
    trace_number: Annotated[str | None, text("Number of the transfer.", _DISBURSEMENT)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PaypalData(Record):
    """How a PayPal payment travels."""

    sender_email: Annotated[str | None, text("Who sent it.", SEEN)] = None
    receiver_email: Annotated[str | None, text("Who gets it.", SEEN)] = None
    txn_status: Annotated[str | None, text("How far it went.", SEEN)] = None
    pending_reason: Annotated[str | None, text("Why it waits.", SEEN)] = None
    void_reason: Annotated[str | None, text("Why it was voided.", SEEN)] = None
    void_message: Annotated[str | None, text("The same in words.", SEEN)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Disbursement(Record):
    """How a payment out travels; empty until money moves, and always in the sandbox.

    Wire: https://developersupport.bill.com/hc/en-us/articles/210138753-GetDisbursementData
    """

    payment_type: Annotated[
        DisbursementType | str | None, choice(DisbursementType, "How it travels.", _DISBURSEMENT)
    ] = None
    disbursement_status: Annotated[
        DisbursementStatus | str | None, choice(DisbursementStatus, "How far it went.", SEEN)
    ] = None
    check_data: Annotated[CheckData | None, record(CheckData, "A check.", _DISBURSEMENT)] = None
    ach_data: Annotated[AchData | None, record(AchData, "A bank transfer.", _DISBURSEMENT)] = None
    rpps_data: Annotated[RppsData | None, record(RppsData, "A payment to a large biller.", _DISBURSEMENT)] = None
    paypal_data: Annotated[PaypalData | None, record(PaypalData, "A PayPal payment.", SEEN, wire="payPal")] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Connection(Record):
    """How far a vendor or customer is connected.

    Wire: https://developersupport.bill.com/hc/en-us/articles/213994086-GetNetworkStatus
    """

    status: Annotated[NetworkStatus | str | None, choice(NetworkStatus, "How far.", _STATUS)] = None
    request_id: Annotated[str | None, ident("Open invitation.", _STATUS)] = None
    network_id: Annotated[str | None, text("The company in the network.", _STATUS)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DocumentPages(Record):
    """Where a page of a document is.

    Wire: https://developer.bill.com/v2/reference/org-basic-getdocumentpages
    """

    file_url: Annotated[str | None, text("Address at the host; None without a document.", _PAGES)] = None
    num_pages: Annotated[str | None, text("How many pages there are.", _PAGES)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Document(Record):
    """A file on an object; seen in clients, undocumented."""

    PREFIX: ClassVar[str] = "00h"

    id: Annotated[str | None, ident("Its id.", SEEN)] = None
    document_ref: Annotated[str | None, ident("The upload that it came by.", SEEN)] = None
    file_name: Annotated[str | None, text("File name.", SEEN)] = None
    created_date: Annotated[str | None, text("When it was stored.", SEEN)] = None
    updated_date: Annotated[str | None, text("When it last changed.", SEEN)] = None
    num_pages: Annotated[str | None, text("How many pages it has.", SEEN)] = None
    file_url: Annotated[str | None, text("Where its pages are.", SEEN)] = None
    url: Annotated[str | None, text("Where the whole file is.", SEEN)] = None
    type: Annotated[str | None, text("Kind of file.", SEEN)] = None
    scan_status: Annotated[str | None, text("Result of the search for viruses.", SEEN)] = None


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """How many, and how much in Decimal dollars."""

    count: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class Summary:
    """What is due: `sections["bills"]["overdue"].total`."""

    sections: Mapping[str, Mapping[str, SummaryLine]]


__all__ = [
    "AchData",
    "CheckData",
    "Connection",
    "Disbursement",
    "Document",
    "DocumentPages",
    "PaypalData",
    "RppsData",
    "Summary",
    "SummaryLine",
]
