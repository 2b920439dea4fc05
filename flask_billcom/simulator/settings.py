"""What a simulated Bill.com is like: who may sign in, and a switch for every question that the facts leave open.

The values as shipped are the pessimistic reading where money is concerned, and the plain one for what would only delay
or hide.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args, get_type_hints

from flask_billcom.simulator.errors import GUESSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_billcom.simulator.errors import Refusal

__all__ = ["Settings"]


def _credential(default: str, says: str) -> Any:  # noqa: ANN401 - dataclass fields are untyped by design
    return field(default=default, metadata={"says": says, "switch": False})


def _switch(default: object, says: str) -> Any:  # noqa: ANN401
    return field(default=default, metadata={"says": says, "switch": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Credentials and switches of one simulator."""

    user_name: str = _credential("operator@example.test", "signs in over the API")
    password: str = _credential("simulator-password", "password of the user")
    dev_key: str = _credential("01SIMULATORDEVKEY001", "developer key")
    org_id: str = _credential("00801SIMULATORORG1a1", "id of the organization")
    mfa_code: str = _credential("246810", "six digits that the phone shows")
    org_name: str = _credential("Simulated Marketplace", "name of the organization")
    token_name: str = _credential("simulator-token", "user name of the sync token")
    token_value: str = _credential("simulator-token-value", "value of the sync token, in place of a password")
    partner_org_id: str = _credential("00801SIMULATORPTN1a1", "id of an organization that belongs to a partner")

    dev_key_state: Literal["active", "inactive", "terms_open"] = _switch(
        "active", "the developer key works, is switched off, or its terms are not accepted"
    )
    api_access: bool = _switch(True, "the organization may be reached over the API")
    sync_life: Literal["idle", "fixed", "never"] = _switch(
        "idle", "a sync token's session ends 48 hours after its last call, after its Login, or never"
    )
    protect_customer_bank: bool = _switch(False, "adding a customer bank account needs MFA trust")
    buyers_pay: bool = _switch(False, "buyers pay their open invoices by themselves on the next bank day")
    overpay: Literal["accept", "refuse"] = _switch("accept", "PayBills above the amount due, or on a bill paid before")
    paybills: Literal["partial", "atomic"] = _switch(
        "partial", "one bad bill of many: the good ones are paid, or none is"
    )
    change_paid: Literal["accept", "refuse"] = _switch("accept", "update or delete of a document that has payments")
    unique_numbers: Literal["off", "party", "org"] = _switch("off", "a document number in use is refused with BDC_1171")
    bulk: Literal["per_item", "rollback", "short", "reordered"] = _switch(
        "per_item", "what a bulk call with a bad object does"
    )
    approving_s: float = _switch(0, "seconds that a payment out is approving before it is scheduled")
    void: Literal["pending", "at_once"] = _switch(
        "pending", "VoidAPPayment waits for the next working hour, or acts at once"
    )
    nsf: Literal["bounce", "overdraw"] = _switch(
        "bounce",
        "a debit that the organization's account does not cover is undone a bank day later, or goes through",
    )
    uncashed: Literal["escheated", "void"] = _switch(
        "escheated", "what becomes of a check that nobody cashes for 90 days"
    )
    text_filters: bool = _switch(True, "lists filter on text fields")
    starts_with: bool = _switch(False, "lists filter text by its beginning: operator sw")
    list_lag_s: float = _switch(0, "seconds until a change shows in lists")
    landing_s: float = _switch(0, "seconds until a request that was given up still takes effect")
    answer: Literal["final", "early"] = _switch(
        "final", "a forced error comes after the work, or while it still goes on"
    )
    upload_s: float = _switch(0, "seconds until an uploaded file is a document")
    logout_lag_s: float = _switch(0, "seconds that a session still works after Logout")
    parallel_sessions: bool = _switch(True, "a Login leaves the user's other sessions alive")
    logout_ends_mfa: bool = _switch(False, "Logout forgets the remembered device")
    cookie_wins: bool = _switch(True, "the sid cookie is believed before the sessionId")
    concurrency: int | None = _switch(3, "calls in flight per developer key and organization")
    hourly_cap: int | None = _switch(20_000, "calls an hour per developer key")
    login_cap: int | None = _switch(200, "Login and ListOrgs an hour per developer key")
    mail_limit: int | None = _switch(5, "calls a minute that send a message")
    hour_window: Literal["clock", "sliding"] = _switch(
        "clock", "the hour of the caps: UTC clock hour, or the last 60 minutes"
    )
    count_refused: bool = _switch(True, "refused calls count towards the caps")
    inherit_approvers: bool = _switch(False, "a new bill gets the approvers of its vendor's bill before")
    pay_denied: Literal["refuse", "accept"] = _switch("refuse", "PayBills for a bill that an approver has denied")
    credit_amount: Literal["added", "included"] = _switch(
        "added", "a credit lowers the due amount beside the payment, or is part of it"
    )
    mask_routing: bool = _switch(False, "routing numbers come back masked")
    bank_balance: bool = _switch(False, "GetBankBalance and SetBankBalance exist")
    keep_memo: bool = _switch(True, "memo and description come back as sent")
    max_lines: int | None = _switch(None, "lines of a document")
    max_number: int | None = _switch(None, "characters of a document number")
    api_host: str = _switch("", "host in apiEndPoint; empty: the one that the request came to")
    latency_ms: float = _switch(0, "an answer leaves this long after its request came")
    opening_cents: int = _switch(1_000_000_000, "balance of the organization's bank account at the start, in cents")
    network_answers: Literal["inside", "beside", "both"] = _switch(
        "inside", "where the network calls answer: in response_data, or beside it as older samples show"
    )
    guessed_codes: dict[str, str] = field(
        default_factory=dict,
        metadata={"says": "other codes for refusals whose code is a guess, by name", "switch": True},
    )
    magic: bool = _switch(True, "magic names and amounts have their fate")
    journal_size: int = _switch(200_000, "requests that the journal remembers")

    def code_of(self, error: Refusal) -> str:
        """Return the code that a refusal is answered with."""
        return self.guessed_codes.get(error.situation, error.code) if self.guessed_codes else error.code

    def switches(self) -> dict[str, Any]:
        """Return the switches by name, without the credentials."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.metadata["switch"]}

    def changed(self, given: Mapping[str, object]) -> Settings:
        """Return these settings with other switches.

        :raises ValueError: no such switch, or a value that it does not take; the message names it.
        """
        known = self.switches()
        for name, value in given.items():
            if name not in known:
                raise ValueError(f"there is no switch {name!r}; there are {', '.join(known)}")
            _check(name, value)
        return replace(self, **given)  # type: ignore[arg-type] # checked above

    def __post_init__(self) -> None:
        for name, value in self.switches().items():
            _check(name, value)


@cache
def _hints() -> dict[str, Any]:
    return get_type_hints(Settings)


def _check(name: str, value: object) -> None:
    accepted = _hints()[name]
    if name == "guessed_codes":
        _check_codes(value)
        return
    choices = get_args(accepted)
    if choices and isinstance(choices[0], str):
        fits = value in choices
    else:
        kinds = choices or ((int, float) if accepted is float else (accepted,))
        fits = isinstance(value, kinds) and not (isinstance(value, bool) and bool not in kinds)
    if not fits or (isinstance(value, int | float) and value < 0):
        raise ValueError(f"switch {name} does not take {value!r}")


def _check_codes(value: object) -> None:
    if not isinstance(value, dict) or not all(str(code).startswith("BDC_") for code in value.values()):
        raise ValueError(f"switch guessed_codes does not take {value!r}")
    for name in value:
        if name not in GUESSES:
            raise ValueError(f"switch guessed_codes knows no {name!r}; it knows {', '.join(GUESSES)}")
