"""A caller that speaks plain form posts, as a client would that knows nothing of this project."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import requests

from flask_billcom.simulator import Simulator, WSGIAdapter

BASE = "https://api-stage.bill.com/api/v2"


class Refused(Exception):  # noqa: N818 - an answer that a test asks for
    """An error envelope."""

    def __init__(self, code: str, text: str, status: int) -> None:
        super().__init__(f"{code}: {text}")
        self.code, self.text, self.status = code, text, status


class Caller:
    """Calls the simulator over its wire format."""

    acme: dict[str, Any]
    bob: dict[str, Any]
    first: dict[str, Any]
    second: dict[str, Any]

    def __init__(self, simulator: Simulator, base: str = BASE) -> None:
        self.simulator = simulator
        self.base = base
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.mount("https://", WSGIAdapter(simulator))
        self.session_id = ""
        self.mfa_id = ""

    def post(self, path: str, data: object = None, **form: str) -> requests.Response:
        fields = {"devKey": self.simulator.settings.dev_key, **form}
        if self.session_id:
            fields.setdefault("sessionId", self.session_id)
        if data is not None:
            fields["data"] = data if isinstance(data, str) else json.dumps(data)
        self.http.cookies.clear()
        return self.http.post(f"{self.base}/{path}", data=fields, timeout=10)

    def envelope(self, path: str, data: object = None, **form: str) -> Any:
        answer: dict[str, Any] = json.loads(self.post(f"{path}.json", data, **form).text, parse_float=Decimal)
        assert set(answer) == {"response_status", "response_message", "response_data"}
        return answer

    def __call__(self, path: str, data: object = None, **form: str) -> Any:
        reply = self.post(f"{path}.json", data, **form)
        answer = json.loads(reply.text, parse_float=Decimal)
        if answer["response_status"]:
            error = answer["response_data"]
            raise Refused(error["error_code"], error["error_message"], reply.status_code)
        return answer["response_data"]

    def create(self, entity: str, beside: dict[str, Any] | None = None, **fields: Any) -> Any:
        return self(f"Crud/Create/{entity}", {"obj": {"entity": entity, **fields}, **(beside or {})})

    def update(self, entity: str, **fields: Any) -> Any:
        return self(f"Crud/Update/{entity}", {"obj": {"entity": entity, **fields}})

    def read(self, entity: str, row_id: str) -> Any:
        return self(f"Crud/Read/{entity}", {"id": row_id})

    def list(self, entity: str, *filters: tuple[str, str, Any], **query: Any) -> Any:
        wanted = [{"field": field, "op": op, "value": value} for field, op, value in filters]
        return self(f"List/{entity}", {"filters": wanted, **query})

    def sign_in(self, **form: str) -> Any:
        settings = self.simulator.settings
        self.session_id = ""
        fields = {"userName": settings.user_name, "password": settings.password, "orgId": settings.org_id, **form}
        answer = self("Login", **fields)
        self.session_id = answer["sessionId"]
        return answer

    def trust(self) -> None:
        challenge = self("MFAChallenge", {"useBackup": False})["challengeId"]
        code = self.simulator.settings.mfa_code
        data = {"challengeId": challenge, "token": code, "deviceId": "d", "machineName": "m", "rememberMe": True}
        self.mfa_id = self("MFAAuthenticate", data)["mfaId"]

    def again(self) -> None:
        """Sign in anew with the remembered device."""
        self.sign_in(mfaId=self.mfa_id, deviceId="d")

    def customer(self, name: str = "Acme", *, chargeable: bool = False, number: str = "55501234") -> Any:
        customer = self.create("Customer", name=name, email="acme@example.test")
        if chargeable:
            self("SetCustomerAuthorization", {"customerId": customer["id"], "hasAuthorizedToCharge": True})
            customer["account"] = self.create(
                "CustomerBankAccount",
                {"agreedWithTOS": True},
                customerId=customer["id"],
                nameOnAccount=name,
                routingNumber="021000021",
                accountNumber=number,
            )
        return customer

    def vendor(self, name: str = "Bob", *, number: str = "", **fields: Any) -> Any:
        vendor = self.create("Vendor", name=name, **fields)
        if number:
            vendor["account"] = self.create(
                "VendorBankAccount", vendorId=vendor["id"], routingNumber="021000021", accountNumber=number
            )
        return vendor

    def invoice(self, customer: dict[str, Any], *prices: Any, number: str = "I-1", **fields: Any) -> Any:
        lines = [{"entity": "InvoiceLineItem", "quantity": 1, "price": price} for price in prices or (10,)]
        return self.create("Invoice", **self.dated(number), customerId=customer["id"], invoiceLineItems=lines, **fields)

    def bill(self, vendor: dict[str, Any], *amounts: Any, number: str = "B-1", **fields: Any) -> Any:
        lines = [{"entity": "BillLineItem", "amount": amount} for amount in amounts or (10,)]
        return self.create("Bill", **self.dated(number), vendorId=vendor["id"], billLineItems=lines, **fields)

    @staticmethod
    def dated(number: str) -> Any:
        return {"invoiceNumber": number, "invoiceDate": "2026-03-02", "dueDate": "2026-03-02"}

    def charge(self, customer: dict[str, Any], *parts: tuple[dict[str, Any], Any], **more: Any) -> Any:
        pays = [{"invoiceId": invoice["id"], "amount": amount} for invoice, amount in parts]
        data = {
            "customerId": customer["id"],
            "paymentType": "3",
            "paymentAccountId": customer["account"]["id"],
            "invoicePays": pays,
            **more,
        }
        return self("ChargeCustomer", data)["chargedReceivedPay"]

    def pay(self, *parts: tuple[dict[str, Any], Any], **more: Any) -> Any:
        pays = [{"billId": bill["id"], "amount": amount} for bill, amount in parts]
        return self("PayBills", {"billPays": pays, **more})["sentPays"]

    def control(self, path: str, body: Any = None) -> Any:
        url = f"{self.base.removesuffix('/api/v2')}/simulator/{path}"
        if body is None:
            return self.http.get(url, timeout=10).json()
        return self.http.post(url, json=body, timeout=10).json()


MakeCaller = Callable[..., Caller]
Refuse = Callable[..., Refused]
