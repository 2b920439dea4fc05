"""No command that plays nothing, or something else than was asked for, ends as a clean run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from tests.crash import mutants, suites
from tests.crash.__main__ import is_clean, main
from tests.crash.asked import Asked
from tests.crash.cutting.cuts import every_boundary, every_fault
from tests.crash.cutting.theatre import Theatre, theatre
from tests.crash.judging.judge import Verdict
from tests.crash.judging.total import End, Total
from tests.crash.mutants import MUTANTS, mistaken
from tests.crash.naming import CHECKS, check_name
from tests.crash.suites import SUITES
from tests.crash.worlds.fair import lots_of

pytestmark = pytest.mark.timeout(400)
SILENCE = next(mutant for mutant in MUTANTS if mutant.name == "treat silence as failure")
LOST = "arrive/-1/timeout_after@PayBills"
TOLD = ("boundaries", "crashes", "overlaps", "pairs", "processes", "random", "mutants")
MET = "pay out/1:before commit of marketplace.approvals.approve/overlap@approve"


@pytest.fixture(scope="module")
def told() -> Iterator[Theatre]:
    with theatre() as house:
        yield house


@pytest.fixture
def house(told: Theatre, monkeypatch: pytest.MonkeyPatch) -> Theatre:
    """The commands of this file share one theatre, which stands in the same state at the start of each telling."""
    for module in (suites, mutants):
        monkeypatch.setattr(module, "theatre", lambda *_, **__: nullcontext(told))
    return told


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Return what a command that cannot be carried out is told; it has no last line."""
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    return said.err.splitlines()[-1]


@pytest.mark.parametrize("suite", TOLD)
def test_a_name_that_no_suite_knows_is_refused(suite: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys, "--suite", suite, "--only", "nonsense")

    assert "--only" in said
    assert "'nonsense'" in said


