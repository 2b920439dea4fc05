"""Run mutmut in a room of its own, and write what became of each mutant. Started by `room` in a process of its own.

    python -m tests.mutation.trial RESULTS.json JOBS       the folder is the room; says everything on standard output

mutmut forks a process for each mutant. What it killed before in the same room is not tried again, all others are.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import libcst as cst
import mutmut.__main__ as tool
from mutmut.mutation import file_mutation
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files

from tests.mutation.words import without_words

Created = tuple[cst.Module, list[file_mutation.Mutation], set[str], set[str]]
_create = file_mutation.create_mutations


def _create_without_words(*args: Any, **options: Any) -> Created:
    module, mutations, classes, functions = _create(*args, **options)
    return module, without_words(module, mutations), classes, functions


def run(results: Path, jobs: int) -> None:
    """Try every mutant that was not killed before and write all results."""
    file_mutation.create_mutations = _create_without_words
    _forget_survivors()
    tool._run((), jobs)
    found = []
    for path in walk_mutatable_files():
        data = _data(path)
        for name, code in data.exit_code_by_key.items():
            status = status_by_exit_code[code]
            diff = "" if status == "killed" else get_diff_for_mutant(name, path=path)
            found.append({"name": name, "status": status, "diff": diff})
    results.write_text(json.dumps(found))


def _forget_survivors() -> None:
    for path in walk_mutatable_files():
        data = _data(path)
        if data.exit_code_by_key:
            for name, code in data.exit_code_by_key.items():
                if status_by_exit_code[code] != "killed":
                    data.exit_code_by_key[name] = None
            data.save()


def _data(path: Path) -> SourceFileMutationData:
    data = SourceFileMutationData(path=path)
    data.load()
    return data


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]))
