"""The codes that fields hold, as enums of text: `PaymentStatus.OPEN == "1"`.

Bill.com writes most codes as digits in quotes and adds new ones without notice, so a field whose code is not listed
here keeps it as text.
"""

from __future__ import annotations

from enum import StrEnum


class ActiveStatus(StrEnum):
    """Whether an object is in use; Delete and Undelete change it."""

    ACTIVE = "1"
    INACTIVE = "2"


class AccountType(StrEnum):
    """What kind of customer or vendor it is."""

    NONE = "0"
    BUSINESS = "1"
    PERSON = "2"


class PayBy(StrEnum):
    """How payments reach a vendor."""

    CHECK = "0"
    ACH = "1"
    LARGE_BILLER = "2"
    INTERNATIONAL = "5"
    OFFLINE = "6"


class BankAccountStatus(StrEnum):
    """How far a bank account is verified."""

    NOT_VERIFIED = "0"
    VERIFIED = "1"
    PENDING = "2"
    BLOCKED = "3"
    EXPIRED = "4"
    INVALID = "5"


class PaymentStatus(StrEnum):
    """How far a bill or an invoice is paid."""

    PAID = "0"
    OPEN = "1"
    PARTIAL = "2"
    SCHEDULED = "4"


class ApprovalStatus(StrEnum):
    """How far a bill is approved."""

    UNASSIGNED = "0"
    ASSIGNED = "1"
    APPROVED = "3"
    APPROVING = "4"
    DENIED = "5"


class LineType(StrEnum):
    """What a line of a bill or vendor credit stands for."""

    EXPENSE = "1"
    ITEM = "2"


class TimePeriod(StrEnum):
    """What a template counts in."""

    DAY = "0"
    WEEK = "1"
    MONTH = "2"
    YEAR = "3"
    NONE = "9"


class SentPayStatus(StrEnum):
    """How far a payment out went. A failed transfer shows in the disbursement, not here."""

    APPROVING = "0"
    SCHEDULED = "1"
    PAID = "2"
    CANCELED = "3"
    VOID = "4"
    ESCHEATED = "5"


class DeliveryType(StrEnum):
    """How a check travels."""

    STANDARD = "0"
    USPS_PRIORITY = "1"
    UPS_1_DAY = "10"
    UPS_2_DAYS = "11"
    UPS_3_DAYS = "12"


class SentPaySource(StrEnum):
    """What started a payment out."""

    BILL = "0"
    AUTO_PAY = "1"
    NETWORK_ONLINE = "2"
    NETWORK_OFFLINE = "3"


class BillPayStatus(StrEnum):
    """How far the part of a payment went."""

    SCHEDULED = "1"
    PAID = "2"
    CANCELED = "3"
    VOID = "4"


class BillPayType(StrEnum):
    """Who moves the money of a part."""

    ONLINE = "0"
    OTHER = "1"


class MovementType(StrEnum):
    """Which way money moved at the bank."""

    PAYABLES = "1"
    RECEIVABLES = "2"


class MovementStatus(StrEnum):
    """How far a movement at the bank went."""

    SENT = "0"
    CONFIRMED = "1"
    VOID = "2"


class PolicyType(StrEnum):
    """What an approval policy is about."""

    BILL = "0"
    VENDOR_CREDIT = "1"


class ApproverStatus(StrEnum):
    """What an approver did."""

    WAITING = "0"
    VIEWED = "1"
    REROUTED = "2"
    DENIED = "3"
    APPROVED = "4"
    UPCOMING = "5"
    STALE = "6"


class TimeZoneCode(StrEnum):
    """A time zone of the United States."""

    PACIFIC = "3"
    MOUNTAIN = "4"
    CENTRAL = "5"
    EASTERN = "6"


class ReceivedPayStatus(StrEnum):
    """How far a payment in went."""

    PAID = "0"
    VOID = "1"
    SCHEDULED = "2"
    CANCELED = "3"
    ESCHEATED = "4"


class ReceivedPayType(StrEnum):
    """How a customer paid."""

    CASH = "0"
    CHECK = "1"
    CREDIT_CARD = "2"
    ACH = "3"
    PAYPAL = "4"
    OTHER = "5"


class ItemType(StrEnum):
    """What an item is."""

    UNKNOWN = "0"
    SERVICE = "1"
    INVENTORY = "2"
    NON_INVENTORY = "3"
    PAYMENT = "4"
    DISCOUNT = "5"
    SALES_TAX = "6"
    SUBTOTAL = "7"
    OTHER_CHARGE = "8"
    INVENTORY_ASSEMBLY = "9"
    GROUP = "10"
    SALES_TAX_GROUP = "11"
    FIXED_ASSET = "12"
    CATEGORY = "13"


class LedgerAccountType(StrEnum):
    """What a ledger account is."""

    UNSPECIFIED = "0"
    ACCOUNTS_PAYABLE = "1"
    ACCOUNTS_RECEIVABLE = "2"
    BANK = "3"
    COST_OF_GOODS_SOLD = "4"
    CREDIT_CARD = "5"
    EQUITY = "6"
    EXPENSE = "7"
    FIXED_ASSET = "8"
    INCOME = "9"
    LONG_TERM_LIABILITY = "10"
    OTHER_ASSET = "11"
    OTHER_CURRENT_ASSET = "12"
    OTHER_CURRENT_LIABILITY = "13"
    OTHER_EXPENSE = "14"
    OTHER_INCOME = "15"
    NON_POSTING = "16"


class ProfileType(StrEnum):
    """What a role is."""

    ADMINISTRATOR = "2"


class DisbursementStatus(StrEnum):
    """How far the transfer of a payment out went."""

    SCHEDULED = "0"
    DONE = "3"
    FAILED = "4"
    VOID = "5"
    HOLD = "6"


class DisbursementType(StrEnum):
    """How a payment out travels."""

    CHECK = "0"
    LARGE_BILLER = "1"
    ACH = "2"
    PAYPAL = "3"
    INTERNATIONAL = "5"
    VIRTUAL_CARD = "7"
    WALLET = "9"


class NetworkStatus(StrEnum):
    """How far a network connection is."""

    NOT_CONNECTED = "0"
    PENDING = "1"
    CONNECTED = "2"


class ApprovalType(StrEnum):
    """Which approvals of a user are listed."""

    NOT_YET = "0"
    APPROVED = "1"
    DENIED = "2"
    COMING = "3"
