"""What each answer says about a change: the closed table of `BDC_` codes, and one function that reads it.

    APPLIED             success
    NOT_APPLIED_RETRY   surely not done; the same may be sent later
    NOT_APPLIED_PARK    surely not done; somebody must switch something on first
    REFUSED             surely not done; the request itself is wrong
    PRESENCE            something is there already; read back at once
    DOUBTFUL            an error came, but whether it was done is open; read back
    NO_ANSWER           nothing certain came, a packet may still be on its way; read back after the full grace

Only codes listed as not applied or refused prove that nothing happened. A code that is not in the table is doubtful.
To add a row, name the page that the fact comes from; a code belongs to the first four groups only if its cause is known
to stop a request before it has any effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from flask_billcom.errors import (
    APIError,
    AuthenticationFailed,
    BillcomError,
    DuplicateDocument,
    InvalidRequest,
    MFARequired,
    NotFound,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    SessionExpired,
    TransportError,
)

from .envelope import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping


class Certainty(Enum):
    """How sure an answer makes us of what happened to a change."""

    APPLIED = "applied"
    NOT_APPLIED_RETRY = "not applied, try later"
    NOT_APPLIED_PARK = "not applied, park the capability"
    REFUSED = "not applied, refused"
    PRESENCE = "evidence of presence"
    DOUBTFUL = "answered, effect doubtful"
    NO_ANSWER = "no answer"


class Scope(Enum):
    """What an error concerns, so that the caller knows what to stop."""

    CALL = "this call"
    LOGIN = "signing in: stop, somebody must correct it"
    PAYMENTS = "payouts and charges"
    ORGANIZATION = "everything of this organization"
    HOUR = "every call of this developer key until the next hour"


@dataclass(frozen=True, slots=True)
class Row:
    """One known code.

    :param certainty: what it says about a change.
    :param per_item: whether, in a call about several bills or invoices, one of them may be the cause; the others are
        then in doubt too.
    """

    code: str
    certainty: Certainty
    error: type[APIError]
    meaning: str
    source: str
    scope: Scope = Scope.CALL
    per_item: bool = False


_HELP = "https://developersupport.bill.com/hc/en-us/articles/208762056-Error-codes-list"
_COMMON = "https://developer.bill.com/v2/docs/common-error-codes"
_RATES = "https://developer.bill.com/v2/docs/api-rate-limits"
_FAQ = "https://developer.bill.com/v2/docs/faq"
_PAYMENTS_FAQ = "https://developer.bill.com/docs/faq"
_MFA = "https://developersupport.bill.com/hc/en-us/articles/115000169503-MFAChallenge"
_MAIL = "https://developersupport.bill.com/hc/en-us/articles/209638163-MailInvoice"
_SEEN = "seen in clients, undocumented"

_RETRY, _PARK, _REFUSED = Certainty.NOT_APPLIED_RETRY, Certainty.NOT_APPLIED_PARK, Certainty.REFUSED
_PRESENCE, _DOUBTFUL, _NONE = Certainty.PRESENCE, Certainty.DOUBTFUL, Certainty.NO_ANSWER
_AUTH, _INVALID, _DENIED = AuthenticationFailed, InvalidRequest, PermissionDenied

_ROWS = (
    Row("BDC_1000", _DOUBTFUL, _INVALID, "a field is blank; known from the newer API only", _SEEN, per_item=True),
    Row("BDC_1001", _NONE, APIError, "the server failed; it may still be at work", _COMMON),
    Row("BDC_1002", _NONE, APIError, "the server failed, or a parameter is misspelt", _COMMON),
    Row("BDC_1003", _DOUBTFUL, _INVALID, "the version in the path is unknown", _HELP),
    Row("BDC_1005", _DOUBTFUL, _INVALID, "the version in the path is not supported", _HELP),
    Row("BDC_1018", _DOUBTFUL, _AUTH, "wrong user name or password, in one connector's test only", _SEEN, Scope.LOGIN),
    Row("BDC_1101", _RETRY, _AUTH, "wrong user name or password, or the other environment's", _FAQ, Scope.LOGIN),
    Row("BDC_1102", _RETRY, _AUTH, "wrong developer key, or the other environment's", _FAQ, Scope.LOGIN),
    Row("BDC_1103", _RETRY, _AUTH, "the developer key is switched off", _HELP, Scope.LOGIN),
    Row("BDC_1104", _RETRY, _AUTH, "the developer terms are not accepted", _HELP, Scope.LOGIN),
    Row("BDC_1105", _PARK, _DENIED, "the organization has no API access", _SEEN, Scope.ORGANIZATION),
    Row("BDC_1106", _DOUBTFUL, _AUTH, "the user's partner type and the organization's differ", _HELP, Scope.LOGIN),
    Row("BDC_1107", _PARK, RateLimited, "the organization is locked for some minutes", _HELP, Scope.ORGANIZATION),
    Row("BDC_1108", _REFUSED, _INVALID, "a form parameter is missing or empty", _HELP),
    Row("BDC_1109", _RETRY, SessionExpired, "the session is unknown, expired or logged out", _HELP),
    Row("BDC_1110", _RETRY, _AUTH, "the user is locked after failed sign-ins", _HELP, Scope.LOGIN),
    Row("BDC_1111", _DOUBTFUL, _AUTH, "the user is not active in the organization", _HELP, Scope.LOGIN),
    Row("BDC_1113", _DOUBTFUL, _AUTH, "signing in failed for another reason", _HELP, Scope.LOGIN),
    Row("BDC_1114", _REFUSED, _INVALID, "the entity is unknown", _HELP),
    Row("BDC_1115", _REFUSED, _INVALID, "the CRUD operation is unknown", _HELP),
    Row("BDC_1116", _REFUSED, _INVALID, "the entity does not offer this operation", _HELP),
    Row("BDC_1117", _REFUSED, _INVALID, "a required field is missing", _HELP, per_item=True),
    Row("BDC_1118", _REFUSED, _INVALID, "the entity of the path and of the object differ", _HELP),
    Row("BDC_1119", _REFUSED, _INVALID, "a field has a value that is not acceptable", _HELP, per_item=True),
    Row("BDC_1120", _DOUBTFUL, NotFound, "there is nothing to return", _HELP, per_item=True),
    Row("BDC_1121", _REFUSED, _INVALID, "the path is unknown; capitals matter", _FAQ),
    Row("BDC_1122", _REFUSED, _INVALID, "the data is not JSON", _HELP),
    Row("BDC_1123", _DOUBTFUL, _AUTH, "the organization is unknown or closed to this user", _HELP, Scope.LOGIN),
    Row("BDC_1124", _REFUSED, _INVALID, "a field has a value of the wrong type", _HELP, per_item=True),
    Row("BDC_1125", _DOUBTFUL, APIError, "a log of the accounting sync could not be stored", _HELP),
    Row("BDC_1126", _DOUBTFUL, APIError, "a log session of the accounting sync is unknown", _HELP),
    Row("BDC_1127", _DOUBTFUL, APIError, "there is no log of the accounting sync", _HELP),
    Row("BDC_1128", _REFUSED, _INVALID, "the entity cannot be listed", _HELP),
    Row("BDC_1129", _REFUSED, _INVALID, "a parameter has a value that is not acceptable", _HELP, per_item=True),
    Row("BDC_1130", _REFUSED, _INVALID, "a list cannot be filtered by this field", _HELP),
    Row("BDC_1131", _REFUSED, _INVALID, "the operator of a filter is unknown or does not fit the field", _HELP),
    Row("BDC_1144", _RETRY, RateLimited, "the calls of this hour are used up", _RATES, Scope.HOUR),
    Row("BDC_1150", _PARK, _DENIED, "the user may not make online payments", _COMMON, Scope.PAYMENTS),
    Row("BDC_1151", _PARK, _DENIED, "the funding account cannot make online payments", _SEEN, Scope.PAYMENTS),
    Row("BDC_1152", _RETRY, _INVALID, "the process date is not a bank day that can be had", _SEEN),
    Row("BDC_1159", _PRESENCE, _INVALID, "more than the open amount of a bill would be paid", _SEEN, per_item=True),
    Row("BDC_1171", _PRESENCE, DuplicateDocument, "the document number is in use", _SEEN, per_item=True),
    Row("BDC_1205", _DOUBTFUL, NotFound, "there is no object with this id", _SEEN, per_item=True),
    Row("BDC_1246", _NONE, APIError, "rolled back because another member of the bulk failed", _SEEN),
    Row("BDC_1322", _RETRY, RateLimited, "three calls of this organization are running already", _RATES),
    Row("BDC_1332", _DOUBTFUL, _INVALID, "the postal address is incomplete", _MAIL),
    Row("BDC_1333", _DOUBTFUL, _INVALID, "the postal address is outside the United States", _MAIL),
    Row("BDC_1354", _DOUBTFUL, MFARequired, "the user has no phone for the second step", _MFA),
    Row("BDC_1356", _DOUBTFUL, MFARequired, "the code of the second step has expired", _SEEN),
    Row("BDC_1358", _DOUBTFUL, MFARequired, "too many wrong codes; wait some minutes", _SEEN),
    Row("BDC_1361", _PARK, MFARequired, "the session is not trusted", _SEEN, Scope.PAYMENTS),
    Row("BDC_1374", _DOUBTFUL, MFARequired, "the token of the second step has expired", _SEEN),
    Row(
        "BDC_1402",
        _DOUBTFUL,
        _INVALID,
        "a vendor's new bank account can be paid two bank days later",
        _PAYMENTS_FAQ,
        per_item=True,
    ),
    Row("BDC_5324", _DOUBTFUL, MFARequired, "setting up the second step is blocked", _SEEN),
)

CODES: Final[Mapping[str, Row]] = MappingProxyType({row.code: row for row in _ROWS})
"""Every known code."""

_PRESENCE_TEXTS: Final = ("already paid", "exceeds due", "exceeds the amount due")
"""Words that tell presence where the code is unknown."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one answer, or the lack of it, says about a change."""

    certainty: Certainty
    code: str | None = None
    message: str = ""
    row: Row | None = None
    transport: TransportError | None = None

    @property
    def answered(self) -> bool:
        """Return whether the server has surely ended its work on the call, or never began it."""
        return self.certainty is not Certainty.NO_ANSWER

    @property
    def not_applied(self) -> bool:
        """Return whether nothing surely happened."""
        return self.certainty in {_RETRY, _PARK, _REFUSED}

    @property
    def scope(self) -> Scope:
        """Return what is concerned."""
        return self.row.scope if self.row else Scope.CALL


