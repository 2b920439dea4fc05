"""The database forgets: what it made in the lost time is found at Bill.com, never made again, and told to a person."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import OperationalError

from flask_billcom.engine.decisions import Person
from flask_billcom.marketplace import strays
from flask_billcom.marketplace.agreement.lost import resume, sweep
from flask_billcom.models import Document, Mark, Operation, Party, Settlement, SettlementLine
from tests.crash.boundaries import Boundaries
from tests.support.world import World

WHO = Person("Eve", "the backup of last night was restored")


def forget_the_sending(world: World, *kinds: str) -> None:
    """Let the database be what it was after settling and before sending."""
    with world.store.write() as rows:
        rows.execute(
            update(Operation)
            .where(Operation.kind.in_(kinds))
            .values(
                state="planned",
                attempt=0,
                call_id=None,
                call_pos=None,
                digest=None,
                first_sent_at=None,
                remote_id=None,
                not_before=world.clock.now(),
            )
        )
        documents = {"create_invoice": "invoice", "create_bill": "bill"}
        for kind in kinds:
            if kind in documents:
                rows.execute(
                    update(Document)
                    .where(Document.kind == documents[kind])
                    .values(status="planned", remote_id=None, remote_created_at=None, due_cents=None)
                )
            else:
                role = kind.removeprefix("create_")
                rows.execute(update(Party).where(Party.role == role).values(remote_id=None))
    world.restart()


def parked(world: World, kind: str) -> list[str | None]:
    return [each.parked for each in world.operations(kind)]


@pytest.fixture
def restored(world: World) -> World:
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    assert set(world.states()) == {"done"}
    forget_the_sending(world, "create_invoice", "create_bill")
    return world


def test_rows_that_were_planned_in_the_backup_stop_everything(restored: World) -> None:
    restored.run(600)

    assert any("was it restored" in reason for reason in restored.holds())
    assert len(restored.sent("Bulk/Crud/Create/Invoice")) == 1
    assert len(restored.sent("Bulk/Crud/Create/Bill")) == 1


def test_nothing_is_sent_by_a_tick_whose_witness_could_not_write(restored: World) -> None:
    with Boundaries() as boundaries:
        boundaries.coming["before commit of marketplace.agreement.witness._stop"] = refuse_the_commit
        boundaries.is_listening = True
        report = restored.tick()

    assert report.failed == {"witness": "OperationalError"}
    assert not report.batches
    restored.run(60)
    assert any("was it restored" in reason for reason in restored.holds())
    assert len(restored.sent("Bulk/Crud/Create/Invoice")) == 1
    assert len(restored.sent("Bulk/Crud/Create/Bill")) == 1


@pytest.mark.parametrize("fault", ["garbage", "bdc:BDC_9999", "truncated"])
def test_nothing_is_sent_by_a_tick_whose_witness_got_no_list(restored: World, fault: str) -> None:
    restored.simulator.plan_fault(fault, "List/Invoice")
    restored.tick()
    restored.run(60)

    assert any("was it restored" in reason for reason in restored.holds())
    assert len(restored.sent("Bulk/Crud/Create/Invoice")) == 1
    assert len(restored.sent("Bulk/Crud/Create/Bill")) == 1


def refuse_the_commit() -> None:
    raise OperationalError("commit", {}, Exception("the connection is gone"))


def test_a_person_lets_work_go_on_and_adopts_what_was_made(restored: World) -> None:
    restored.run(60)

    done = resume(restored.parts.domain, actor="Eve", reason="restored last night's backup")
    restored.run(60)

    assert done.released == 1
    assert sorted(each.sort for each in done.strays) == ["bill", "invoice"]
    assert parked(restored, "create_invoice") == parked(restored, "create_bill") == ["difference"]
    for kind in ("create_invoice", "create_bill"):
        operation = restored.operation(kind)
        restored.parts.decisions.adopt(operation.id, str((operation.evidence or {})["remote_id"]), WHO)
    assert set(restored.states()) == {"done"}
    with restored.store.read() as rows:
        assert strays.unexplained(rows, restored.organization_id) == []
    assert len(restored.simulator.books.bills) == len(restored.simulator.books.invoices) == 1


def test_other_sales_go_on_after_a_person_has_looked(restored: World) -> None:
    restored.run(60)
    resume(restored.parts.domain, actor="Eve", reason="restored last night's backup")

    restored.settle(("ann", "20.00", "2.00"))
    restored.run(1300)

    assert restored.holds() == []
    assert len(restored.simulator.books.bills) == 2


def test_looking_is_possible_while_everything_stands_still_and_the_session_is_over(restored: World) -> None:
    restored.run(60)
    restored.advance(seconds=7200)

    assert resume(restored.parts.domain, actor="Eve", reason="restored last night's backup").released == 1


def test_parties_of_the_lost_time_are_not_made_again(world: World) -> None:
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.simulator.plan_fault("connect_refused", "Bulk/Crud/Create/Bill")
    world.simulator.plan_fault("connect_refused", "Bulk/Crud/Create/Invoice")
    world.tick()
    forget_the_sending(world, "create_vendor", "create_customer")
    resume(world.parts.domain, actor="Eve", reason="restored last night's backup")

    world.run(300)

    assert len(world.simulator.books.vendors) == len(world.simulator.books.customers) == 1
    assert parked(world, "create_vendor") == ["difference"]
    operation = world.operation("create_vendor")
    world.parts.decisions.adopt(operation.id, str((operation.evidence or {})["remote_id"]), WHO)
    world.run(300)
    assert len(world.simulator.books.bills) == 1


def test_a_sale_that_is_settled_again_after_its_rows_were_lost_is_not_billed_again(world: World) -> None:
    reference = world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    lose_everything_but_parties(world)
    resume(world.parts.domain, actor="Eve", reason="restored an older backup")
    with world.app() as session:
        order = session.get(world.shop.Order, int(reference))
        world.shop.billcom.settle(order)
        session.commit()

    world.run(600)

    assert parked(world, "create_bill") == ["difference"]
    assert len(world.simulator.books.bills) == len(world.simulator.books.invoices) == 1


def lose_everything_but_parties(world: World) -> None:
    from flask_billcom.models import Audit, Call, Entry, Settlement, SettlementLine

    with world.store.write() as rows:
        made = ("create_invoice", "create_bill", "send_invoice")
        rows.execute(delete(Operation).where(Operation.kind.in_(made)))
        models: list[Any] = [Entry, Document, SettlementLine, Settlement, Call, Audit]
        for model in models:
            rows.execute(delete(model))
    world.restart()


def test_what_was_proved_absent_and_is_there_after_all_is_looked_up_and_not_made_again(world: World) -> None:
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    with world.store.write() as rows:
        rows.execute(
            update(Operation)
            .where(Operation.kind == "create_bill")
            .values(state="planned", remote_id=None, not_before=world.clock.now())
        )
        rows.execute(update(Document).where(Document.kind == "bill").values(status="planned", remote_id=None))
        rows.execute(update(Document).where(Document.kind == "bill").values(remote_created_at=None))
    world.restart()

    world.run(60)

    assert world.states("create_bill") == ["done"]
    assert world.holds() == []
    assert len(world.sent("Bulk/Crud/Create/Bill")) == 1


def test_a_document_with_our_prefix_that_no_row_has_made_is_found_within_a_day(world: World) -> None:
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    sweep(world.parts.domain)
    (vendor,) = world.simulator.books.vendors
    from tests.integration.engine.test_doubtful_answers_are_looked_up_first import make_bill

    make_bill(world, vendorId=vendor.id, number="FB-77-1", dollars="4.00")
    make_bill(world, vendorId=vendor.id, number="FB-1-1", dollars="4.00")

    world.advance(seconds=25 * 3600)
    world.tick()

    with world.store.read() as rows:
        found = strays.unexplained(rows, world.organization_id)
    assert sorted(each.key for each in found) == ["FB-1-1", "FB-77-1"]
    assert len(world.rows(Mark, Mark.name == "sweep:documents")) == 1
    assert world.holds() == []


def test_parties_that_became_known_in_the_lost_time_are_recognized(world: World) -> None:
    world.settle(("ann", "10.00", "1.00"))
    world.advance(seconds=5)
    world.tick()
    with world.store.write() as rows:
        for model in (Operation, Document, SettlementLine, Settlement, Party):
            rows.execute(delete(model))
    world.restart()
    with world.app() as session:
        world.shop.billcom.settle(session.get(world.shop.Order, 1))
        session.commit()
    world.run(60)
    resume(world.parts.domain, actor="Eve", reason="restored last night's backup")

    for kind in ("create_vendor", "create_customer", "create_bill", "create_invoice"):
        world.run(700)
        operation = world.operation(kind)
        world.parts.decisions.adopt(operation.id, str((operation.evidence or {})["remote_id"]), WHO)

    assert set(world.states()) == {"done"}
    books = world.simulator.books
    assert [len(there) for there in (books.vendors, books.customers, books.bills, books.invoices)] == [1, 1, 1, 1]
