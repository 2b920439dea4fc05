"""Sending invoices and collecting them.

Wire: https://developer.bill.com/v2/docs/accounts-receivable-overview
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from flask_billcom.api.records import ReceivedPayType
from flask_billcom.errors import InvalidRequest

from .call import Call, checked_amount, checked_day, checked_id, operation, optional_id

MAX_INVOICES: Final = 200
"""Most invoices in one charge."""


@dataclass(frozen=True, slots=True)
class InvoicePayment:
    """How much is paid of one invoice.

    :param amount: Decimal dollars, two places, more than zero.
    """

    invoice_id: str
    amount: Decimal

    def to_wire(self) -> dict[str, Any]:
        """Return it as ChargeCustomer takes it."""
        return {
            "invoiceId": checked_id(self.invoice_id, "invoice_id"),
            "amount": checked_amount(self.amount, f"the payment of {self.invoice_id}"),
        }


def charge_customer(
    customer_id: str,
    payments: Sequence[InvoicePayment],
    *,
    payment_account_id: str,
    payment_date: date | None = None,
    memo: str | None = None,
    email_receipt: bool | None = None,
) -> Call:
    """Return the call that collects up to 200 invoices of one customer from a bank account.

    :param payment_account_id: the customer's bank account.
    :param payment_date: day of the debit; Bill.com chooses if left out.
    :param memo: comes back as the description of the received payment.
    :param email_receipt: whether the customer gets a receipt; seen in clients, undocumented.
    :raises InvalidRequest: there are none or too many, an invoice stands twice, or an amount cannot be.

    Wire: https://developer.bill.com/v2/reference/ar-customertransactions-chargecustomer
    """
    return operation(
        "ChargeCustomer",
        {
            "customerId": checked_id(customer_id, "customer_id"),
            "paymentType": ReceivedPayType.ACH,
            "paymentAccountId": checked_id(payment_account_id, "payment_account_id"),
            "paymentDate": checked_day(payment_date, "payment_date"),
            "memo": memo,
            "invoicePays": _payments(payments, at_least=1),
            "emailReceipt": email_receipt,
        },
        items=len(payments),
    )


def record_ar_payment(
    customer_id: str,
    payments: Sequence[InvoicePayment],
    *,
    amount: Decimal,
    payment_date: date,
    payment_type: ReceivedPayType | str = ReceivedPayType.OTHER,
    deposit_to_account_id: str | None = None,
    description: str | None = None,
    ref_number: str | None = None,
) -> Call:
    """Return the call that notes money which came in by another way; what exceeds the invoices stays as credit.

    :param amount: the whole payment, Decimal dollars.
    :raises InvalidRequest: an invoice stands twice, or an amount cannot be.

    Wire: https://developersupport.bill.com/hc/en-us/articles/213911106-RecordARPayment
    """
    return operation(
        "RecordARPayment",
        {
            "customerId": checked_id(customer_id, "customer_id"),
            "paymentDate": checked_day(payment_date, "payment_date"),
            "paymentType": payment_type,
            "amount": checked_amount(amount, "amount"),
            "depositToAccountId": optional_id(deposit_to_account_id, "deposit_to_account_id"),
            "description": description,
            "refNumber": ref_number,
            "invoicePays": _payments(payments, at_least=0),
        },
        items=max(1, len(payments)),
    )


def _payments(payments: Sequence[InvoicePayment], *, at_least: int) -> list[dict[str, Any]]:
    if not at_least <= len(payments) <= MAX_INVOICES:
        raise InvalidRequest(f"one call is about {at_least} to {MAX_INVOICES} invoices, not {len(payments)}")
    if len({payment.invoice_id for payment in payments}) != len(payments):
        raise InvalidRequest("an invoice stands twice in one call")
    return [payment.to_wire() for payment in payments]


def void_ar_payment(received_pay_id: str) -> Call:
    """Return the call that takes back a payment in; seen in clients, undocumented."""
    return operation("VoidARPayment", {"id": checked_id(received_pay_id, "received_pay_id")})


def set_customer_authorization(customer_id: str, *, allowed: bool) -> Call:
    """Return the call that notes whether a customer allows charges.

    Wire: https://developersupport.bill.com/hc/en-us/articles/215507363-SetCustomerAuthorization
    """
    data = {"customerId": checked_id(customer_id, "customer_id"), "hasAuthorizedToCharge": allowed}
    return operation("SetCustomerAuthorization", data)


def send_invoice(
    invoice_id: str,
    *,
    to: Sequence[str] = (),
    from_user_id: str | None = None,
    cc_me: bool | None = None,
    subject: str | None = None,
    body: str | None = None,
) -> Call:
    """Return the call that sends an invoice by e-mail.

    :param to: addresses; the customer's own and its contacts' if left out.
    :param from_user_id: who sends; the user of the default template if left out.
    :param cc_me: whether the API user gets a copy.
    :param subject: together with the body, or neither.
    :param body: may hold tokens such as `{:Link_Pay_Invoice:}`.
    :raises InvalidRequest: only one of subject and body is given.

    Wire: https://developersupport.bill.com/hc/en-us/articles/208197236-SendInvoice
    """
    if (subject is None) != (body is None):
        raise InvalidRequest("an invoice is sent with a subject and a body, or with neither")
    headers = {
        "fromUserId": optional_id(from_user_id, "from_user_id"),
        "toEmailAddresses": list(to) or None,
        "ccMe": cc_me,
        "subject": subject,
    }
    return operation(
        "SendInvoice",
        {
            "invoiceId": checked_id(invoice_id, "invoice_id"),
            "headers": {key: value for key, value in headers.items() if value is not None},
            "content": {} if body is None else {"body": body},
        },
    )


def mail_invoice(invoice_id: str) -> Call:
    """Return the call that sends an invoice by post, within the United States.

    Wire: https://developersupport.bill.com/hc/en-us/articles/209638163-MailInvoice
    """
    return operation("MailInvoice", {"invoiceId": checked_id(invoice_id, "invoice_id")})
