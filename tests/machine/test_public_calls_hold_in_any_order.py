"""Whatever is asked of the extension, in whatever order and trouble: the invariants hold after every step.

`python -m tests.machine` plays as many sequences as it is told; a run of the tests plays a few.
"""

from __future__ import annotations

import pytest

from tests.machine.shards import Shard, play, played


@pytest.mark.parametrize("number", range(6))
def test_a_sequence_of_public_calls_keeps_every_invariant(number: int) -> None:
    # What is found is shown as it is: to shorten it takes longer than a test has.
    play(Shard(seed=1, number=number, sequences=1, steps=60, shortens=False))


def test_a_handful_repeats() -> None:
    shard = Shard(seed=2, number=3, sequences=2, steps=30)

    first = played(shard)

    assert first.counted["sequences"] == shard.sequences
    assert first.counted["steps"] >= shard.sequences * shard.steps
    assert played(shard) == first
