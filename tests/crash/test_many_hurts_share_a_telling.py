"""One telling carries many hurts, and none of them is lost on the way."""

from __future__ import annotations

import itertools
import random

import pytest

from tests.crash.boundaries import Crash
from tests.crash.cutting.chains import Chain
from tests.crash.cutting.cuts import Cut, named, packed
from tests.crash.cutting.distant import crossing
from tests.crash.cutting.pairs import every_pair, pairs_of_some_places, shards_of
from tests.crash.judging.judge import Verdict
from tests.crash.judging.total import End, Total
from tests.crash.suites import Telling, add_all

TRAIL = {
    "meet": ["meet: a", "meet: b", "meet: c"],
    "sell": ["sell: a", "sell: d", "sell: b"],
    "pay out": ["pay out: e", "pay out: a"],
}


def crash(chapter: str, name: str, nth: int = 1) -> Cut:
    return Cut(chapter, -1, "crash", label=f"{chapter}: {name}", nth=nth)


@pytest.mark.parametrize(
    "cut",
    [
        crash("pay out", "before commit of engine.worker._seal", 3),
        crash("meet", "effect Bulk/Crud/Create/Vendor"),
        Cut("sell", -1, "bdc:BDC_1109", "List/Invoice"),
        Cut("take back", 17, "freeze"),
    ],
    ids=str,
)
def test_a_name_on_the_command_line_is_the_cut_again(cut: Cut) -> None:
    (again,) = named([cut.name])

    assert again.name == cut.name
    assert again.place == cut.place


def test_tellings_have_every_cut_once_and_no_two_at_one_place() -> None:
    cuts = [
        Cut(chapter, -1, fault, label=f"{chapter}: {name}", nth=1)
        for chapter, names in (("meet", "abcdefg"), ("sell", "ab"))
        for name in names
        for fault in ("crash", "freeze", "second_runner")
    ]
    tellings = packed(cuts, TRAIL, deep=4)

    assert sorted(cut.name for telling in tellings for cut in telling) == sorted(cut.name for cut in cuts)
    assert all(len({cut.place for cut in telling}) == len(telling) for telling in tellings)
    assert len(tellings) < len(cuts) / 3


def test_a_cut_that_met_nothing_waits_for_another_telling() -> None:
    total = Total("boundaries", "sqlite")
    cuts = [crash("meet", "a"), crash("meet", "b")]

    hurts = (crash("sell", "d"),)

    missed = add_all(total, [Telling(hurts, cuts)], [End("both", Verdict(), faults=1, unfired=(cuts[1].name,))])

    assert missed == [(hurts, cuts[1])]
    assert total.faults == 1
    assert total.is_clean


def test_a_fault_that_never_happens_fails_the_suite() -> None:
    total = Total("boundaries", "sqlite")
    total.add(End("alone", Verdict(), unfired=("meet/1:a/crash",)))

    assert not total.is_clean
    assert str(total).endswith("unexplained=1")


def test_each_link_of_a_chain_is_a_pair() -> None:
    pairs = every_pair(TRAIL)
    chain = Chain(pairs, TRAIL)
    for chapter, labels in TRAIL.items():
        chain.open(chapter)
        while any(kills_at(chain, label) for label in labels):
            pass  # after a kill the chapter begins again

    killed = [cut.label.partition(": ")[2] for cut in chain.kills]
    links = set(itertools.pairwise(killed))
    assert len(chain.reached) == len(set(chain.reached)) > len(TRAIL)
    assert {(pair.first, pair.second) for pair in chain.reached} <= links
    assert set(chain.reached) <= set(pairs)


def kills_at(chain: Chain, label: str) -> bool:
    """Return whether the chain kills here."""
    act = chain.act_at(0, label, 1)
    if act is None:
        return False
    with pytest.raises(Crash):
        act()
    return True


def test_what_lies_far_apart_is_told_from_the_last_chapter_that_passes_its_first_place() -> None:
    trail = {"meet": ["meet: a", "meet: b"], "sell": ["sell: a", "sell: c"], "pay out": ["pay out: d", "pay out: c"]}

    found = crossing(every_pair(trail), trail)

    assert {where: sorted(pair.second for pair in pairs) for where, pairs in found.items()} == {
        ("a", "meet"): ["a"],
        ("a", "sell"): ["c", "d"],
        ("b", "meet"): ["a", "c", "d"],
        ("c", "sell"): ["c", "d"],
    }


def test_a_chain_goes_on_from_a_crash_before_it() -> None:
    chain = Chain(every_pair(TRAIL), TRAIL, last="c")
    chain.open("pay out")

    assert not kills_at(chain, "pay out: x")
    assert kills_at(chain, "pay out: e")
    assert [pair.name for pair in chain.reached] == ["c >> e"]


def test_parts_and_samples_have_each_pair_once() -> None:
    pairs = every_pair(TRAIL)

    assert sorted(pair.name for part in shards_of(pairs) for pair in part) == sorted(pair.name for pair in pairs)
    some = pairs_of_some_places(pairs, 5, random.Random(1))
    assert len(set(some)) == 5
    assert some == pairs_of_some_places(pairs, 5, random.Random(1))
    assert len({pair.first for pair in some} | {pair.second for pair in some}) < 5
