"""Bill.com's API v2 as Python: objects by noun, operations by name.

    transport = Transport("https://api-stage.bill.com/api/v2", dev_key=...)
    client = Client(transport, PasswordSession(transport, user_name, password, org_id))

    vendor = client.vendors.create(Vendor(name="Acme"))
    for bill in client.bills.iterate(equals("vendor_id", vendor.id)): ...
    client.pay_bills([BillPayment(bill.id, bill.due_amount)], process_date=day)

A change that Bill.com refuses raises its own error only where nothing surely happened; otherwise `OutcomeUnknown`, and
then the thing to do is to read back. A client keeps no state of its own: threads may share it if they may share its
session provider.

Wire: https://developer.bill.com/v2/reference
"""

from __future__ import annotations

from . import records as r
from .areas import ApprovalCalls, FileCalls, NetworkCalls, PayableCalls, ReceivableCalls, SystemCalls
from .calling import Calls, Direct, Fetches, SessionProvider
from .entity import Entity
from .transport import Transport


class BillcomAPI(PayableCalls, ReceivableCalls, ApprovalCalls, FileCalls, NetworkCalls, SystemCalls):
    """Everything that API v2 offers, over whatever carries out the calls, such as the engine within its shared limits.

    :param calls: carries out calls and raises where Bill.com refuses them.
    :param fetches: fetches files; left out, the calls that need it are refused.
    """

    def __init__(self, calls: Calls, fetches: Fetches | None = None) -> None:
        super().__init__(calls, fetches)
        self.customers: Entity[r.Customer] = Entity(r.Customer, calls)
        self.customer_contacts: Entity[r.CustomerContact] = Entity(r.CustomerContact, calls)
        self.customer_bank_accounts: Entity[r.CustomerBankAccount] = Entity(r.CustomerBankAccount, calls)
        self.invoices: Entity[r.Invoice] = Entity(r.Invoice, calls)
        self.recurring_invoices: Entity[r.RecurringInvoice] = Entity(r.RecurringInvoice, calls)
        self.credit_memos: Entity[r.CreditMemo] = Entity(r.CreditMemo, calls)
        self.invoice_credits: Entity[r.InvoiceCredit] = Entity(r.InvoiceCredit, calls)
        self.received_pays: Entity[r.ReceivedPay] = Entity(r.ReceivedPay, calls)
        self.convenience_fees: Entity[r.RPConvFee] = Entity(r.RPConvFee, calls)
        self.chart_of_accounts: Entity[r.ChartOfAccount] = Entity(r.ChartOfAccount, calls)
        self.items: Entity[r.Item] = Entity(r.Item, calls)
        self.departments: Entity[r.Department] = Entity(r.Department, calls)
        self.locations: Entity[r.Location] = Entity(r.Location, calls)
        self.jobs: Entity[r.Job] = Entity(r.Job, calls)
        self.accounting_classes: Entity[r.ActgClass] = Entity(r.ActgClass, calls)
        self.employees: Entity[r.Employee] = Entity(r.Employee, calls)
        self.payment_terms: Entity[r.PaymentTerm] = Entity(r.PaymentTerm, calls)
        self.organizations: Entity[r.Organization] = Entity(r.Organization, calls)
        self.users: Entity[r.User] = Entity(r.User, calls)
        self.profiles: Entity[r.Profile] = Entity(r.Profile, calls)
        self.bank_accounts: Entity[r.BankAccount] = Entity(r.BankAccount, calls)
        self.money_movements: Entity[r.MoneyMovement] = Entity(r.MoneyMovement, calls)
        self.vendors: Entity[r.Vendor] = Entity(r.Vendor, calls)
        self.vendor_bank_accounts: Entity[r.VendorBankAccount] = Entity(r.VendorBankAccount, calls)
        self.bills: Entity[r.Bill] = Entity(r.Bill, calls)
        self.recurring_bills: Entity[r.RecurringBill] = Entity(r.RecurringBill, calls)
        self.vendor_credits: Entity[r.VendorCredit] = Entity(r.VendorCredit, calls)
        self.bill_credits: Entity[r.BillCredit] = Entity(r.BillCredit, calls)
        self.sent_pays: Entity[r.SentPay] = Entity(r.SentPay, calls)
        self.bill_pays: Entity[r.BillPay] = Entity(r.BillPay, calls)
        self.approval_policies: Entity[r.ApprovalPolicy] = Entity(r.ApprovalPolicy, calls)
        self.approval_policy_approvers: Entity[r.ApprovalPolicyApprover] = Entity(r.ApprovalPolicyApprover, calls)
        self.bill_approvers: Entity[r.BillApprover] = Entity(r.BillApprover, calls)
        self.vendor_credit_approvers: Entity[r.VendCreditApprover] = Entity(r.VendCreditApprover, calls)


class Client(BillcomAPI):
    """Everything that API v2 offers, with a session of one's own.

    :param transport: sends single calls.
    :param session: knows the session, such as `PasswordSession`.

    .. versionadded:: 0.1
    """

    def __init__(self, transport: Transport, session: SessionProvider) -> None:
        direct = Direct(transport, session)
        super().__init__(direct, direct)
