"""Sending invoices and collecting them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from flask_billcom.api import requests
from flask_billcom.api.records import Customer, ReceivedPay, ReceivedPayType, Summary
from flask_billcom.api.replies import parse_charge, parse_object, parse_summary
from flask_billcom.api.requests import InvoicePayment
from flask_billcom.api.transport import Download

from .area import Area


class ReceivableCalls(Area):
    """Invoices and payments in."""

    def send_invoice(
        self,
        invoice_id: str,
        *,
        to: Sequence[str] = (),
        from_user_id: str | None = None,
        cc_me: bool | None = None,
        subject: str | None = None,
        body: str | None = None,
    ) -> None:
        """Send an invoice by e-mail; what is left out comes from the customer and the default template.

        :param to: addresses.
        :param subject: together with the body, or neither.
        :param body: may hold tokens such as `{:Link_Pay_Invoice:}`.

        Wire: https://developersupport.bill.com/hc/en-us/articles/208197236-SendInvoice
        """
        self._send(
            requests.send_invoice(invoice_id, to=to, from_user_id=from_user_id, cc_me=cc_me, subject=subject, body=body)
        )

    def mail_invoice(self, invoice_id: str) -> None:
        """Send an invoice by post, within the United States.

        Wire: https://developersupport.bill.com/hc/en-us/articles/209638163-MailInvoice
        """
        self._send(requests.mail_invoice(invoice_id))

    def set_customer_authorization(self, customer_id: str, *, allowed: bool) -> Customer:
        """Note whether a customer allows charges.

        Wire: https://developersupport.bill.com/hc/en-us/articles/215507363-SetCustomerAuthorization
        """
        call = requests.set_customer_authorization(customer_id, allowed=allowed)
        return parse_object(Customer, self._send(call))

    def charge_customer(
        self,
        customer_id: str,
        payments: Sequence[InvoicePayment],
        *,
        payment_account_id: str,
        payment_date: date | None = None,
        memo: str | None = None,
        email_receipt: bool | None = None,
    ) -> ReceivedPay:
        """Collect up to 200 invoices of one customer from a bank account.

        :param payments: each invoice once, with Decimal dollars of two places above zero.
        :param payment_account_id: the customer's bank account.
        :param payment_date: day of the debit; Bill.com chooses if left out.
        :param memo: comes back as the description of the payment.
        :raises OutcomeUnknown: the debit may be under way; read back before anything else.
        :raises RequestTimedOut: the same.

        Wire: https://developer.bill.com/v2/reference/ar-customertransactions-chargecustomer
        """
        call = requests.charge_customer(
            customer_id,
            payments,
            payment_account_id=payment_account_id,
            payment_date=payment_date,
            memo=memo,
            email_receipt=email_receipt,
        )
        return parse_charge(self._send(call))

    def record_ar_payment(
        self,
        customer_id: str,
        payments: Sequence[InvoicePayment] = (),
        *,
        amount: Decimal,
        payment_date: date,
        payment_type: ReceivedPayType | str = ReceivedPayType.OTHER,
        deposit_to_account_id: str | None = None,
        description: str | None = None,
        ref_number: str | None = None,
    ) -> ReceivedPay:
        """Note money that came in by another way; what exceeds the invoices stays as credit.

        Wire: https://developersupport.bill.com/hc/en-us/articles/213911106-RecordARPayment
        """
        call = requests.record_ar_payment(
            customer_id,
            payments,
            amount=amount,
            payment_date=payment_date,
            payment_type=payment_type,
            deposit_to_account_id=deposit_to_account_id,
            description=description,
            ref_number=ref_number,
        )
        return parse_object(ReceivedPay, self._send(call))

    def void_ar_payment(self, received_pay_id: str) -> None:
        """Take back a payment in, while it is only scheduled; seen in clients, undocumented."""
        self._send(requests.void_ar_payment(received_pay_id))

    def ar_summary(self) -> Summary:
        """Count what customers owe, by when it is due.

        Wire: https://developersupport.bill.com/hc/en-us/articles/211295143-GetARSummary
        """
        return parse_summary(self._send(requests.get_ar_summary()))

    def invoice_pdf(self, invoice_id: str) -> Download:
        """Fetch an invoice as PDF.

        Wire: https://developer.bill.com/v2/docs/get-invoice-pdf
        """
        return self._fetch("Invoice2PdfServlet", {"Id": invoice_id, "PresentationType": "PDF"})
