"""A worker of the workshop, and steps that fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask_billcom.engine.worker import Step, Worker
from tests.unit.engine.workshop import TIMING, Vendors, Workshop


def nothing() -> int:
    """Let nothing go on that was parked."""
    return 0


def worker(
    shop: Workshop,
    *kinds: Vendors,
    unpark: Callable[[], int] = nothing,
    before: Sequence[Step] = (),
    after: Sequence[Step] = (),
) -> Worker:
    """Return a worker of these kinds, of vendors if none is given."""
    return Worker(
        shop.organization_id,
        store=shop.store,
        clock=shop.clock,
        delivery=shop.delivery,
        readback=shop.readback,
        fence=shop.fence,
        timing=TIMING,
        kinds=kinds or (Vendors(),),
        unpark=unpark,
        before=before,
        after=after,
    )


def raising(error: Exception) -> Callable[[], object]:
    """Return what raises an error whenever it is done."""

    def run() -> object:
        raise error

    return run
