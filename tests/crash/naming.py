"""What `--only` may name, looked at before anything is told: a name that is wrong is an error, and no clean run.

boundaries, crashes    chapter/passing:place/fault or chapter/-1/fault@endpoint, several of them joined by ` + `
pairs                  place >> place, or a chain of crashes as above
overlaps               chapter/passing:place/overlap@who, or how turns are taken, with or without cuts as above
processes              chapter/1:place/kill or stop, several of them joined by ` + `
random                 a world, by its number and its size
mutants                a mistake
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from flask_billcom.simulator.serving.faults import Fault
from tests.crash.asked import CannotPlay
from tests.crash.cutting.chains import THEN
from tests.crash.cutting.cuts import ACTS, Cut, named
from tests.crash.cutting.theatre import TOGETHER
from tests.crash.mistakes import MUTANTS
from tests.crash.overlapping.overlaps import OVERLAP
from tests.crash.overlapping.tellings import Telling
from tests.crash.real.processes import FAULTS
from tests.crash.tale.chapters import CHAPTERS

MET = "pay out/1:before commit of marketplace.approvals.approve/overlap@approve"
CUT, HURT, WORLD = "pay out/1:effect PayBills/crash", "pay out/1:effect PayBills/kill", "17:200"
REPLAYED = "a failure's replay line names its own"


def check_name(suite: str, name: str) -> None:
    """Look whether a suite can know a name.

    :raises CannotPlay: it cannot.
    """
    try:
        CHECKS[suite](name)
    except ValueError as error:
        raise CannotPlay(f"--only: {error}") from error


def _cuts(name: str) -> None:
    for cut in _named(name, like=CUT):
        _check_fault(cut)


def _named(name: str, *, like: str) -> list[Cut]:
    try:
        cuts = named(name.split(TOGETHER))
    except ValueError as error:
        raise ValueError(f"{error}; one is {like!r}, and {REPLAYED}") from error
    _check_chapters(cuts)
    return cuts


def _check_chapters(cuts: Iterable[Cut]) -> None:
    for cut in cuts:
        if cut.chapter not in CHAPTERS:
            raise ValueError(f"there is no chapter {cut.chapter!r}; there are {', '.join(CHAPTERS)}")


def _check_fault(cut: Cut) -> None:
    if cut.fault in ACTS or cut.is_an_errand:
        if cut.endpoint or cut.is_of_the_wire:
            raise ValueError(f"{cut.name!r}: {cut.fault} happens at a place, as in {CUT!r}")
        return
    Fault(cut.fault, cut.endpoint)
    if not cut.endpoint:
        raise ValueError(f"{cut.name!r} names no endpoint, as in 'pay out/-1/timeout_after@PayBills'")


def _pair(name: str) -> None:
    """Places are known only when the story was told."""
    if THEN not in name:
        _cuts(name)


def _overlaps(name: str) -> None:
    """Who is known can be told only when the story was told."""
    try:
        cuts = Telling.parse(name).hurts
    except ValueError as error:
        raise ValueError(f"{error}; one is {MET!r} or '7/3/9', and {REPLAYED}") from error
    _check_chapters(cuts)
    for cut in cuts:
        if cut.fault != OVERLAP:
            _check_fault(cut)
        elif not (cut.endpoint and cut.nth):
            raise ValueError(f"{cut.name!r}: somebody acts at a place, as in {MET!r}")


def _hurts(name: str) -> None:
    for cut in _named(name, like=HURT):
        if cut.fault not in FAULTS or cut.endpoint or cut.nth != 1:
            ways = " or ".join(FAULTS)
            raise ValueError(f"{cut.name!r} is no {ways} at the first passing of a place, as {HURT!r} is")


def _world(name: str) -> None:
    if not re.fullmatch(r"[0-9]+:[1-9][0-9]*", name):
        raise ValueError(f"{name!r} names no world; one is {WORLD!r}, its number and its size, and {REPLAYED}")


def _mistake(name: str) -> None:
    if name not in {mutant.name for mutant in MUTANTS}:
        raise ValueError(f"there is no mistake {name!r}; docs/crashes.rst lists them all")


CHECKS: dict[str, Callable[[str], None]] = {
    "boundaries": _cuts,
    "crashes": _cuts,
    "pairs": _pair,
    "overlaps": _overlaps,
    "processes": _hurts,
    "random": _world,
    "mutants": _mistake,
}
