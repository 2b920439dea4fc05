"""What operations answer, in the shapes that pages and clients show, as the client hands it on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from flask_billcom.api import (
    Bill,
    BillApprover,
    BillcomAPI,
    BillPayment,
    Connection,
    Disbursement,
    DisbursementStatus,
    DisbursementType,
    Document,
    Download,
    InvoicePayment,
    NetworkStatus,
    Reply,
    SummaryLine,
    Upload,
    Vendor,
    VendorCredit,
)
from flask_billcom.api.requests import Call
from flask_billcom.api.wire import dumps, loads
from flask_billcom.errors import InvalidRequest, MalformedReply

VENDOR, BILL, USER = "00901AAAAAAAAAAAAAAA", "00n01AAAAAAAAAAAAAAA", "00601AAAAAAAAAAAAAAA"
INVOICE, CUSTOMER, ACCOUNT = "00e01AAAAAAAAAAAAAAA", "0cu01AAAAAAAAAAAAAAA", "cba01AAAAAAAAAAAAAAA"
PAYMENT, ONE = "stp01AAAAAAAAAAAAAAA", Decimal("1.00")


@dataclass
class Service:
    """Answers every call with the same data, as JSON carried it."""

    answers: list[Any]
    sent: list[Call] = field(default_factory=list)
    fetched: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def read(self, call: Call) -> Reply:
        assert not call.changes
        return self._answer(call)

    def change(self, call: Call) -> Reply:
        assert call.changes
        return self._answer(call)

    def fetch(self, path: str, query: Mapping[str, str]) -> Download:
        self.fetched.append((path, query))
        return Download("application/pdf", b"%PDF")

    def _answer(self, call: Call) -> Reply:
        self.sent.append(call)
        return Reply(200, 0, "Success", loads(dumps(self.answers.pop(0))))


def ask(answer: Any, question: Callable[[BillcomAPI], Any]) -> Any:
    service = Service([answer])
    return question(BillcomAPI(service, service))


def test_pay_bills_answers_payments_with_their_parts() -> None:
    part = {"entity": "BillPay", "id": "blp01AAAAAAAAAAAAAAA", "billId": BILL, "amount": ONE}
    answer = {"sentPays": [{"entity": "SentPay", "id": PAYMENT, "amount": ONE, "billPays": [part]}]}
    (payment,) = ask(answer, lambda api: api.pay_bills([BillPayment(BILL, ONE)]))
    assert payment.bill_pays[0].bill_id == BILL
    assert payment.bill_pays[0].amount == ONE


def test_recorded_payments_are_not_wrapped() -> None:
    answer = {"entity": "SentPay", "id": PAYMENT, "status": "2", "isOnline": False}
    recorded = ask(
        answer,
        lambda api: api.record_ap_payment([BillPayment(BILL, ONE)], vendor_id=VENDOR, process_date=date(2031, 1, 2)),
    )
    assert (recorded.id, recorded.is_online) == (PAYMENT, False)
    received = {"entity": "ReceivedPay", "id": "0rp01AAAAAAAAAAAAAAA", "status": "0", "rPConvFee": None}
    noted = ask(received, lambda api: api.record_ar_payment(CUSTOMER, amount=ONE, payment_date=date(2031, 1, 2)))
    assert noted.rp_conv_fees == ()


def test_a_charge_is_wrapped_and_may_hold_an_empty_fee() -> None:
    answer = {"chargedReceivedPay": {"entity": "ReceivedPay", "id": "0rp01AAAAAAAAAAAAAAA", "rPConvFee": [{}]}}
    charge = ask(
        answer, lambda api: api.charge_customer(CUSTOMER, [InvoicePayment(INVOICE, ONE)], payment_account_id=ACCOUNT)
    )
    assert charge.rp_conv_fees == ()


def test_a_disbursement_tells_of_a_returned_transfer() -> None:
    answer = {
        "paymentType": "2",
        "disbursementStatus": "4",
        "achData": {"errorCode": "R03", "returnedDate": "2031-03-09", "accountNumber": "*****6789"},
        "checkData": {},
    }
    found = ask(answer, lambda api: api.disbursement_of(PAYMENT))
    assert isinstance(found, Disbursement)
    assert (found.payment_type, found.disbursement_status) == (DisbursementType.ACH, DisbursementStatus.FAILED)
    assert found.ach_data is not None
    assert found.ach_data.error_code == "R03"
    assert found.check_data is None
    assert "6789" not in repr(found)


def test_summaries_count_and_total_whether_as_numbers_or_as_text() -> None:
    payables = {"bills": {"overdueCount": 2, "overdueTotal": Decimal("10.50"), "allCount": 3, "allTotal": 12}}
    assert ask(payables, lambda api: api.ap_summary()).sections["bills"]["overdue"] == SummaryLine(2, Decimal("10.5"))
    receivables = {"invoices": {"allCount": 1, "allTotal": "$1,234.50"}, "payments": {}}
    assert ask(receivables, lambda api: api.ar_summary()).sections["invoices"]["all"].total == Decimal("1234.50")


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {"bills": []},
        {"bills": {"allCount": 1}},
        {"bills": {"allCount": "many", "allTotal": 0}},
        {"bills": {"allCount": None}},
    ],
)
def test_a_summary_that_cannot_be_read_is_no_answer(answer: Any) -> None:
    with pytest.raises(MalformedReply):
        ask(answer, lambda api: api.ap_summary())


@pytest.mark.parametrize("wrap", [lambda item: item, lambda item: {"obj": item}])
def test_approvers_come_wrapped_or_not(wrap: Callable[[Any], Any]) -> None:
    answer = [wrap({"entity": "BillApprover", "usersId": USER, "sortOrder": 0, "status": "0"})]
    (approver,) = ask(answer, lambda api: api.list_approvers(Bill, BILL))
    assert isinstance(approver, BillApprover)
    assert (approver.users_id, approver.sort_order) == (USER, 0)


def test_what_a_user_has_to_approve_is_followed_by_its_marker() -> None:
    pages = [
        {"marker": "m1", "approvals": [{"entity": "Bill", "id": BILL, "related": {"vendorId": {"name": "Acme"}}}]},
        {"marker": None, "approvals": []},
    ]
    service = Service(list(pages))
    found = list(BillcomAPI(service).user_approvals(Bill, USER, page_size=1))
    assert [bill.id for bill in found] == [BILL]
    assert found[0].related == {"vendorId": {"name": "Acme"}}  # type: ignore[union-attr]  # a Bill
    assert [call.data.get("marker") for call in service.sent] == [None, "m1"]


def test_a_marker_that_does_not_move_ends_the_list() -> None:
    page = {"marker": "m1", "approvals": [{"entity": "VendorCredit", "id": BILL}]}
    service = Service([page] * 5)
    assert len(list(BillcomAPI(service).user_approvals(VendorCredit, USER, page_size=1))) == 2


def test_invitations_answer_their_id_and_states() -> None:
    assert ask({"requestId": "nrr01"}, lambda api: api.send_vendor_invite(VENDOR, "a@example.test")) == "nrr01"
    assert ask({"requestId": "nrr01"}, lambda api: api.send_invite("1234", VENDOR)) == "nrr01"
    connection = ask({"status": "1", "requestId": "nrr01", "networkId": None}, lambda api: api.connection_of(VENDOR))
    assert connection == Connection(status=NetworkStatus.PENDING, request_id="nrr01")


def test_files_are_stored_listed_and_found() -> None:
    upload = Upload("x.pdf", b"%PDF")
    assert ask({"documentUploadedId": "0du01"}, lambda api: api.upload_attachment(upload, object_id=BILL)) == "0du01"
    answer = {"documents": [{"id": "00h01", "fileName": "x.pdf", "numPages": 2, "scanStatus": "clean"}], "numPages": 2}
    (document,) = ask(answer, lambda api: api.documents_of(BILL))
    assert isinstance(document, Document)
    assert (document.file_name, document.num_pages) == ("x.pdf", "2")
    pages = ask({"documentPages": {"fileUrl": None, "numPages": 0}}, lambda api: api.document_pages(BILL))
    assert pages.file_url is None


def test_files_are_fetched_at_the_root_of_the_host() -> None:
    service = Service([])
    api = BillcomAPI(service, service)
    assert api.invoice_pdf(INVOICE).content == b"%PDF"
    api.page_image(BILL, page_number=2)
    api.text_document("00h01")
    api.check_image("cki01")
    assert service.fetched == [
        ("Invoice2PdfServlet", {"Id": INVOICE, "PresentationType": "PDF"}),
        ("is/BillImageServlet", {"entityId": BILL, "pageNumber": "2"}),
        ("HtmlServlet", {"id": "00h01"}),
        ("is/CheckImageServlet", {"id": "cki01"}),
    ]
    with pytest.raises(InvalidRequest, match="fetches no files"):
        BillcomAPI(service).invoice_pdf(INVOICE)


def test_the_system_answers() -> None:
    moment = datetime(2031, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert ask({"currentTime": "2031-03-04T05:06:07.000+0000"}, lambda api: api.current_time()) == moment
    assert ask({"Vendor": {"fields": {}}}, lambda api: api.metadata_of(Vendor)) == {"Vendor": {"fields": {}}}
    assert [v.name for v in ask([{"entity": "Vendor", "name": "A"}], lambda api: api.search(Vendor, "A"))] == ["A"]
    assert ask({"balance": Decimal("-5.00")}, lambda api: api.bank_balance(ACCOUNT)) == Decimal("-5.00")
    assert ask({"url": "https://"}, lambda api: api.check_image_url(PAYMENT)) == "https://"
    assert ask({}, lambda api: api.check_image_url(PAYMENT)) is None
    assert ask({"any": 1}, lambda api: api.call("GetNetworkStatus", {"id": VENDOR})) == {"any": 1}


QUIET: list[Callable[[BillcomAPI], object]] = [
    lambda api: api.cancel_ap_payment(PAYMENT),
    lambda api: api.void_ap_payment(PAYMENT, void_request_type="1", reason="r"),
    lambda api: api.void_ar_payment("0rp01AAAAAAAAAAAAAAA"),
    lambda api: api.send_invoice(INVOICE),
    lambda api: api.mail_invoice(INVOICE),
    lambda api: api.set_approvers(Bill, BILL, [USER]),
    lambda api: api.clear_approvers(Bill, BILL),
    lambda api: api.approve(Bill, BILL),
    lambda api: api.deny(Bill, BILL),
    lambda api: api.cancel_invite("nrr01AAAAAAAAAAAAAAA"),
    lambda api: api.disconnect_vendor(VENDOR),
    lambda api: api.disconnect_customer(CUSTOMER),
    lambda api: api.send_message(BILL, "hello"),
    lambda api: api.set_bank_balance(ACCOUNT, ONE),
]


@pytest.mark.parametrize("question", QUIET)
@pytest.mark.parametrize("answer", [{}, {"anything": 1}, [], None])
def test_what_answers_nothing_of_use_returns_nothing(question: Callable[[BillcomAPI], object], answer: Any) -> None:
    assert ask(answer, question) is None


@pytest.mark.parametrize(
    "question",
    [
        lambda api: api.pay_bills([BillPayment(BILL, ONE)]),
        lambda api: api.list_payments(DisbursementStatus.DONE),
        lambda api: api.charge_customer(CUSTOMER, [InvoicePayment(INVOICE, ONE)], payment_account_id=ACCOUNT),
        lambda api: api.vendors.list(),
        lambda api: api.upload_attachment(Upload("x.pdf", b"%PDF")),
        lambda api: api.documents_of(BILL),
        lambda api: list(api.user_approvals(Bill, USER)),
        lambda api: api.current_time(),
        lambda api: api.bank_balance(ACCOUNT),
    ],
)
@pytest.mark.parametrize(
    "answer",
    [{}, None, {"other": []}, {"sentPays": {}}, {"payments": [1]}, {"balance": "much"}, {"currentTime": "now"}],
)
def test_an_answer_of_another_shape_is_no_answer(question: Callable[[BillcomAPI], object], answer: Any) -> None:
    with pytest.raises(MalformedReply):
        ask(answer, question)
