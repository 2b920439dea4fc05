"""Sequences by the handful: each handful has a seed of its own, so that who plays which of them changes nothing."""

from __future__ import annotations

import contextlib
import io
import traceback
from collections import Counter
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider
from hypothesis.stateful import run_state_machine_as_test

from tests.crash.quiet import silent
from tests.machine.counted import COUNTED
from tests.machine.machine import Machine

HANDFUL = 20
AFRESH = "afresh"


class Afresh(HypothesisProvider):
    """Draws every sequence by itself.

    Left alone, Hypothesis plays near-copies of the few that it has drawn, and cuts short what grows longer than those.
    What fails is shortened in its own way.
    """


AVAILABLE_PROVIDERS[AFRESH] = Afresh


@dataclass(frozen=True)
class Shard:
    """Some sequences.

    :param shortens: whether a sequence that fails is shortened before it is shown.
    """

    seed: int
    number: int
    sequences: int
    steps: int
    shortens: bool = True


@dataclass
class Played:
    """What became of a shard.

    :param error: what was found, with the sequence that shows it; empty where all is well.
    """

    shard: Shard
    error: str = ""
    counted: Counter[str] = field(default_factory=Counter)


def shards(sequences: int, steps: int, first: int, *, shortens: bool = True) -> list[Shard]:
    """Return the handfuls that make up so many sequences."""
    sizes = [min(HANDFUL, sequences - start) for start in range(0, sequences, HANDFUL)]
    return [Shard(first, number, size, steps, shortens) for number, size in enumerate(sizes)]


def play(shard: Shard) -> None:
    """Play the sequences of a shard.

    :raises Exception: what the first wrong one ran into, with its steps in the notes.
    """
    phases = [Phase.generate, *([Phase.shrink] if shard.shortens else [])]
    chosen = settings(
        max_examples=shard.sequences,
        stateful_step_count=shard.steps + 1,  # one of them begins
        database=None,
        deadline=None,
        phases=phases,
        backend=AFRESH,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    machine = seed(shard.seed * 1_000_003 + shard.number)(type("Machine", (Machine,), {}))
    run_state_machine_as_test(machine, settings=chosen)


def played(shard: Shard) -> Played:
    """Play a shard and return what became of it."""
    COUNTED.clear()
    result = Played(shard)
    with silent(), contextlib.redirect_stdout(io.StringIO()):
        try:
            play(shard)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told with its steps
            result.error = "".join(traceback.format_exception(error))
    result.counted = Counter(COUNTED)
    return result
