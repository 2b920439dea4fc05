"""Each error code, raised by what causes it at Bill.com: a table of code or situation and the call that is refused.

Each cause gets a simulator of its own, signed in as the administrator, with MFA trust.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.coverage import acts
from flask_billcom.simulator.coverage.fields import Finding
from flask_billcom.simulator.coverage.office import DAY, Office
from flask_billcom.simulator.coverage.wire import Refused
from flask_billcom.simulator.errors import GUESSES, TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["CAUSES", "raise_by_cause"]

NOBODY: Final = "01NOBODYXXXXXXaaa"


CAUSES: Final[Mapping[str, Callable[[Office], Any]]] = MappingProxyType(
    {
        "BDC_1001": acts.fault("BDC_1001"),
        "BDC_1002": acts.path("Crud/Create/Vendor", object={"entity": "Vendor", "name": "V"}),
        "BDC_1003": lambda office: office.wire("/api/v9/Crud/Read/Vendor.json", {}),
        "BDC_1005": lambda office: office.wire("/api/v1/Crud/Read/Vendor.json", {}),
        "BDC_1101": acts.sign_in(password="wrong"),  # noqa: S106
        "BDC_1102": acts.sign_in(devKey="wrong"),
        "BDC_1103": acts.switched(acts.path("CurrentTime"), dev_key_state="inactive"),
        "BDC_1104": acts.switched(acts.path("CurrentTime"), dev_key_state="terms_open"),
        "BDC_1105": acts.switched(acts.sign_in(), api_access=False),
        "BDC_1106": lambda office: office.wire.sign_in(orgId=office.wire.simulator.settings.partner_org_id),
        "BDC_1107": acts.locked_organization,
        "BDC_1108": lambda office: office.wire("CurrentTime", sessionId=""),
        "BDC_1109": acts.idle,
        "BDC_1110": acts.locked_user,
        "BDC_1111": acts.user_gone,
        "BDC_1113": acts.not_yet_signed_up,
        "BDC_1114": acts.path("SearchEntity", entity="Nonsense", term="x"),
        "BDC_1115": acts.path("Crud/Destroy/Vendor"),
        "BDC_1116": acts.path("Crud/Create/SentPay", obj={"entity": "SentPay"}),
        "BDC_1117": acts.path("Crud/Create/Vendor", obj={"entity": "Vendor"}),
        "BDC_1118": acts.path("Crud/Create/Vendor", obj={"entity": "Customer", "name": "C"}),
        "BDC_1119": acts.path("Crud/Create/Bill", obj={"entity": "Bill", "vendorId": "9"}),
        "BDC_1120": lambda office: office.wire("GetCheckImageData", {"sentPayId": office.pay(office.bill())["id"]}),
        "BDC_1121": acts.path("crud/Create/Vendor"),
        "BDC_1122": lambda office: office.wire("Crud/Read/Vendor", "{not json"),
        "BDC_1123": acts.sign_in(orgId="00801ANOTHERONEXXa1a"),
        "BDC_1124": acts.path("Crud/Create/Vendor", obj={"entity": "Vendor", "name": 5}),
        "BDC_1128": acts.path("List/Nonsense"),
        "BDC_1129": acts.path("List/Vendor", max=1000),
        "BDC_1130": acts.path("List/Vendor", filters=[{"field": "nonsense", "op": "=", "value": 1}]),
        "BDC_1131": acts.path("List/Vendor", filters=[{"field": "id", "op": "like", "value": 1}]),
        "BDC_1144": acts.hourly,
        "BDC_1150": acts.bank_status("2", named=False),
        "BDC_1151": acts.bank_status("3", named=True),
        "BDC_1152": lambda office: office.pay(office.bill(), processDate=DAY),
        "BDC_1159": acts.switched(lambda office: office.pay(office.bill(), 11), overpay="refuse"),
        "BDC_1171": acts.switched(acts.twice, unique_numbers="party"),
        "BDC_1205": acts.path("Crud/Read/Vendor", id=f"009{NOBODY}"),
        "BDC_1246": acts.rolled_back,
        "BDC_1322": acts.at_once,
        "BDC_1332": acts.mailed,
        "BDC_1333": lambda office: acts.mailed(office, **acts.ABROAD),
        "BDC_1354": lambda office: office.wire.other("auditor").trust(),
        "BDC_1356": acts.token_after(6),
        "BDC_1358": acts.wrong_token(5),
        "BDC_1361": acts.untrusted,
        "BDC_1374": acts.token_after(40),
        "BDC_1402": acts.young_account,
        "wrong_mfa_token": acts.wrong_token(1),
        "mail_limit": acts.many_mails,
        "not_authorized_to_charge": acts.unauthorized,
        "bank_account_unusable": acts.deleted_account,
        "invoice_paid": acts.charged_again(overpay="refuse"),
        "invoice_inactive": acts.deleted_invoice,
        "amount_exceeds_due": acts.switched(acts.charged_too_much, overpay="refuse"),
        "bill_paid": acts.paid_bill,
        "bill_inactive": acts.deleted("Bill"),
        "bill_denied": acts.denied,
        "bill_not_approved": acts.unapproved,
        "foreign_bill": lambda office: office.pay(office.bill(), vendorId=office.vendor()),
        "foreign_invoice": acts.foreign_invoice,
        "vendor_inactive": acts.deleted("Vendor"),
        "too_many": acts.path("Bulk/Crud/Create/Vendor", bulk=[{"obj": {}}] * 101),
        "account_exists": acts.two_accounts,
        "not_cancelable": acts.canceled_late,
        "not_voidable": acts.voided_twice,
        "has_payments": acts.with_payments,
        "credit_unusable": acts.foreign_credit,
        "invite_open": acts.invited_twice,
        "no_permission": lambda office: office.wire.other("auditor").create("Vendor", {"name": "V"}),
        "not_an_approver": acts.clerk_approver,
        "file_refused": lambda office: office.wire.upload("a.pdf", b"not a pdf", ""),
        "not_yet_to_approve": acts.approving(("payer", "Approve")),
        "approval_stopped": acts.approving(("approver", "Deny"), ("payer", "Approve")),
        "already_decided": acts.approving(("approver", "Approve"), ("approver", "Approve")),
        "vendor_offline": acts.offline,
        "no_open_invite": acts.path("CancelInvite", id="nrr01NOBODYXXXXXXaaa"),
        "not_connected": lambda office: office.wire("DisconnectVendorFromNetwork", {"id": office.vendor()}),
        "merged": acts.merged,
    }
)


def raise_by_cause(name: str) -> Refused:
    """Bring a refusal about by its cause, and return it.

    :param name: a code of the table, or the name of a guess.
    :raises Finding: it does not come, or comes with another code.
    """
    expected = TABLE[name].code if name in TABLE else GUESSES[name].code
    try:
        CAUSES[name](Office())
    except Refused as error:
        if error.code == expected:
            return error
        raise Finding(f"{name} is refused with {error}") from error
    raise Finding(f"{name} is not refused")
