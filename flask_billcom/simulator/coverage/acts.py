"""What people and programs do to be refused: one act each, for `causes`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.coverage.fields import Finding
from flask_billcom.simulator.coverage.office import DAY, Office
from flask_billcom.simulator.coverage.wire import Refused

if TYPE_CHECKING:
    from collections.abc import Callable


def path(path: str, **data: object) -> Callable[[Office], Any]:
    """Return an act that makes one call with that data."""
    return lambda office: office.wire(path, data)


def idle(office: Office) -> None:
    """Call after 35 minutes without a call."""
    wait(office, 35)
    office.wire("CurrentTime")


def wait(office: Office, minutes: int) -> None:
    """Let minutes pass."""
    office.wire.simulator.clock.advance(seconds=minutes * 60)


def fault(code: str) -> Callable[[Office], Any]:
    """Return an act during which the server fails with that code, after it did what was asked."""

    def act(office: Office) -> Any:  # noqa: ANN401
        office.wire.simulator.plan_fault(f"bdc_after:{code}", "Crud/Create/Vendor")
        return office.vendor()

    return act


def switched(act: Callable[[Office], Any], **switches: object) -> Callable[[Office], Any]:
    """Return the same act under other switches."""

    def switched(office: Office) -> Any:  # noqa: ANN401
        office.switch(**switches)
        return act(office)

    return switched


def sign_in(**form: str) -> Callable[[Office], Any]:
    """Return an act that signs in with these form fields instead of the right ones."""
    return lambda office: office.wire.sign_in(**form)


def locked_user(office: Office) -> None:
    """Sign in with a wrong password until the user is locked."""
    for _ in range(5):
        try:
            office.wire.sign_in(password="wrong")  # noqa: S106 - wrong on purpose
        except Refused as error:
            last = error
    raise last


def locked_organization(office: Office) -> None:
    """Fail to sign in as so many users that the organization is locked, then make a call."""
    session = office.wire.session_id
    for number in range(10):
        try:
            office.wire.sign_in(userName=f"nobody{number}@example.test")
        except Refused as error:
            last = error
    if last.code != "BDC_1107":
        raise Finding(f"the tenth failure is refused with {last}")
    office.wire.session_id = session
    office.wire("CurrentTime")


def user_gone(office: Office) -> None:
    """Sign in as a user who has been deleted."""
    office.wire("Crud/Delete/User", {"id": office.user("clerk@example.test")})
    office.wire.other("clerk")


def not_yet_signed_up(office: Office) -> None:
    """Sign in as a user who has not followed his mail."""
    role = office.wire("List/Profile", {})[0]["id"]
    values = {"profileId": role, "firstName": "N", "lastName": "N", "email": "new@example.test"}
    office.wire.create("User", values)
    office.wire.other("new")


def hourly(office: Office) -> None:
    """Make one call more than an hour allows."""
    office.switch(hourly_cap=5)
    for _ in range(3):
        office.wire("CurrentTime")


def at_once(office: Office) -> None:
    """Make a call while three others are in flight."""
    gate = office.wire.simulator.gate
    key = (office.wire.simulator.settings.dev_key, office.wire.simulator.settings.org_id)
    for _ in range(3):
        gate.enter(key, 3)
    office.wire("CurrentTime")


def bank_status(status: str, *, named: bool) -> Callable[[Office], Any]:
    """Return an act that pays from an account in that state; `named` says that the call names the account."""

    def act(office: Office) -> Any:  # noqa: ANN401
        account = office.wire("List/BankAccount", {})[0]["id"]
        office.people("account_status", id=account, status=status)
        return office.pay(office.bill(), **({"bankAccountId": account} if named else {}))

    return act


def twice(office: Office) -> None:
    """Make two bills of one number."""
    vendor = office.vendor()
    office.bill(vendor)
    office.bill(vendor)


def rolled_back(office: Office) -> None:
    """Send a good object together with a bad one, and take the answer for the good one."""
    office.switch(bulk="rollback")
    objects = [{"obj": {"entity": "Vendor", "name": "good"}}, {"obj": {"entity": "Vendor"}}]
    answer = office.wire.post("Bulk/Crud/Create/Vendor", {"bulk": objects})
    first = json.loads(answer.body)["response_data"]["bulk"][0]["response_data"]
    raise Refused(first["error_code"], first["error_message"], answer.status)


def young_account(office: Office) -> None:
    """Pay a vendor on the day after his account was added."""
    vendor = office.vendor()
    account = {"vendorId": vendor, "routingNumber": "021000021", "accountNumber": "5550002"}
    office.wire.create("VendorBankAccount", account)
    office.pay(office.bill(vendor), processDate="2026-03-03")


def token_after(minutes: int) -> Callable[[Office], Any]:
    """Return an act that answers a challenge after so many minutes."""

    def act(office: Office) -> Any:  # noqa: ANN401
        challenge = office.wire("MFAChallenge", {})["challengeId"]
        for _ in range(2):
            wait(office, minutes // 2)
            office.wire("CurrentTime")
        code = office.wire.simulator.settings.mfa_code
        return office.wire("MFAAuthenticate", {"challengeId": challenge, "token": code, "deviceId": "d"})

    return act


def wrong_token(tries: int) -> Callable[[Office], Any]:
    """Return an act that answers a challenge wrongly so many times."""

    def act(office: Office) -> None:
        challenge = office.wire("MFAChallenge", {})["challengeId"]
        for _ in range(tries):
            try:
                office.wire("MFAAuthenticate", {"challengeId": challenge, "token": "000000", "deviceId": "d"})
            except Refused as error:
                last = error
        raise last

    return act


def untrusted(office: Office) -> None:
    """Pay in a session without MFA trust."""
    bill = office.bill()
    office.wire.sign_in()
    office.pay(bill)


def mailed(office: Office, **address: str) -> None:
    """Post an invoice to a customer of that address."""
    office.wire("MailInvoice", {"invoiceId": office.invoice(office.customer(**address))})


ABROAD: Final = {
    "billAddress1": "1 King St",
    "billAddressCity": "York",
    "billAddressState": "Yorkshire",
    "billAddressZip": "YO1",
    "billAddressCountry": "United Kingdom",
}


def many_mails(office: Office) -> None:
    """Send six invoices within a minute."""
    invoice = office.invoice(office.customer())
    for _ in range(6):
        office.wire("SendInvoice", {"invoiceId": invoice, "headers": {}, "content": {}})


def charged_again(**switches: object) -> Callable[[Office], Any]:
    """Return an act that charges an invoice twice, switches set in between."""

    def act(office: Office) -> Any:  # noqa: ANN401
        customer, account = office.chargeable()
        invoice = office.invoice(customer)
        office.charge(customer, account, invoice)
        office.switch(**switches)
        return office.charge(customer, account, invoice)

    return act


def charged_too_much(office: Office) -> None:
    """Charge more than is due."""
    customer, account = office.chargeable()
    office.charge(customer, account, office.invoice(customer), 11)


def foreign_invoice(office: Office) -> None:
    """Charge a customer for another one's invoice."""
    customer, account = office.chargeable()
    office.charge(customer, account, office.invoice(office.customer()))


