"""The organization, its people and its bank accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

from flask_billcom.api.fields import INFERRED, SEEN, Stored, choice, day, flag, ident, money, page, text, whole

from .enums import ActiveStatus, BankAccountStatus, MovementStatus, MovementType, ProfileType, TimeZoneCode

_BANK_ACCOUNT = page("https://developersupport.bill.com/hc/en-us/articles/208155296-BankAccount")
_LISTBANKACCOUNT = page("https://developer.bill.com/v2/reference/org-basic-listbankaccount")
_MONEY_MOVEMENT = page("https://developersupport.bill.com/hc/en-us/articles/208196706-MoneyMovement")
_ORGANIZATION = page("https://developersupport.bill.com/hc/en-us/articles/209725753-Organization")
_USER_ROLE_PROFILE = page("https://developersupport.bill.com/hc/en-us/articles/213911186-User-Role-Profile")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Organization(Stored):
    """The legal entity that the session belongs to; only partners may change it.

    Wire: https://developersupport.bill.com/hc/en-us/articles/209725753-Organization
    """

    ENTITY: ClassVar[str] = "Organization"
    PREFIX: ClassVar[str] = "008"

    is_active: Annotated[ActiveStatus | str | None, choice(ActiveStatus, "In use or deleted.", _ORGANIZATION)] = None
    name: Annotated[str | None, text("Name.", _ORGANIZATION, partner=True)] = None
    address1: Annotated[str | None, text("First line of the address.", _ORGANIZATION, partner=True)] = None
    address2: Annotated[str | None, text("Second line of the address.", _ORGANIZATION, partner=True)] = None
    address3: Annotated[str | None, text("Third line of the address.", _ORGANIZATION, partner=True)] = None
    address4: Annotated[str | None, text("Fourth line of the address.", _ORGANIZATION, partner=True)] = None
    address_city: Annotated[str | None, text("City.", _ORGANIZATION, partner=True)] = None
    address_state: Annotated[str | None, text("State, as an abbreviation in the USA.", _ORGANIZATION, partner=True)] = (
        None
    )
    address_zip: Annotated[str | None, text("Postal code.", _ORGANIZATION, partner=True)] = None
    address_country: Annotated[str | None, text("Country.", _ORGANIZATION, partner=True)] = None
    mailing_address1: Annotated[str | None, text("Line 1 of the mailing address.", _ORGANIZATION, partner=True)] = None
    mailing_address2: Annotated[str | None, text("Line 2 of the mailing address.", _ORGANIZATION, partner=True)] = None
    mailing_address3: Annotated[str | None, text("Line 3 of the mailing address.", _ORGANIZATION, partner=True)] = None
    mailing_address4: Annotated[str | None, text("Line 4 of the mailing address.", _ORGANIZATION, partner=True)] = None
    mailing_address_city: Annotated[str | None, text("City of the mailing address.", _ORGANIZATION, partner=True)] = (
        None
    )
    mailing_address_state: Annotated[str | None, text("State of the mailing address.", _ORGANIZATION, partner=True)] = (
        None
    )
    mailing_address_zip: Annotated[
        str | None, text("Postal code of the mailing address.", _ORGANIZATION, partner=True)
    ] = None
    mailing_address_country: Annotated[
        str | None, text("Country of the mailing address.", _ORGANIZATION, partner=True)
    ] = None
    phone: Annotated[str | None, text("Telephone number.", _ORGANIZATION, partner=True)] = None
    fax: Annotated[str | None, text("Fax number.", _ORGANIZATION, partner=True)] = None
    accounting_software: Annotated[str | None, text("Accounting software.", _ORGANIZATION, partner=True)] = None
    rpt_custom1: Annotated[str | None, text("First text for reports.", _ORGANIZATION, partner=True)] = None
    rpt_custom2: Annotated[str | None, text("Second text for reports.", _ORGANIZATION, partner=True)] = None
    rpt_custom3: Annotated[str | None, text("Third text for reports.", _ORGANIZATION, partner=True)] = None
    primary_company_owner: Annotated[str | None, text("Owner of the company.", _ORGANIZATION, partner=True)] = None
    industry: Annotated[str | None, text("Industry.", _ORGANIZATION, partner=True)] = None
    display_name: Annotated[str | None, text("Name to show.", _ORGANIZATION, partner=True)] = None
    mail_addr_same_as_phys: Annotated[
        bool | None, flag("Whether post goes to the address.", _ORGANIZATION, partner=True)
    ] = None
    timezone_id: Annotated[
        TimeZoneCode | str | None, choice(TimeZoneCode, "Time zone.", _ORGANIZATION, partner=True)
    ] = None
    tax_id: Annotated[str | None, text("Tax id, masked.", _ORGANIZATION, partner=True, secret=True)] = None
    tax_id_type: Annotated[str | None, choice(None, "Kind of tax id.", _ORGANIZATION, partner=True)] = None
    network_connections: Annotated[int | None, whole("Connections in the network.", _ORGANIZATION, read_only=True)] = (
        None
    )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class User(Stored):
    """A person who signs in.

    Wire: https://developer.bill.com/docs/createorganizationuser
    """

    ENTITY: ClassVar[str] = "User"
    PREFIX: ClassVar[str] = "006"

    is_active: Annotated[ActiveStatus | str | None, choice(ActiveStatus, "In use or deleted.", SEEN)] = None
    profile_id: Annotated[str, ident("Role of the user.", SEEN, required=True)]
    first_name: Annotated[str, text("First name.", SEEN, required=True)]
    last_name: Annotated[str, text("Last name.", SEEN, required=True)]
    email: Annotated[str, text("Address; Bill.com mails a sign-up link.", SEEN, required=True)]
    name: Annotated[str | None, text("Name.", SEEN, read_only=True)] = None
    timezone_id: Annotated[TimeZoneCode | str | None, choice(TimeZoneCode, "Time zone.", INFERRED)] = None
    accept_tos: Annotated[bool | None, flag("Whether the terms are accepted.", INFERRED, wire="acceptTOS")] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Profile(Stored):
    """The role of a user; made in the web app.

    Wire: https://developersupport.bill.com/hc/en-us/articles/213911186-User-Role-Profile
    """

    ENTITY: ClassVar[str] = "Profile"
    PREFIX: ClassVar[str] = "0po"

    name: Annotated[str | None, text("Name.", _USER_ROLE_PROFILE, read_only=True)] = None
    type: Annotated[
        ProfileType | str | None, choice(ProfileType, "Kind of role.", _USER_ROLE_PROFILE, read_only=True)
    ] = None
    description: Annotated[str | None, text("Free text.", _USER_ROLE_PROFILE, read_only=True)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BankAccount(Stored):
    """One of the organization's own bank accounts; made in the web app.

    Wire: https://developersupport.bill.com/hc/en-us/articles/208155296-BankAccount
    """

    ENTITY: ClassVar[str] = "BankAccount"
    PREFIX: ClassVar[str] = "bac"

    is_active: Annotated[
        ActiveStatus | str | None, choice(ActiveStatus, "In use or deleted.", _BANK_ACCOUNT, read_only=True)
    ] = None
    bank_name: Annotated[str | None, text("Bank.", _BANK_ACCOUNT, read_only=True)] = None
    name_on_acct: Annotated[str | None, text("Name on the account.", _BANK_ACCOUNT, read_only=True)] = None
    account_number: Annotated[
        str | None,
        text("Account number; read back masked but for the last four.", _BANK_ACCOUNT, read_only=True, secret=True),
    ] = None
    routing_number: Annotated[
        str | None,
        text("Routing number, nine digits; read back masked or in clear.", _BANK_ACCOUNT, read_only=True, secret=True),
    ] = None
    users_id: Annotated[str | None, ident("User.", _BANK_ACCOUNT, read_only=True, filterable=True)] = None
    chart_of_account_id: Annotated[
        str | None, ident("Ledger account.", _BANK_ACCOUNT, read_only=True, filterable=True)
    ] = None
    is_savings: Annotated[bool | None, flag("Savings account, not checking.", _BANK_ACCOUNT, read_only=True)] = None
    is_personal_acct: Annotated[bool | None, flag("Personal account, not business.", _BANK_ACCOUNT, read_only=True)] = (
        None
    )
    date_established: Annotated[date | None, day("Day on which it was opened.", _BANK_ACCOUNT, read_only=True)] = None
    status: Annotated[
        BankAccountStatus | str | None,
        choice(BankAccountStatus, "State.", _LISTBANKACCOUNT, read_only=True, filterable=True),
    ] = None
    primary_ap: Annotated[
        bool | None,
        flag(
            "Whether payouts come from it by default.",
            _LISTBANKACCOUNT,
            wire="primaryAP",
            read_only=True,
            filterable=True,
        ),
    ] = None
    primary_ar: Annotated[
        bool | None,
        flag("Whether collections go to it by default.", _LISTBANKACCOUNT, wire="primaryAR", read_only=True),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MoneyMovement(Stored):
    """A movement on the organization's bank account.

    Wire: https://developersupport.bill.com/hc/en-us/articles/208196706-MoneyMovement
    """

    ENTITY: ClassVar[str] = "MoneyMovement"
    PREFIX: ClassVar[str] = "mmt"

    name: Annotated[str | None, text("Numeric reference.", _MONEY_MOVEMENT, read_only=True)] = None
    type: Annotated[
        MovementType | str | None, choice(MovementType, "Payables or receivables.", _MONEY_MOVEMENT, read_only=True)
    ] = None
    amount: Annotated[Decimal | None, money("Amount; negative for payables.", _MONEY_MOVEMENT, read_only=True)] = None
    process_date: Annotated[date | None, day("Day on which the money moves.", _MONEY_MOVEMENT, read_only=True)] = None
    status: Annotated[
        MovementStatus | str | None, choice(MovementStatus, "State.", _MONEY_MOVEMENT, read_only=True)
    ] = None
    description: Annotated[str | None, text("Memo for the journal.", _MONEY_MOVEMENT, read_only=True)] = None
    bank_account_id: Annotated[str | None, ident("The organization's bank account.", INFERRED, read_only=True)] = None
