"""A simulator with a few objects, made over the wire as they are asked for; what goes wrong is tried out in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.coverage.wire import Wire
from flask_billcom.simulator.service import Simulator

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DAY", "Office"]

DAY: Final = "2026-03-02"


class Office:
    """A simulator with a few objects, made as they are asked for."""

    def __init__(self) -> None:
        self.wire = Wire(Simulator())
        self.wire.sign_in()
        self.wire.trust()

    def switch(self, **switches: object) -> None:
        """Set switches."""
        self.wire.simulator.switch(**switches)

    def people(self, act: str, **details: object) -> Any:  # noqa: ANN401 - the object
        """Let a person act."""
        return self.wire.control("people", {"act": act, **details})

    def vendor(self, **values: object) -> str:
        """Make a vendor."""
        return str(self.wire.create("Vendor", {"name": "V", **values})["id"])

    def bill(self, vendor: str = "", number: str = "B", amount: object = 10) -> dict[str, Any]:
        """Make a bill."""
        dated = {"invoiceNumber": number, "invoiceDate": DAY, "dueDate": DAY}
        values = {"vendorId": vendor or self.vendor(), **dated, "billLineItems": [{"amount": amount}]}
        return dict(self.wire.create("Bill", values))

    def customer(self, **values: object) -> str:
        """Make a customer."""
        return str(self.wire.create("Customer", {"name": "C", "email": "c@example.test", **values})["id"])

    def chargeable(self) -> tuple[str, str]:
        """Make a customer who may be charged, and return his id and his account's."""
        customer = self.customer()
        self.wire("SetCustomerAuthorization", {"customerId": customer, "hasAuthorizedToCharge": True})
        return customer, self.account(customer)

    def account(self, customer: str) -> str:
        """Give a customer a bank account."""
        values = {
            "customerId": customer,
            "nameOnAccount": "C",
            "routingNumber": "021000021",
            "accountNumber": "5550001",
        }
        return str(self.wire.create("CustomerBankAccount", values, agreedWithTOS=True)["id"])

    def invoice(self, customer: str, number: str = "I") -> str:
        """Make an invoice."""
        dated = {"invoiceNumber": number, "invoiceDate": DAY, "dueDate": DAY}
        lines = [{"quantity": 1, "price": 10}]
        return str(self.wire.create("Invoice", {"customerId": customer, **dated, "invoiceLineItems": lines})["id"])

    def pay(self, bill: Mapping[str, Any], amount: object = 10, **more: object) -> Any:  # noqa: ANN401
        """Pay a bill."""
        return self.wire("PayBills", {"billPays": [{"billId": bill["id"], "amount": amount}], **more})["sentPays"][0]

    def charge(self, customer: str, account: str, invoice: str, amount: object = 10) -> Any:  # noqa: ANN401
        """Charge a customer."""
        pays = [{"invoiceId": invoice, "amount": amount}]
        data = {"customerId": customer, "paymentType": "3", "paymentAccountId": account, "invoicePays": pays}
        return self.wire("ChargeCustomer", data)

    def payer(self) -> Office:
        """Return the same office, used by somebody who pays only what is approved."""
        found = Office.__new__(Office)
        found.wire = self.wire.other("payer")
        found.wire.trust()
        return found

    def user(self, email: str) -> str:
        """Return the id of a user."""
        wanted = [{"field": "email", "op": "=", "value": email}]
        return str(self.wire("List/User", {"filters": wanted})[0]["id"])
