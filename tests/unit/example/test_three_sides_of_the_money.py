"""The demo's comparison of local ledger, Bill.com's books and the bank finds every kind of difference."""

from __future__ import annotations

from dataclasses import replace

from example_marketplace.demo.report import Outcome
from example_marketplace.demo.sides import Side, differences

COUNTS = {"invoices": 2, "bills": 2, "payouts": 1}
LEDGER = Side("ledger", {"buyer 1": 700, "buyer 2": 400}, {"seller 1": 990}, 110, COUNTS)
BOOKS = replace(LEDGER, name="books")
BANK = replace(LEDGER, name="bank", counts={"payouts": 1})


def test_three_equal_sides_have_no_difference() -> None:
    assert differences(LEDGER, BOOKS, BANK) == []


def test_one_cent_of_one_seller_is_found_with_its_totals() -> None:
    short = replace(BANK, paid_out={"seller 1": 989})

    found = differences(LEDGER, BOOKS, short)

    assert str(found[0]) == "seller seller 1: ledger 990, books 990, bank 989"
    assert {difference.what for difference in found} >= {"paid out", "collected less paid out and kept is not nought"}


def test_two_buyers_charged_for_each_other_are_found_though_the_totals_agree() -> None:
    swapped = replace(BOOKS, collected={"buyer 1": 400, "buyer 2": 700})

    found = differences(LEDGER, swapped, BANK)

    assert [difference.what for difference in found] == ["buyer buyer 1", "buyer buyer 2"]


def test_a_seller_whom_only_the_bank_knows_is_found() -> None:
    found = differences(LEDGER, BOOKS, replace(BANK, paid_out={"seller 1": 990, "stranger": 5}))

    assert str(found[0]) == "seller stranger: ledger 0, books 0, bank 5"


def test_a_missing_invoice_is_found() -> None:
    found = differences(LEDGER, replace(BOOKS, counts=COUNTS | {"invoices": 1}), BANK)

    assert [str(difference) for difference in found] == ["invoices: ledger 2, books 1"]


def test_money_that_does_not_add_up_is_found_though_all_sides_agree() -> None:
    sides = [replace(side, kept_cents=109) for side in (LEDGER, BOOKS, BANK)]

    found = differences(*sides)

    assert [difference.values for difference in found] == [{"ledger": 1}, {"books": 1}, {"bank": 1}]


def test_the_last_line_has_each_figure_in_its_place() -> None:
    outcome = Outcome(3, 2, 0, [LEDGER, BOOKS, BANK], [])

    assert outcome.last_line() == (
        "demo: orders=3 settled=2 invoices=2 bills=2 payouts=1 "
        "collected_cents=1100 paid_out_cents=990 fees_cents=110 differences=0"
    )
    assert "DIFFERENCE" not in outcome.table()


def test_a_settlement_that_is_not_paid_out_is_no_good_end() -> None:
    assert Outcome(3, 2, 0, [LEDGER], []).is_good
    assert not Outcome(3, 2, 1, [LEDGER], []).is_good
    assert "UNPAID 1 settlements" in Outcome(3, 2, 1, [LEDGER], []).table()