@pytest.mark.parametrize(
    ("suite", "name", "why"),
    [
        ("boundaries", "", "names no cut"),
        ("boundaries", "nowhere/1:effect PayBills/crash", "no chapter 'nowhere'; there are meet, enter"),
        ("crashes", "nowhere/-1/timeout_after@PayBills", "no chapter"),
        ("pairs", "meet/1:effect PayBills/crash + nonsense", "'nonsense' names no cut"),
        ("processes", "nowhere/1:effect PayBills/kill", "no chapter"),
        ("boundaries", "pay out/1:effect PayBills/nonsense", "no fault 'nonsense'"),
        ("boundaries", "pay out/-1/bdc@PayBills", "needs a code"),
        ("boundaries", "pay out/-1/timeout_after", "names no endpoint"),
        ("boundaries", "pay out/-1/crash", "happens at a place"),
        ("boundaries", "pay out/1:effect PayBills/crash@PayBills", "happens at a place"),
        ("boundaries", "pay out/1:effect PayBills/kill", "no fault 'kill'"),
        ("processes", "pay out/1:effect PayBills/crash", "no kill or stop"),
        ("processes", "pay out/2:effect PayBills/kill", "at the first passing"),
        ("overlaps", "nowhere/1:before commit of the app/overlap@fund", "no chapter"),
        ("overlaps", "pay out/1:before commit of the app/overlap", "somebody acts at a place"),
        ("overlaps", "pay out/-1/overlap@fund", "somebody acts at a place"),
        ("overlaps", "7/3/9 + 7/3/8", "more than one way to take turns"),
        ("overlaps", "0/3/9", "no chapter '0'"),
        ("random", "0:-5", "names no world"),
        ("random", "0:0", "names no world"),
        ("random", "17", "names no world"),
        ("random", "-1:40", "names no world"),
        ("mutants", "drop the", "no mistake 'drop the'; docs/crashes.rst lists them all"),
    ],
)  # fmt: skip
def test_a_name_of_what_is_not_there_is_refused(
    suite: str, name: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert why in refused(capsys, "--suite", suite, f"--only={name}")


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("name", ["a >> b", "effect PayBills >> connect Login >> effect PayBills", " >> "])
def test_a_pair_of_places_that_are_not_passed_in_this_order_is_refused(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(capsys, "--suite", "pairs", "--only", name)

    assert f"--only: {name!r} is no pair of places" in said


@pytest.mark.parametrize("option", ["--count", "--jobs", "--deep"])
@pytest.mark.parametrize("number", ["0", "-3", "x", "1.5", ""])
def test_a_number_of_things_is_above_zero(option: str, number: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys, "--suite", "boundaries", f"{option}={number}")

    assert f"{option}: {number!r} is no whole number above 0" in said


@pytest.mark.parametrize(
    ("suite", "option"),
    [
        ("mutants", "--database=postgresql"),
        ("mutants", "--database=sqlite"),
        ("mutants", "--count=1"),
        ("mutants", "--jobs=1"),
        ("mutants", "--deep=4"),
        ("mutants", "--part=1/1"),
        ("random", "--deep=4"),
        ("random", "--part=1/2"),
        ("pairs", "--deep=4"),
        ("overlaps", "--deep=4"),
    ],
)
def test_an_option_that_a_suite_does_not_take_is_refused(
    suite: str, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(capsys, "--suite", suite, option)

    assert f"{option.partition('=')[0]}: the suite {suite} does not take it" in said


@pytest.mark.parametrize("option", ["--count=1", "--jobs=2", "--deep=4", "--part=1/1"])
def test_an_option_that_says_nothing_of_one_telling_is_refused_beside_its_name(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(capsys, "--suite", "boundaries", "--only", LOST, option)

    assert f"{option.partition('=')[0]}: --only plays one telling" in said


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("suite", ["crashes", "pairs"])
def test_a_part_of_which_nothing_is_left_is_refused(suite: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys, "--suite", suite, "--count", "2", "--part", "3/3")

    assert "--part: 3/3 is empty, there are 2 to be played" in said


def test_every_suite_has_names() -> None:
    assert set(CHECKS) == set(TOLD) == {*SUITES, "processes", "mutants"}


@pytest.mark.parametrize(
    ("suite", "name"),
    [
        ("boundaries", LOST),
        ("boundaries", f"pay out/1:effect PayBills/crash + {LOST} + sell/-1/restored + take back/17/freeze"),
        ("boundaries", "pay out/1:after commit of engine.readback._claim/timeout_before@List/SentPay"),
        ("boundaries", "correct/-1/bdc:BDC_9999@Crud/Update/Invoice"),
        ("crashes", "pay out/3:before commit of engine.worker._seal/crash"),
        ("pairs", "pay out/1:effect PayBills/crash + recall/1:effect PayBills/crash"),
        ("pairs", "connect Login >> effect PayBills"),
        ("processes", "pay out/1:effect PayBills/kill + sell/1:connect Bulk/Crud/Create/Bill/stop"),
        ("overlaps", "7/3/9"),
        ("overlaps", f"7/3/9 + pay out/-1/two_approve + {MET}"),
        ("random", "0:40"),
        *(("mutants", mutant.name) for mutant in MUTANTS),
    ],
)
def test_what_a_failure_or_the_page_names_is_known(suite: str, name: str) -> None:
    check_name(suite, name)


def test_every_cut_of_the_story_has_a_name_that_is_known(house: Theatre) -> None:
    for cut in every_fault(house.trail):
        check_name("boundaries", cut.name)
    for cut in every_boundary(house.trail):
        check_name("crashes", cut.name)


def test_a_run_in_which_nothing_was_hurt_is_not_clean() -> None:
    nothing, hurt = Total("boundaries", "sqlite"), Total("boundaries", "sqlite")
    nothing.add(End("unhurt", Verdict()))
    hurt.add(End("hurt", Verdict(), faults=1))

    assert [is_clean(total) for total in (nothing, hurt)] == [False, True]


def test_without_a_number_a_thousand_settlements_are_played_and_with_one_just_as_many() -> None:
    assert sum(lot.size for lot in lots_of(Asked("random"))) == 1000
    assert sum(lot.size for lot in lots_of(Asked("random", count=1))) == 1


@pytest.mark.usefixtures("house")
def test_a_place_that_is_never_passed_fails_and_the_rest_is_played(capsys: pytest.CaptureFixture[str]) -> None:
    nowhere = "arrive/1:effect Nothing/crash"

    assert main(["--suite", "boundaries", "--only", LOST]) == 0
    assert " runs=2 " in capsys.readouterr().out
    assert main(["--suite", "boundaries", "--only", nowhere]) == 1
    said = capsys.readouterr()
    assert f"never happened: {nowhere}" in said.err
    assert said.out.rstrip().endswith("unexplained=1")


@pytest.mark.usefixtures("house")
def test_a_failure_is_told_with_the_fewest_cuts_the_calls_and_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    with mistaken(SILENCE):
        assert main(["--suite", "boundaries", "--only", f"arrive/1:connect Login/crash + {LOST}"]) == 1
    said = capsys.readouterr().err

    assert f"failed: {LOST}\n" in said
    assert "\n  calls: PayBills !timeout_after > PayBills" in said
    assert f"  replay: python -m tests.crash --suite boundaries --database sqlite --seed 1 --only '{LOST}'\n" in said


@pytest.mark.usefixtures("house")
def test_a_mistake_is_not_caught_by_what_the_engine_as_it_is_fails(capsys: pytest.CaptureFixture[str]) -> None:
    with mistaken(SILENCE):
        assert main(["--suite", "mutants", "--only", SILENCE.name]) == 1
    said = capsys.readouterr()

    assert said.out == "crash: suite=mutants caught=0/1\n"
    assert "NOT CAUGHT, the engine as it is fails with seed 1" in said.err
