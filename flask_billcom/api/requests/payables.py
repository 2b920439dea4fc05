"""Paying bills, and what follows a payment.

Wire: https://developer.bill.com/v2/docs/paying-vendors-with-bill
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from flask_billcom.api.query import MAX_PAGE
from flask_billcom.api.records import DisbursementStatus
from flask_billcom.errors import InvalidRequest

from .call import Call, checked_amount, checked_day, checked_id, operation, optional_id

MAX_PAYMENTS: Final = 200
"""Most bills in one PayBills, and most invoices in one ChargeCustomer."""


@dataclass(frozen=True, slots=True)
class BillPayment:
    """How much to pay of one bill.

    :param amount: Decimal dollars, two places, more than zero.
    """

    bill_id: str
    amount: Decimal

    def to_wire(self) -> dict[str, Any]:
        """Return it as PayBills takes it."""
        return {
            "billId": checked_id(self.bill_id, "bill_id"),
            "amount": checked_amount(self.amount, f"the payment of {self.bill_id}"),
        }


@dataclass(frozen=True, slots=True)
class CreditUse:
    """How much of a vendor credit to use for one bill.

    :param amount: Decimal dollars, two places, more than zero.
    """

    bill_id: str
    vendor_credit_id: str
    amount: Decimal

    def to_wire(self) -> dict[str, Any]:
        """Return it as PayBills takes it."""
        return {
            "billId": checked_id(self.bill_id, "bill_id"),
            "vendorCreditId": checked_id(self.vendor_credit_id, "vendor_credit_id"),
            "amount": checked_amount(self.amount, f"the credit for {self.bill_id}"),
        }


def pay_bills(
    payments: Sequence[BillPayment],
    *,
    process_date: date | None = None,
    bank_account_id: str | None = None,
    vendor_id: str | None = None,
    description: str | None = None,
    credits: Sequence[CreditUse] = (),  # noqa: A002 - the field's own word
) -> Call:
    """Return the call that schedules payments of open bills, of one vendor or of several.

    :param payments: up to 200, each bill once.
    :param process_date: a bank day after today; Bill.com takes the next one if left out.
    :param bank_account_id: the account that pays; the organization's default one if left out.
    :param vendor_id: the one vendor of all the bills; leave it out for bills of several vendors.
    :param description: memo on the check or the bank statement.
    :param credits: vendor credits to use.
    :raises InvalidRequest: there are none or too many, a bill stands twice, or an amount cannot be.

    Wire: https://developer.bill.com/v2/reference/ap-vendortransactions-paybills
    """
    return operation(
        "PayBills",
        {
            "billPays": _payments(payments),
            "processDate": checked_day(process_date, "process_date"),
            "bankAccountId": optional_id(bank_account_id, "bank_account_id"),
            "vendorId": optional_id(vendor_id, "vendor_id"),
            "description": description,
            "billCredits": [used.to_wire() for used in credits] or None,
        },
        items=len(payments),
    )


def record_ap_payment(
    payments: Sequence[BillPayment],
    *,
    vendor_id: str,
    process_date: date,
    to_print_check: bool = False,
    chart_of_account_id: str | None = None,
    description: str | None = None,
    sync_reference: str | None = None,
    credits: Sequence[CreditUse] = (),  # noqa: A002
) -> Call:
    """Return the call that notes a payment made by another way; no money moves.

    :raises InvalidRequest: there are none or too many, a bill stands twice, or an amount cannot be.

    Wire: https://developersupport.bill.com/hc/en-us/articles/215407343-RecordAPPayment
    """
    return operation(
        "RecordAPPayment",
        {
            "vendorId": checked_id(vendor_id, "vendor_id"),
            "processDate": checked_day(process_date, "process_date"),
            "toPrintCheck": to_print_check,
            "billPays": _payments(payments),
            "chartOfAccountId": optional_id(chart_of_account_id, "chart_of_account_id"),
            "description": description,
            "syncReference": sync_reference,
            "billCredits": [used.to_wire() for used in credits] or None,
        },
        items=len(payments),
    )


def _payments(payments: Sequence[BillPayment]) -> list[dict[str, Any]]:
    if not 1 <= len(payments) <= MAX_PAYMENTS:
        raise InvalidRequest(f"one call pays 1 to {MAX_PAYMENTS} bills, not {len(payments)}")
    if len({payment.bill_id for payment in payments}) != len(payments):
        raise InvalidRequest("a bill stands twice in one call")
    return [payment.to_wire() for payment in payments]


def cancel_ap_payment(sent_pay_id: str) -> Call:
    """Return the call that takes back a payment before it is processed.

    Wire: https://developer.bill.com/v2/reference/ap-vendortransactions-cancelappayment
    """
    return operation("CancelAPPayment", {"sentPayId": checked_id(sent_pay_id, "sent_pay_id")})


def void_ap_payment(sent_pay_id: str, *, void_request_type: str | None = None, reason: str | None = None) -> Call:
    """Return the call that asks for a processed payment to be voided.

    :param void_request_type: Bill.com's code for credit or reissue; needed for online payments, its values are not
        documented.
    :param reason: in words; needed for online payments.

    Wire: https://developersupport.bill.com/hc/en-us/articles/215407383-VoidAPPayment
    """
    return operation(
        "VoidAPPayment",
        {"sentPayId": checked_id(sent_pay_id, "sent_pay_id"), "voidRequestType": void_request_type, "reason": reason},
    )


def list_payments(disbursement_status: DisbursementStatus | str, *, start: int = 0, max: int = MAX_PAGE) -> Call:  # noqa: A002
    """Return the call that lists payments by how far their transfer went.

    Wire: https://developer.bill.com/v2/reference/ap-vendortransactions-listpayments
    """
    if start < 0 or not 1 <= max <= MAX_PAGE:
        raise InvalidRequest(f"a page starts at 0 or later and holds 1 to {MAX_PAGE} payments")
    return operation("ListPayments", {"disbursementStatus": disbursement_status, "start": start, "max": max})


def get_disbursement_data(sent_pay_id: str) -> Call:
    """Return the call that tells how a payment travels.

    Wire: https://developersupport.bill.com/hc/en-us/articles/210138753-GetDisbursementData
    """
    return operation("GetDisbursementData", {"sentPayId": checked_id(sent_pay_id, "sent_pay_id")})


def get_check_image_data(sent_pay_id: str) -> Call:
    """Return the call that tells where the picture of a cleared check is.

    Wire: https://developer.bill.com/v2/reference/ap-vendortransactions-getcheckimagedata
    """
    return operation("GetCheckImageData", {"sentPayId": checked_id(sent_pay_id, "sent_pay_id")})
