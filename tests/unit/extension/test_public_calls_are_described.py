"""Every public call says in a sentence what it does, what it takes, and which of our errors it raises."""

from __future__ import annotations

import builtins
import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import flask_billcom
from flask_billcom import Billcom, errors
from flask_billcom.engine.decisions import NotPossible
from flask_billcom.marketplace.lists import InvalidQuery

KNOWN = {*vars(errors), *vars(builtins), NotPossible.__name__, InvalidQuery.__name__}


def public() -> Iterator[Callable[..., Any]]:
    """Yield the calls of a Billcom and the functions beside it."""
    for name, member in inspect.getmembers(Billcom, inspect.isfunction):
        if not name.startswith("_"):
            yield member
    for name in flask_billcom.__all__:
        if inspect.isfunction(getattr(flask_billcom, name)):
            yield getattr(flask_billcom, name)


def test_there_are_public_calls() -> None:
    assert len(list(public())) > 60


@pytest.mark.parametrize("call", list(public()), ids=lambda call: str(call.__name__))
def test_a_public_call_is_described(call: Callable[..., Any]) -> None:
    said = inspect.getdoc(call) or ""
    taken = [name for name in inspect.signature(call).parameters if name != "self"]

    assert re.match(r"[^\n]+\.(\n\n|$)", said), "the first line is one sentence"
    assert re.findall(r"^:param (\w+): ", said, re.MULTILINE) == taken
    assert set(re.findall(r"^:raises (\w+): ", said, re.MULTILINE)) <= KNOWN
