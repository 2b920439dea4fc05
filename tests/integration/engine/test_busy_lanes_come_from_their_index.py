"""The queries of every tick take the narrow indexes, so that a long history costs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from flask_billcom.engine import operations
from flask_billcom.marketplace import strays
from flask_billcom.marketplace.refunds.facts import facts_of
from flask_billcom.models import Document
from tests.support.world import World


@contextmanager
def explained(world: World) -> Iterator[list[str]]:
    """Collect how SQLite finds the rows of each statement on operations."""
    engine = world.store.engine
    plans: list[str] = []

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "billcom_operation" in statement and not statement.startswith("EXPLAIN"):
            found = connection.connection.dbapi_connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(row[3] for row in found)

    event.listen(engine, "before_cursor_execute", explain)
    try:
        yield plans
    finally:
        event.remove(engine, "before_cursor_execute", explain)


def test_a_busy_lane_is_found_by_the_index_of_open_lanes(world: World) -> None:
    world.settle(("ann", "10.00"))

    with explained(world) as plans, world.store.write() as rows:
        due = operations.due(rows, world.organization_id, "create_vendor", world.clock.now(), 10)
        claimed = operations.claim(rows, [row.id for row in due], world.clock.new_id(), world.clock.now())

    assert len(claimed) == 1
    busy = [plan for plan in plans if plan.startswith("SEARCH billcom_operation_1 ")]
    assert len(busy) == 2
    assert all("uq_billcom_operation_lane" in plan for plan in busy), plans


def test_the_makers_of_documents_are_found_by_subject(world: World) -> None:
    world.ready_to_pay(2)
    bills = {row["invoiceNumber"] for row in world.simulator.books.bills}

    with explained(world) as plans, world.store.read() as rows:
        assert set(strays._rows_of(rows, world.organization_id, "FB-", "bill", bills)) == bills

    assert any("billcom_operation USING INDEX ix_billcom_operation_subject" in plan for plan in plans), plans


def test_what_is_in_doubt_is_found_among_the_few_that_are(world: World) -> None:
    world.ready_to_pay(2)
    kinds = [kind.name for kind in world.parts.worker._kinds]

    with explained(world) as plans, world.store.read() as rows:
        operations.kinds_to_check(rows, world.organization_id, world.clock.now())
        world.parts.worker._fence._newest_unsafe(rows, kinds, world.clock.now())

    assert any("ix_billcom_operation_check" in plan for plan in plans), plans
    assert any("uq_billcom_operation_lane" in plan for plan in plans), plans
    assert not any("billcom_operation USING INDEX sqlite_autoindex" in plan for plan in plans), plans


def test_what_keeps_a_refund_waiting_is_found_by_the_lane(world: World) -> None:
    world.ready_to_pay(2)
    bills = world.rows(Document, Document.kind == "bill")

    with explained(world) as plans, world.store.read() as rows:
        facts_of(rows, [bill.id for bill in bills])

    assert any("uq_billcom_operation_lane (organization_id=? AND lane=?)" in plan for plan in plans), plans
    assert not any("sqlite_autoindex" in plan for plan in plans), plans
