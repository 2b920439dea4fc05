"""Polls at the local Bill.com: stopped in the middle, done by two workers, met by a charge in flight."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest

from flask_billcom.engine.errors import NoCapacity
from flask_billcom.marketplace import marks
from flask_billcom.marketplace.collection.funding import RECEIVED_POLL
from flask_billcom.marketplace.tracking import following
from flask_billcom.models import Payment, Settlement
from flask_billcom.schedule import Schedule
from tests.support.world import Stage, World

BUYERS = ("Ada", "Bob", "Cyd", "Dee", "Eve")


@pytest.fixture
def world(sqlite_stage: Stage) -> World:
    """Five charges that are about to be paid."""
    made = sqlite_stage.world(payout_schedule=Schedule.parse("manual"), collect="charge")
    made.onboard(sellers=["ann"], buyers=BUYERS)
    for buyer in BUYERS:
        made.settle(("ann", "10.00", "1.00"), buyer=buyer)
    made.tick()
    made.tick()
    made.advance(business_days=1)
    return made


def pages(world: World) -> int:
    return len(world.sent("List/ReceivedPay"))


def test_a_poll_that_is_stopped_goes_on_with_its_next_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "PAGE", 2)
    reads: Any = world.parts.domain.reads
    real, left = reads.page, [None, NoCapacity("all slots are taken")]

    def page(*given: Any, **values: Any) -> Any:
        error = left.pop(0) if left else None
        if error is not None:
            raise error
        return real(*given, **values)

    monkeypatch.setattr(reads, "page", page)
    before = pages(world)
    with pytest.raises(NoCapacity):
        following.follow_received(world.parts.domain)
    assert {payment.status for payment in world.rows(Payment)} == {"scheduled", "paid"}

    assert following.follow_received(world.parts.domain)

    assert {payment.status for payment in world.rows(Payment)} == {"paid"}
    assert pages(world) - before == 3


def test_a_second_poll_at_once_reads_nothing(world: World) -> None:
    before = pages(world)

    assert following.follow_received(world.parts.domain)
    assert not following.follow_received(world.parts.domain)

    assert pages(world) - before == 1


def test_workers_that_poll_at_once_read_each_page_once(world: World) -> None:
    before = pages(world)
    others = [world.process() for _ in range(3)]
    threads = [Thread(target=following.follow_received, args=(parts.domain,)) for parts in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert pages(world) - before == 1
    assert {sale.state for sale in world.rows(Settlement)} == {"collected"}


def test_a_worker_that_died_in_a_poll_is_followed_by_another_when_its_lease_is_over(world: World) -> None:
    domain = world.parts.domain
    with domain.store.read() as rows:
        progress = marks.read(rows, domain.organization_id, RECEIVED_POLL)
    assert progress is not None
    assert marks.Poll(domain, RECEIVED_POLL, progress).take()

    assert not following.follow_received(domain)
    world.advance(seconds=marks.LEASE.total_seconds() + 1)

    assert following.follow_received(domain)


def test_a_worker_that_froze_at_the_first_page_leaves_it_to_the_one_that_has_read_it_since(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    domain = world.parts.domain
    page = domain.reads.page
    other = world.process().domain

    def frozen(*args: Any, **kwargs: Any) -> Any:
        read = page(*args, **kwargs)
        world.advance(seconds=marks.LEASE.total_seconds() + 1)
        assert following.follow_received(other)
        return read

    monkeypatch.setattr(domain.reads, "page", frozen)
    assert not following.follow_received(domain)

    assert {sale.state for sale in world.rows(Settlement)} == {"collected"}
