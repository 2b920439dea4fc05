"""When money leaves: schedules, holds, limits, and who says stop."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.stories.conftest import Begin
from tests.stories.town import Town

TEN = ("ann", "10.00", "1.00")


def process_dates(town: Town) -> list[str]:
    return sorted(row["processDate"] for row in town.at_billcom("SentPay"))


def test_weekly_payouts_leave_on_friday_for_the_sales_of_the_week(begin: Begin) -> None:
    town = begin(start="2027-03-01T17:00:00", payout_schedule="weekly:fri", return_days=0)
    for _ in range(3):
        town.sells_to_paid(TEN)
    town.waits(bank_days=6, step=1)

    assert town.world.clock.now().date().isoformat() == "2027-03-18"
    assert process_dates(town) == ["2027-03-15"] * 3, "planned on Friday the 12th, processed on the next bank day"
    town.waits(bank_days=2)
    town.ends(collected="30.00", paid_out="27.00", fees="3.00")


def test_payouts_on_the_thirty_first_leave_on_the_last_day_of_february(begin: Begin) -> None:
    town = begin(start="2027-02-08T17:00:00", payout_schedule="monthly:31", return_days=0)
    town.sold(TEN, bank_days=1)
    town.until("2027-02-26T20:00:00")
    assert town.payouts_to("ann") == []
    town.until("2027-02-28T20:00:00")
    assert town.payouts_to("ann") == [], "the 28th is a Sunday"
    town.until("2027-03-01T20:00:00")

    assert process_dates(town) == ["2027-03-02"]
    town.waits(bank_days=3)
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_month_end_payouts_of_a_leap_year_leave_on_the_twenty_ninth(begin: Begin) -> None:
    town = begin(start="2028-02-07T17:00:00", payout_schedule="monthly:last", return_days=0)
    town.sold(TEN, bank_days=1)
    town.until("2028-02-28T20:00:00")
    assert town.payouts_to("ann") == []
    town.until("2028-02-29T20:00:00")

    assert process_dates(town) == ["2028-03-01"]
    town.waits(bank_days=3)
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_payouts_of_a_month_wait_for_the_fifteenth(begin: Begin) -> None:
    town = begin(start="2027-03-01T17:00:00", payout_schedule="monthly:15", return_days=0)
    town.sold(TEN, bank_days=1)
    town.until("2027-03-12T20:00:00")
    assert town.payouts_to("ann") == []
    town.until("2027-03-15T20:00:00")
    town.waits(bank_days=3)

    assert process_dates(town) == ["2027-03-16"]
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_worker_that_slept_on_pay_day_pays_the_day_after(begin: Begin) -> None:
    town = begin(start="2027-03-01T17:00:00", payout_schedule="monthly:15", return_days=0)
    town.sold(TEN, bank_days=1)
    town.until("2027-03-12T20:00:00")
    town.until("2027-03-16T20:00:00")
    town.waits(bank_days=3)

    assert process_dates(town) == ["2027-03-17"]
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_manual_payouts_leave_when_a_person_asks(begin: Begin) -> None:
    town = begin(payout_schedule="manual")
    town.sold(TEN, bank_days=8)
    assert town.payouts_to("ann") == []
    assert town.billcom.payout_run(dry_run=True).amount == Decimal("9.00")
    assert town.billcom.payout_run(actor="eve").cents == 9_00
    town.passes()
    town.waits(bank_days=3)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_small_earnings_wait_until_they_make_the_minimum_payout(begin: Begin) -> None:
    town = begin(minimum_payout_cents=20_00)
    town.sold(("ann", "12.00", "2.00"), bank_days=7)
    assert town.payouts_to("ann") == []
    town.sells(("ann", "12.00", "2.00"), to="Ben")
    town.passes()
    town.waits(bank_days=9)

    town.ends(collected="24.00", paid_out="20.00", fees="4.00")


def test_a_seller_who_asks_is_paid_below_the_minimum(begin: Begin) -> None:
    town = begin(minimum_payout_cents=20_00)
    town.sold(TEN, bank_days=7)
    assert town.billcom.pay_now(town.seller("ann"), actor="eve").cents == 9_00
    town.passes()
    town.waits(bank_days=3)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_what_is_below_the_minimum_is_owed_and_says_why_it_waits(begin: Begin) -> None:
    town = begin(minimum_payout_cents=20_00)
    town.sold(TEN, bank_days=9)

    town.ends(collected="10.00", owed="9.00", fees="1.00", waiting=["less than the minimum"], states={"1": "funded"})


def test_a_reserve_keeps_the_last_part_of_a_sellers_earnings(begin: Begin) -> None:
    town = begin(reserve_percent=Decimal(10))
    for price in ("80.00", "10.00", "10.00"):
        town.sells(("ann", price), to="Ada")
    town.passes()
    town.waits(bank_days=9)

    assert town.skipped(town.billcom.payout_run(dry_run=True)) == {"kept as the seller's reserve": 10_00}
    town.ends(
        collected="100.00",
        paid_out="90.00",
        owed="10.00",
        waiting=["kept as the seller's reserve"],
        states={"3": "funded"},
    )


def test_a_held_order_waits_while_the_sellers_other_orders_are_paid(town: Town) -> None:
    held = town.sells(TEN)
    town.sells(("ann", "20.00", "2.00"))
    town.passes()
    town.waits(bank_days=2)
    town.billcom.hold(held, "the parcel is lost", actor="eve")
    town.waits(bank_days=7, step=1)

    town.ends(
        collected="30.00",
        paid_out="18.00",
        held="9.00",
        fees="3.00",
        waiting=["hold: the parcel is lost"],
        states={"1": "funded"},
    )


def test_an_order_on_hold_is_not_charged_before_it_is_released(town: Town) -> None:
    order = town.sells(TEN)
    town.billcom.hold(order, "the address looks wrong", actor="eve")
    town.passes()
    town.waits(bank_days=3)
    assert town.calls("ChargeCustomer") == 0
    town.billcom.release(order, actor="eve")
    town.passes(seconds=300)
    assert town.calls("ChargeCustomer") == 1
    town.waits(bank_days=9)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_released_order_is_paid_with_the_next_run(town: Town) -> None:
    order = town.sold(TEN)
    town.billcom.hold(order, "the parcel is lost", actor="eve")
    town.billcom.hold(order, "the parcel is lost", actor="bob")
    town.waits(bank_days=8)
    assert town.billcom.release(order, actor="eve") == 1
    town.passes(seconds=60)
    town.waits(bank_days=3)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_held_seller_waits_and_the_others_are_paid(town: Town) -> None:
    town.sells(TEN, ("bo", "10.00", "1.00"))
    town.billcom.hold(town.seller("ann"), "asked for papers", actor="eve")
    town.passes()
    town.waits(bank_days=9)

    assert town.billcom.balance_of(town.seller("ann")).held == Decimal("9.00")
    town.ends(
        collected="20.00",
        paid_out="9.00",
        held="9.00",
        fees="2.00",
        waiting=["hold: asked for papers"],
        states={"1": "funded"},
    )


def test_the_kill_switch_stops_every_payout_also_those_planned(begin: Begin) -> None:
    town = begin(payout_schedule="manual")
    town.sold(TEN, ("bo", "10.00", "1.00"), bank_days=7)
    town.billcom.payout_run(actor="eve")
    town.billcom.hold(None, "kill switch", actor="eve")
    town.passes()
    town.waits(bank_days=2)
    assert town.at_billcom("SentPay") == []
    town.billcom.release(None, actor="eve")
    town.passes()
    town.waits(bank_days=3)

    town.ends(collected="20.00", paid_out="18.00", fees="2.00")


def test_what_the_kill_switch_holds_is_held_money(town: Town) -> None:
    town.billcom.hold(None, "kill switch", actor="eve")
    town.sells(TEN)
    town.passes()
    town.waits(bank_days=9)

    town.ends(collected="10.00", held="9.00", fees="1.00", waiting=["hold: kill switch"], states={"1": "funded"})


def test_payments_that_are_switched_off_move_nothing_and_lose_nothing(begin: Begin) -> None:
    town = begin(payments_enabled=False, collect="send")
    order = town.sold(TEN)
    town.pays_by_link(order)
    town.waits(bank_days=8)
    assert town.at_billcom("SentPay") == []
    town.restarts(payments_enabled=True)
    town.waits(bank_days=4)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_run_goes_up_to_its_cap_and_the_rest_leaves_on_the_next_day(begin: Begin) -> None:
    town = begin(run_cap_cents=20_00)
    for seller in ("ann", "bo", "cy"):
        town.sells((seller, "10.00", "1.00"))
    town.passes()
    town.waits(bank_days=6)
    assert len(town.at_billcom("SentPay")) == 2
    town.waits(bank_days=4)

    assert len(set(process_dates(town))) == 2
    town.ends(collected="30.00", paid_out="27.00", fees="3.00")


def test_a_seller_gets_no_more_in_a_day_than_his_cap(begin: Begin) -> None:
    town = begin(seller_day_cap_cents=10_00)
    town.sells(TEN)
    town.sells(TEN)
    town.sells(("bo", "10.00", "1.00"))
    town.passes()
    town.waits(bank_days=10)

    dates = [row["processDate"] for row in town.payouts_to("ann")]
    assert len(set(dates)) == 2
    town.ends(collected="30.00", paid_out="27.00", fees="3.00")


def test_a_bill_above_every_cap_waits_for_a_person_by_name(begin: Begin) -> None:
    town = begin(run_cap_cents=5_00)
    town.sold(TEN, bank_days=9)

    town.ends(collected="10.00", owed="9.00", fees="1.00", waiting=["the cap of the run"], states={"1": "funded"})


def test_payouts_wait_until_collections_cover_them(begin: Begin) -> None:
    town = begin(release="on_settlement", collect="charge")
    town.sold(TEN)
    assert town.skipped(town.billcom.payout_run(dry_run=True)) == {"confirmed collections do not cover it yet": 9_00}
    town.waits(bank_days=2)
    assert len(town.payouts_to("ann")) == 1
    town.waits(bank_days=5)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_hold_days_after_the_money_is_safe_leave_time_for_complaints(begin: Begin) -> None:
    town = begin(hold_days=10)
    town.sold(TEN, bank_days=12)
    assert town.payouts_to("ann") == []
    town.waits(bank_days=5)

    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_seller_who_changes_his_account_an_hour_before_the_run_is_paid_three_bank_days_later(
    begin: Begin,
) -> None:
    town = begin(payout_schedule="manual")
    town.sold(TEN, ("bo", "10.00", "1.00"), bank_days=7)
    town.enters_bank_account(town.seller("ann"), number="4999999999")
    town.passes(seconds=3600)
    run = town.billcom.payout_run(actor="eve")
    assert (run.cents, town.skipped(run)) == (9_00, {"the seller's bank account changed lately": 9_00})
    town.passes()
    town.waits(bank_days=4)
    town.billcom.payout_run(actor="eve")
    town.passes()
    town.waits(bank_days=3)

    accounts = {a.number: a.cents for a in town.world.simulator.bank.accounts.values() if a.cents > 0}
    assert accounts["4999999999"] == 9_00
    town.ends(collected="20.00", paid_out="18.00", fees="2.00")


def test_a_run_at_a_minute_to_six_on_the_friday_before_a_holiday_whose_answer_is_lost(begin: Begin) -> None:
    # Monday the 31st of May 2027 is Memorial Day.
    town = begin(start="2027-05-10T17:00:00", payout_schedule="manual", return_days=0)
    town.sells_to_paid(TEN)
    town.until("2027-05-29T00:59:50")
    town.breaks("timeout_after", "PayBills")
    town.billcom.payout_run(actor="eve")
    town.world.advance(seconds=3)
    town.passes(seconds=0)
    town.waits(bank_days=3)

    assert town.calls("PayBills") == 1
    assert process_dates(town) == ["2027-06-01"]
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


def test_a_run_ten_seconds_after_six_is_processed_a_bank_day_later(begin: Begin) -> None:
    town = begin(start="2027-05-10T17:00:00", payout_schedule="manual", return_days=0)
    town.sold(TEN, bank_days=1)
    town.until("2027-05-29T01:00:10")
    town.billcom.payout_run(actor="eve")
    town.passes()
    town.waits(bank_days=4)

    assert process_dates(town) == ["2027-06-02"]
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")


@pytest.mark.parametrize(
    ("moment", "process_date"),
    [
        ("2027-03-13T01:59:30", "2027-03-15"),
        ("2027-03-13T02:00:10", "2027-03-16"),
        ("2027-03-16T00:59:30", "2027-03-16"),
        ("2027-03-16T01:00:10", "2027-03-17"),
    ],
    ids=["before six in winter", "after six in winter", "before six in summer", "after six in summer"],
)
def test_six_in_the_evening_is_pacific_time_across_the_change_to_summer_time(
    begin: Begin, moment: str, process_date: str
) -> None:
    # Clocks change on Sunday the 14th of March 2027.
    town = begin(start="2027-03-01T17:00:00", payout_schedule="manual", return_days=0)
    town.sells_to_paid(TEN)
    town.until(moment)
    town.billcom.payout_run(actor="eve")
    town.passes()
    town.waits(bank_days=4)

    assert process_dates(town) == [process_date]
    town.ends(collected="10.00", paid_out="9.00", fees="1.00")
