"""Paying bills, and what follows a payment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_billcom.api import requests
from flask_billcom.api.query import MAX_PAGE
from flask_billcom.api.records import Disbursement, DisbursementStatus, SentPay, Summary
from flask_billcom.api.replies import parse_object, parse_payments, parse_sent_pays, parse_summary
from flask_billcom.api.requests import BillPayment, CreditUse
from flask_billcom.api.transport import Download

from .area import Area


class PayableCalls(Area):
    """Payments out."""

    def pay_bills(
        self,
        payments: Sequence[BillPayment],
        *,
        process_date: date | None = None,
        bank_account_id: str | None = None,
        vendor_id: str | None = None,
        description: str | None = None,
        credits: Sequence[CreditUse] = (),  # noqa: A002 - the field's own word
    ) -> list[SentPay]:
        """Schedule payments of open bills, of one vendor or of several; Bill.com moves the money on the process date.

        :param payments: up to 200 bills, each once, with Decimal dollars of two places above zero.
        :param process_date: a bank day after today; the next one if left out.
        :param bank_account_id: the account that pays; the organization's default one if left out.
        :param vendor_id: the one vendor of all the bills; leave it out for bills of several.
        :param description: memo on the check or the bank statement.
        :param credits: vendor credits to use.
        :raises MFARequired: the session is not trusted; a person must confirm a device first.
        :raises OutcomeUnknown: some or all of it may be scheduled; read the bills back before anything else.
        :raises RequestTimedOut: the same.

        Wire: https://developer.bill.com/v2/reference/ap-vendortransactions-paybills
        """
        call = requests.pay_bills(
            payments,
            process_date=process_date,
            bank_account_id=bank_account_id,
            vendor_id=vendor_id,
            description=description,
            credits=credits,
        )
        return parse_sent_pays(self._send(call))

    def record_ap_payment(
        self,
        payments: Sequence[BillPayment],
        *,
        vendor_id: str,
        process_date: date,
        to_print_check: bool = False,
        chart_of_account_id: str | None = None,
        description: str | None = None,
        sync_reference: str | None = None,
        credits: Sequence[CreditUse] = (),  # noqa: A002
    ) -> SentPay:
        """Note a payment made by another way; no money moves.

        Wire: https://developersupport.bill.com/hc/en-us/articles/215407343-RecordAPPayment
        """
        call = requests.record_ap_payment(
            payments,
            vendor_id=vendor_id,
            process_date=process_date,
            to_print_check=to_print_check,
            chart_of_account_id=chart_of_account_id,
            description=description,
            sync_reference=sync_reference,
            credits=credits,
        )
        return parse_object(SentPay, self._send(call))

    def cancel_ap_payment(self, sent_pay_id: str) -> None:
        """Take back a payment that is not processed yet; read it back, the answer says little.

        Wire: https://developer.bill.com/v2/reference/ap-vendortransactions-cancelappayment
        """
        self._send(requests.cancel_ap_payment(sent_pay_id))

    def void_ap_payment(
        self, sent_pay_id: str, *, void_request_type: str | None = None, reason: str | None = None
    ) -> None:
        """Ask for a processed payment to be voided; it may stay pending for days.

        :param void_request_type: credit or reissue, as Bill.com's code; needed for online payments.
        :param reason: in words; needed for online payments.

        Wire: https://developersupport.bill.com/hc/en-us/articles/215407383-VoidAPPayment
        """
        self._send(requests.void_ap_payment(sent_pay_id, void_request_type=void_request_type, reason=reason))

    def list_payments(
        self,
        disbursement_status: DisbursementStatus | str,
        *,
        start: int = 0,
        max: int = MAX_PAGE,  # noqa: A002
    ) -> list[SentPay]:
        """List payments by how far their transfer went; a failed one shows here, not in its own status.

        Wire: https://developer.bill.com/v2/reference/ap-vendortransactions-listpayments
        """
        return parse_payments(self._send(requests.list_payments(disbursement_status, start=start, max=max)))

    def disbursement_of(self, sent_pay_id: str) -> Disbursement:
        """Tell how a payment travels: check, bank transfer, return code.

        Wire: https://developersupport.bill.com/hc/en-us/articles/210138753-GetDisbursementData
        """
        return parse_object(Disbursement, self._send(requests.get_disbursement_data(sent_pay_id)))

    def check_image_url(self, sent_pay_id: str) -> str | None:
        """Tell where the picture of a cleared check is, or None before it is.

        Wire: https://developer.bill.com/v2/reference/ap-vendortransactions-getcheckimagedata
        """
        url = self._send_for_fields(requests.get_check_image_data(sent_pay_id)).get("url")
        return url if isinstance(url, str) else None

    def check_image(self, image_id: str) -> Download:
        """Fetch the picture of a cleared check.

        :param image_id: the id in its address.
        """
        return self._fetch("is/CheckImageServlet", {"id": image_id})

    def ap_summary(self) -> Summary:
        """Count what is owed to vendors, by when it is due.

        Wire: https://developersupport.bill.com/hc/en-us/articles/208197206-GetAPSummary
        """
        return parse_summary(self._send(requests.get_ap_summary()))
