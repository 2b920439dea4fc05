"""An error goes through pickle unchanged, as from a pool of processes or from a queue's store of results."""

from __future__ import annotations

import copy
import importlib
import inspect
import pickle
import pkgutil
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import pytest

import flask_billcom

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
SAMPLES: dict[str, Any] = {
    "bool": True,
    "int | None": 503,
    "int": 200,
    "HTTPStatus": HTTPStatus.CONFLICT,
    "datetime": NOON,
    "datetime | None": NOON,
}
"""A value for each type that an error takes, beside text."""


def errors() -> list[type[BaseException]]:
    """Return every class of errors that the package defines."""
    names = [each.name for each in pkgutil.walk_packages(flask_billcom.__path__, "flask_billcom.")]
    modules = [importlib.import_module(name) for name in names if not name.endswith(".__main__")]
    found = {each for module in modules for _, each in inspect.getmembers(module, inspect.isclass)}
    ours = {each for each in found if issubclass(each, BaseException) and each.__module__.startswith("flask_billcom")}
    return sorted(ours, key=lambda each: (each.__module__, each.__qualname__))


def filled(error: type[BaseException]) -> BaseException:
    """Return an error with all that it can tell."""
    if not inspect.isfunction(error.__init__):
        return error("what happened")
    given = inspect.signature(error).parameters.values()
    sample = {each.name: SAMPLES.get(str(each.annotation), f"the {each.name}") for each in given}
    return error(
        *[sample.pop(each.name) for each in given if each.kind is not each.KEYWORD_ONLY],
        **sample,
    )


def told(error: BaseException) -> tuple[Any, ...]:
    return type(error), str(error), error.args, vars(error)


def test_there_are_errors() -> None:
    assert len(errors()) > 40


@pytest.mark.parametrize("error", errors(), ids=lambda each: f"{each.__module__}.{each.__name__}")
def test_an_error_is_the_same_on_the_other_side(error: type[BaseException]) -> None:
    before = filled(error)

    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert told(pickle.loads(pickle.dumps(before, protocol))) == told(before)
    assert told(copy.copy(before)) == told(before)