def classify(outcome: Reply | BillcomError, *, bills_in_call: int = 1) -> Verdict:
    """Return what an outcome says about a change; decides only, does nothing.

    :param outcome: the reply of a call, one envelope of a bulk reply, or what was raised instead.
    :param bills_in_call: how many bills or invoices share this one envelope. With several, a refusal that may concern
        a single one leaves all of them in doubt: that such calls are atomic is not documented.
    """
    if isinstance(outcome, TransportError):
        certainty = _NONE if outcome.may_have_happened else _RETRY
        return Verdict(certainty, None, str(outcome), None, outcome)
    if isinstance(outcome, BillcomError):
        return _judge(outcome.code, getattr(outcome, "api_message", ""), bills_in_call)
    if outcome.ok:
        return Verdict(Certainty.APPLIED)
    return _judge(outcome.code, outcome.error_message or "", bills_in_call)


def _judge(code: str | None, message: str, bills_in_call: int) -> Verdict:
    row = CODES.get(code or "")
    certainty = row.certainty if row else _from_text(message)
    if bills_in_call > 1 and certainty in {_REFUSED, _PRESENCE} and (row is None or row.per_item):
        certainty = _DOUBTFUL
    return Verdict(certainty, code, message, row)


def _from_text(message: str) -> Certainty:
    lower = message.lower()
    return _PRESENCE if any(text in lower for text in _PRESENCE_TEXTS) else _DOUBTFUL


def error_of_read(reply: Reply, method: str) -> APIError:
    """Return what a refused read raises.

    :param reply: an error reply.
    :param method: what was called, such as `Crud/Read/Vendor`.
    """
    row = CODES.get(reply.code or "")
    error = row.error if row else APIError
    return error(code=reply.code, api_message=reply.error_message or "", method=method, server_date=reply.server_date)


def error_of_change(reply: Reply, method: str, *, bills_in_call: int = 1) -> BillcomError:
    """Return what a refused change raises: its own error where nothing surely happened, else `OutcomeUnknown`.

    :param reply: an error reply.
    :param method: what was called, such as `PayBills`.
    """
    verdict = classify(reply, bills_in_call=bills_in_call)
    is_duplicate = verdict.certainty is _PRESENCE and verdict.row is not None and verdict.row.error is DuplicateDocument
    if verdict.not_applied or is_duplicate:
        return error_of_read(reply, method)
    said = f"{verdict.code or 'an error'} {verdict.message}".strip()
    return OutcomeUnknown(
        f"{method}: Bill.com answered {said}; the change may or may not have happened, read back first",
        answered=verdict.answered,
        code=verdict.code,
    )
