"""Payments in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from flask_billcom.api.fields import SEEN, Stored, choice, day, flag, ident, money, number, page, raw, records, text

from .enums import ReceivedPayStatus, ReceivedPayType

_CHARGE_CUSTOMER = page("https://developersupport.bill.com/hc/en-us/articles/215407243-ChargeCustomer")
_RECEIVED_PAY = page("https://developersupport.bill.com/hc/en-us/articles/209725723-ReceivedPay")
_RECORD_ARPAYMENT = page("https://developersupport.bill.com/hc/en-us/articles/213911106-RecordARPayment")
_RPCONV_FEE = page("https://developersupport.bill.com/hc/en-us/articles/211096823-RPConvFee")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class InvoicePay(Stored):
    """The part of a received payment that goes to one invoice.

    Wire: https://developersupport.bill.com/hc/en-us/articles/209725723-ReceivedPay
    """

    ENTITY: ClassVar[str] = "InvoicePay"
    PREFIX: ClassVar[str] = "0ip"

    invoice_id: Annotated[str, ident("Invoice.", _RECORD_ARPAYMENT, required=True)]
    amount: Annotated[Decimal, money("Part for the invoice.", _RECORD_ARPAYMENT, required=True)]
    description: Annotated[str | None, text("Free text.", _RECEIVED_PAY, read_only=True)] = None
    status: Annotated[str | None, choice(None, "State.", SEEN, read_only=True)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RPConvFee(Stored):
    """A convenience fee that a payer was charged.

    Wire: https://developersupport.bill.com/hc/en-us/articles/211096823-RPConvFee
    """

    ENTITY: ClassVar[str] = "RPConvFee"
    PREFIX: ClassVar[str] = "rpf"

    ref_number: Annotated[str | None, text("Reference number.", _RPCONV_FEE, read_only=True)] = None
    amount: Annotated[str | None, text("Dollars, or a percentage as text.", _RPCONV_FEE, read_only=True)] = None
    payment_date: Annotated[date | None, day("Day of the payment.", _RPCONV_FEE, read_only=True)] = None
    chart_of_account_id: Annotated[str | None, ident("Ledger account.", _RPCONV_FEE, read_only=True)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ReceivedPay(Stored):
    """A payment in; ChargeCustomer, RecordARPayment and the portal make it.

    Wire: https://developersupport.bill.com/hc/en-us/articles/209725723-ReceivedPay
    """

    ENTITY: ClassVar[str] = "ReceivedPay"
    PREFIX: ClassVar[str] = "0rp"

    customer_id: Annotated[str | None, ident("Customer.", _RECEIVED_PAY, read_only=True, filterable=True)] = None
    status: Annotated[
        ReceivedPayStatus | str | None,
        choice(ReceivedPayStatus, "How far the payment went.", SEEN, read_only=True, filterable=True),
    ] = None
    payment_date: Annotated[date | None, day("Day of the payment.", _RECEIVED_PAY, read_only=True, filterable=True)] = (
        None
    )
    deposit_to_account_id: Annotated[
        str | None, ident("Ledger account that it is deposited to.", _RECEIVED_PAY, read_only=True, filterable=True)
    ] = None
    is_online: Annotated[bool | None, flag("Whether Bill.com moves the money.", _RECEIVED_PAY, read_only=True)] = None
    payment_type: Annotated[
        ReceivedPayType | str | None,
        choice(ReceivedPayType, "Kind of payment.", _RECORD_ARPAYMENT, read_only=True, filterable=True),
    ] = None
    amount: Annotated[Decimal | None, money("Total of the payment.", _RECEIVED_PAY, read_only=True)] = None
    unapplied_amount: Annotated[Decimal | None, money("Part not applied to an invoice.", SEEN, read_only=True)] = None
    local_amount: Annotated[Decimal | None, money("Amount in the foreign currency.", SEEN, read_only=True)] = None
    exchange_rate: Annotated[Decimal | None, number("Exchange rate of a foreign currency.", SEEN, read_only=True)] = (
        None
    )
    description: Annotated[str | None, text("The memo of the charge.", SEEN, read_only=True, filterable=False)] = None
    ref_number: Annotated[
        str | None,
        text("Reference; Bill.com fills it for a charge.", _CHARGE_CUSTOMER, read_only=True, filterable=False),
    ] = None
    conv_fee_amount: Annotated[
        Decimal | None, money("Convenience fee.", _RECEIVED_PAY, read_only=True, filterable=True)
    ] = None
    pay_to_bank_account_id: Annotated[
        str | None, ident("Bank account that gets the money.", _RECORD_ARPAYMENT, read_only=True, filterable=True)
    ] = None
    source: Annotated[str | None, choice(None, "Where it comes from.", SEEN, read_only=True)] = None
    money_out_id: Annotated[str | None, ident("Payment on the other side.", SEEN, read_only=True)] = None
    is_marked_as_completed: Annotated[
        bool | None, flag("Whether it was marked as completed.", SEEN, read_only=True)
    ] = None
    hold_disbursement: Annotated[bool | None, flag("Whether its deposit is held.", SEEN, read_only=True)] = None
    customer_bank_account_id: Annotated[str | None, ident("Bank account that was charged.", SEEN, read_only=True)] = (
        None
    )
    customer_card_account_id: Annotated[str | None, ident("Card that was charged.", SEEN, read_only=True)] = None
    guest_pay_account_id: Annotated[str | None, ident("Guest who paid by a link.", SEEN, read_only=True)] = None
    vcard_receivable_info: Annotated[
        Any, raw("Virtual card that paid.", SEEN, wire="vCardReceivableInfo", read_only=True)
    ] = None
    rp_conv_fees: Annotated[
        Sequence[RPConvFee],
        records(RPConvFee, "Convenience fees taken.", _RECEIVED_PAY, wire="rPConvFee", read_only=True),
    ] = ()
    invoice_pays: Annotated[
        Sequence[InvoicePay],
        records(InvoicePay, "Parts of the payment, one for each invoice.", _RECEIVED_PAY, read_only=True),
    ] = ()
