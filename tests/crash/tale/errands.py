"""What people of the marketplace do on the side, at the beginning of a chapter; it changes nothing of who gets what.

    correct/-1/wait_and_see     as the command line names it

A request that dies is made again, as people do; so each of these can be done twice. They lead to places of the package
that neither buying and paying nor any fault leads to.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from flask_billcom.api.secret import Secret
from flask_billcom.engine.decisions import NotPossible
from flask_billcom.errors import BillcomError, OutcomeUnknown
from flask_billcom.marketplace.counterparties.consent import Consent
from flask_billcom.marketplace.events import signals
from flask_billcom.models import Operation, OperationState
from flask_billcom.money import from_cents
from flask_billcom.schedule import Schedule
from flask_billcom.simulator.catalogue import ENTITIES
from flask_billcom.simulator.payments.receipts import PAID, return_charge
from flask_billcom.simulator.serving import crud
from tests.crash.tale.decider import Decider
from tests.support.copies import copy_of, put_back

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.crash.tale.story import Run

SELLER = "ann"
EVE = {"actor": "Eve", "reason": "asked on the phone"}
FILE = b"%PDF-1.4 a delivery note"


@contextmanager
def _desk(run: Run) -> Iterator[tuple[Any, Any]]:
    """Open the app's context; give the extension and the session."""
    with run.world.app() as session:
        yield run.world.shop.billcom, session


@contextmanager
def _settings(run: Run, **values: Any) -> Iterator[None]:
    """Work with other settings for a while."""
    before = {name: getattr(run.world.settings, name) for name in values}
    run.with_settings(**values)
    try:
        yield
    finally:
        run.with_settings(**before)


def _seller(run: Run, session: Any, name: str) -> Any:
    return session.query(run.world.shop.Seller).filter_by(name=name).one()


def _buyer(run: Run, session: Any, name: str) -> Any:
    return session.query(run.world.shop.Buyer).filter_by(name=name).one()


def _order(run: Run, session: Any, number: int) -> Any:
    return session.get(run.world.shop.Order, number)


def _introduce(run: Run) -> None:
    """Say of a buyer that Bill.com does not know him yet."""
    buyer = run.world.person("buyer", "Cleo")
    with _desk(run) as (billcom, session), suppress(NotPossible):
        billcom.confirm_new(session.merge(buyer), **EVE)


def _match(run: Run) -> None:
    """Say who a seller is at Bill.com."""
    (there,) = [row.id for row in run.world.simulator.books.vendors if row["name"] == "ann"]
    with _desk(run) as (billcom, session):
        billcom.confirm_match(_seller(run, session, "ann"), there, **EVE)


def _wait_and_see(run: Run) -> None:
    """Let all payouts wait, and no longer."""
    with _desk(run) as (billcom, _):
        billcom.hold(None, "the auditors are here", actor="Eve")
        billcom.release(None, reason="the auditors are here", actor="Eve")


def _refuse(run: Run) -> None:
    """Let a buyer take back his consent to be charged."""
    with _desk(run) as (billcom, session):
        billcom.revoke_charges(_buyer(run, session, "Ada"), actor="Eve")


def _agree(run: Run) -> None:
    """Let him consent again."""
    today = run.world.clock.now().astimezone(run.world.settings.zone).date()
    with _desk(run) as (billcom, session):
        billcom.authorize_charges(_buyer(run, session, "Ada"), Consent(reference="on second thought", date=today))


def _remind(run: Run) -> None:
    """Remind a buyer, and think better of it; then let the days of all reminders be over."""
    with _desk(run) as (billcom, session):
        order = _order(run, session, 4)
        with suppress(NotPossible):
            billcom.remind(order, **EVE, reference="please")
    for mail in run.world.rows(Operation, Operation.kind == "send_invoice", Operation.state == OperationState.PLANNED):
        with _desk(run) as (billcom, _), suppress(NotPossible):
            billcom.cancel_operation(mail.id, **EVE)
    with _settings(run, reminder_days=(-30,)):
        run.world.tick()


def _dispute(run: Run) -> None:
    """Let a buyer dispute an order, and withdraw that."""
    with _desk(run) as (billcom, session):
        dispute = billcom.dispute(_order(run, session, 1), reference="case 1", **EVE)
        billcom.resolve_dispute(dispute, "withdrawn", **EVE)


