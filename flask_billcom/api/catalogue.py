"""Every entity of API v2 and what it offers.

A verb stands here if a page of the documentation shows it, a client is seen to use it, or it follows from its kin;
every other verb is refused before anything is sent.

Wire: https://developer.bill.com/v2/reference
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from flask_billcom.errors import InvalidRequest

from . import records as r
from .fields import Record, once_per_class

if TYPE_CHECKING:
    from collections.abc import Mapping

CRUD: Final = ("Create", "Read", "Update", "Delete", "Undelete")
VERBS: Final = (*CRUD, "List")
_ALL: Final = frozenset(VERBS)
_LOOK: Final = frozenset({"Read", "List"})
_BULK: Final = frozenset({"Create", "Update", "Delete", "Undelete"})


@dataclass(frozen=True, slots=True)
class EntityRow:
    """One entity.

    :param record: its class.
    :param noun: the client's attribute for it.
    :param verbs: what it offers.
    :param bulk: what it offers for up to 100 objects in one call.
    :param partner_only: verbs that only Bill.com's partners may use.
    :param timed: whether its lists can be ordered by `created_time`.
    """

    record: type[Record]
    noun: str
    verbs: frozenset[str]
    bulk: frozenset[str] = frozenset()
    partner_only: frozenset[str] = frozenset()
    timed: bool = True

    @property
    def name(self) -> str:
        """Return its name on the wire."""
        return self.record.ENTITY


_ROWS: Final = (
    # receivables
    EntityRow(r.Customer, "customers", _ALL, _BULK),
    EntityRow(r.CustomerContact, "customer_contacts", _ALL, _BULK),
    EntityRow(r.CustomerBankAccount, "customer_bank_accounts", frozenset({"Create", "Read", "Delete", "List"})),
    EntityRow(r.Invoice, "invoices", _ALL, _BULK),
    EntityRow(r.RecurringInvoice, "recurring_invoices", _ALL),
    EntityRow(r.CreditMemo, "credit_memos", _ALL),
    EntityRow(r.InvoiceCredit, "invoice_credits", _LOOK, timed=False),
    EntityRow(r.ReceivedPay, "received_pays", _LOOK),
    EntityRow(r.RPConvFee, "convenience_fees", _LOOK),
    # classification
    EntityRow(r.ChartOfAccount, "chart_of_accounts", _ALL),
    EntityRow(r.Item, "items", _ALL, frozenset({"Create", "Update", "Delete"})),
    EntityRow(r.Department, "departments", _ALL),
    EntityRow(r.Location, "locations", _ALL),
    EntityRow(r.Job, "jobs", _ALL),
    EntityRow(r.ActgClass, "accounting_classes", _ALL),
    EntityRow(r.Employee, "employees", _ALL),
    EntityRow(r.PaymentTerm, "payment_terms", _ALL),
    # organization
    EntityRow(
        r.Organization,
        "organizations",
        frozenset(CRUD),
        partner_only=frozenset({"Create", "Update", "Delete", "Undelete"}),
    ),
    EntityRow(r.User, "users", _ALL, frozenset({"Update"})),
    EntityRow(r.Profile, "profiles", _LOOK),
    EntityRow(r.BankAccount, "bank_accounts", _LOOK),
    EntityRow(r.MoneyMovement, "money_movements", _LOOK),
    # payables
    EntityRow(r.Vendor, "vendors", _ALL, _BULK),
    EntityRow(
        r.VendorBankAccount,
        "vendor_bank_accounts",
        frozenset({"Create", "Read", "Delete", "List"}),
        frozenset({"Create"}),
    ),
    EntityRow(r.Bill, "bills", _ALL, _BULK),
    EntityRow(r.RecurringBill, "recurring_bills", _ALL),
    EntityRow(r.VendorCredit, "vendor_credits", _ALL),
    EntityRow(r.BillCredit, "bill_credits", _LOOK),
    EntityRow(r.SentPay, "sent_pays", _LOOK),
    EntityRow(r.BillPay, "bill_pays", _LOOK),
    EntityRow(r.ApprovalPolicy, "approval_policies", _ALL),
    EntityRow(r.ApprovalPolicyApprover, "approval_policy_approvers", _ALL, timed=False),
    EntityRow(r.BillApprover, "bill_approvers", _LOOK, timed=False),
    EntityRow(r.VendCreditApprover, "vendor_credit_approvers", _LOOK, timed=False),
)

ENTITIES: Final[Mapping[str, EntityRow]] = MappingProxyType({entity.name: entity for entity in _ROWS})
"""Every entity by its name on the wire."""


@once_per_class
def entity_of(cls: type[Record]) -> EntityRow:
    """Return the entity of a class of records.

    :raises InvalidRequest: it has no calls of its own, such as a line.
    """
    entity = ENTITIES.get(cls.ENTITY)
    if entity is None:
        raise InvalidRequest(f"{cls.__name__} has no calls of its own; it travels inside another object")
    return entity


def allow(cls: type[Record], verb: str, *, bulk: bool = False) -> EntityRow:
    """Return the entity of a class if it offers a verb.

    :raises InvalidRequest: it does not.
    """
    entity = entity_of(cls)
    if verb not in (entity.bulk if bulk else entity.verbs):
        raise InvalidRequest(f"Bill.com offers no {'bulk ' if bulk else ''}{verb} of {entity.name}")
    return entity
