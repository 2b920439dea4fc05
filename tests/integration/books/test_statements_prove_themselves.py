from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, update

from flask_billcom.ledger import Account, Leg, Posting, post, transfer
from flask_billcom.marketplace.books.movements import Cause
from flask_billcom.marketplace.books.statement import Statement
from flask_billcom.marketplace.lists import InvalidQuery
from flask_billcom.models import Entry, Party, Payment, Settlement
from flask_billcom.simulator.payments.disbursements import return_payout as send_payout_back
from tests.integration.books.conftest import pay_out, round_of, settle_some, settled_world
from tests.support.world import World


def year_of(world: World) -> str:
    return str(world.clock.now().year)


def statement_of(world: World, name: str = "ann", period: str | None = None) -> Statement:
    with world.app() as session:
        seller = session.merge(world.person("seller", name))
        found = world.shop.billcom.statement(seller, period or year_of(world))
    assert found.is_proved == (not found.faults)
    assert sum(cents for name, cents in found.totals() if name != found.closing_name) == found.closing_cents
    return found


def row_of(world: World, name: str) -> Party:
    seller = world.person("seller", name)
    (found,) = world.rows(Party, Party.role == "vendor", Party.local_id == str(seller.id))
    assert isinstance(found, Party)
    return found


def test_a_whole_life_adds_up_and_each_payout_names_its_orders(dialect: str, request: pytest.FixtureRequest) -> None:
    world = settled_world(request.getfixturevalue(f"{dialect}_stage"))
    settle_some(world)
    pay_out(world)

    ann, cid = statement_of(world, "ann"), statement_of(world, "cid")

    assert (ann.is_proved, ann.faults) == (True, ())
    assert (ann.opening_cents, ann.sales_cents, ann.fees_cents) == (0, 80_00, -8_00)
    assert (ann.payouts_cents, ann.closing_cents, ann.ledger_cents) == (-72_00, 0, 0)
    assert (cid.sales_cents, cid.fees_cents, cid.payouts_cents, cid.closing_cents) == (70_00, -7_00, -63_00, 0)
    orders = [(payout.cents, [order.reference for order in payout.orders]) for payout in ann.payouts]
    assert sorted(orders) == [(18_00, ["2"]), (54_00, ["1"])]
    assert {payout.payment for payout in ann.payouts} < {each.id for each in world.simulator.books.sent_pays}
    assert {payout.status for payout in ann.payouts} == {"cleared"}
    assert [order.number for payout in ann.payouts for order in payout.orders] == ["FB-1-1", "FB-2-1"]


def test_one_payment_of_many_orders_lists_them_all(world: World) -> None:
    world.restart(combine_payments=True)
    with world.app() as session:
        for name in ("ann", "cid"):
            world.shop.billcom.sync_party(session.merge(world.person("seller", name)))
        session.commit()
    round_of(world)
    settle_some(world)
    pay_out(world)

    (payout,) = statement_of(world, "ann").payouts

    assert payout.cents == 72_00
    assert [(order.reference, order.cents) for order in payout.orders] == [("1", 54_00), ("2", 18_00)]


def test_what_is_planned_or_scheduled_is_still_owed(world: World) -> None:
    settle_some(world)
    for days in (0, 1, 5):
        round_of(world, days=days)
    assert world.trial()[Account.PAYOUT_SCHEDULED] == -135_00

    found = statement_of(world)

    assert (found.payouts_cents, found.closing_cents) == (0, 72_00)
    assert found.payouts == ()


def test_a_payout_that_comes_back_is_owed_again(world: World) -> None:
    settle_some(world)
    for days in (0, 1, 5, 1):
        round_of(world, days=days)
    payment = next(each for each in world.rows(Payment, Payment.kind == "sent") if each.cents == 54_00)
    sent = world.simulator.world.store["SentPay"].by_id
    world.simulator.under_lock(lambda banks: send_payout_back(banks, sent[payment.remote_id], "R03"))
    round_of(world, days=2)

    found = statement_of(world)

    assert found.is_proved
    assert (found.payouts_cents, found.payouts_returned_cents, found.closing_cents) == (-72_00, 54_00, 54_00)
    back = next(payout for payout in found.payouts if payout.payment == payment.remote_id)
    assert (back.cents, back.returned_cents, back.status) == (54_00, 54_00, "returning")
    assert [order.cents for order in back.orders] == [54_00, -54_00]


def test_the_next_period_opens_with_what_the_one_before_closed_with(world: World) -> None:
    settle_some(world)
    zone = world.settings.zone
    sold_on = world.clock.now().astimezone(zone).date()
    pay_out(world)

    first = statement_of(world, period=sold_on.isoformat())
    rest = statement_of(world, period=f"{sold_on.replace(day=sold_on.day + 1)}..{sold_on.year}-12-31")

    assert (first.closing_cents, first.payouts_cents) == (72_00, 0)
    assert (rest.opening_cents, rest.sales_cents, rest.payouts_cents) == (72_00, 0, -72_00)
    assert rest.closing_cents == 0


@pytest.mark.parametrize("days", [1, 40])
def test_a_period_that_has_not_begun_is_refused(world: World, days: int) -> None:
    settle_some(world)
    today = world.clock.now().astimezone(world.settings.zone).date()
    later = today + timedelta(days=days)

    with pytest.raises(InvalidQuery, match=rf"the period {later}\.\.{later} has not begun: today is {today}"):
        statement_of(world, "ann", f"{later}..{later}")
    assert not statement_of(world, "ann", f"{today}..{later}").is_final


def test_a_seller_who_keeps_nothing_still_sold_something(world: World) -> None:
    world.settle(("ann", "10.00", "10.00"))

    found = statement_of(world)

    assert (found.sales_cents, found.fees_cents, found.closing_cents) == (10_00, -10_00, 0)
    assert found.is_proved