def _fine(run: Run) -> None:
    """Ask for a fine that two people have to approve; one does, another one does not."""
    with _settings(run, approval_threshold_cents=1, approvers=2), _desk(run) as (billcom, session):
        fine = billcom.adjust(_seller(run, session, "ann"), kind="fine", amount=Decimal(1), reference="late", **EVE)
        with suppress(NotPossible):
            billcom.approve_adjustment(fine, actor="Bob", reason="seen")
            billcom.deny_adjustment(fine, actor="Dan", reason="it was the carrier")


def _files(run: Run) -> None:
    """Put a file on an invoice, and fetch the invoice."""
    with _desk(run) as (billcom, session):
        order, name = _order(run, session, 1), f"{run.boundaries.chapter}.pdf"
        with suppress(OutcomeUnknown):
            billcom.attach(order, FILE + name.encode(), name=name, **EVE)
        billcom.attach(order, FILE + name.encode(), name=name, **EVE, again=True)
        billcom.invoice_pdf(order)


def _look_around(run: Run) -> None:
    """Begin anew, ask the doctor, encrypt with the newest key, and sign out twice, the second time behind Bill.com."""
    run.world.restart()
    with _desk(run) as (billcom, _):
        billcom.doctor()
        billcom.session.rotate_keys()
        billcom.session.sign_out(actor="Eve")
        billcom.session.sign_in(actor="Eve")
        run.world.simulator.world.sessions.live.clear()
        billcom.session.sign_out(actor="Eve")


def _too_often(run: Run) -> None:
    """Sign in while Bill.com takes no more calls for this hour."""
    with _desk(run) as (billcom, _):
        billcom.session.sign_out(actor="Eve")
        run.world.simulator.plan_fault("bdc:BDC_1144", "Login")
        for _ in range(2):
            with suppress(BillcomError):
                billcom.session.sign_in(actor="Eve")
    run.world.advance(seconds=3600)


def _account(run: Run) -> None:
    """Confirm a seller's bank account by telephone."""
    with _desk(run) as (billcom, session):
        billcom.confirm_bank_account(_seller(run, session, "bo"), **EVE)


def _large_run(run: Run) -> None:
    """Ask for a run of payouts that somebody else has to approve."""
    with _settings(run, approval_threshold_cents=1, payout_schedule=Schedule.parse("manual")):
        run.let_days_pass(6)
        run.rounds()
        with _desk(run) as (billcom, _):
            billcom.payout_run(actor="Eve")
            for waiting in billcom.waiting_runs():
                billcom.approve(waiting.id, actor="Bob", reason="looked at every bill")


def _two_approve(run: Run) -> None:
    """Ask for a run of payouts that two others have to approve; who comes second looks whether he is still needed."""
    with _settings(run, approval_threshold_cents=1, approvers=2, payout_schedule=Schedule.parse("manual")):
        run.let_days_pass(6)
        run.rounds()
        with _desk(run) as (billcom, _):
            billcom.payout_run(actor="Eve")
            for name in ("Bob", "Dan"):
                for waiting in billcom.waiting_runs():
                    if not waiting.is_approved:
                        billcom.approve(waiting.id, actor=name, reason="looked at every bill")


def _deaf(run: Run) -> None:
    """Let a listener of the app fail, and be told again."""
    placed = signals.signal("hold_placed")

    def fail(_sender: object, **_: object) -> None:
        raise RuntimeError("the listener's own trouble")

    _wait_and_see(run)
    placed.connect(fail)
    try:
        for _ in range(2):
            run.world.tick()
    finally:
        placed.disconnect(fail)
    run.world.advance(seconds=3600)
    run.world.tick()


def _forgotten(run: Run) -> None:
    """Let Bill.com forget the device, and sign us out."""
    sessions = run.world.simulator.world.sessions
    sessions.devices.clear()
    sessions.live.clear()


def _holidays(run: Run) -> None:
    """Let more days pass than Bill.com trusts a device."""
    run.let_days_pass(22, time=1)


def _restored(run: Run) -> None:
    """Live through the chapter, have its beginning come back from a backup, and adopt what is there already."""
    with tempfile.TemporaryDirectory() as folder:
        engine = run.stage.engine
        run.world.let_go()
        backup = copy_of(engine, Path(folder) / "backup")
        run.chapter()
        run.world.let_go()
        put_back(engine, backup)
    run.with_settings()
    run.chapter()
    Decider(run.world).decide_all()
    run.rounds()


