"""Sellers and where they are paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from flask_billcom.api.fields import (
    SEEN,
    Stored,
    choice,
    day,
    flag,
    ident,
    moment,
    money,
    number,
    page,
    raw,
    text,
    whole,
)

from .enums import AccountType, ActiveStatus, BankAccountStatus, PayBy

_CREATEVENDORBANKACCOUNT = page("https://developer.bill.com/reference/ap-vendormgmt-createvendorbankaccount")
_VENDOR = page("https://developersupport.bill.com/hc/en-us/articles/209605773-Vendor")
_VENDOR_BANK_ACCOUNT = page("https://developersupport.bill.com/hc/en-us/articles/209610646-VendorBankAccount")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Vendor(Stored):
    """A seller: somebody the organization pays.

    Wire: https://developersupport.bill.com/hc/en-us/articles/209605773-Vendor
    """

    ENTITY: ClassVar[str] = "Vendor"
    PREFIX: ClassVar[str] = "009"

    is_active: Annotated[ActiveStatus | str | None, choice(ActiveStatus, "In use or deleted.", _VENDOR)] = None
    name: Annotated[str, text("Name.", _VENDOR, required=True)]
    short_name: Annotated[str | None, text("Short name or key of your own.", _VENDOR)] = None
    name_on_check: Annotated[str | None, text("Payee on checks and ACH notes; the name if empty.", _VENDOR)] = None
    company_name: Annotated[str | None, text("Company.", _VENDOR)] = None
    acc_number: Annotated[str | None, text("Your account number at the vendor.", _VENDOR)] = None
    tax_id: Annotated[str | None, text("Tax id for form 1099.", _VENDOR, secret=True)] = None
    address1: Annotated[str | None, text("First line of the address.", _VENDOR)] = None
    address2: Annotated[str | None, text("Second line of the address.", _VENDOR)] = None
    address3: Annotated[str | None, text("Third line of the address.", _VENDOR)] = None
    address4: Annotated[str | None, text("Fourth line of the address.", _VENDOR)] = None
    address_city: Annotated[str | None, text("City.", _VENDOR)] = None
    address_state: Annotated[str | None, text("State, as an abbreviation in the USA.", _VENDOR)] = None
    address_zip: Annotated[str | None, text("Postal code.", _VENDOR)] = None
    address_country: Annotated[str | None, text("Country.", _VENDOR)] = None
    email: Annotated[str | None, text("E-mail address.", _VENDOR)] = None
    fax: Annotated[str | None, text("Fax number.", _VENDOR)] = None
    phone: Annotated[str | None, text("Telephone number.", _VENDOR)] = None
    payment_email: Annotated[str | None, text("Where payment notices go; the e-mail address if empty.", _VENDOR)] = None
    payment_phone: Annotated[str | None, text("Telephone number for payment notices.", _VENDOR)] = None
    description: Annotated[str | None, text("Free text.", _VENDOR)] = None
    contact_first_name: Annotated[str | None, text("First name of the contact.", _VENDOR)] = None
    contact_last_name: Annotated[str | None, text("Last name of the contact.", _VENDOR)] = None
    track1099: Annotated[bool | None, flag("Whether payments count for form 1099.", _VENDOR)] = None
    account_type: Annotated[AccountType | str | None, choice(AccountType, "Kind of account holder.", SEEN)] = None
    pay_by: Annotated[PayBy | str | None, choice(PayBy, "How payments reach the vendor.", SEEN, read_only=True)] = None
    merged_into_id: Annotated[str | None, ident("What this was merged into.", SEEN, read_only=True)] = None
    enabled_combine_payments: Annotated[
        bool | None, flag("Whether several bills become one payment.", SEEN, aliases=("enableCombinePayments",))
    ] = None
    tax_id_type: Annotated[str | None, choice(None, "Kind of tax id.", SEEN)] = None
    payment_term_id: Annotated[str | None, ident("Payment term.", SEEN)] = None
    send_notifications: Annotated[bool | None, flag("Whether payment notices are sent.", SEEN)] = None
    balance: Annotated[Decimal | None, money("Open balance.", SEEN, read_only=True)] = None
    avail_credit: Annotated[Decimal | None, money("Credit not used yet.", SEEN, read_only=True)] = None
    last_balance_update: Annotated[
        datetime | None, moment("When the balance was last computed.", SEEN, read_only=True)
    ] = None
    external_bill_pay_in_12m: Annotated[
        Decimal | None, number("Payments made outside Bill.com within a year.", SEEN, read_only=True)
    ] = None
    since: Annotated[Decimal | None, number("Year since which the relation exists.", SEEN, read_only=True)] = None
    pay_days_before: Annotated[
        Decimal | None, number("Days before the due date on which to pay.", SEEN, read_only=True)
    ] = None
    has_bank_account_auto_pay: Annotated[
        bool | None, flag("Whether a bank account pays automatically.", SEEN, read_only=True)
    ] = None
    has_recurring_payments: Annotated[bool | None, flag("Whether payments recur.", SEEN, read_only=True)] = None
    bill_currency: Annotated[str | None, text("Currency of the bills.", SEEN)] = None
    bill_sync_pref: Annotated[str | None, choice(None, "How bills are synchronized.", SEEN, read_only=True)] = None
    payment_currency: Annotated[str | None, text("Currency of the payments.", SEEN, read_only=True)] = None
    pref_pmt_method: Annotated[str | None, choice(None, "Preferred way of payment.", SEEN, read_only=True)] = None
    payment_purpose: Annotated[str | None, text("Purpose of international payments.", SEEN, read_only=True)] = None
    bank_country: Annotated[str | None, text("Country of the bank.", SEEN, read_only=True)] = None
    vendor_bank_account_status: Annotated[
        int | None, whole("Status of the bank account; -1 without one.", SEEN, read_only=True)
    ] = None
    send_invite_for_private_vendor: Annotated[
        bool | None, flag("Whether a private vendor is invited.", SEEN, read_only=True)
    ] = None
    vendor_vcard_remit_email: Annotated[
        str | None, text("Where virtual card details go.", SEEN, wire="vendorVCardRemitEmail", read_only=True)
    ] = None
    vendor_vcard_status: Annotated[
        str | None,
        choice(None, "The vendor's state for virtual cards.", SEEN, wire="vendorVCardStatus", read_only=True),
    ] = None
    org_vcard_status: Annotated[
        str | None,
        choice(None, "The organization's state for virtual cards.", SEEN, wire="orgVCardStatus", read_only=True),
    ] = None
    pref_remit_email: Annotated[
        str | None, choice(None, "Which remittance address is preferred.", SEEN, read_only=True)
    ] = None
    remit_email: Annotated[str | None, text("Remittance address.", SEEN, read_only=True)] = None
    processor_vcard_status: Annotated[
        str | None, text("The card processor's state.", SEEN, wire="processorVCardStatus", read_only=True)
    ] = None
    vstatus_update_source: Annotated[
        str | None, text("Who last changed the card state.", SEEN, wire="vStatusUpdateSource", read_only=True)
    ] = None
    allow_connected_vendor_edit_address: Annotated[
        bool | None, flag("Whether a connected vendor may change the address.", SEEN, read_only=True)
    ] = None
    inform_connected_vendor_address_sync_modified: Annotated[
        bool | None, flag("Whether a connected vendor hears of address changes.", SEEN, read_only=True)
    ] = None
    intl_payment_type: Annotated[str | None, choice(None, "Kind of international payment.", SEEN, read_only=True)] = (
        None
    )
    vcard_enroll_date: Annotated[date | None, day("Day of enrolment for virtual cards.", SEEN, read_only=True)] = None
    vcard_decline_date: Annotated[
        date | None, day("Day on which virtual cards were declined.", SEEN, read_only=True)
    ] = None
    is_account_number_required: Annotated[
        bool | None, flag("Whether a payment needs the account number.", SEEN, read_only=True)
    ] = None
    large_biller_id: Annotated[str | None, ident("Large biller that the vendor is.", SEEN, read_only=True)] = None
    org_vcard_opt_out_cust_reason: Annotated[
        str | None, text("Reason against virtual cards.", SEEN, wire="orgVCardOptOutCustReason", read_only=True)
    ] = None
    enable_funded_invite: Annotated[
        bool | None, flag("Whether an invitation carries a payment.", SEEN, read_only=True)
    ] = None
    last_payment_date: Annotated[date | None, day("Day of the last payment.", SEEN, read_only=True)] = None
    number_of_invites_sent: Annotated[int | None, whole("Invitations sent so far.", SEEN, read_only=True)] = None
    eligible_for_ebills: Annotated[
        bool | None, flag("Whether electronic bills are possible.", SEEN, read_only=True)
    ] = None
    acknowledged_ebill_banner: Annotated[
        bool | None, flag("Whether the notice on electronic bills was read.", SEEN, read_only=True)
    ] = None
    acknowledged_ebill_error: Annotated[
        bool | None, flag("Whether the error on electronic bills was read.", SEEN, read_only=True)
    ] = None
    ebill_enablement_failed: Annotated[
        bool | None,
        flag("Whether switching to electronic bills failed.", SEEN, wire="eBillEnablementFailed", read_only=True),
    ] = None
    paymentus_merchant_id: Annotated[
        str | None, text("Merchant id at the payment partner.", SEEN, wire="PaymentusMerchantId", read_only=True)
    ] = None
    unmodified_bills_count: Annotated[int | None, whole("Bills saved without a change.", SEEN, read_only=True)] = None
    setup_auto_pay_prompt: Annotated[
        bool | None, flag("Whether automatic payment is suggested.", SEEN, read_only=True)
    ] = None
    auto_pay_conflict: Annotated[
        bool | None, flag("Whether automatic payments contradict each other.", SEEN, read_only=True)
    ] = None
    name_on_check_remediation: Annotated[
        bool | None, flag("Whether the payee name needs a correction.", SEEN, read_only=True)
    ] = None
    auto_save: Annotated[str | None, text("Saved draft.", SEEN, read_only=True)] = None
    auto_save_status: Annotated[str | None, text("State of the saved draft.", SEEN, read_only=True)] = None
    creation_source: Annotated[str | None, choice(None, "How it came into being.", SEEN, read_only=True)] = None
    paymentus_pmt_type: Annotated[
        str | None, text("Kind of payment at the payment partner.", SEEN, wire="PaymentusPmtType", read_only=True)
    ] = None
    paymentus_acct_token: Annotated[
        str | None,
        text(
            "First account token of the payment partner.", SEEN, wire="PaymentusAcctToken", read_only=True, secret=True
        ),
    ] = None
    paymentus_acct_token2: Annotated[
        str | None,
        text(
            "Second account token of the payment partner.",
            SEEN,
            wire="PaymentusAcctToken2",
            read_only=True,
            secret=True,
        ),
    ] = None
    paymentus_acct_token3: Annotated[
        str | None,
        text(
            "Third account token of the payment partner.", SEEN, wire="PaymentusAcctToken3", read_only=True, secret=True
        ),
    ] = None
    stp_processor: Annotated[str | None, choice(None, "Processor of sent payments.", SEEN, read_only=True)] = None
    ebill_enabled_status: Annotated[
        str | None, choice(None, "State of electronic bills.", SEEN, wire="eBillEnabledStatus", read_only=True)
    ] = None
    org_vcard_opt_out_cust_other: Annotated[
        str | None, text("Other words against virtual cards.", SEEN, wire="orgVCardOptOutCustOther", read_only=True)
    ] = None
    network_status: Annotated[str | None, choice(None, "State of the network connection.", SEEN, read_only=True)] = None
    vcard_processor: Annotated[str | None, choice(None, "Processor of virtual cards.", SEEN, read_only=True)] = None
    is_address_validated: Annotated[bool | None, flag("Whether the address was checked.", SEEN, read_only=True)] = None
    is_sync_vendor_country_mapped: Annotated[
        bool | None, flag("Whether the synchronized country was recognized.", SEEN, read_only=True)
    ] = None
    opted_out_of_vcard_by_org: Annotated[
        bool | None,
        flag("Whether the organization declined virtual cards.", SEEN, wire="optedOutOfVCardByOrg", read_only=True),
    ] = None
    invalid_country_currency_at_new_vendor_sync: Annotated[
        bool | None, flag("Whether country and currency did not fit when synchronized.", SEEN, read_only=True)
    ] = None
    acct_balance: Annotated[Decimal | None, money("Balance of the account.", SEEN, read_only=True)] = None
    last_acct_balance_update: Annotated[
        datetime | None, moment("When the account balance was last computed.", SEEN, read_only=True)
    ] = None
    payment_emails: Annotated[str | None, text("Further addresses for payment notices.", SEEN, read_only=True)] = None
    ebill_eligible: Annotated[
        bool | None, flag("Whether electronic bills are offered.", SEEN, wire="eBillEligible", read_only=True)
    ] = None
    required: Annotated[Any, raw("Fields that still have to be filled in.", SEEN, read_only=True)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class VendorBankAccount(Stored):
    """The account that a vendor is paid to; it cannot be changed, only deleted and made anew.

    Wire: https://developersupport.bill.com/hc/en-us/articles/209610646-VendorBankAccount
    """

    ENTITY: ClassVar[str] = "VendorBankAccount"
    PREFIX: ClassVar[str] = "vba"

    is_active: Annotated[
        ActiveStatus | str | None, choice(ActiveStatus, "In use or deleted.", _VENDOR_BANK_ACCOUNT)
    ] = None
    vendor_id: Annotated[
        str, ident("Vendor who is paid; one active account each.", _VENDOR_BANK_ACCOUNT, required=True)
    ]
    account_number: Annotated[
        str,
        text(
            "Account number; read back masked but for the last four.", _VENDOR_BANK_ACCOUNT, required=True, secret=True
        ),
    ]
    routing_number: Annotated[
        str,
        text(
            "Routing number, nine digits; read back masked or in clear.",
            _VENDOR_BANK_ACCOUNT,
            required=True,
            secret=True,
        ),
    ]
    name_on_acct: Annotated[str | None, text("Name on the account.", SEEN)] = None
    users_id: Annotated[str | None, ident("User who adds it; the caller if empty.", SEEN)] = None
    is_savings: Annotated[bool | None, flag("Savings account, not checking.", _VENDOR_BANK_ACCOUNT)] = None
    is_personal_acct: Annotated[bool | None, flag("Personal account, not business.", _VENDOR_BANK_ACCOUNT)] = None
    status: Annotated[
        BankAccountStatus | str | None,
        choice(BankAccountStatus, "State of the account.", _CREATEVENDORBANKACCOUNT, read_only=True),
    ] = None
    intl_epayment_acct: Annotated[
        bool | None, flag("Whether the account is abroad.", SEEN, wire="intlEPaymentAcct")
    ] = None
    intl_payment_type: Annotated[str | None, choice(None, "Kind of international payment.", SEEN)] = None
    payment_currency: Annotated[str | None, text("Currency of the payments.", SEEN)] = None
    bank_country: Annotated[str | None, text("Country of the bank.", SEEN)] = None
    vendor_bank_data: Annotated[str | None, text("Further data of a bank abroad.", SEEN)] = None
    bank_add_source: Annotated[str | None, choice(None, "How the account was added.", SEEN)] = None
    intl_template_key: Annotated[str | None, text("Template of a bank abroad.", SEEN)] = None
    regulatory1: Annotated[str | None, text("Regulatory answer 1 of a bank abroad.", SEEN)] = None
    regulatory2: Annotated[str | None, text("Regulatory answer 2 of a bank abroad.", SEEN)] = None
    regulatory3: Annotated[str | None, text("Regulatory answer 3 of a bank abroad.", SEEN)] = None
    regulatory4: Annotated[str | None, text("Regulatory answer 4 of a bank abroad.", SEEN)] = None
    regulatory5: Annotated[str | None, text("Regulatory answer 5 of a bank abroad.", SEEN)] = None
    regulatory6: Annotated[str | None, text("Regulatory answer 6 of a bank abroad.", SEEN)] = None
    regulatory7: Annotated[str | None, text("Regulatory answer 7 of a bank abroad.", SEEN)] = None
