"""Two people approve a payout run at the same moment, that needs both of them: its payments go on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from flask_billcom.engine.decisions import NotPossible, Person
from flask_billcom.marketplace import approvals
from flask_billcom.marketplace.paying.payouts import plan_payouts
from flask_billcom.models import Audit, Document, Operation
from tests.support.at_once import HeldOpen
from tests.support.factories import Shop


def approve_at_once(shop: Shop, *, needed: int) -> None:
    """Let Bob and Cleo approve a run that Ada has asked for.

    :raises NotPossible: Cleo is refused.
    """
    shop.settings = replace(shop.settings, float_cents=10**9, approval_threshold_cents=1, approvers=needed)
    sale = shop.sell(100_00, {"ann": 50_00, "cid": 40_00}, fee=10_00)
    shop.open_documents(sale)
    with shop.store.write() as rows:
        rows.change(update(Document).where(Document.kind == "bill").values(release_after=shop.clock.now()))
    plan_payouts(shop.domain, actor="Ada")
    [run] = approvals.waiting(shop.domain)

    domain = shop.domain
    held = HeldOpen(shop.store, then=lambda: approvals.approve(shop.domain, run.id, Person("Cleo", "seen")))
    domain.store = held
    approvals.approve(domain, run.id, Person("Bob", "seen"))
    held.wait()


def test_a_run_goes_on_that_two_people_approve_in_transactions_of_one_moment(shop: Shop) -> None:
    approve_at_once(shop, needed=2)

    assert [operation.parked for operation in shop.rows(Operation)] == [None, None]
    assert approvals.waiting(shop.domain) == []


def test_the_second_one_is_told_that_nothing_waits_where_one_was_enough(shop: Shop) -> None:
    with pytest.raises(NotPossible, match="no such payout run waits"):
        approve_at_once(shop, needed=1)

    approved = [act.actor for act in shop.rows(Audit) if act.action == approvals.APPROVED]
    assert approved == ["Bob"]
