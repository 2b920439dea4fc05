"""Log nothing while the suites play: each fault would be told many times over. And collect only what they leave."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def silent() -> Iterator[None]:
    """Log nothing for a while."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def collect_rarely() -> None:
    """Let the collector leave alone what stays to the end, which is most of what there is, and look seldom at the rest.

    Called when all of that is made.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