def deleted_invoice(office: Office) -> None:
    """Charge a deleted invoice."""
    customer, account = office.chargeable()
    invoice = office.invoice(customer)
    office.wire("Crud/Delete/Invoice", {"id": invoice})
    office.charge(customer, account, invoice)


def deleted_account(office: Office) -> None:
    """Charge a deleted bank account."""
    customer, account = office.chargeable()
    office.wire("Crud/Delete/CustomerBankAccount", {"id": account})
    office.charge(customer, account, office.invoice(customer))


def paid_bill(office: Office) -> None:
    """Pay a bill twice where that is refused."""
    bill = office.bill()
    office.pay(bill)
    office.switch(overpay="refuse")
    office.pay(bill)


def deleted(entity: str) -> Callable[[Office], Any]:
    """Return an act that pays after the bill or its vendor was deleted."""

    def act(office: Office) -> Any:  # noqa: ANN401
        bill = office.bill()
        office.wire(f"Crud/Delete/{entity}", {"id": bill["id"] if entity == "Bill" else bill["vendorId"]})
        return office.pay(bill)

    return act


def denied(office: Office) -> None:
    """Pay a bill that was denied."""
    bill = office.bill()
    office.people("deny", id=bill["id"])
    office.pay(bill)


def canceled_late(office: Office) -> None:
    """Cancel a payment that has been processed."""
    sent = office.pay(office.bill())
    office.wire.simulator.clock.advance(business_days=1)
    office.wire.again()
    office.wire("CancelAPPayment", {"sentPayId": sent["id"]})


