"""Whatever is asked of the extension, in whatever order and trouble: the invariants hold after every step.

`python -m tests.machine` plays as many sequences as it is told; a run of the tests plays a few.
"""

from __future__ import annotations

import pytest

from tests.machine.shards import Shard, play, played


@pytest.mark.parametrize("number", range(2))
def test_a_few_sequences_of_public_calls_keep_every_invariant(number: int) -> None:
    play(Shard(seed=1, number=number, sequences=3, steps=60))


def test_a_handful_repeats() -> None:
    shard = Shard(seed=2, number=3, sequences=2, steps=30)

    first = played(shard)

    assert first.counted["sequences"] == shard.sequences
    assert first.counted["steps"] >= shard.sequences * shard.steps
    assert played(shard) == first
