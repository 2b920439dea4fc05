"""Two payouts that come back within days of each other have a credit each, and neither takes the other's."""

from __future__ import annotations

from datetime import date

from flask_billcom.marketplace.returns.crediting import Claim, is_covered


def day(number: int) -> date:
    return date(2031, 3, number)


FIRST = Claim(900, day(3), day(12))
SECOND = Claim(900, day(8))


def test_a_line_that_the_earlier_payout_used_is_not_counted_against_the_later_ones_window() -> None:
    assert is_covered(SECOND, [(day(7), 900), (day(12), 900)], [FIRST], [])


def test_one_line_is_not_used_twice() -> None:
    assert not is_covered(SECOND, [(day(9), 900)], [FIRST], [])


def test_a_line_before_its_days_proves_nothing() -> None:
    assert not is_covered(SECOND, [(day(7), 900)], [], [])


def test_a_credit_that_a_person_saw_and_no_line_shows_uses_no_line_of_later_days() -> None:
    assert is_covered(SECOND, [(day(13), 900)], [FIRST], [])


def test_the_larger_credit_of_another_payout_proves_nothing() -> None:
    other = Claim(900, day(8))
    mine = Claim(500, day(8))

    assert not is_covered(mine, [(day(9), 900)], [], [other])
    assert is_covered(other, [(day(9), 900)], [], [mine])


def test_credits_of_two_others_do_not_add_up_to_ones_own() -> None:
    others = [Claim(500, day(8)), Claim(300, day(8))]

    assert not is_covered(SECOND, [(day(9), 500), (day(10), 500)], [], others)


def test_one_line_of_a_day_covers_all_that_came_back_on_it() -> None:
    mine, other = Claim(500, day(8)), Claim(400, day(8))

    assert is_covered(mine, [(day(9), 900)], [], [other])
    assert is_covered(other, [(day(9), 900)], [Claim(500, day(8), day(15))], [])


def test_one_that_comes_back_after_the_line_does_not_keep_an_earlier_one_waiting() -> None:
    assert is_covered(Claim(500, day(8)), [(day(9), 600)], [], [Claim(900, day(20))])