def voided_twice(office: Office) -> None:
    """Void a payment twice."""
    sent = office.pay(office.bill())
    office.switch(void="at_once")
    for _ in range(2):
        office.wire("VoidAPPayment", {"sentPayId": sent["id"], "voidRequestType": "0", "reason": "r"})


def with_payments(office: Office) -> None:
    """Delete a bill that has payments where that is refused."""
    bill = office.bill()
    office.pay(bill)
    office.switch(change_paid="refuse")
    office.wire("Crud/Delete/Bill", {"id": bill["id"]})


def foreign_credit(office: Office) -> None:
    """Apply another vendor's credit."""
    lines = [{"amount": 5}]
    credit = office.wire.create(
        "VendorCredit",
        {"vendorId": office.vendor(), "refNumber": "C", "creditDate": DAY, "vendorCreditLineItems": lines},
    )
    bill = office.bill()
    office.pay(bill, billCredits=[{"billId": bill["id"], "vendorCreditId": credit["id"], "amount": 1}])


def invited_twice(office: Office) -> None:
    """Invite a vendor twice."""
    data = {"vendorId": office.vendor(), "email": "v@example.test"}
    office.wire("SendVendorInvite", data)
    office.wire("SendVendorInvite", data)


def approving(*decisions: tuple[str, str]) -> Callable[[Office], Any]:
    """Return an act in which two approvers are set and users decide in that order; the last one is refused."""

    def act(office: Office) -> None:
        subject = {"objectId": office.bill()["id"], "entity": "Bill"}
        names = ("approver", "payer")
        approvers = [office.user(f"{name}@example.test") for name in names]
        office.wire("SetApprovers", {**subject, "approvers": approvers})
        for name, verb in decisions:
            office.wire.other(name)(verb, subject)

    return act


def unapproved(office: Office) -> None:
    """Pay an unapproved bill as somebody who may not."""
    office.payer().pay(office.bill())


def clerk_approver(office: Office) -> None:
    """Name somebody as approver whose role may not approve."""
    clerk = office.user("clerk@example.test")
    office.wire("SetApprovers", {"objectId": office.bill()["id"], "entity": "Bill", "approvers": [clerk]})


def offline(office: Office) -> None:
    """Pay a vendor who is paid outside Bill.com only."""
    bill = office.bill()
    office.people("take_offline", id=bill["vendorId"])
    office.pay(bill)


def merged(office: Office) -> None:
    """Undelete a vendor who was merged."""
    gone = office.vendor()
    office.people("merge", id=gone, into=office.vendor())
    office.wire("Crud/Undelete/Vendor", {"id": gone})


def two_accounts(office: Office) -> None:
    """Give a customer a second bank account."""
    customer = office.customer()
    office.account(customer)
    office.account(customer)


def unauthorized(office: Office) -> None:
    """Charge a customer who has not authorized it."""
    customer = office.customer()
    office.charge(customer, office.account(customer), office.invoice(customer))
