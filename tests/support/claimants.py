"""Several real processes on one database, each of which takes whatever is due until nothing is left.

    python -m tests.support.claimants DATABASE MODE COUNT
        -> {"claims": [["id", ...], ...]}   what each of them took, in no order

MODE is `safe` for SQLite with the write lock taken at once, `plain` for the driver's own way.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from uuid import UUID

from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError, OperationalError

from flask_billcom.clock import SystemClock
from flask_billcom.engine import operations as ops
from flask_billcom.store import Store
from tests.support.crowd import crowd
from tests.support.shop import ORGANIZATION, START, sqlite_safe

KIND = "create_bill"
BATCH = 20


def claim_everything(store: Store) -> list[UUID]:
    """Claim batches as a worker does: look what is due, then take it."""
    mine: list[UUID] = []
    clock = SystemClock()
    while True:
        try:
            with store.read() as rows:
                found = ops.due(rows, ORGANIZATION, KIND, START, BATCH)
            due = list({operation.lane: operation.id for operation in found}.values())
            if not due:
                return mine
            with store.write() as rows:
                mine += ops.claim(rows, due, clock.new_id(), START)
        except (IntegrityError, OperationalError):
            continue  # the database refused one of several at once, be it the switch to WAL: nothing was claimed


def main(database: str, mode: str, count: int) -> None:
    """Let so many processes claim everything, and print what each of them got."""
    engine = create_engine(database)
    store = Store(sqlite_safe(engine) if mode == "safe" else engine)
    with tempfile.TemporaryDirectory() as folder:

        def claim() -> None:
            mine = [str(row) for row in claim_everything(store)]
            (Path(folder) / str(os.getpid())).write_text(json.dumps(mine))

        assert crowd(count, claim) == count, "one of them failed"
        print(json.dumps({"claims": [json.loads(each.read_text()) for each in Path(folder).iterdir()]}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