@pytest.mark.parametrize("account", ["seller_payable", "buyer_receivable", "payout_scheduled", "provider_clearing_out"])
def test_the_proof_fails_when_an_entry_is_missing(world: World, account: str) -> None:
    settle_some(world)
    pay_out(world)
    assert statement_of(world).is_proved
    party = row_of(world, "ann").id
    with world.store.write() as rows:
        one = next(
            each
            for each in world.rows(Entry, Entry.account == account)
            if each.party_id == party or account == "buyer_receivable"
        )
        rows.execute(delete(Entry).where(Entry.id == one.id))

    found = statement_of(world)

    assert not found.is_proved
    assert found.faults


def test_the_proof_fails_when_a_whole_sale_is_missing_from_the_ledger(world: World) -> None:
    settle_some(world)
    sale = next(each for each in world.rows(Settlement) if each.reference == "2")
    with world.store.write() as rows:
        rows.execute(delete(Entry).where(Entry.settlement_id == sale.id))

    found = statement_of(world)

    assert not found.is_proved
    assert found.closing_cents - found.ledger_cents == 18_00
    assert any("sale 2" in fault for fault in found.faults)


def test_the_proof_fails_when_an_amount_was_changed(world: World) -> None:
    settle_some(world)
    with world.store.write() as rows:
        own = (Entry.account == "seller_payable") & (Entry.party_id == row_of(world, "ann").id)
        rows.execute(update(Entry).where(own).values(cents=Entry.cents - 1))

    assert not statement_of(world).is_proved


def booked(world: World, *legs: Leg) -> None:
    with world.store.write() as rows:
        post(rows, world.clock, world.organization_id, [Posting(legs)])


def test_each_new_kind_has_its_line_and_what_is_unknown_is_shown_as_other(world: World) -> None:
    ann = row_of(world, "ann").id
    world.settle(("ann", "60.00", "6.00"), buyer="Ada")
    booked(world, Leg(Account.SELLER_CLAWBACK, 5_00, ann), Leg(Account.OWN_INCOME, -5_00))
    booked(world, Leg(Account.OWN_INCOME, 2_00), Leg(Account.SELLER_PAYABLE, -2_00, ann))
    booked(world, *transfer(Account.WRITE_OFF, Account.SELLER_CLAWBACK, 1_00, ann))
    booked(world, *transfer(Account.SELLER_PAYABLE, Account.SELLER_CLAWBACK, 3_00, ann))
    booked(world, *transfer(Account.SELLER_PAYABLE, Account.RETURN_LOSS, 7, ann))

    found = statement_of(world)

    assert found.is_proved
    assert (found.adjustments_cents, found.write_offs_cents, found.other_cents) == (-3_00, 1_00, -7)
    assert found.closing_cents == 54_00 - 3_00 + 1_00 - 7
    (odd,) = [line for line in found.lines if line.cause is Cause.OTHER]
    assert odd.what == "seller payable against return loss"


def test_a_sale_taken_back_gives_price_and_fee_back(world: World) -> None:
    world.settle(("ann", "60.00", "6.00"), ("cid", "40.00", "4.00"), buyer="Ada", own="5.00")
    (sale,) = world.rows(Settlement)
    entries = world.rows(Entry)
    with world.store.write() as rows:
        legs = [Leg(Account(each.account), -each.cents, each.party_id) for each in entries]
        post(rows, world.clock, world.organization_id, [Posting(legs, settlement_id=sale.id)])

    found = statement_of(world)

    assert (found.refunds_cents, found.fees_returned_cents, found.closing_cents) == (-60_00, 6_00, 0)
    assert found.is_proved


def test_the_file_runs_from_the_opening_to_the_closing_balance(world: World) -> None:
    settle_some(world)
    pay_out(world)
    found = statement_of(world)

    lines = list(csv.DictReader(io.StringIO("".join(found.as_csv()))))

    assert (lines[0]["What"], lines[0]["Balance"]) == ("Opening balance", "0.00")
    assert (lines[-1]["What"].startswith("Balance so far"), lines[-1]["Balance"]) == (True, "0.00")
    running = Decimal(0)
    for line in lines[1:-1]:
        running += Decimal(line["Amount"])
        assert Decimal(line["Balance"]) == running
    assert [line["Kind"] for line in lines[1:5]] == ["sale", "fee", "sale", "fee"]


def test_the_page_is_escaped_and_loads_nothing(world: World) -> None:
    world.settle(("ann", "1234.00", "6.00"))
    with world.store.write() as rows:
        rows.execute(update(Settlement).values(reference="<script>alert(1)</script>"))
    found = statement_of(world)

    with world.app():
        page = world.shop.billcom.statement_page(found)

    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "1,234.00" in page
    assert not any(each in page for each in ("http:", "https:", "src=", "url(", "@import", "<link"))


def test_a_page_that_proves_nothing_says_so(world: World) -> None:
    settle_some(world)
    with world.store.write() as rows:
        rows.execute(delete(Entry).where(Entry.account == "fee_income"))
    found = statement_of(world)

    with world.app():
        page = world.shop.billcom.statement_page(found)

    assert "does not prove itself" in page


def test_the_app_may_have_a_page_of_its_own(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from jinja2 import DictLoader

    own: Any = DictLoader({"billcom/statement.html": "{{ statement.seller }}: {{ statement.closing_cents | dollars }}"})
    monkeypatch.setattr(world.shop.app, "jinja_loader", own)
    world.settle(("ann", "10.00", "1.00"))
    found = statement_of(world)

    with world.app():
        assert world.shop.billcom.statement_page(found) == "Seller 1: 9.00"
