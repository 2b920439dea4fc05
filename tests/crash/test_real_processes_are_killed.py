"""Two real boundaries in one telling; `python -m tests.crash --suite processes` plays them all."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.crash.cutting.cuts import Cut
from tests.crash.judging.total import Total
from tests.crash.real.processes import FAULTS, REPEATS, hurts_of
from tests.crash.real.works import works


def at(chapter: str, name: str, fault: str) -> Cut:
    return Cut(chapter, -1, fault, label=f"{chapter}: {name}", nth=1)


@pytest.mark.timeout(400)
def test_a_worker_that_stood_still_and_one_that_was_killed_pay_nobody_twice() -> None:
    nowhere = at("pay out", "connect Nowhere", "kill")
    cuts = (at("sell", "connect Bulk/Crud/Create/Bill", "stop"), at("pay out", "effect PayBills", "kill"), nowhere)
    with works("sqlite") as house:
        end = house.end_of(cuts)

    assert end.verdict.is_clean, end.verdict.notes
    assert (end.faults, end.kills) == (2, 1)
    assert end.unfired == (nowhere.name,)
    total = Total("processes", "sqlite")
    total.add(end)
    assert not total.is_clean, "a hurt that never happened fails the suite"
    assert str(total).endswith("unexplained=1")


def test_each_place_is_hurt_in_each_way_so_often_behind_what_leads_there() -> None:
    lead = (at("sell", "effect PayBills", "kill"),)
    places = {
        (): ["meet: connect Login", "sell: connect PayBills"],
        lead: ["sell: after commit of engine.janitor.sweep"],
    }

    hurts = hurts_of(places, seed=1)

    assert set(Counter(hurts).values()) == {REPEATS}
    assert {(lead, cut.label, cut.fault) for lead, cut in hurts} == {
        (lead, label, fault) for lead, labels in places.items() for label in labels for fault in FAULTS
    }
    assert hurts == hurts_of(places, seed=1), "or the parts would not be the whole"
    assert hurts != hurts_of(places, seed=2)
