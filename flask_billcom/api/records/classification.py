"""How amounts are classified."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar

from flask_billcom.api.fields import INFERRED, SEEN, Stored, choice, flag, ident, number, page, text, whole

from .enums import ActiveStatus, ItemType, LedgerAccountType

_CHART_OF_ACCOUNT = page("https://developersupport.bill.com/hc/en-us/articles/209685093-ChartOfAccount")
_DEPARTMENT = page("https://developersupport.bill.com/hc/en-us/articles/208182686-Department")
_EMPLOYEE = page("https://developersupport.bill.com/hc/en-us/articles/209725713-Employee")
_IMPORTING_ITEMS = page("https://support.bill.com/hc/en-us/articles/204378925-Importing-Items")
_IMPORTING_JOBS = page("https://support.bill.com/hc/en-us/articles/204378915-Importing-Jobs")
_IMPORT_CHART_OF_ACCOUNTS = page("https://help.bill.com/hc/en-us/articles/115005450406-Import-chart-of-accounts")
_IMPORT_DEPARTMENTS = page("https://vendorpayhelp.bill.com/hc/en-us/articles/360006990592-Import-departments")
_IMPORT_LOCATIONS = page("https://vendorpayhelp.bill.com/hc/en-us/articles/360007254971-Import-locations")
_ITEM = page("https://developersupport.bill.com/hc/en-us/articles/208196666-Item")
_JOB = page("https://developersupport.bill.com/hc/en-us/articles/209725733-Job")
_LOCATION = page("https://developersupport.bill.com/hc/en-us/articles/209725743-Location")
_PAYMENT_TERMS = page("https://developer.bill.com/v2/reference/payment-terms")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ChartOfAccount(Stored):
    """An account of the ledger.

    Wire: https://developersupport.bill.com/hc/en-us/articles/209685093-ChartOfAccount
    """

    ENTITY: ClassVar[str] = "ChartOfAccount"
    PREFIX: ClassVar[str] = "0ca"

    is_active: Annotated[ActiveStatus | str | None, choice(ActiveStatus, "In use or deleted.", _CHART_OF_ACCOUNT)] = (
        None
    )
    name: Annotated[str, text("Name.", _IMPORT_CHART_OF_ACCOUNTS, required=True)]
    account_number: Annotated[str | None, text("Number in the ledger.", _IMPORT_CHART_OF_ACCOUNTS)] = None
    account_type: Annotated[
        LedgerAccountType | str, choice(LedgerAccountType, "Kind of ledger account.", SEEN, required=True)
    ]
    description: Annotated[str | None, text("Free text.", _IMPORT_CHART_OF_ACCOUNTS)] = None
    parent_chart_of_account_id: Annotated[str | None, ident("Ledger account above it.", _CHART_OF_ACCOUNT)] = None
    ca1099_type: Annotated[str | None, choice(None, "Box of form 1099.", _CHART_OF_ACCOUNT)] = None
    merged_into_id: Annotated[str | None, ident("What this was merged into.", _CHART_OF_ACCOUNT, read_only=True)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Item(Stored):
    """A product or service; also the carrier of sales tax and discounts.

    Wire: https://developersupport.bill.com/hc/en-us/articles/208196666-Item
    """

    ENTITY: ClassVar[str] = "Item"
    PREFIX: ClassVar[str] = "0ii"

    is_active: Annotated[ActiveStatus | str | None, choice(ActiveStatus, "In use or deleted.", _ITEM)] = None
    name: Annotated[str, text("Name.", _IMPORTING_ITEMS, required=True, filterable=True)]
    type: Annotated[ItemType | str, choice(ItemType, "Kind; only a sales tax can be one.", SEEN, required=True)]
    description: Annotated[str | None, text("Free text.", _IMPORTING_ITEMS)] = None
    price: Annotated[Decimal | None, number("Price of one; excludes a percentage.", _IMPORTING_ITEMS)] = None
    percentage: Annotated[Decimal, number("Percentage, up to five decimal places.", _IMPORTING_ITEMS, required=True)]
    parent_item_id: Annotated[str | None, ident("Item above it.", _ITEM, filterable=True)] = None
    has_pur_info: Annotated[bool | None, flag("Whether it is bought, too.", _ITEM, read_only=True)] = None
    expense_account: Annotated[str | None, ident("Ledger account of purchases.", _ITEM)] = None
    pur_description: Annotated[str | None, text("Text of purchases.", _ITEM)] = None
    pur_cost: Annotated[Decimal | None, number("Cost of purchases.", _ITEM)] = None
    chart_of_account_id: Annotated[str | None, ident("Ledger account of sales.", _ITEM)] = None
    taxable: Annotated[bool | None, flag("Whether it counts for the sales tax.", _ITEM)] = None
    short_name: Annotated[str | None, text("Short name or key of your own.", _ITEM)] = None
    merged_into_id: Annotated[str | None, ident("What this was merged into.", _ITEM, read_only=True)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Department(Stored):
    """A department.

    Wire: https://developersupport.bill.com/hc/en-us/articles/208182686-Department
    """

    ENTITY: ClassVar[str] = "Department"
    PREFIX: ClassVar[str] = "0de"

    is_active: Annotated[ActiveStatus | str | None, choice(ActiveStatus, "In use or deleted.", _DEPARTMENT)] = None
    name: Annotated[str, text("Name.", _IMPORT_DEPARTMENTS, required=True)]
    short_name: Annotated[str | None, text("Short name or key of your own.", _DEPARTMENT)] = None
    description: Annotated[str | None, text("Free text.", _IMPORT_DEPARTMENTS)] = None
    parent_department_id: Annotated[str | None, ident("Department above it.", _DEPARTMENT)] = None
    merged_into_id: Annotated[str | None, ident("What this was merged into.", _DEPARTMENT, read_only=True)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Location(Stored):
    """A location.

    Wire: https://developersupport.bill.com/hc/en-us/articles/209725743-Location
    """

    ENTITY: ClassVar[str] = "Location"
    PREFIX: ClassVar[str] = "loc"

    is_active: Annotated[ActiveStatus | str | None, choice(ActiveStatus, "In use or deleted.", _LOCATION)] = None
    name: Annotated[str, text("Name.", _IMPORT_LOCATIONS, required=True)]
    short_name: Annotated[str | None, text("Short name or key of your own.", _LOCATION)] = None
    description: Annotated[str | None, text("Free text.", _IMPORT_LOCATIONS)] = None
    parent_location_id: Annotated[str | None, ident("Location above it.", _LOCATION)] = None
    merged_into_id: Annotated[str | None, ident("What this was merged into.", _LOCATION, read_only=True)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Job(Stored):
    """A customer's project.

    Wire: https://developersupport.bill.com/hc/en-us/articles/209725733-Job
    """

    ENTITY: ClassVar[str] = "Job"
    PREFIX: ClassVar[str] = "job"

    is_active: Annotated[ActiveStatus | str | None, choice(ActiveStatus, "In use or deleted.", _JOB)] = None
    name: Annotated[str, text("Name.", _IMPORTING_JOBS, required=True)]
    short_name: Annotated[str | None, text("Short name or key of your own.", _JOB)] = None
    description: Annotated[str | None, text("Free text.", _IMPORTING_JOBS)] = None
    parent_job_id: Annotated[str | None, ident("Job above it.", _JOB)] = None
    merged_into_id: Annotated[str | None, ident("What this was merged into.", _JOB, read_only=True)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ActgClass(Stored):
    """An accounting class.

    Wire: seen in clients, undocumented.
    """

    ENTITY: ClassVar[str] = "ActgClass"
    PREFIX: ClassVar[str] = "cls"

    is_active: Annotated[ActiveStatus | str | None, choice(ActiveStatus, "In use or deleted.", SEEN)] = None
    name: Annotated[str, text("Name.", SEEN, required=True)]
    short_name: Annotated[str | None, text("Short name or key of your own.", SEEN)] = None
    description: Annotated[str | None, text("Free text.", SEEN)] = None
    parent_actg_class_id: Annotated[str | None, ident("Accounting class above it.", SEEN)] = None
    merged_into_id: Annotated[str | None, ident("What this was merged into.", SEEN, read_only=True)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Employee(Stored):
    """An employee, for organizations that synchronize with Intacct.

    Wire: https://developersupport.bill.com/hc/en-us/articles/209725713-Employee
    """

    ENTITY: ClassVar[str] = "Employee"
    PREFIX: ClassVar[str] = "emp"

    is_active: Annotated[ActiveStatus | str | None, choice(ActiveStatus, "In use or deleted.", _EMPLOYEE)] = None
    short_name: Annotated[str, text("Short name or key of your own.", _EMPLOYEE, required=True)]
    first_name: Annotated[str | None, text("First name.", _EMPLOYEE)] = None
    last_name: Annotated[str | None, text("Last name.", _EMPLOYEE)] = None
    parent_employee_id: Annotated[str | None, ident("Employee above it.", _EMPLOYEE)] = None
    merged_into_id: Annotated[str | None, ident("What this was merged into.", _EMPLOYEE, read_only=True)] = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PaymentTerm(Stored):
    """Days until payment is expected.

    Wire: https://developer.bill.com/v2/reference/payment-terms
    """

    ENTITY: ClassVar[str] = "PaymentTerm"
    PREFIX: ClassVar[str] = "00p"

    is_active: Annotated[ActiveStatus | str | None, choice(ActiveStatus, "In use or deleted.", INFERRED)] = None
    name: Annotated[str, text("Name.", INFERRED, required=True)]
    net_due: Annotated[int, whole("Days until payment is expected.", _PAYMENT_TERMS, required=True)]
