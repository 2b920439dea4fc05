"""No place of the package that writes on its own is left out: a worker dies at each, in the story or on a detour."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import flask_billcom
from tests.crash.cutting.cuts import named
from tests.crash.cutting.recoveries import Detour, detours
from tests.crash.cutting.theatre import Theatre, theatre

pytestmark = pytest.mark.timeout(400)

PACKAGE = Path(flask_billcom.__file__).parent
BEFORE = "before commit of "
NEVER = {
    "engine.delivery._same_digest": "what an attempt carried cannot change: its lane is shut until it has ended",
    "engine.fence._give_up": "asks a person where a Logout ends no session; the judge takes that for needless",
    "engine.readback._carry_out 2": "an index finds that one effect has two operations, which is a mistake of ours",
    "marketplace.agreement.unlisted.remember": "a party that no list shows any more; a note for the doctor alone",
    "marketplace.agreement.lost._forget_deleted": "a person deletes by hand what a restored database does not know",
    "marketplace.corrections.netting._net_seller": "a seller owes what was refunded after his payout: random worlds",
    "marketplace.returns.voiding._let_go_on": "a person lets Bill.com pay a failed payout again: random worlds",
}
"""What neither the story nor a detour passes, and why."""


@pytest.fixture(scope="module")
def house() -> Iterator[Theatre]:
    with theatre() as opened:
        yield opened


@pytest.fixture(scope="module")
def found(house: Theatre) -> list[Detour]:
    return list(detours(house, seed=1))


def test_every_place_that_opens_a_session_to_write_is_passed(house: Theatre, found: list[Detour]) -> None:
    passed = committed(house.trail.values()) | {each for detour in found for each in committed(detour.trail.values())}

    assert set(writers()) - passed == NEVER.keys()


def test_a_detour_adds_each_place_once_and_what_was_known_never(house: Theatre, found: list[Detour]) -> None:
    known = {name_of(label) for labels in house.trail.values() for label in labels}
    names = [name_of(label) for detour in found for labels in detour.trail.values() for label in labels]

    assert len(names) == len(set(names)) > len(set(writers())) / 2
    assert not known & set(names)


def test_what_leads_to_a_place_happens_and_ends_well_by_itself(found: list[Detour]) -> None:
    for detour in found:
        assert detour.end.is_clean, (detour.end.name, detour.end.verdict.notes, detour.end.unfired)
        assert detour.end.faults == len(detour.hurts)


def test_a_worker_that_dies_in_the_fence_pays_once(house: Theatre) -> None:
    hurts = named(["pay out/-1/timeout_before@PayBills", "pay out/1:before commit of engine.fence._bury/crash"])

    run, verdict, unfired = house.play(hurts)

    assert verdict.is_clean, verdict.notes
    assert not unfired
    assert run.crashes == 1


def writers() -> Iterator[str]:
    """Yield every place of the package that opens a session of the engine to write, by the name of its commit."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if "simulator" in path.parts:
            continue
        module = path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", ".")
        nth: Counter[str] = Counter()
        for function in _functions_that_write(ast.parse(path.read_text(encoding="utf-8")), "the module"):
            nth[function] += 1
            yield f"{module}.{function}" + (f" {nth[function]}" if nth[function] > 1 else "")


def _functions_that_write(node: ast.AST, function: str) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        inside = function
        if isinstance(child, ast.FunctionDef):
            inside = f"{function}.{child.name}" if isinstance(node, ast.FunctionDef) else child.name
        if isinstance(child, ast.With):
            yield from (inside for item in child.items if _writes(item.context_expr))
        yield from _functions_that_write(child, inside)


def _writes(opened: ast.expr) -> bool:
    return isinstance(opened, ast.Call) and isinstance(opened.func, ast.Attribute) and opened.func.attr == "write"


def committed(trails: Iterable[Iterable[str]]) -> set[str]:
    """Return what commits in some trails."""
    names = {name_of(label) for labels in trails for label in labels}
    return {name.removeprefix(BEFORE) for name in names if name.startswith(BEFORE)}


def name_of(label: str) -> str:
    return label.partition(": ")[2]
