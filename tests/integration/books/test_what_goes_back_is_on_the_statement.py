"""Refunds, fines, bonuses and write-offs as the sellers see them, made by the public calls."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from flask_billcom.ledger import Account
from flask_billcom.marketplace.books.clearing import CLEARING, UNEXPLAINED
from flask_billcom.marketplace.books.movements import Cause
from flask_billcom.marketplace.books.statement import Statement
from flask_billcom.models import Party
from tests.integration.books.conftest import pay_out, round_of
from tests.support.world import World


def refund(world: World, order: str, reference: str = "r1", **values: Any) -> None:
    with world.app() as session:
        found = session.get(world.shop.Order, int(order))
        world.shop.billcom.refund(found, reference=reference, reason="broken", actor="Eve", **values)
        session.commit()


def statement_of(world: World, name: str = "ann") -> Statement:
    with world.app() as session:
        seller = session.merge(world.person("seller", name))
        found: Statement = world.shop.billcom.statement(seller, str(world.clock.now().year))
    assert found.faults == ()
    assert found.closing_cents == found.ledger_cents
    return found


def words(found: Statement) -> list[tuple[Cause, int, str]]:
    return [(line.cause, line.cents, line.what) for line in found.lines]


def test_a_refund_is_shown_with_the_fee_that_went_back(world: World) -> None:
    order = world.settle(("ann", "60.00", "6.00"), ("cid", "40.00", "4.00"), buyer="Ada", own="5.00")
    refund(world, order, amount=Decimal("52.50"))

    ann, cid = statement_of(world), statement_of(world, "cid")

    assert (ann.refunds_cents, ann.fees_returned_cents, ann.closing_cents) == (-30_00, 3_00, 27_00)
    assert (cid.refunds_cents, cid.fees_returned_cents, cid.closing_cents) == (-20_00, 2_00, 18_00)
    assert ann.other_cents == 0
    assert words(ann)[2:] == [(Cause.REFUND, -30_00, "refund r1"), (Cause.FEE_RETURNED, 3_00, "fee of refund r1")]


def test_equal_refunds_are_told_apart_by_their_references(world: World) -> None:
    order = world.settle(("ann", "60.00", "6.00"), buyer="Ada")
    for reference in ("first", "second", "first"):
        refund(world, order, reference, amount=Decimal("10.00"))
        world.advance(seconds=60)

    found = statement_of(world)

    assert [line.what for line in found.lines if line.cause is Cause.REFUND] == ["refund first", "refund second"]
    assert (found.refunds_cents, found.fees_returned_cents) == (-20_00, 2_00)


def test_a_refund_that_costs_the_seller_nothing_is_still_shown(world: World) -> None:
    order = world.settle(("ann", "10.00", "10.00"), buyer="Ada")
    refund(world, order)

    found = statement_of(world)

    assert (found.sales_cents, found.refunds_cents, found.fees_returned_cents) == (10_00, -10_00, 10_00)
    assert found.closing_cents == 0


def test_a_cancelled_sale_is_taken_back(world: World) -> None:
    order = world.settle(("ann", "60.00", "6.00"), buyer="Ada")
    with world.app() as session:
        world.shop.billcom.cancel(session.get(world.shop.Order, int(order)), reason="a mistake", actor="Eve")
        session.commit()

    found = statement_of(world)

    assert (found.refunds_cents, found.fees_returned_cents, found.closing_cents) == (-60_00, 6_00, 0)
    assert words(found)[2][2] == "sale taken back"


def test_a_refund_after_the_payout_leaves_a_debt_that_the_next_sale_pays(world: World) -> None:
    order = world.settle(("ann", "60.00", "6.00"), buyer="Ada")
    pay_out(world)
    refund(world, order, amount=Decimal("20.00"))
    round_of(world)

    debt = statement_of(world)
    world.settle(("ann", "30.00", "3.00"), buyer="Ada")
    round_of(world)
    after = statement_of(world)

    assert (debt.payouts_cents, debt.refunds_cents, debt.closing_cents) == (-54_00, -20_00, -18_00)
    assert after.closing_cents == 9_00
    assert after.other_cents == 0


def test_fines_and_bonuses_name_their_reason(world: World) -> None:
    world.settle(("ann", "60.00", "6.00"), buyer="Ada")
    with world.app() as session:
        ann = session.merge(world.person("seller", "ann"))
        adjust = world.shop.billcom.adjust
        adjust(ann, kind="fine", amount=Decimal("5.00"), reference="f1", reason="late", actor="Eve")
        adjust(ann, kind="bonus", amount=Decimal("5.00"), reference="b1", reason="quick", actor="Eve")

    found = statement_of(world)

    assert found.adjustments_cents == 0
    assert words(found)[2:] == [
        (Cause.ADJUSTMENT, -5_00, "fine f1: late"),
        (Cause.ADJUSTMENT, 5_00, "bonus b1: quick"),
    ]


def test_a_debt_that_is_written_off_is_a_line_of_its_own(world: World) -> None:
    with world.app() as session:
        ann = session.merge(world.person("seller", "ann"))
        billcom = world.shop.billcom
        billcom.adjust(ann, kind="fine", amount=Decimal("5.00"), reference="f1", reason="late", actor="Eve")
        billcom.write_off(ann, reference="w1", reason="he left", actor="Eve", second="Bob")

    found = statement_of(world)

    assert (found.adjustments_cents, found.write_offs_cents, found.closing_cents) == (-5_00, 5_00, 0)
    assert words(found)[-1][2] == "write off w1: he left"


def test_a_buyer_who_is_paid_back_is_no_seller_of_the_year(world: World) -> None:
    order = world.settle(("ann", "60.00", "6.00"), buyer="Ada")
    pay_out(world)
    refund(world, order, amount=Decimal("20.00"))
    for days in (0, 1, 1):
        round_of(world, days=days)
    assert [party.local_type for party in world.rows(Party, Party.role == "vendor")].count("Buyer") == 1

    with world.app():
        year = world.shop.billcom.year_totals(world.clock.now().year)

    assert {each.seller.split()[0] for each in year.items} == {"Seller"}
    assert sum(each.gross_cents for each in year.items) == 60_00


@pytest.mark.parametrize("days", [(), (0,), (0, 1), (0, 1, 5), (0, 1, 5, 1), (0, 1, 5, 1, 2)])
def test_every_stage_has_words_for_all_and_items_for_what_stands_open(world: World, days: tuple[int, ...]) -> None:
    order = world.settle(("ann", "60.00", "6.00"), ("cid", "40.00", "4.00"), buyer="Ada", own="5.00")
    for each in days:
        round_of(world, days=each)
    refund(world, order, amount=Decimal("50.00"))
    for each in (0, 1, 5, 1, 2, 1, 1):
        round_of(world, days=each)
        with world.app():
            items = world.shop.billcom.open_items()
        assert [item for item in items if item.why == UNEXPLAINED] == []
        sums = {account: sum(item.cents for item in items if item.account is account) for account in CLEARING}
        assert sums == {account: cents for account, cents in world.trial().items() if account in CLEARING}

    with world.app():
        told = {item.meaning for name in Account for item in world.shop.billcom.ledger(name, limit=200).items}
    assert [each for each in told if " against " in each] == []
    for name in ("ann", "cid"):
        assert statement_of(world, name).other_cents == 0
