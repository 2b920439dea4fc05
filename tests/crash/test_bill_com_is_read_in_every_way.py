"""Each question that Bill.com's documents leave open is answered in every way, or it is said why not."""

from __future__ import annotations

import random

from flask_billcom.simulator.settings import Settings
from tests.crash.worlds.readings import MORE, NOT_DRAWN, SWITCHES, drawn

SHIPPED = Settings().switches()
OFFERED = {**SWITCHES, **MORE}


def test_every_switch_is_drawn_or_excused() -> None:
    assert {*OFFERED, *NOT_DRAWN} == SHIPPED.keys()
    assert len(SWITCHES) + len(MORE) + len(NOT_DRAWN) == len(SHIPPED)


def test_the_first_value_is_the_shipped_one() -> None:
    assert {name: values[0] for name, values in OFFERED.items()} == {name: SHIPPED[name] for name in OFFERED}


def test_every_value_is_drawn_by_some_world() -> None:
    seen: dict[str, set[object]] = {name: set() for name in OFFERED}
    for number in range(300):
        for name, value in drawn(random.Random(number)).switches.items():
            seen[name].add(value)

    assert seen == {name: set(values) for name, values in OFFERED.items()}


def test_the_switches_that_came_later_change_nothing_of_what_is_drawn_after_them() -> None:
    chance, as_before = random.Random("1/0/40"), random.Random("1/0/40")
    drawn(chance)
    for values in SWITCHES.values():
        if as_before.random() > 0.5:
            as_before.choice(values)

    assert chance.random() == as_before.random()
