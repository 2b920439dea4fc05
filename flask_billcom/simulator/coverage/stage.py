"""A simulator in which every entity exists: made over the wire, by operations, by people and by time.

What cannot be created by a call comes about as in life: payments by paying, movements by waiting, credits by people.
"""

from __future__ import annotations

from typing import Any, Final

from flask_billcom.simulator.coverage.wire import Wire
from flask_billcom.simulator.service import Simulator

__all__ = ["Stage"]

DAY: Final = "2026-03-02"
LATER: Final = "2027-01-04"
ROUTING: Final = "021000021"


class Stage:
    """A caller signed in and trusted, and makers of minimal objects; `shared` holds one of each entity."""

    wire: Wire
    shared: dict[str, str]

    def __init__(self) -> None:
        self.wire = Wire(Simulator(hourly_cap=None, mail_limit=None, bank_balance=True))
        self.wire.sign_in()
        self.wire.trust()
        self._count = 0
        self.shared = {}
        self._seeded()
        self._created()
        self._happened()

    def number(self) -> str:
        """Return a document number that nothing has."""
        self._count += 1
        return f"N-{self._count}"

    def minimal(self, entity: str) -> dict[str, Any]:
        """Return what an object of that entity needs at least."""
        return dict(getattr(self, f"_{entity.lower()}", self._named)())

    def make(self, entity: str, **values: object) -> Any:  # noqa: ANN401 - what it answers
        """Create an object.

        :param values: fields beside, or instead of, the minimal ones; None leaves one out.
        """
        given = {name: value for name, value in {**self.minimal(entity), **values}.items() if value is not None}
        beside = {"agreedWithTOS": True} if entity == "CustomerBankAccount" else {}
        return self.wire.create(entity, given, **beside)

    def _seeded(self) -> None:
        for entity in ("Profile", "User", "BankAccount", "ChartOfAccount"):
            self.shared[entity] = self.wire(f"List/{entity}", {})[0]["id"]
        self.shared["Organization"] = self.wire.simulator.settings.org_id

    def _created(self) -> None:
        for entity in (
            "Department", "Location", "Job", "ActgClass", "Employee", "PaymentTerm", "Item", "Customer",
            "CustomerContact", "Invoice", "CreditMemo", "RecurringInvoice", "Vendor", "Bill", "VendorCredit",
            "RecurringBill", "ApprovalPolicy", "ApprovalPolicyApprover",
        ):  # fmt: skip
            self.shared[entity] = self.make(entity)["id"]

    def _happened(self) -> None:
        wire = self.wire
        wire("SetCustomerAuthorization", {"customerId": self.shared["Customer"], "hasAuthorizedToCharge": True})
        self.shared["CustomerBankAccount"] = self.make("CustomerBankAccount", customerId=self.shared["Customer"])["id"]
        self.shared["VendorBankAccount"] = self.make("VendorBankAccount", vendorId=self.shared["Vendor"])["id"]
        approvers = [self.shared["User"]]
        for entity in ("Bill", "VendorCredit"):
            wire("SetApprovers", {"objectId": self.shared[entity], "entity": entity, "approvers": approvers})
        self._collect()
        self._pay()
        for entity in (
            "MoneyMovement",
            "BillApprover",
            "VendCreditApprover",
            "InvoiceCredit",
            "RPConvFee",
            "BillCredit",
        ):
            self.shared[entity] = wire(f"List/{entity}", {})[0]["id"]

    def _pay(self) -> None:
        """Pay a bill with a credit, and ask for another payment to be voided at four in the afternoon."""
        wire = self.wire
        credit = {"billId": self.shared["Bill"], "vendorCreditId": self.shared["VendorCredit"], "amount": 1}
        paid = wire(
            "PayBills",
            {
                "billPays": [{"billId": self.shared["Bill"], "amount": 9}],
                "billCredits": [credit],
                "processDate": "2026-03-05",
            },
        )["sentPays"][0]
        self.shared["SentPay"], self.shared["BillPay"] = paid["id"], paid["billPays"][0]["id"]
        other = self.make("Bill")
        pays = {"billPays": [{"billId": other["id"], "amount": 1}], "processDate": "2026-03-05"}
        voided = wire("PayBills", pays)["sentPays"][0]["id"]
        wire.simulator.clock.advance(business_days=1)
        wire.again()
        wire("VoidAPPayment", {"sentPayId": voided, "voidRequestType": "0", "reason": "not wanted"})

    def _collect(self) -> None:
        """Charge a customer, let another pay by card with a fee, apply a credit memo."""
        wire = self.wire
        invoice = self.make("Invoice")["id"]
        wire(
            "ChargeCustomer",
            {
                "customerId": self.shared["Customer"],
                "paymentType": "3",
                "paymentAccountId": self.shared["CustomerBankAccount"],
                "invoicePays": [{"invoiceId": invoice, "amount": 5}],
            },
        )
        act = {"act": "pay_by_card", "id": self.shared["Invoice"], "amount_cents": 100, "fee_cents": 3}
        self.shared["ReceivedPay"] = wire.control("people", act)["id"]
        memo = {"act": "apply_credit", "id": self.shared["CreditMemo"], "invoice": invoice, "amount_cents": 100}
        wire.control("people", memo)

    # -- the least that each entity needs ----------------------------------------------------------------------------

    def _named(self) -> dict[str, Any]:
        return {"name": self.number()}

    def _employee(self) -> dict[str, Any]:
        return {"shortName": self.number()}

    def _paymentterm(self) -> dict[str, Any]:
        return {"name": self.number(), "netDue": 30}

    def _item(self) -> dict[str, Any]:
        return {"name": self.number(), "type": "1"}

    def _chartofaccount(self) -> dict[str, Any]:
        return {"name": self.number(), "accountType": "7"}

    def _user(self) -> dict[str, Any]:
        number = self.number()
        names = {"firstName": "F", "lastName": "L", "email": f"{number}@example.test"}
        return {"profileId": self.shared["Profile"], **names}

    def _customercontact(self) -> dict[str, Any]:
        return {"customerId": self.shared["Customer"], "firstName": "Ann"}

    def _customerbankaccount(self) -> dict[str, Any]:
        account = {"nameOnAccount": "A", "routingNumber": ROUTING, "accountNumber": "5550001"}
        return {"customerId": self.make("Customer")["id"], **account}

    def _vendorbankaccount(self) -> dict[str, Any]:
        return {"vendorId": self.make("Vendor")["id"], "routingNumber": ROUTING, "accountNumber": "5550002"}

    def _bill(self) -> dict[str, Any]:
        document = {"vendorId": self.shared["Vendor"], "invoiceNumber": self.number(), "invoiceDate": DAY}
        return {**document, "dueDate": DAY, "billLineItems": [{"amount": 10}]}

    def _vendorcredit(self) -> dict[str, Any]:
        credit = {"vendorId": self.shared["Vendor"], "refNumber": self.number(), "creditDate": DAY}
        return {**credit, "vendorCreditLineItems": [{"amount": 10}]}

    def _template(self) -> dict[str, Any]:
        return {"timePeriod": "2", "frequencyPerTimePeriod": 1, "nextDueDate": LATER, "daysInAdvance": 1}

    def _recurringbill(self) -> dict[str, Any]:
        return {"vendorId": self.shared["Vendor"], **self._template(), "recurringBillLineItems": [{"amount": 10}]}

    def _recurringinvoice(self) -> dict[str, Any]:
        lines = [{"quantity": 1, "price": 10}]
        return {"customerId": self.shared["Customer"], **self._template(), "recurringInvoiceLineItems": lines}

    def _invoice(self) -> dict[str, Any]:
        document = {"customerId": self.shared["Customer"], "invoiceNumber": self.number(), "invoiceDate": DAY}
        return {**document, "dueDate": DAY, "invoiceLineItems": [{"quantity": 1, "price": 10}]}

    def _creditmemo(self) -> dict[str, Any]:
        credit = {"customerId": self.shared["Customer"], "refNumber": self.number(), "creditDate": DAY}
        return {**credit, "creditMemoLineItems": [{"quantity": 1, "price": 10}]}

    def _approvalpolicy(self) -> dict[str, Any]:
        return {"type": "0", "amountThreshold": 1_000_000, "minNumApprovers": 1}

    def _approvalpolicyapprover(self) -> dict[str, Any]:
        return {"approvalPolicyId": self.shared["ApprovalPolicy"], "usersId": self.shared["User"]}