def _charge_again(run: Run) -> None:
    """Let a bank return a debit after it was collected, and charge once more."""
    run.world.simulator.under_lock(_return_one)
    run.let_days_pass(1, time=2)
    run.rounds()
    with _desk(run) as (billcom, session):
        for order in session.query(run.world.shop.Order):
            with suppress(NotPossible):
                billcom.charge_again(order, **EVE)

    run.rounds()
    run.let_days_pass(2, time=3)
    run.rounds()


def _return_one(there: Any) -> None:
    """Let a buyer's bank return one debit, once."""
    debits = [row for row in there.store["ReceivedPay"] if row["isOnline"]]
    if not any(there.note(row.id).get("returned") for row in debits):
        return_charge(there, next(row for row in debits if row["status"] == PAID), "R01")


def _found_paid(run: Run) -> None:
    """Adopt what somebody has paid by hand."""
    for payment in run.world.simulator.books.sent_pays:
        with _desk(run) as (billcom, _), suppress(NotPossible):
            billcom.adopt_payment(payment.id, **EVE)


def _edited(run: Run) -> None:
    """Raise every open bill at Bill.com before it is to be paid, and put it back after a payout run has looked."""
    bills = [bill for bill in run.world.simulator.books.bills if bill.is_active and bill["amount"] == bill["dueAmount"]]
    as_it_was = {bill.id: [(line.id, line["amount"]) for line in bill["billLineItems"]] for bill in bills}
    try:
        for bill, ((first, cents), *rest) in as_it_was.items():
            _write_lines(run, bill, [(first, cents + 1_00), *rest])
        run.let_days_pass(6)
        run.rounds()
    finally:
        for bill, lines in as_it_was.items():
            _write_lines(run, bill, lines)
    run.world.advance(seconds=3600)
    run.rounds()


def _write_lines(run: Run, bill: str, lines: list[tuple[str, int]]) -> None:
    written = [{"entity": "BillLineItem", "id": each, "amount": str(from_cents(cents))} for each, cents in lines]
    run.world.person_does("edit_bill", id=bill, values={"billLineItems": written})


def _merged(run: Run) -> None:
    """Merge a seller into a vendor that somebody has made anew; then say that this is he, and what his account is."""
    world, books = run.world, run.world.simulator.books
    old, *others = [row for row in books.vendors if row["name"] == SELLER]
    new = next((row for row in others if row.is_active), None)
    if new is None:
        values = {"obj": {"entity": "Vendor", "name": SELLER}}
        new = world.simulator.under_lock(lambda there: crud.single(there, ENTITIES["Vendor"], "Create", values))
    if old.is_active:
        world.person_does("merge", id=old.id, into=new.id)
    run.rounds()
    with _desk(run) as (billcom, session), suppress(NotPossible):
        billcom.confirm_match(_seller(run, session, SELLER), new.id, **EVE)
    run.rounds()
    if not any(row["vendorId"] == new.id for row in books["VendorBankAccount"]):
        Decider(world).sign_in()
        with _desk(run) as (billcom, session):
            number, routing = Secret("4000000099"), Secret("322271627")
            seller = _seller(run, session, SELLER)
            billcom.add_bank_account(seller, account_number=number, routing_number=routing, name_on_account=SELLER)
    with _desk(run) as (billcom, session), suppress(NotPossible):
        billcom.confirm_bank_account(_seller(run, session, SELLER), **EVE)
    run.rounds()


ERRANDS: Mapping[str, Callable[[Run], None]] = MappingProxyType(
    {
        "introduce": _introduce,
        "match": _match,
        "wait_and_see": _wait_and_see,
        "refuse": _refuse,
        "agree": _agree,
        "remind": _remind,
        "dispute": _dispute,
        "fine": _fine,
        "files": _files,
        "look_around": _look_around,
        "too_often": _too_often,
        "account": _account,
        "large_run": _large_run,
        "two_approve": _two_approve,
        "deaf": _deaf,
        "forgotten": _forgotten,
        "holidays": _holidays,
        "restored": _restored,
        "charge_again": _charge_again,
        "found_paid": _found_paid,
        "edited": _edited,
        "merged": _merged,
    }
)
