"""A bonus is a bill of its own, paid by the next run, and lowered by what its seller owes."""

from __future__ import annotations

from flask_billcom.ledger import Account, trial_balance
from flask_billcom.marketplace import holds
from flask_billcom.models import Document

from .conftest import Office


def run(office: Office) -> None:
    with office.world.app():
        office.world.shop.billcom.payout_run()
    office.go()


def test_a_bonus_is_billed_and_paid_by_the_next_run(office: Office) -> None:
    office.adjust("ann", "bonus", "25.00", reference="spring")
    assert office.balance("ann").available_cents == 2500

    office.go()
    run(office)

    ((number, cents),) = office.world.paid_cents().items()
    assert number.startswith("FB-A")
    assert cents == 2500
    assert office.lines(number) == [(2500, "Bonus spring")]
    with office.world.store.read() as rows:
        assert trial_balance(rows, office.world.organization_id)[Account.OWN_INCOME] == 2500
    office.check()


def test_a_bonus_for_an_order_names_it(office: Office) -> None:
    order = office.world.settle(("ann", "10.00"))
    with office.world.app() as session:
        obj = session.get(office.world.shop.Order, int(order))
        office.adjust("ann", "credit", "2.00", order=obj)
    office.go()

    (number,) = [number for number in office.bills() if number.startswith("FB-A")]
    assert office.lines(number) == [(200, "Credit A-1, order 1")]
    office.check()


def test_a_debt_is_taken_off_a_bonus(office: Office) -> None:
    office.adjust("ann", "charge", "3.00", reference="A-1")
    office.adjust("ann", "bonus", "5.00", reference="A-2")

    office.go()

    assert list(office.bills().values()) == [200]
    assert office.balance("ann").owes_cents == 0
    office.check()


def test_a_hold_on_the_seller_keeps_his_bonus(office: Office) -> None:
    office.adjust("ann", "bonus", "5.00")
    office.go()
    office.call("hold", "seller", "ann", "identity")
    run(office)

    assert set(office.world.paid_cents().values()) == {0}
    assert office.balance("ann").held_cents == 500
    office.check()


def test_a_hold_on_an_order_keeps_the_bonus_for_it(office: Office) -> None:
    order = office.world.settle(("ann", "10.00"))
    with office.world.app() as session:
        office.adjust("ann", "bonus", "5.00", order=session.get(office.world.shop.Order, int(order)))
    office.go()
    office.call("hold", None, order, "complaint")
    run(office)

    (bonus,) = office.world.rows(Document, Document.origin_type == "adjustment")
    with office.world.store.read() as rows:
        assert holds.held(rows, office.world.organization_id, [bonus.id]) == {bonus.id: "complaint"}
    assert set(office.world.paid_cents().values()) == {0}
    assert office.balance("ann").held_cents == 1500
    office.check()
