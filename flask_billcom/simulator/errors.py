"""Refusals: every way in which the simulated Bill.com says no.

    TABLE     codes that Bill.com documents or that working clients have met, with their texts
    GUESSES   situations whose real code nobody has published; the code is ours, out of Bill.com's range, and can be set

A call is refused by raising `Refusal`; the wire turns it into an error envelope.
Texts: https://developersupport.bill.com/hc/en-us/articles/208762056-Error-codes-list
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["GUESSES", "NOT_OFFERED", "TABLE", "Code", "Refusal", "refusal"]

DOCUMENTED, RECORDED, ASSUMED = "documented", "recorded", "assumed"
_PLACEHOLDER = re.compile(r"\$\{paramName(\d)\}")


class Code(NamedTuple):
    """One error code: its text, with the places that a call fills in, and what the text rests on."""

    code: str
    text: str
    evidence: str


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault of the simulator
    """The call is refused with a code and a text.

    :param code: a `BDC_` code.
    :param text: the message of the error envelope.
    :param situation: the name of a guess, whose code a simulator may be told to replace.
    """

    def __init__(self, code: str, text: str, situation: str = "") -> None:
        super().__init__(code, text, situation)
        self.code = code
        self.text = text
        self.situation = situation

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"

    @classmethod
    def of(cls, other: Refusal) -> Self:
        """Return the same refusal as one of this sort."""
        return cls(other.code, other.text, other.situation)


def _table(*rows: tuple[str, str, str]) -> Mapping[str, Code]:
    return MappingProxyType({code: Code(code, text, evidence) for code, text, evidence in rows})


TABLE: Final = _table(
    ("BDC_1001", "System error occurred.", DOCUMENTED),
    ("BDC_1002", "Unknown error occurred.", DOCUMENTED),
    ("BDC_1003", "Unknown version.", DOCUMENTED),
    ("BDC_1005", "Version ${paramName0} is not supported.", DOCUMENTED),
    ("BDC_1101", "User name and/or password do not match our records.", DOCUMENTED),
    ("BDC_1102", "Developer key is invalid.", DOCUMENTED),
    ("BDC_1103", "Developer key is inactive.", DOCUMENTED),
    ("BDC_1104", "Developer terms are not accepted.", DOCUMENTED),
    ("BDC_1105", "API access is not enabled for this organization.", ASSUMED),
    (
        "BDC_1106",
        "Partner type of the API user and the organization being accessed do not match.",
        DOCUMENTED,
    ),
    ("BDC_1107", "Organization is locked out.", DOCUMENTED),
    ("BDC_1108", "Missing parameter value for parameter: ${paramName0}.", DOCUMENTED),
    ("BDC_1109", "Session is invalid. Please log in.", DOCUMENTED),
    ("BDC_1110", "Login is locked.", DOCUMENTED),
    ("BDC_1111", "No active user for: ${paramName0}, ${paramName1}.", DOCUMENTED),
    ("BDC_1113", "Login error.", DOCUMENTED),
    ("BDC_1114", "Invalid entity type: ${paramName0}.", DOCUMENTED),
    ("BDC_1115", "Invalid CRUD operation: ${paramName0}.", DOCUMENTED),
    ("BDC_1116", "Invalid CRUD operation entity: ${paramName0}.", DOCUMENTED),
    ("BDC_1117", "Missing required data for: ${paramName0}.", DOCUMENTED),
    (
        "BDC_1118",
        "Entity from CRUD operation: ${paramName0} does not match the entity specified in the data: ${paramName1}.",
        DOCUMENTED,
    ),
    ("BDC_1119", "Invalid field,value: ${paramName0}, ${paramName1}.", DOCUMENTED),
    ("BDC_1120", "No data found.", DOCUMENTED),
    ("BDC_1121", "API not supported.", DOCUMENTED),
    ("BDC_1122", "Error Parsing Json Object. Please check your request.", DOCUMENTED),
    ("BDC_1123", "Invalid organization id.", DOCUMENTED),
    ("BDC_1124", "Invalid field datatype: ${paramName0}.", DOCUMENTED),
    ("BDC_1125", "Error uploading sync log file.", DOCUMENTED),
    ("BDC_1126", "Invalid log session id.", DOCUMENTED),
    ("BDC_1127", "No sync log file found.", DOCUMENTED),
    ("BDC_1128", "Invalid List entity: ${paramName0}.", DOCUMENTED),
    ("BDC_1129", "Invalid parameter value for parameter,value: ${paramName0}, ${paramName1}.", DOCUMENTED),
    ("BDC_1130", "Invalid list filter field: ${paramName0}.", DOCUMENTED),
    ("BDC_1131", "Invalid list filter operator: ${paramName0}.", DOCUMENTED),
    ("BDC_1144", "Max number of allowed requests per hour reached: ${paramName0}.", DOCUMENTED),
    ("BDC_1150", "User cannot make online payments.", DOCUMENTED),
    ("BDC_1151", "The bank account cannot make online payments.", ASSUMED),
    ("BDC_1152", "Invalid Process Date : ${paramName0}.", RECORDED),
    ("BDC_1159", "Payment amount is more than the amount due on the bill.", ASSUMED),
    ("BDC_1171", "Invoice number already exists.", RECORDED),
    ("BDC_1205", "No data found for the id: ${paramName0}.", ASSUMED),
    ("BDC_1246", "Rolled back because another object of the bulk request failed.", ASSUMED),
    ("BDC_1322", "Max number of concurrent requests per organization reached.", DOCUMENTED),
    ("BDC_1332", "The mailing address of the customer is incomplete.", ASSUMED),
    ("BDC_1333", "The mailing address of the customer is outside the United States.", ASSUMED),
    ("BDC_1354", "Specified 2-Step Verification phone is not setup or is invalid.", DOCUMENTED),
    ("BDC_1356", "2-Step Verification token has expired.", ASSUMED),
    ("BDC_1358", "2-Step Verification too many token response attempts.", RECORDED),
    ("BDC_1361", "Untrusted session", RECORDED),
    ("BDC_1374", "2-Step Verification session has expired.", ASSUMED),
    ("BDC_1402", "Please select a payment processing date two business days out from today.", DOCUMENTED),
)

#: Codes that circulate and that no call of v2 has a cause for.
NOT_OFFERED: Final = MappingProxyType(
    {
        "BDC_1000": "field validation of v3; seen only in made-up data of a client's tests",
        "BDC_1018": "seen only in a connector's own double; wrong credentials answer BDC_1101",
        "BDC_1125": "upload of logs by the accounting sync tool; v2 documents no path for it",
        "BDC_1126": "log sessions of the accounting sync tool; v2 documents no path for them",
        "BDC_1127": "download of logs by the accounting sync tool; v2 documents no path for it",
        "BDC_5324": "setting up a phone for codes is a call of v3; in v2 it is done in the web page",
    }
)

GUESSES: Final = MappingProxyType(
    {
        name: Code(f"BDC_9{number:03d}", text, ASSUMED)
        for number, (name, text) in enumerate(
            (
                ("wrong_mfa_token", "2-Step Verification token is not correct."),
                ("mail_limit", "Max number of messages per minute reached: ${paramName0}."),
                ("not_authorized_to_charge", "The customer has not authorized charges: ${paramName0}."),
                ("bank_account_unusable", "The bank account is not active: ${paramName0}."),
                ("invoice_paid", "The invoice is already paid: ${paramName0}."),
                ("invoice_inactive", "The invoice is not active: ${paramName0}."),
                ("amount_exceeds_due", "The amount exceeds due amount of the invoice: ${paramName0}."),
                ("bill_paid", "The bill is already paid: ${paramName0}."),
                ("bill_inactive", "The bill is not active: ${paramName0}."),
                ("bill_denied", "The bill has been denied: ${paramName0}."),
                ("bill_not_approved", "The bill is not approved: ${paramName0}."),
                ("foreign_bill", "The bill belongs to another vendor: ${paramName0}."),
                ("foreign_invoice", "The invoice belongs to another customer: ${paramName0}."),
                ("vendor_inactive", "The vendor is not active: ${paramName0}."),
                ("too_many", "The list is too long, the maximum is ${paramName0}."),
                ("account_exists", "There is an active bank account already: ${paramName0}."),
                ("not_cancelable", "The payment can no longer be canceled: ${paramName0}."),
                ("not_voidable", "The payment can not be voided: ${paramName0}."),
                ("has_payments", "The document has payments: ${paramName0}."),
                ("credit_unusable", "The credit can not be applied: ${paramName0}."),
                ("invite_open", "There is an open invitation: ${paramName0}."),
                ("no_permission", "Current user or organization does not have valid permissions."),
                ("not_an_approver", "User is not an authorized approver: ${paramName0}."),
                ("file_refused", "The file can not be accepted: ${paramName0}."),
                ("not_yet_to_approve", "It is not this user's turn to approve: ${paramName0}."),
                ("approval_stopped", "The approval has been denied; clear the approvers first: ${paramName0}."),
                ("already_decided", "The user has decided already: ${paramName0}."),
                ("vendor_offline", "This vendor is unable to receive ePayments: ${paramName0}."),
                ("no_open_invite", "There is no open invitation: ${paramName0}."),
                ("not_connected", "There is no connection: ${paramName0}."),
                ("merged", "The object has been merged into another one: ${paramName0}."),
            ),
            start=1,
        )
    }
)


def refusal(name: str, *values: object) -> Refusal:
    """Return the refusal of that code, its text filled in.

    :param name: a code of `TABLE`, or the name of a situation of `GUESSES`.
    :param values: what takes the place of `${paramName0}` and `${paramName1}`.
    """
    found = TABLE.get(name) or GUESSES[name]
    text = _PLACEHOLDER.sub(lambda place: str(values[int(place[1])]), found.text)
    return Refusal(found.code, text, name if name in GUESSES else "")


def field_refusal(name: str, value: object) -> Refusal:
    """Return BDC_1119 for a field whose value is not acceptable."""
    return refusal("BDC_1119", name, value)


def too_long(name: str, limit: int) -> Refusal:
    """Return the recorded text for a value above the longest accepted; its code is assumed to be BDC_1119."""
    return Refusal(
        "BDC_1119",
        f"Invalid entity data. {name}: Maximum length cannot be greater than {limit} characters.",
    )


def data_refusal(key: str, value: object) -> Refusal:
    """Return the recorded text for a bad value of a key in `data`; its code is assumed to be BDC_1129."""
    return Refusal("BDC_1129", f"Invalid value for data key,value: {key}, {value}.")
