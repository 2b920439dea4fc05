"""Two real boundaries in one telling; `python -m tests.crash --suite processes` plays them all."""

from __future__ import annotations

import pytest

from tests.crash.cuts import Cut
from tests.crash.works import works


def at(chapter: str, name: str, fault: str) -> Cut:
    return Cut(chapter, -1, fault, label=f"{chapter}: {name}", nth=1)


@pytest.mark.timeout(400)
def test_a_worker_that_stood_still_and_one_that_was_killed_pay_nobody_twice() -> None:
    cuts = (at("sell", "connect Bulk/Crud/Create/Bill", "stop"), at("pay out", "effect PayBills", "kill"))
    with works("sqlite") as house:
        end = house.end_of(cuts)

    assert end.verdict.is_clean, end.verdict.notes
    assert end.unfired == ()
    assert end.kills == 1
