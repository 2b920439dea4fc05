"""The command's own part, without mutmut: what is left out, what counts as killed, and that the list is kept."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import libcst as cst
import pytest
from mutmut.configuration import reset_config
from mutmut.mutation.file_mutation import create_mutations, mutate_file_contents

from tests.mutation.__main__ import report
from tests.mutation.modules import LEFT_OUT, MODULES
from tests.mutation.room import ROOT, Mutant, furnish
from tests.mutation.survivors import Survivor, explained, reason_of
from tests.mutation.words import without_words

DIFF = "--- a\n+++ a\n@@ -1,2 +1,2 @@\n def spread(\n-    whole = sum(weights)\n+    whole = None\n"
SURVIVOR = Mutant("flask_billcom.money.x_spread__mutmut_1", "survived", DIFF)
REASON = Survivor("money", "spread", "whole = sum(weights)", "whole = None", "equivalent: no")


def killed(count: int, status: str = "killed") -> list[Mutant]:
    return [Mutant(f"flask_billcom.money.x_spread__mutmut_{number}", status, "") for number in range(2, count + 2)]


def test_a_mutant_says_where_it_is_and_what_was_changed() -> None:
    method = Mutant("flask_billcom.engine.holds.xǁParkingǁclose__mutmut_3", "survived", "")

    assert (SURVIVOR.function, SURVIVOR.was, SURVIVOR.became) == ("spread", "whole = sum(weights)", "whole = None")
    assert method.function == "Parking.close"


def test_an_explained_survivor_passes_and_the_last_line_is_the_sum(capsys: pytest.CaptureFixture[str]) -> None:
    assert report("money", [SURVIVOR, *killed(9)], [REASON])
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "mutation: module=money mutants=10 killed=9 survived=1 explained=1 percent=90.0"


def test_a_survivor_that_nobody_explained_fails() -> None:
    assert not report("money", [SURVIVOR, *killed(99)], [])
    assert not report("codes", [SURVIVOR, *killed(99)], [REASON])


def test_fewer_than_nine_of_ten_fail_however_well_they_are_explained() -> None:
    assert not report("money", [SURVIVOR, *killed(8)], [REASON])


def test_what_no_test_reaches_survives_and_what_never_ends_is_killed() -> None:
    assert not report("money", killed(1, "no tests") + killed(99), [])
    assert report("money", killed(1, "timeout") + killed(1), [])


@pytest.mark.parametrize("status", ["suspicious", "not checked", "check was interrupted by user"])
def test_what_was_not_tried_to_the_end_fails(status: str) -> None:
    assert not report("money", killed(1, status) + killed(99), [])


def test_no_mutants_at_all_fail() -> None:
    assert not report("money", [], [])


def test_every_reason_is_of_a_module_that_is_tried_and_stands_once() -> None:
    known = explained()

    assert {each.module for each in known} <= set(MODULES)
    assert len({(e.module, e.function, e.was, e.became) for e in known}) == len(known)
    assert [each for each in known if not each.reason] == []
    assert reason_of(SURVIVOR, "money", [REASON]) == "equivalent: no"


def test_every_module_of_the_engine_is_tried_or_named_as_left_out() -> None:
    engine = {f"engine.{path.stem}" for path in (ROOT / "flask_billcom" / "engine").glob("*.py")} - {"engine.__init__"}
    tried = {name for name in MODULES if name.startswith("engine.")}

    assert tried | set(LEFT_OUT) == engine
    assert not tried & set(LEFT_OUT)


def test_the_page_names_what_is_left_out() -> None:
    section = (ROOT / "docs" / "mutation.rst").read_text().partition("What is not changed\n---")[2]

    assert set(re.findall(r"``(engine\.\w+)``", section)) == set(LEFT_OUT)


@pytest.mark.usefixtures("room")
@pytest.mark.parametrize("name", LEFT_OUT)
def test_in_what_is_left_out_there_is_nothing_to_change(name: str) -> None:
    code = (ROOT / "flask_billcom" / f"{name.replace('.', '/')}.py").read_text()

    assert not mutate_file_contents("a.py", code).mutant_names


@pytest.mark.parametrize("each", explained(), ids=lambda each: f"{each.module} {each.became}")
def test_what_a_reason_is_given_for_still_stands_in_its_function(each: Survivor) -> None:
    """Or it would explain nothing, and look as if it did."""
    code = (ROOT / MODULES[each.module].path).read_text()
    function = functions_of(ast.parse(code).body)[each.function]
    lines = [line.strip() for line in (ast.get_source_segment(code, function) or "").splitlines()]

    assert [line for line in each.was.strip().splitlines() if line not in lines] == []


def functions_of(body: Sequence[ast.stmt], within: str = "") -> dict[str, ast.stmt]:
    """Return the functions of a module by name, methods behind that of their class."""
    found: dict[str, ast.stmt] = {}
    for each in body:
        if isinstance(each, ast.FunctionDef):
            found[f"{within}{each.name}"] = each
        elif isinstance(each, ast.ClassDef):
            found |= functions_of(each.body, f"{within}{each.name}.")
    return found


@pytest.mark.parametrize("name", MODULES)
def test_every_module_and_every_test_of_it_is_there(name: str) -> None:
    module = MODULES[name]

    assert [path for path in (module.path, *module.tests) if not (ROOT / path).exists()] == []


def test_which_test_reaches_which_function_is_found_out_anew(tmp_path: Path) -> None:
    (tmp_path / "mutants").mkdir()
    known, killed = (tmp_path / "mutants" / name for name in ("mutmut-stats.json", "money.py.meta"))
    known.write_text("{}")
    killed.write_text("{}")

    furnish(MODULES["money"], tmp_path)

    assert (known.exists(), killed.exists()) == (False, True)
    assert (tmp_path / "flask_billcom" / "money.py").is_file()


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Mutmut reads its settings from the folder it stands in."""
    (tmp_path / "pyproject.toml").write_text('[tool.mutmut]\nsource_paths = ["."]\n')
    (tmp_path / "mutants").mkdir()
    monkeypatch.chdir(tmp_path)
    reset_config()
    yield
    reset_config()


def changed(code: str) -> list[str]:
    module, mutations, _, _ = create_mutations("a.py", f"def f(n):\n    {code}\n")
    left = without_words(module, mutations)
    return [cst.Module([]).code_for_node(each.mutated_node) for each in left]


@pytest.mark.usefixtures("room")
def test_the_texts_of_errors_and_log_lines_are_left_out() -> None:
    assert changed('raise ValueError("too large")') == []
    assert changed('raise ValueError(f"{n + 1} is too large")') == []
    assert changed('logger.info("done in %s", n + 1)') == []


@pytest.mark.usefixtures("room")
def test_everything_else_in_an_error_is_mutated() -> None:
    assert changed('raise Unknown("read back", answered=True)') == [
        'Unknown("read back", answered=None)',
        'Unknown("read back", )',
        "False",
    ]
    assert "n - 1" in changed("raise Unknown(n + 1)")
    assert '"XXaXX"' in changed('return "a"')
