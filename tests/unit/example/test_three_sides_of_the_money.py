"""The demo's comparison of local ledger, Bill.com's books and the bank finds every kind of difference."""

from __future__ import annotations

from dataclasses import replace

from example_marketplace.demo.report import Outcome
from example_marketplace.demo.sides import Side, differences

COUNTS = {"invoices": 2, "bills": 2, "payouts": 1}
LEDGER = Side(
    "ledger",
    collected={"buyer 1": 700, "buyer 2": 400},
    returned={"buyer 1": 100},
    refunded={"buyer 2": 30},
    paid_out={"seller 1": 790},
    left_cents=180,
    owed_cents=70,
    counts=COUNTS,
)
BOOKS = replace(LEDGER, name="books")
BANK = replace(LEDGER, name="bank", owed_cents=None, counts={"payouts": 1})
GAP = "collected less returned, refunded, paid out and left is not nought"


def test_three_equal_sides_have_no_difference() -> None:
    assert differences(LEDGER, BOOKS, BANK) == []


def test_one_cent_of_one_seller_is_found_with_its_totals() -> None:
    short = replace(BANK, paid_out={"seller 1": 789})

    found = differences(LEDGER, BOOKS, short)

    assert str(found[0]) == "seller seller 1: ledger 790, books 790, bank 789"
    assert {difference.what for difference in found} >= {"paid out", GAP}


def test_two_buyers_charged_for_each_other_are_found_though_the_totals_agree() -> None:
    swapped = replace(BOOKS, collected={"buyer 1": 400, "buyer 2": 700})

    found = differences(LEDGER, swapped, BANK)

    assert [difference.what for difference in found] == ["buyer buyer 1", "buyer buyer 2"]


def test_a_seller_whom_only_the_bank_knows_is_found() -> None:
    found = differences(LEDGER, BOOKS, replace(BANK, paid_out={"seller 1": 790, "stranger": 5}))

    assert str(found[0]) == "seller stranger: ledger 0, books 0, bank 5"


def test_a_refund_that_only_the_bank_made_is_found() -> None:
    found = differences(LEDGER, BOOKS, replace(BANK, refunded={"buyer 2": 60}))

    assert str(found[0]) == "refunded buyer buyer 2: ledger 30, books 30, bank 60"


def test_a_return_that_the_ledger_missed_is_found() -> None:
    found = differences(replace(LEDGER, returned={}), BOOKS, BANK)

    assert str(found[0]) == "buyer whose payment came back buyer 1: ledger 0, books 100, bank 100"


def test_a_debt_to_sellers_that_the_books_do_not_have_is_found() -> None:
    found = differences(LEDGER, replace(BOOKS, owed_cents=69), BANK)

    assert [str(difference) for difference in found] == [
        "owed to sellers: ledger 70, books 69",
        "kept: ledger 110, books 111",
    ]


def test_a_missing_invoice_is_found() -> None:
    found = differences(LEDGER, replace(BOOKS, counts=COUNTS | {"invoices": 1}), BANK)

    assert [str(difference) for difference in found] == ["invoices: ledger 2, books 1"]


def test_money_that_does_not_add_up_is_found_though_all_sides_agree() -> None:
    sides = [replace(side, left_cents=179) for side in (LEDGER, BOOKS, BANK)]

    found = differences(*sides)

    assert [difference.values for difference in found] == [{"ledger": 1}, {"books": 1}, {"bank": 1}]


def test_the_last_line_has_each_figure_in_its_place() -> None:
    outcome = Outcome(3, 2, 0, 50, [LEDGER, BOOKS, BANK], [])

    assert outcome.last_line() == (
        "demo: orders=3 settled=2 invoices=2 bills=2 payouts=1 "
        "collected_cents=1100 paid_out_cents=790 fees_cents=110 refunded_cents=30 returned_cents=100 "
        "held_cents=50 owed_to_sellers_cents=20 differences=0"
    )
    assert "DIFFERENCE" not in outcome.table()


def test_a_settlement_that_is_not_paid_out_is_no_good_end() -> None:
    assert Outcome(3, 2, 0, 0, [LEDGER], []).is_good
    assert not Outcome(3, 2, 1, 0, [LEDGER], []).is_good
    assert "UNPAID 1 sales" in Outcome(3, 2, 1, 0, [LEDGER], []).table()
