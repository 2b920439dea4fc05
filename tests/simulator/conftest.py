"""A simulator of its own for every test, and a caller signed in to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from flask_billcom.simulator import Simulator
from tests.simulator.caller import Caller, MakeCaller, Refuse, Refused


@pytest.fixture
def make_caller() -> Iterator[MakeCaller]:
    made: list[Caller] = []

    def make(**settings: Any) -> Caller:
        caller = Caller(Simulator(**settings))
        made.append(caller)
        caller.sign_in()
        return caller

    yield make
    for caller in made:
        caller.http.close()


@pytest.fixture
def simulator(bill: Caller) -> Simulator:
    return bill.simulator


@pytest.fixture
def bill(make_caller: MakeCaller) -> Caller:
    """A signed-in caller."""
    return make_caller()


@pytest.fixture
def payer(bill: Caller) -> Caller:
    """A signed-in caller with MFA trust."""
    bill.trust()
    return bill


@pytest.fixture
def refused() -> Refuse:
    """Carry out a call that must be refused, and return the refusal."""

    def call(code: str, act: Any, *arguments: Any, **keywords: Any) -> Refused:
        with pytest.raises(Refused) as caught:
            act(*arguments, **keywords)
        assert caught.value.code == code, caught.value
        return caught.value

    return call
