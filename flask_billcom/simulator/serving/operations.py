"""The verbs outside Crud and List: what each is called, what it needs, and what it rests on.

Areas with several verbs keep them beside their behaviour; here they come together.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator import errors
from flask_billcom.simulator.access import rights, sessions
from flask_billcom.simulator.approving import worklist
from flask_billcom.simulator.calls import arguments, lookups
from flask_billcom.simulator.calls.listing import parse_query
from flask_billcom.simulator.calls.objects import require
from flask_billcom.simulator.calls.operation import Operation, with_data, with_session
from flask_billcom.simulator.clock import iso_time
from flask_billcom.simulator.errors import data_refusal
from flask_billcom.simulator.organization import billers, messages, network, treasury
from flask_billcom.simulator.papers import files, mail, summaries
from flask_billcom.simulator.payments import checks, disbursements, payouts, receipts, voiding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_billcom.simulator.calls.operation import Call
    from flask_billcom.simulator.world import World

__all__ = ["OPERATIONS"]


def _login(world: World, call: Call) -> dict[str, Any]:
    session = sessions.sign_in(world, call.form)
    host = world.settings.api_host
    return {
        "sessionId": session.id,
        "orgId": session.org_id,
        "apiEndPoint": f"{host.rstrip('/') or call.base_url}/api/v2",
        "usersId": session.user_id,
    }


def _list_orgs(world: World, call: Call) -> list[dict[str, Any]]:
    sessions.check_password(world, call.form)
    return [{"orgId": world.settings.org_id, "orgName": world.organization["name"]}]


def _logout(world: World, call: Call) -> dict[str, Any]:
    assert call.session is not None
    sessions.sign_out(world, call.session)
    return {}


def _session_info(world: World, call: Call) -> dict[str, Any]:
    del world
    assert call.session is not None
    return {"organizationId": call.session.org_id, "userId": call.session.user_id}


def _current_time(world: World, call: Call) -> dict[str, Any]:
    del call
    return {"currentTime": iso_time(world.now)}


def _errors(world: World, call: Call) -> list[dict[str, Any]]:
    del world, call
    known = (*errors.TABLE.values(), *errors.GUESSES.values())
    return [{"error_code": each.code, "error_message": each.text} for each in known]


def _authorize(world: World, data: Mapping[str, Any]) -> Any:  # noqa: ANN401 - an answer
    customer = arguments.named(world, "Customer", data, "customerId")
    world.change(customer, hasAuthorizedToCharge=arguments.flag(data, "hasAuthorizedToCharge"))
    return customer


def _list_payments(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    status = str(require(data, "disbursementStatus"))
    if status not in disbursements.STATES:
        raise data_refusal("disbursementStatus", status)
    query = parse_query(world.store["SentPay"].entity, data, text_filters=world.settings.text_filters)
    ids = list(world.disbursed.get(status, ()))[query.start : query.start + query.limit]
    return {"payments": [world.store["SentPay"].by_id[each] for each in ids]}


def _disbursement_data(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    return disbursements.as_answer(world, arguments.named(world, "SentPay", data, "sentPayId"))


OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {
        "Login": Operation(_login, needs="password"),
        "ListOrgs": Operation(_list_orgs, needs="password"),
        "Logout": Operation(_logout),
        "GetSessionInfo": Operation(_session_info),
        "MFAChallenge": Operation(with_session(sessions.challenge), sends_mail=True),
        "MFAAuthenticate": Operation(with_session(sessions.authenticate)),
        "MFAStatus": Operation(with_session(sessions.status)),
        "CurrentTime": Operation(_current_time, "recorded"),
        "Errors": Operation(_errors, needs="nothing"),
        "SetCustomerAuthorization": Operation(with_data(_authorize), right="manage_invoices"),
        "ChargeCustomer": Operation(
            with_data(lambda world, data: {"chargedReceivedPay": receipts.charge_customer(world, data)}), right="charge"
        ),
        "RecordARPayment": Operation(with_data(receipts.record_payment), right="manage_invoices"),
        "VoidARPayment": Operation(with_data(receipts.void_receipt), "recorded", right="charge"),
        "SendInvoice": Operation(with_data(mail.send_invoice), sends_mail=True, right="manage_invoices"),
        "MailInvoice": Operation(with_data(mail.mail_invoice), right="manage_invoices"),
        "PayBills": Operation(
            with_data(lambda world, data: {"sentPays": payouts.pay_bills(world, data)}), is_protected=True, right="pay"
        ),
        "RecordAPPayment": Operation(with_data(payouts.record_payment), right="pay"),
        "CancelAPPayment": Operation(with_data(voiding.cancel_payment), right="pay"),
        "VoidAPPayment": Operation(with_data(voiding.void_payment), right="pay"),
        "ListPayments": Operation(with_data(_list_payments)),
        "GetDisbursementData": Operation(with_data(_disbursement_data)),
        **rights.OPERATIONS,
        **messages.OPERATIONS,
        **worklist.OPERATIONS,
        **network.OPERATIONS,
        **billers.OPERATIONS,
        **summaries.OPERATIONS,
        **lookups.OPERATIONS,
        **treasury.OPERATIONS,
        **files.OPERATIONS,
        **checks.OPERATIONS,
    }
)
