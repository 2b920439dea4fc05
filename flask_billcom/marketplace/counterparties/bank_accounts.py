"""Bank details pass through: one call while a person waits, no operation row, no log line.

    numbers --one call--> Bill.com --> its id and the last four digits stay with the party

Nothing else of them is kept, so an unknown outcome cannot be sent again by a machine: what Bill.com shows of the party
is read at once, and where it shows nothing the person enters the numbers again.

Wire: https://developersupport.bill.com/hc/en-us/articles/209610646-VendorBankAccount
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import update

from flask_billcom.api import requests as wire
from flask_billcom.api.query import equals
from flask_billcom.api.records import CustomerBankAccount, VendorBankAccount
from flask_billcom.api.replies import parse_object
from flask_billcom.api.secret import Secret, reveal
from flask_billcom.audit import Act, record
from flask_billcom.clock import Clock
from flask_billcom.engine.gateway import Gateway
from flask_billcom.engine.reads import Reads
from flask_billcom.errors import InvalidRequest, MFARequired, NotFound, NotReady, OutcomeUnknown, TransportError
from flask_billcom.models import Party
from flask_billcom.models.parties import Role
from flask_billcom.store import Store

from .parties import PartySnapshot

AnyAccount = CustomerBankAccount | VendorBankAccount
_ACTIVE = "1"
_LAST = 4
_LONGEST, _SHORTEST = 17, 4
_ROUTING_DIGITS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class BankDetails:
    """An account as a person entered it; it never shows its numbers.

    :param account_number: 4 to 17 digits.
    :param routing_number: nine digits of an American bank.
    """

    account_number: Secret
    routing_number: Secret
    name_on_account: str
    is_savings: bool = False
    is_personal: bool = False

    def __post_init__(self) -> None:
        account, routing = self.account_number.reveal(), self.routing_number.reveal()
        if not (account.isascii() and account.isdecimal() and _SHORTEST <= len(account) <= _LONGEST):
            raise InvalidRequest(f"the account number has {_SHORTEST} to {_LONGEST} digits and nothing else")
        if not (routing.isascii() and routing.isdecimal() and len(routing) == _ROUTING_DIGITS):
            raise InvalidRequest(f"the routing number has {_ROUTING_DIGITS} digits and nothing else")
        if not self.name_on_account.strip():
            raise InvalidRequest("the name on the account is missing")

    @property
    def last4(self) -> str:
        """The last four digits of the account."""
        return self.account_number.reveal()[-_LAST:]


@dataclass(frozen=True, slots=True)
class Teller:
    """Takes bank details to Bill.com.

    :param margin_s: how far our clock and Bill.com's may differ, in seconds.
    """

    organization_id: str
    gateway: Gateway
    reads: Reads
    store: Store
    clock: Clock
    margin_s: float

    def add(self, party: PartySnapshot, details: BankDetails, *, actor: str) -> AnyAccount:
        """Give a party this bank account, in place of the one it has, and return it as Bill.com shows it.

        :raises NotReady: Bill.com does not know the party yet.
        :raises MFARequired: the session is not trusted; a vendor's account needs that.
        :raises OutcomeUnknown: no answer came, and Bill.com shows no such account yet.
        """
        if party.remote_id is None:
            raise NotReady(f"Bill.com does not know {party.local_type} {party.local_id} yet; run the runner, try again")
        if party.bank_account_id is not None:
            self._remove(party, actor)
        started = self.clock.now()
        account = self._create(party, details, started)
        self._keep(party.id, account.id, details.last4, "bank_account_added", actor)
        return account

    def _create(self, party: PartySnapshot, details: BankDetails, started: datetime) -> AnyAccount:
        call, record_type = _request(party, details)
        try:
            return cast("AnyAccount", parse_object(record_type, self.gateway.change(call)))
        except MFARequired as error:
            raise MFARequired(
                "Bill.com takes bank accounts of sellers from a trusted device only; a person must confirm this one "
                "with `flask billcom session mfa`",
                code=error.code,
                api_message=error.api_message,
                method=error.method,
            ) from None
        except (OutcomeUnknown, TransportError) as error:
            if isinstance(error, TransportError) and not error.may_have_happened:
                raise
            unknown: Exception = error
        found = self._find(record_type, party, details.last4, started)
        if found is None:
            raise OutcomeUnknown(
                "no answer came and Bill.com shows no such account yet; wait some minutes, look again, and only then "
                "enter it again",
                answered=isinstance(unknown, OutcomeUnknown) and unknown.answered,
            ) from None
        return found

    def _find(
        self, record_type: type[AnyAccount], party: PartySnapshot, last4: str, started: datetime
    ) -> AnyAccount | None:
        """Return the party's active account with these digits that was made since the call began."""
        owner = "vendor_id" if record_type is VendorBankAccount else "customer_id"
        earliest = started - timedelta(seconds=self.margin_s)
        for account in self.reads.page(record_type, filters=[equals(owner, party.remote_id)]).records:
            made = account.created_time
            if account.is_active == _ACTIVE and account.account_number[-_LAST:] == last4 and made and made >= earliest:
                return account
        return None

    def _remove(self, party: PartySnapshot, actor: str) -> None:
        assert party.bank_account_id is not None
        record_type = VendorBankAccount if party.role is Role.VENDOR else CustomerBankAccount
        with suppress(NotFound):  # somebody was faster; what matters is that it is gone
            self.gateway.change(wire.delete(record_type, party.bank_account_id))
        self._keep(party.id, None, None, "bank_account_removed", actor)

    def _keep(self, party_id: UUID, remote_id: str | None, last4: str | None, action: str, actor: str) -> None:
        now = self.clock.now()
        with self.store.write() as rows:
            rows.change(
                update(Party)
                .where(Party.id == party_id)
                .values(bank_account_id=remote_id, bank_last4=last4, bank_changed_at=now)
            )
            act = Act(action, "party", party_id, {"last4": last4}, actor)
            record(rows, self.clock, self.organization_id, [act])


def _request(party: PartySnapshot, details: BankDetails) -> tuple[wire.Call, type[Any]]:
    make: Callable[[PartySnapshot, BankDetails], AnyAccount]
    make = _vendor_account if party.role is Role.VENDOR else _customer_account
    account = make(party, details)
    return wire.create_one(account), type(account)


def _vendor_account(party: PartySnapshot, details: BankDetails) -> VendorBankAccount:
    return VendorBankAccount(
        vendor_id=party.remote_id or "",
        account_number=reveal(details.account_number),
        routing_number=reveal(details.routing_number),
        name_on_acct=details.name_on_account,
        is_savings=details.is_savings,
        is_personal_acct=details.is_personal,
    )


def _customer_account(party: PartySnapshot, details: BankDetails) -> CustomerBankAccount:
    return CustomerBankAccount(
        agreed_with_tos=True,
        customer_id=party.remote_id or "",
        account_number=reveal(details.account_number),
        routing_number=reveal(details.routing_number),
        name_on_account=details.name_on_account,
        is_savings=details.is_savings,
        is_personal_acct=details.is_personal,
    )
