"""The table of exactly-once delivery: which rules are safe in which world, by a search through everything."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from tests.model.protocol import DOUBTFUL, EARLY, FINAL, LANE_FREE, PLANNED, REJECTED, SET_ASIDE, Rules, World, explore

LAG = World(lag=2)
ICE = World(lag=2, freezing=True)
KEY = World(lag=2, freezing=True, enforced=True)
ERRORS = replace(ICE, errors=FINAL)
TWO = replace(ICE, refund=True)


def ours(world: World) -> Rules:
    """Return our rules for a world: wait longer than landing and lag together, and fence before sending again."""
    return Rules(grace=world.landing + world.lag + 1, doubt=world.lag + 1, fences=True)


OURS = ours(ICE)
NO_LANE = frozenset({PLANNED, REJECTED, SET_ASIDE, *DOUBTFUL})

TABLE = [
    ("sent again blindly", World(), Rules(looks=False), "DOUBLE"),
    ("looks, but does not wait", World(), Rules(), "DOUBLE"),
    ("waits for the landing time alone", World(), Rules(grace=2), "DOUBLE"),
    ("waits a tick longer, lists are prompt", World(), Rules(grace=3), "safe"),
    ("the same, lists lag", LAG, Rules(grace=3), "DOUBLE"),
    ("waits for landing and lag", LAG, Rules(grace=5), "safe"),
    ("the same, a worker freezes", ICE, Rules(grace=5), "DOUBLE"),
    ("freezes, never sent again", ICE, Rules(grace=5, resends=False), "safe"),
    ("freezes, fence, waits for the landing alone", ICE, replace(OURS, grace=3), "DOUBLE"),
    ("freezes, fence, waits for both: ours", ICE, OURS, "safe"),
    ("the same with a third attempt", ICE, replace(OURS, silences=3), "safe"),
    ("the server refuses a key that it knows", KEY, Rules(looks=False), "safe"),
    ("halved at once after an error", ERRORS, replace(OURS, doubt=0), "DOUBLE"),
    ("halved after the lag, no fence for it: ours", ERRORS, OURS, "safe"),
    ("an error may come before the end of the work", replace(ICE, errors=EARLY), OURS, "DOUBLE"),
    ("the same, waits for both", replace(ICE, errors=EARLY), replace(OURS, doubt=5), "safe"),
    ("refund without a lane, looks first", TWO, replace(OURS, lane=NO_LANE), "LOSS"),
    (
        "refund, quarantine frees the lane",
        TWO,
        Rules(grace=5, resends=False, lane=LANE_FREE | {SET_ASIDE}),
        "LOSS",
    ),
    ("refund, quarantine holds the lane", TWO, Rules(grace=5, resends=False), "safe"),
    ("refund, lane, fence, grace: ours", TWO, OURS, "safe"),
    ("the same with errors", replace(TWO, errors=FINAL), OURS, "safe"),
]


@pytest.mark.parametrize(("world", "rules", "expected"), [pytest.param(*row[1:], id=row[0]) for row in TABLE])
def test_the_table_of_rules(world: World, rules: Rules, expected: str) -> None:
    found = explore(world, rules)

    assert found.word == expected, found.trace
    assert bool(found.trace) == (expected != "safe")


@pytest.mark.parametrize(("landing", "lag"), list(product((1, 2, 3), (0, 1, 2, 3))))
def test_our_rules_are_safe_however_slow_the_server_is_and_however_often_they_try(landing: int, lag: int) -> None:
    for refund, errors, silences in product((False, True), ("", FINAL), (2, 3)):
        world = World(landing=landing, lag=lag, freezing=True, refund=refund, errors=errors)
        found = explore(world, replace(ours(world), silences=silences))
        assert found.word == "safe", (world, silences, found.trace)
        assert found.states > 40, "and not because nothing happens"


@pytest.mark.parametrize(("landing", "lag"), list(product((1, 2, 3), (0, 1, 2, 3))))
def test_the_least_grace_is_landing_and_lag_and_a_tick_less_is_too_little(landing: int, lag: int) -> None:
    world = World(landing=landing, lag=lag, freezing=True)
    least = replace(ours(world), grace=landing + max(lag, 1))

    assert explore(world, least).word == "safe"
    assert explore(world, replace(least, grace=least.grace - 1)).word == "DOUBLE"


@pytest.mark.parametrize("lag", [1, 2, 3])
def test_the_least_doubt_is_the_lag_and_a_tick_less_is_too_little(lag: int) -> None:
    world = World(lag=lag, freezing=True, errors=FINAL)
    least = replace(ours(world), doubt=lag)

    assert explore(world, least).word == "safe"
    assert explore(world, replace(least, doubt=lag - 1)).word == "DOUBLE"


@pytest.mark.parametrize(("landing", "lag"), [(1, 1), (2, 2), (3, 1)])
def test_without_a_fence_no_grace_is_long_enough_for_a_frozen_worker(landing: int, lag: int) -> None:
    world = World(landing=landing, lag=lag, freezing=True)

    assert explore(world, Rules(grace=landing + lag + 6)).word == "DOUBLE"


def test_the_shortest_way_to_a_double_payment_is_told() -> None:
    found = explore(World(), Rules(looks=False))

    assert found.trace == ("pay > write > lands > pay: silence > pay: sent again blindly > pay > write > lands")
