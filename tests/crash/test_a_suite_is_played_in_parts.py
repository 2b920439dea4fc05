"""A suite that takes hours can be played in pieces."""

from __future__ import annotations

from argparse import ArgumentTypeError

import pytest

from tests.crash.asked import WHOLE, Part


def test_the_parts_together_are_the_whole_and_share_nothing() -> None:
    whole = list(range(23))

    parts = [Part(number, 4).of(whole) for number in range(1, 5)]

    assert sorted(each for part in parts for each in part) == whole
    assert {len(part) for part in parts} <= {5, 6}


def test_without_a_part_everything_is_played() -> None:
    assert WHOLE.of([1, 2, 3]) == [1, 2, 3]


def test_a_part_is_read_as_it_is_written() -> None:
    assert str(Part.parse("2/5")) == "2/5"


@pytest.mark.parametrize("text", ["", "2", "0/3", "4/3", "1/0", "-1/3", "a/b", "1/2/3"])
def test_what_is_no_part_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError):
        Part.parse(text)
