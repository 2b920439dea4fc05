"""Buyers and where they are charged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

from flask_billcom.api.fields import SEEN, Stored, choice, day, flag, ident, money, page, text

from .enums import AccountType, ActiveStatus, TimeZoneCode

_ARTICLE_208182666 = page("https://developer.bill.com/hc/en-us/articles/208182666")
_CREATECUSTOMER = page("https://developer.bill.com/reference/createcustomer")
_CUSTOMER = page("https://developersupport.bill.com/hc/en-us/articles/208182666-Customer")
_CUSTOMER_BANK_ACCOUNT = page("https://developersupport.bill.com/hc/en-us/articles/209713223-CustomerBankAccount")
_IMPORTING_CUSTOMERS = page("https://support.bill.com/hc/en-us/articles/203692699-Importing-Customers")
_SET_CUSTOMER_AUTHORIZATION = page(
    "https://developersupport.bill.com/hc/en-us/articles/215507363-SetCustomerAuthorization"
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Customer(Stored):
    """A buyer: somebody who pays the organization.

    Wire: https://developersupport.bill.com/hc/en-us/articles/208182666-Customer
    """

    ENTITY: ClassVar[str] = "Customer"
    PREFIX: ClassVar[str] = "0cu"

    is_active: Annotated[ActiveStatus | str | None, choice(ActiveStatus, "In use or deleted.", _CUSTOMER)] = None
    name: Annotated[str, text("Name, at most 100 characters.", SEEN, required=True)]
    short_name: Annotated[str | None, text("Short name or key of your own.", _IMPORTING_CUSTOMERS)] = None
    parent_customer_id: Annotated[str | None, ident("Customer above it.", _CUSTOMER, filterable=True)] = None
    company_name: Annotated[str | None, text("Company.", _IMPORTING_CUSTOMERS)] = None
    contact_first_name: Annotated[str | None, text("First name of the contact.", _IMPORTING_CUSTOMERS)] = None
    contact_last_name: Annotated[str | None, text("Last name of the contact.", _IMPORTING_CUSTOMERS)] = None
    acc_number: Annotated[
        str | None, text("The customer's number, printed on invoices.", _IMPORTING_CUSTOMERS, filterable=False)
    ] = None
    bill_address1: Annotated[str | None, text("Line 1 of the billing address.", _IMPORTING_CUSTOMERS)] = None
    bill_address2: Annotated[str | None, text("Line 2 of the billing address.", _IMPORTING_CUSTOMERS)] = None
    bill_address3: Annotated[str | None, text("Line 3 of the billing address.", _IMPORTING_CUSTOMERS)] = None
    bill_address4: Annotated[str | None, text("Line 4 of the billing address.", _IMPORTING_CUSTOMERS)] = None
    bill_address_city: Annotated[str | None, text("City of the billing address.", _IMPORTING_CUSTOMERS)] = None
    bill_address_state: Annotated[str | None, text("State of the billing address.", _IMPORTING_CUSTOMERS)] = None
    bill_address_country: Annotated[str | None, text("Country of the billing address.", _IMPORTING_CUSTOMERS)] = None
    bill_address_zip: Annotated[str | None, text("Postal code of the billing address.", _CUSTOMER)] = None
    ship_address1: Annotated[str | None, text("Line 1 of the shipping address.", _CUSTOMER)] = None
    ship_address2: Annotated[str | None, text("Line 2 of the shipping address.", _CUSTOMER)] = None
    ship_address3: Annotated[str | None, text("Line 3 of the shipping address.", _CUSTOMER)] = None
    ship_address4: Annotated[str | None, text("Line 4 of the shipping address.", _CUSTOMER)] = None
    ship_address_city: Annotated[str | None, text("City of the shipping address.", _CUSTOMER)] = None
    ship_address_state: Annotated[str | None, text("State of the shipping address.", _CUSTOMER)] = None
    ship_address_country: Annotated[str | None, text("Country of the shipping address.", _CUSTOMER)] = None
    ship_address_zip: Annotated[str | None, text("Postal code of the shipping address.", _CUSTOMER)] = None
    email: Annotated[str | None, text("Where SendInvoice sends by default.", SEEN, filterable=False)] = None
    phone: Annotated[str | None, text("Telephone number.", _CUSTOMER)] = None
    alt_phone: Annotated[str | None, text("Second telephone number.", _CUSTOMER)] = None
    fax: Annotated[str | None, text("Fax number.", _CUSTOMER)] = None
    description: Annotated[str | None, text("Free text.", _CREATECUSTOMER)] = None
    print_as: Annotated[str | None, text("Name to print.", _CUSTOMER)] = None
    merged_into_id: Annotated[str | None, ident("What this was merged into.", _CUSTOMER, read_only=True)] = None
    has_authorized_to_charge: Annotated[
        bool | None,
        flag(
            "Whether charges are allowed; SetCustomerAuthorization changes it.",
            _SET_CUSTOMER_AUTHORIZATION,
            read_only=True,
        ),
    ] = None
    account_type: Annotated[AccountType | str | None, choice(AccountType, "Kind of account holder.", SEEN)] = None
    invoice_currency: Annotated[
        str | None, text("Currency of the invoices, for customers abroad.", _ARTICLE_208182666)
    ] = None
    payment_term_id: Annotated[str | None, ident("Payment term.", SEEN)] = None
    balance: Annotated[Decimal | None, money("Open balance.", SEEN, read_only=True)] = None
    avail_credit: Annotated[Decimal | None, money("Credit not used yet.", SEEN, read_only=True)] = None
    tax_id: Annotated[str | None, text("Tax id.", SEEN, secret=True)] = None
    has_bank_account: Annotated[
        bool | None, flag("Whether there is a bank account to charge.", SEEN, read_only=True)
    ] = None
    has_net_bank_account: Annotated[
        bool | None, flag("Whether a network connection brings a bank account.", SEEN, read_only=True)
    ] = None
    has_bank_account_auto_pay: Annotated[
        bool | None, flag("Whether a bank account pays automatically.", SEEN, read_only=True)
    ] = None
    has_credit_card: Annotated[bool | None, flag("Whether there is a card.", SEEN, read_only=True)] = None
    has_credit_card_auto_pay: Annotated[
        bool | None, flag("Whether a card pays automatically.", SEEN, read_only=True)
    ] = None
    has_customer_card: Annotated[bool | None, flag("Whether the customer saved a card.", SEEN, read_only=True)] = None
    default_delivery_method: Annotated[str | None, choice(None, "How invoices are delivered.", SEEN)] = None
    is_auto_charge_dismissed: Annotated[
        bool | None, flag("Whether the offer of automatic charges was declined.", SEEN, read_only=True)
    ] = None
    is_tax_liable: Annotated[bool | None, flag("Whether sales tax applies.", SEEN)] = None
    creation_source: Annotated[str | None, choice(None, "How it came into being.", SEEN, read_only=True)] = None
    enabled_invoice_financing: Annotated[
        bool | None, flag("Whether invoices may be financed.", SEEN, read_only=True)
    ] = None
    enabled_auto_invoice_financing: Annotated[
        bool | None, flag("Whether invoices are financed automatically.", SEEN, read_only=True)
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CustomerContact(Stored):
    """A further person of a customer.

    Wire: seen in clients, undocumented.
    """

    ENTITY: ClassVar[str] = "CustomerContact"

    is_active: Annotated[ActiveStatus | str | None, choice(ActiveStatus, "In use or deleted.", SEEN)] = None
    customer_id: Annotated[str, ident("Customer.", SEEN, required=True, filterable=True)]
    first_name: Annotated[str, text("First name.", SEEN, required=True)]
    last_name: Annotated[str | None, text("Last name.", SEEN)] = None
    email: Annotated[str | None, text("E-mail address.", SEEN)] = None
    phone: Annotated[str | None, text("Telephone number.", SEEN)] = None
    alt_phone: Annotated[str | None, text("Second telephone number.", SEEN)] = None
    fax: Annotated[str | None, text("Fax number.", SEEN)] = None
    timezone_id: Annotated[TimeZoneCode | str | None, choice(TimeZoneCode, "Time zone.", SEEN)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CustomerBankAccount(Stored):
    """The account that a customer is charged on; it cannot be changed, only deleted and made anew.

    Wire: https://developersupport.bill.com/hc/en-us/articles/209713223-CustomerBankAccount
    """

    ENTITY: ClassVar[str] = "CustomerBankAccount"
    PREFIX: ClassVar[str] = "cba"

    is_active: Annotated[
        ActiveStatus | str | None, choice(ActiveStatus, "In use or deleted.", _CUSTOMER_BANK_ACCOUNT)
    ] = None
    agreed_with_tos: Annotated[
        bool,
        flag(
            "Whether the holder accepted the payment terms; must be true, sent beside the object.",
            _CUSTOMER_BANK_ACCOUNT,
            wire="agreedWithTOS",
            required=True,
            beside=True,
        ),
    ]
    customer_id: Annotated[str, ident("Customer.", SEEN, required=True)]
    name_on_account: Annotated[str, text("Name on the account.", _CUSTOMER_BANK_ACCOUNT, required=True)]
    nickname: Annotated[str | None, text("Name to tell accounts apart.", _CUSTOMER_BANK_ACCOUNT)] = None
    routing_number: Annotated[
        str,
        text(
            "Routing number, nine digits; read back masked or in clear.",
            _CUSTOMER_BANK_ACCOUNT,
            required=True,
            secret=True,
        ),
    ]
    account_number: Annotated[
        str,
        text(
            "Account number; read back masked but for the last four.",
            _CUSTOMER_BANK_ACCOUNT,
            required=True,
            secret=True,
        ),
    ]
    is_locked_by_org: Annotated[bool | None, flag("Whether the customer cannot change it in the portal.", SEEN)] = None
    is_savings: Annotated[bool | None, flag("Savings account, not checking.", _CUSTOMER_BANK_ACCOUNT)] = None
    is_personal_acct: Annotated[bool | None, flag("Personal account, not business.", _CUSTOMER_BANK_ACCOUNT)] = None
    is_written_auth: Annotated[
        bool | None, flag("Whether a personal account was authorized in writing.", _CUSTOMER_BANK_ACCOUNT)
    ] = None
    status: Annotated[str | None, choice(None, "State.", SEEN, read_only=True)] = None
    rnd_dep_expire_date: Annotated[date | None, day("Last day of the test deposit.", SEEN, read_only=True)] = None
    is_private: Annotated[bool | None, flag("Whether it is hidden.", SEEN, read_only=True)] = None
    phone: Annotated[str | None, text("Telephone number.", SEEN)] = None
    cp_user_id: Annotated[str | None, ident("Portal user who added it.", SEEN, read_only=True)] = None
