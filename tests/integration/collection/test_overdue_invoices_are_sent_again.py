"""Reminders: on a schedule and by hand, each e-mail once, and none to who has paid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.marketplace.collection import reminders
from flask_billcom.models import Document
from tests.support.world import World

MakeWorld = Callable[..., World]
MINUTE_MS = 60_000


@pytest.fixture
def reminding(make_world: MakeWorld) -> World:
    """Give a world with an invoice of today that is sent again after three days and after ten."""
    world = make_world(simulator={"buyers_pay": False}, collect="send", reminder_days=(3, 10))
    sell(world)
    return world


def sell(world: World, **values: Any) -> None:
    world.lives_through(_sell, **values)


def _sell(world: World, **values: Any) -> None:
    world.settle(("ann", "10.00", "1.00"), **values)
    for _ in range(2):
        world.tick()
        world.advance(seconds=5)


def pass_days(world: World, days: int) -> None:
    """Let days pass, with a look at each."""
    world.lives_through(_pass_days, days)


def _pass_days(world: World, days: int) -> None:
    for _ in range(days):
        world.advance(seconds=24 * 3600)
        world.tick()
        world.tick()


def mails(world: World) -> int:
    return len(world.sent("SendInvoice"))


def remind(world: World, **values: Any) -> Any:
    with world.app() as session:
        return world.shop.billcom.remind(session.get(world.shop.Order, 1), actor="bea", **values)


def test_each_day_of_the_schedule_sends_one_e_mail(reminding: World) -> None:
    sent = []
    for _ in range(20):
        sent.append(mails(reminding))
        pass_days(reminding, 1)

    assert sent == [1] * 3 + [2] * 7 + [3] * 10
    assert reminding.states("send_invoice") == ["done"] * 3


def test_an_outage_is_made_up_for_with_one_e_mail(reminding: World) -> None:
    reminding.advance(seconds=30 * 24 * 3600)
    for _ in range(3):
        reminding.tick()
        reminding.advance(seconds=60)

    assert mails(reminding) == 2
    assert [document.reminders for document in reminding.rows(Document, Document.kind == "invoice")] == [2]


def test_the_due_date_counts_and_not_the_invoice_date(make_world: MakeWorld) -> None:
    world = make_world(simulator={"buyers_pay": False}, collect="send", reminder_days=(3,), due_days=14)
    sell(world)

    pass_days(world, 16)
    assert mails(world) == 1
    pass_days(world, 2)
    assert mails(world) == 2


def test_who_has_paid_hears_nothing(reminding: World) -> None:
    (invoice,) = reminding.simulator.books.invoices
    reminding.person_does("pay_by_card", id=invoice.id, amount_cents=1000)

    pass_days(reminding, 12)

    assert mails(reminding) == 1


def test_who_paid_since_our_last_look_hears_nothing_either(reminding: World) -> None:
    reminding.advance(seconds=3 * 24 * 3600)
    with reminding.app():
        assert reminders.remind_overdue(reminding.parts.domain) == 1
    (invoice,) = reminding.simulator.books.invoices
    reminding.person_does("pay_by_card", id=invoice.id, amount_cents=1000)
    reminding.tick()

    assert mails(reminding) == 1
    assert reminding.states("send_invoice") == ["done", "cancelled"]


def test_who_has_paid_a_part_is_reminded_of_the_rest(reminding: World) -> None:
    (invoice,) = reminding.simulator.books.invoices
    reminding.person_does("pay_by_card", id=invoice.id, amount_cents=400)

    pass_days(reminding, 4)

    assert mails(reminding) == 2


def test_a_deleted_invoice_is_not_sent_again(reminding: World) -> None:
    (invoice,) = reminding.simulator.books.invoices
    reminding.person_does("delete", id=invoice.id)

    pass_days(reminding, 4)

    assert mails(reminding) == 1


def test_what_is_collected_elsewhere_is_never_sent(make_world: MakeWorld) -> None:
    world = make_world(simulator={"buyers_pay": False}, collect="send", reminder_days=(3,))
    sell(world, collect="none")

    pass_days(world, 5)

    assert mails(world) == 0


@pytest.mark.parametrize("fault", ["timeout_after", "http_5xx_after"])
def test_a_reminder_whose_answer_was_lost_is_seen_on_the_invoice(reminding: World, fault: str) -> None:
    pass_days(reminding, 2)
    reminding.simulator.plan_fault(fault, "SendInvoice")
    pass_days(reminding, 1)
    reminding.run(60)

    assert reminding.states("send_invoice") == ["done", "done"]
    assert mails(reminding) == 2


def test_many_reminders_keep_inside_the_mail_limit(make_world: MakeWorld) -> None:
    world = make_world(simulator={"buyers_pay": False}, collect="none", reminder_days=(3,))
    with world.app() as session:
        for _ in range(12):
            order = world.order(session, ("ann", "10.00", "1.00"))
            order.collect = "send"
            world.shop.billcom.settle(order)
        session.commit()
    world.run(300, step=30)
    assert mails(world) == 12

    world.advance(seconds=3 * 24 * 3600)
    world.run(600, step=20)

    assert mails(world) == 24
    times = [entry.at for entry in world.sent("SendInvoice")]
    assert all(sixth - first >= MINUTE_MS for first, sixth in zip(times, times[5:], strict=False))
    assert world.states("send_invoice") == ["done"] * 24, world.shown()


def test_without_a_schedule_no_row_is_looked_at(world: World) -> None:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(world.store.engine, "before_cursor_execute", note)
    try:
        assert reminders.remind_overdue(world.parts.domain) == 0
    finally:
        event.remove(world.store.engine, "before_cursor_execute", note)
    assert statements == []


def test_overdue_invoices_are_found_by_their_index(reminding: World) -> None:
    plans: list[str] = []

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "billcom_document" in statement and not statement.startswith("EXPLAIN"):
            found = connection.connection.dbapi_connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(row[3] for row in found)

    engine = reminding.store.engine
    event.listen(engine, "before_cursor_execute", explain)
    try:
        reminders.remind_overdue(reminding.parts.domain)
    finally:
        event.remove(engine, "before_cursor_execute", explain)
    documents = [plan for plan in plans if "billcom_document" in plan]
    assert documents
    assert all("ix_billcom_document_overdue" in plan for plan in documents), plans
    assert not any(plan.startswith("SCAN") for plan in plans), plans


# -- by hand -----------------------------------------------------------------------------------------------------------


def test_a_person_reminds_once_a_day(reminding: World) -> None:
    first, second = remind(reminding), remind(reminding)
    reminding.tick()

    assert (first.is_new, second.is_new, first.invoice) == (True, False, "FB-1")
    assert mails(reminding) == 2

    reminding.advance(seconds=24 * 3600)
    assert remind(reminding).is_new
    reminding.tick()
    assert mails(reminding) == 3


def test_a_reference_names_one_e_mail(reminding: World) -> None:
    assert remind(reminding, reference="call of Tuesday").is_new
    reminding.tick()
    reminding.advance(seconds=24 * 3600)
    assert not remind(reminding, reference="call of Tuesday").is_new


def test_a_rehearsed_reminder_sends_nothing(reminding: World) -> None:
    assert remind(reminding, dry_run=True).is_dry_run
    reminding.tick()
    assert mails(reminding) == 1


def test_a_paid_invoice_is_not_sent_by_hand(reminding: World) -> None:
    (invoice,) = reminding.simulator.books.invoices
    reminding.person_does("pay_by_card", id=invoice.id, amount_cents=1000)
    pass_days(reminding, 1)

    with pytest.raises(NotPossible, match="FB-1 is paid; only an open invoice is sent again"):
        remind(reminding)


def test_an_invoice_that_is_not_there_is_not_sent(world: World) -> None:
    world.settle(("ann", "10.00", "1.00"))
    with pytest.raises(NotPossible, match=r"not at Bill\.com yet"):
        remind(world)


def test_a_second_reminder_waits_for_the_first(reminding: World) -> None:
    remind(reminding, reference="one")
    with pytest.raises(NotPossible, match="under way"):
        remind(reminding, reference="two")
