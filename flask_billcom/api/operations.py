"""Every operation of API v2 beside Crud, List and Bulk, and what it does to the world.

`changes` says that a lost answer leaves a question behind, `money` that a person should be asked first.

Wire: https://developer.bill.com/v2/reference
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from .fields import SEEN, Source, page

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    :param name: its path without `.json`.
    :param group: what it belongs to.
    :param doc: one line of meaning.
    :param source: where its shape comes from.
    :param changes: whether it changes anything at Bill.com.
    :param money: whether it moves money or takes back such a move.
    :param get: whether it is a GET at the root of the host that answers with a file.
    :param signed_in: whether it needs a session.
    """

    name: str
    group: str
    doc: str
    source: Source
    changes: bool = False
    money: bool = False
    get: bool = False
    signed_in: bool = True


def _help(article: str) -> Source:
    return page(f"https://developersupport.bill.com/hc/en-us/articles/{article}")


def _reference(slug: str) -> Source:
    return page(f"https://developer.bill.com/v2/reference/{slug}")


_LOGIN = page("https://developer.bill.com/v2/docs/api-login-best-practices")
_NAVIGATION = page("https://developer.bill.com/v2/reference")

_ROWS: Final = (
    # session
    Operation("Login", "session", "Open a session for one organization.", _reference("auth-login"), signed_in=False),
    Operation("Logout", "session", "End a session.", _LOGIN),
    Operation("ListOrgs", "session", "List the organizations of a user.", _LOGIN, signed_in=False),
    Operation("GetSessionInfo", "session", "Tell whose session it is.", _reference("auth-getsessioninfo")),
    Operation("MFAChallenge", "session", "Send a code to the user's phone.", _help("115000169503-MFAChallenge")),
    Operation("MFAAuthenticate", "session", "Answer the code.", _help("115000169443-MFAAuthenticate")),
    Operation("MFAStatus", "session", "Tell whether a device is trusted.", _reference("auth-mfastatus")),
    # system
    Operation(
        "Errors",
        "system",
        "List all error codes.",
        page("https://developer.bill.com/v2/docs/common-error-codes"),
        signed_in=False,
    ),
    Operation("CurrentTime", "system", "Tell the server's time.", SEEN),
    Operation("GetEntityMetadata", "system", "Describe the fields of entities.", _NAVIGATION),
    Operation("SearchEntity", "system", "Find objects by a word.", SEEN),
    Operation("GetObjectUrl", "system", "Tell where the web app shows an object.", SEEN),
    # receivables
    Operation("SendInvoice", "receivables", "Send an invoice by e-mail.", _help("208197236-SendInvoice"), changes=True),
    Operation("MailInvoice", "receivables", "Send an invoice by post.", _help("209638163-MailInvoice"), changes=True),
    Operation(
        "ChargeCustomer",
        "receivables",
        "Collect from a customer's bank account.",
        _help("215407243-ChargeCustomer"),
        changes=True,
        money=True,
    ),
    Operation(
        "SetCustomerAuthorization",
        "receivables",
        "Note that a customer allows charges, or no longer does.",
        _help("215507363-SetCustomerAuthorization"),
        changes=True,
    ),
    Operation(
        "RecordARPayment",
        "receivables",
        "Note money that came in by another way.",
        _help("213911106-RecordARPayment"),
        changes=True,
    ),
    Operation("VoidARPayment", "receivables", "Take back a payment in.", SEEN, changes=True, money=True),
    Operation("GetARSummary", "receivables", "Count what customers owe.", _help("211295143-GetARSummary")),
    Operation(
        "Invoice2PdfServlet",
        "receivables",
        "Fetch an invoice as PDF.",
        page("https://developer.bill.com/v2/docs/get-invoice-pdf"),
        get=True,
    ),
    # payables
    Operation(
        "PayBills",
        "payables",
        "Schedule payments of up to 200 bills.",
        _help("215407363-PayBills"),
        changes=True,
        money=True,
    ),
    Operation(
        "RecordAPPayment",
        "payables",
        "Note a payment made by another way.",
        _help("215407343-RecordAPPayment"),
        changes=True,
    ),
    Operation(
        "CancelAPPayment",
        "payables",
        "Take back a payment that is not processed yet.",
        _reference("ap-vendortransactions-cancelappayment"),
        changes=True,
        money=True,
    ),
    Operation(
        "VoidAPPayment",
        "payables",
        "Ask for a processed payment to be voided.",
        _help("215407383-VoidAPPayment"),
        changes=True,
        money=True,
    ),
    Operation(
        "ListPayments",
        "payables",
        "List payments by how far their transfer went.",
        _reference("ap-vendortransactions-listpayments"),
    ),
    Operation(
        "GetDisbursementData",
        "payables",
        "Tell how a payment travels.",
        _help("210138753-GetDisbursementData"),
    ),
    Operation(
        "GetCheckImageData",
        "payables",
        "Tell where the picture of a cleared check is.",
        _reference("ap-vendortransactions-getcheckimagedata"),
    ),
    Operation("GetAPSummary", "payables", "Count what is owed to vendors.", _help("208197206-GetAPSummary")),
    Operation(
        "is/CheckImageServlet",
        "payables",
        "Fetch the picture of a cleared check.",
        _reference("ap-vendortransactions-getcheckimagedata"),
        get=True,
    ),
    # approvals
    Operation("SetApprovers", "approvals", "Name who has to approve.", _help("210138853-SetApprovers"), changes=True),
    Operation(
        "ListApprovers",
        "approvals",
        "List who has to approve.",
        page("https://developer.bill.com/reference/ap-approvals-listapprovers"),
    ),
    Operation(
        "ListUserApprovals", "approvals", "List what a user has to approve.", _help("214115986-ListUserApprovals")
    ),
    Operation("Approve", "approvals", "Approve.", _help("209421086-Approve"), changes=True),
    Operation("Deny", "approvals", "Deny.", _help("208590186-Deny"), changes=True),
    Operation("ClearApprovers", "approvals", "Remove all approvers.", _help("210138453-ClearApprovers"), changes=True),
    # files
    Operation("UploadAttachment", "files", "Store a file.", _help("208586996-UploadAttachment"), changes=True),
    Operation(
        "GetDocumentPages", "files", "Tell where the pages of a document are.", _reference("org-basic-getdocumentpages")
    ),
    Operation("GetDocuments", "files", "List the documents of an object.", SEEN),
    Operation(
        "is/BillImageServlet", "files", "Fetch a page as picture.", _reference("org-basic-getdocumentpages"), get=True
    ),
    Operation("HtmlServlet", "files", "Fetch a text document.", _reference("org-basic-getdocumentpages"), get=True),
    # messages
    Operation("SendMessage", "messages", "Write a message about an object.", SEEN, changes=True),
    Operation("ListMessage", "messages", "List the messages about an object.", SEEN),
    # network
    Operation("NetworkSearch", "network", "Find companies in the network.", SEEN),
    Operation(
        "SendVendorInvite", "network", "Invite a vendor by e-mail.", _help("211428083-SendVendorInvite"), changes=True
    ),
    Operation("SendInvite", "network", "Invite a company of the network.", _help("213996226-SendInvite"), changes=True),
    Operation("CancelInvite", "network", "Take back an invitation.", _help("218380103-CancelInvite"), changes=True),
    Operation(
        "GetNetworkStatus", "network", "Tell whether a company is connected.", _help("213994086-GetNetworkStatus")
    ),
    Operation("DisconnectVendorFromNetwork", "network", "End the connection of a vendor.", SEEN, changes=True),
    Operation("DisconnectCustomerFromNetwork", "network", "End the connection of a customer.", SEEN, changes=True),
    Operation("LargeBillerSearch", "network", "Find large billers.", SEEN),
    Operation("GetLargeBillerPaymentAddress", "network", "List the payment addresses of a large biller.", SEEN),
    Operation("ConnectLargeBillerAsVendor", "network", "Connect a large biller.", SEEN, changes=True),
    # organization
    Operation(
        "GetProfilePermissions", "organization", "List what a role may do.", _help("213911186-User-Role-Profile")
    ),
    Operation("GetBankBalance", "organization", "Tell the balance noted for a bank account.", _NAVIGATION),
    Operation("SetBankBalance", "organization", "Note the balance of a bank account.", _NAVIGATION, changes=True),
    Operation(
        "GetDynamicExchangeRateQuote2",
        "currency",
        "Quote an exchange rate.",
        page("https://developer.bill.com/v2/docs/accounts-receivable-overview"),
    ),
)

OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType({row.name: row for row in _ROWS})
"""Every operation by its name."""
