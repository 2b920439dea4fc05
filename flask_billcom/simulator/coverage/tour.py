"""Each operation and each file, called once on the stage, and its answer looked at."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from flask_billcom.simulator.coverage.fields import Finding
from flask_billcom.simulator.papers.pictures import pdf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask_billcom.simulator.coverage.stage import Stage

__all__ = ["SERVLET_STEPS", "STEPS", "call_operation", "fetch_file"]


def _named(name: str, data: Callable[[Stage], Mapping[str, Any]], *keys: str) -> tuple[str, Callable[[Stage], Any]]:
    """Return a step that calls an operation and expects these keys in its answer."""

    def step(stage: Stage) -> None:
        answer = stage.wire(name, dict(data(stage)))
        rows = answer if isinstance(answer, list) else [answer]
        for key in keys:
            if not rows or key not in rows[0]:
                raise Finding(f"{name} answers without {key}: {str(answer)[:80]}")

    return name, step


def _bill(stage: Stage) -> dict[str, Any]:
    return dict(stage.make("Bill"))


def _login(stage: Stage) -> None:
    stage.wire.again()


def _list_orgs(stage: Stage) -> None:
    known = stage.wire.simulator.settings
    found = stage.wire("ListOrgs", userName=known.user_name, password=known.password)
    if found[0]["orgId"] != known.org_id:
        raise Finding(str(found))


def _logout(stage: Stage) -> None:
    stage.wire.other("clerk")("Logout")


def _authenticate(stage: Stage) -> None:
    stage.wire.trust()


def _upload(stage: Stage) -> None:
    answer = stage.wire.upload("a.pdf", pdf("Receipt", ["one"]), stage.shared["Bill"])
    stage.wire.upload("a.txt", b"text", stage.shared["Bill"])
    if not answer["documentUploadedId"].startswith("0du"):
        raise Finding(str(answer))


def _decided(verb: str) -> Callable[[Stage], None]:
    def step(stage: Stage) -> None:
        subject = {"objectId": _bill(stage)["id"], "entity": "Bill"}
        stage.wire("SetApprovers", {**subject, "approvers": [stage.shared["User"]]})
        stage.wire(verb, subject)
        wanted = {"Approve": "3", "Deny": "5", "ClearApprovers": "0", "SetApprovers": "1"}[verb]
        found = stage.wire("Crud/Read/Bill", {"id": subject["objectId"]})["approvalStatus"]
        if found != wanted:
            raise Finding(f"{verb} leaves approvalStatus {found}")

    return step


def _set_approvers(stage: Stage) -> None:
    subject = {"objectId": _bill(stage)["id"], "entity": "Bill"}
    stage.wire("SetApprovers", {**subject, "approvers": [stage.shared["User"]]})


def _invited(stage: Stage) -> tuple[str, str]:
    vendor = stage.make("Vendor")["id"]
    return vendor, stage.wire("SendVendorInvite", {"vendorId": vendor, "email": "v@example.test"})["requestId"]


def _connected(stage: Stage, entity: str) -> str:
    party = str(stage.make(entity)["id"])
    stage.wire("SendInvite", {"networkId": "1000000000000017", "id": party})
    stage.wire.control("people", {"act": "accept_invite", "id": party})
    return party


def _paid(stage: Stage) -> str:
    bill = stage.make("Bill", vendorId=stage.make("Vendor")["id"])
    pays = {"billPays": [{"billId": bill["id"], "amount": 1}]}
    return str(stage.wire("PayBills", pays)["sentPays"][0]["id"])


def _cashed(stage: Stage) -> str:
    sent = _paid(stage)
    stage.wire.simulator.clock.advance(business_days=8)
    stage.wire.again()
    return sent


def _charge(stage: Stage) -> dict[str, Any]:
    invoice = stage.make("Invoice")["id"]
    return {
        "customerId": stage.shared["Customer"],
        "paymentType": "3",
        "paymentAccountId": stage.shared["CustomerBankAccount"],
        "invoicePays": [{"invoiceId": invoice, "amount": 1}],
    }


def _received(stage: Stage) -> dict[str, Any]:
    return {
        "customerId": stage.shared["Customer"],
        "paymentDate": "2026-03-02",
        "paymentType": "1",
        "amount": 2,
        "invoicePays": [{"invoiceId": stage.make("Invoice")["id"], "amount": 1}],
    }


def _recorded(stage: Stage) -> dict[str, Any]:
    pays = [{"billId": _bill(stage)["id"], "amount": 1}]
    return {"vendorId": stage.shared["Vendor"], "processDate": "2026-03-02", "toPrintCheck": False, "billPays": pays}


def _mailable(stage: Stage) -> str:
    address = {"billAddress1": "1 Main St", "billAddressCity": "Reno", "billAddressState": "NV"}
    customer = stage.make("Customer", **address, billAddressZip="89501", billAddressCountry="USA")
    return str(stage.make("Invoice", customerId=customer["id"])["id"])


STEPS: Final[Mapping[str, Callable[[Stage], Any]]] = MappingProxyType(
    {
        "Login": _login,
        "ListOrgs": _list_orgs,
        "Logout": _logout,
        "MFAAuthenticate": _authenticate,
        "UploadAttachment": _upload,
        "SetApprovers": _set_approvers,
        "Approve": _decided("Approve"),
        "Deny": _decided("Deny"),
        "ClearApprovers": _decided("ClearApprovers"),
        **dict(
            (
                _named("GetSessionInfo", lambda _: {}, "organizationId", "userId"),
                _named("MFAChallenge", lambda _: {}, "challengeId"),
                _named("MFAStatus", lambda stage: {"mfaId": stage.wire.mfa_id, "deviceId": "d"}, "isTrusted"),
                _named("CurrentTime", lambda _: {}, "currentTime"),
                _named("Errors", lambda _: {}, "error_code", "error_message"),
                _named(
                    "SetCustomerAuthorization",
                    lambda stage: {"customerId": stage.shared["Customer"], "hasAuthorizedToCharge": True},
                    "hasAuthorizedToCharge",
                ),
                _named("ChargeCustomer", _charge, "chargedReceivedPay"),
                _named("RecordARPayment", _received, "unappliedAmount"),
                _named(
                    "VoidARPayment",
                    lambda stage: {"id": stage.wire("RecordARPayment", _received(stage))["id"]},
                    "status",
                ),
                _named(
                    "SendInvoice",
                    lambda stage: {
                        "invoiceId": stage.shared["Invoice"],
                        "headers": {"toEmailAddresses": ["b@example.test"]},
                        "content": {},
                    },
                ),
                _named("MailInvoice", lambda stage: {"invoiceId": _mailable(stage)}),
                _named(
                    "PayBills",
                    lambda stage: {
                        "billPays": [{"billId": _bill(stage)["id"], "amount": 1}],
                        "processDate": "2026-12-01",
                    },
                    "sentPays",
                ),
                _named("RecordAPPayment", _recorded, "billPays"),
                _named("CancelAPPayment", lambda stage: {"sentPayId": _paid(stage)}, "status"),
                _named(
                    "VoidAPPayment",
                    lambda stage: {"sentPayId": _paid(stage), "voidRequestType": "0", "reason": "r"},
                    "voidRequest",
                ),
                _named("ListPayments", lambda _: {"disbursementStatus": "0"}, "payments"),
                _named("GetDisbursementData", lambda stage: {"sentPayId": stage.shared["SentPay"]}, "paymentType"),
                _named("GetCheckImageData", lambda stage: {"sentPayId": _cashed(stage)}, "url"),
                _named("GetAPSummary", lambda _: {}, "bills", "approvals"),
                _named("GetARSummary", lambda _: {}, "invoices", "payments"),
                _named("ListApprovers", lambda stage: {"objectId": stage.shared["Bill"], "entity": "Bill"}, "obj"),
                _named(
                    "ListUserApprovals",
                    lambda stage: {"usersId": stage.shared["User"], "entity": "Bill", "approvalType": "0"},
                    "marker",
                    "approvals",
                ),
                _named("SendMessage", lambda stage: {"objectId": stage.shared["Bill"], "message": "hello"}, "id"),
                _named("ListMessage", lambda stage: {"objectId": stage.shared["Bill"]}),
                _named("NetworkSearch", lambda _: {"name": "harbor"}, "networkId"),
                _named(
                    "SendVendorInvite",
                    lambda stage: {"vendorId": stage.make("Vendor")["id"], "email": "v@example.test"},
                    "requestId",
                ),
                _named(
                    "SendInvite",
                    lambda stage: {"networkId": "1000000000000025", "id": stage.make("Vendor")["id"]},
                    "requestId",
                ),
                _named("CancelInvite", lambda stage: {"id": _invited(stage)[1]}),
                _named(
                    "GetNetworkStatus", lambda stage: {"id": _invited(stage)[0]}, "status", "requestId", "networkId"
                ),
                _named("DisconnectVendorFromNetwork", lambda stage: {"id": _connected(stage, "Vendor")}),
                _named("DisconnectCustomerFromNetwork", lambda stage: {"id": _connected(stage, "Customer")}),
                _named("LargeBillerSearch", lambda _: {"name": "power"}, "id"),
                _named("GetLargeBillerPaymentAddress", lambda _: {"id": "lbi01SIMULATEDONEa1a"}, "addressId"),
                _named("ConnectLargeBillerAsVendor", lambda _: {"addressId": "lba01SIMULATEDONEa1a"}, "largeBillerId"),
                _named("GetDocumentPages", lambda stage: {"id": stage.shared["Bill"]}, "documentPages"),
                _named("GetDocuments", lambda stage: {"id": stage.shared["Bill"]}, "documents", "numPages"),
                _named("GetEntityMetadata", lambda _: {"entity": ["Invoice"]}, "Invoice"),
                _named("SearchEntity", lambda _: {"entity": "Vendor", "term": "N-"}, "entity"),
                _named("GetObjectUrl", lambda stage: {"id": stage.shared["Bill"]}, "url"),
                _named("GetProfilePermissions", lambda stage: {"profileId": stage.shared["Profile"]}, "approve"),
                _named("GetBankBalance", lambda stage: {"bankAccountId": stage.shared["BankAccount"]}, "balance"),
                _named(
                    "SetBankBalance",
                    lambda stage: {"bankAccountId": stage.shared["BankAccount"], "balance": "1.00"},
                    "balance",
                ),
                _named(
                    "GetDynamicExchangeRateQuote2",
                    lambda _: {"currency": "CAD", "amount": 1},
                    "exchangeRate",
                    "localAmount",
                ),
            )
        ),
    }
)


def call_operation(stage: Stage, name: str) -> None:
    """Call an operation.

    :raises Finding: there is no step for it, or its answer is not what it should be.
    """
    if name not in STEPS:
        raise Finding(f"no step calls {name}")
    STEPS[name](stage)


def _text_document(stage: Stage) -> str:
    found = stage.wire("GetDocuments", {"id": stage.shared["Bill"]})["documents"]
    return str(next(each["id"] for each in found if each["type"] == "txt"))


SERVLET_STEPS: Final[Mapping[str, tuple[str, Callable[[Stage], Mapping[str, str]]]]] = MappingProxyType(
    {
        "/is/BillImageServlet": ("image/png", lambda stage: {"entityId": stage.shared["Bill"], "pageNumber": "1"}),
        "/is/CheckImageServlet": (
            "image/png",
            lambda stage: {
                "id": stage.wire("GetCheckImageData", {"sentPayId": _cashed(stage)})["url"].partition("=")[2]
            },
        ),
        "/HtmlServlet": ("text/html", lambda stage: {"id": _text_document(stage)}),
        "/DownloadBillDocumentServlet": ("text/plain", lambda stage: {"id": _text_document(stage)}),
        "/Invoice2PdfServlet": (
            "application/pdf",
            lambda stage: {"Id": stage.shared["Invoice"], "PresentationType": "PDF"},
        ),
    }
)


def fetch_file(stage: Stage, path: str) -> None:
    """Fetch a file from the root of the host.

    :raises Finding: it does not come, or not as what it is.
    """
    if path not in SERVLET_STEPS:
        raise Finding(f"no step fetches {path}")
    kind, query = SERVLET_STEPS[path]
    if path in {"/is/BillImageServlet", "/HtmlServlet", "/DownloadBillDocumentServlet"}:
        _upload(stage)
    target = f"{path}?{urlencode(query(stage))}"
    answer = stage.wire.request("GET", target, sessionId=stage.wire.session_id)
    if answer.status != 200 or not answer.headers["Content-Type"].startswith(kind) or not answer.body:  # noqa: PLR2004
        raise Finding(f"{target} answers {answer.status} {answer.headers['Content-Type']}")
