"""The verbs outside Crud and List: what each is called, what it needs, and what it rests on.

An operation takes the world and a call and returns what stands under `response_data`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from flask_billcom.simulator import arguments, disbursements, errors, mail, payouts, receipts, sessions
from flask_billcom.simulator.clock import iso_time
from flask_billcom.simulator.errors import data_refusal, refusal
from flask_billcom.simulator.listing import parse_query
from flask_billcom.simulator.objects import require

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask_billcom.simulator.sessions import Session
    from flask_billcom.simulator.world import World

__all__ = ["OPERATIONS", "Call", "Operation"]


class Call(NamedTuple):
    """One call as an operation sees it."""

    data: Mapping[str, Any]
    form: Mapping[str, str]
    session: Session | None
    base_url: str


class Operation(NamedTuple):
    """One verb.

    :param run: carries it out.
    :param evidence: documented, recorded or assumed.
    :param needs: "session", "password" or "nothing".
    :param is_protected: needs MFA trust.
    :param sends_mail: counts towards the limit of messages.
    """

    run: Callable[[World, Call], Any]
    evidence: str = "documented"
    needs: str = "session"
    is_protected: bool = False
    sends_mail: bool = False


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


def _with_session(
    run: Callable[[World, Session, Mapping[str, Any]], dict[str, Any]],
) -> Callable[[World, Call], dict[str, Any]]:
    def carried_out(world: World, call: Call) -> dict[str, Any]:
        assert call.session is not None
        return run(world, call.session, call.data)

    return carried_out


def _with_data(run: Callable[[World, Mapping[str, Any]], Any]) -> Callable[[World, Call], Any]:
    return lambda world, call: run(world, call.data)


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


def _bank_balance(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    from flask_billcom.simulator.answers import Cents

    if not world.settings.bank_balance:
        raise refusal("BDC_1121")
    if data.get("bankAccountId"):
        arguments.named(world, "BankAccount", data, "bankAccountId")
    return {"bankAccountId": world.funding.id, "balance": Cents(world.bank.balance(world.funding_key))}


OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {
        "Login": Operation(_login, needs="password"),
        "ListOrgs": Operation(_list_orgs, needs="password"),
        "Logout": Operation(_logout),
        "GetSessionInfo": Operation(_session_info),
        "MFAChallenge": Operation(_with_session(sessions.challenge)),
        "MFAAuthenticate": Operation(_with_session(sessions.authenticate)),
        "MFAStatus": Operation(_with_session(sessions.status)),
        "CurrentTime": Operation(_current_time, "recorded"),
        "Errors": Operation(_errors, needs="nothing"),
        "SetCustomerAuthorization": Operation(_with_data(_authorize)),
        "ChargeCustomer": Operation(
            _with_data(lambda world, data: {"chargedReceivedPay": receipts.charge_customer(world, data)})
        ),
        "RecordARPayment": Operation(_with_data(receipts.record_payment)),
        "VoidARPayment": Operation(_with_data(receipts.void_receipt), "recorded"),
        "SendInvoice": Operation(_with_data(mail.send_invoice), sends_mail=True),
        "MailInvoice": Operation(_with_data(mail.mail_invoice)),
        "PayBills": Operation(
            _with_data(lambda world, data: {"sentPays": payouts.pay_bills(world, data)}), is_protected=True
        ),
        "RecordAPPayment": Operation(_with_data(payouts.record_payment)),
        "CancelAPPayment": Operation(_with_data(payouts.cancel_payment)),
        "VoidAPPayment": Operation(_with_data(payouts.void_payment)),
        "ListPayments": Operation(_with_data(_list_payments)),
        "GetDisbursementData": Operation(_with_data(_disbursement_data)),
        "GetBankBalance": Operation(_with_data(_bank_balance)),
    }
)
