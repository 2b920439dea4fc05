"""What only shows with many calls or many objects."""

from __future__ import annotations

from typing import Any

import pytest

from flask_billcom.simulator import Simulator
from flask_billcom.simulator.coverage.wire import Refused, Wire

COUNT = 10_000


@pytest.fixture
def wire() -> Wire:
    found = Wire(Simulator())
    found.sign_in()
    return found


def make(wire: Wire, vendor: str, first: int, count: int) -> None:
    """Create bills in bulk, numbered from `first`."""
    for begin in range(first, first + count, 100):
        bulk = [
            {
                "obj": {
                    "entity": "Bill",
                    "vendorId": vendor,
                    "invoiceNumber": f"B{number}",
                    "invoiceDate": "2026-03-02",
                    "dueDate": "2026-03-02",
                    "billLineItems": [{"amount": 1}],
                }
            }
            for number in range(begin, min(begin + 100, first + count))
        ]
        wire("Bulk/Crud/Create/Bill", {"bulk": bulk})


def test_the_20001st_call_of_an_hour_is_refused_until_the_hour_turns(wire: Wire) -> None:
    wire.simulator.clock.advance(to="2026-03-02T17:30:00")
    for _ in range(19_999):
        assert wire.post("CurrentTime").body.startswith(b'{"response_status":0')
    with pytest.raises(Refused) as caught:
        wire("CurrentTime")
    assert (caught.value.code, caught.value.text) == (
        "BDC_1144",
        "Max number of allowed requests per hour reached: 20000.",
    )
    wire.simulator.clock.advance(to="2026-03-02T18:00:00")
    wire("CurrentTime")


def test_paging_while_others_write_neither_skips_nor_repeats(wire: Wire) -> None:
    vendor = wire.create("Vendor", {"name": "V"})["id"]
    make(wire, vendor, 0, COUNT)
    there = {row.id for row in wire.simulator.books.bills}
    seen: list[str] = []
    start = 0
    while True:
        sort = [{"field": "createdTime", "asc": True}]
        page: list[Any] = wire("List/Bill", {"start": start, "max": 999, "sort": sort})
        seen += [row["id"] for row in page]
        if len(page) < 999:
            break
        start += 999
        make(wire, vendor, COUNT + start, 3)
        wire("Crud/Delete/Bill", {"id": page[0]["id"]})
        wire("Crud/Update/Bill", {"obj": {"entity": "Bill", "id": page[-1]["id"], "description": "changed"}})
    assert there <= set(seen)
    assert len(seen) == len(set(seen))


def test_a_delta_by_time_with_overlap_finds_every_change(wire: Wire) -> None:
    vendor = wire.create("Vendor", {"name": "V"})["id"]
    make(wire, vendor, 0, 300)
    known: dict[str, str] = {}
    since = "2026-03-02T00:00:00.000+0000"
    for step in range(4):
        wire.simulator.clock.advance(seconds=60)
        for row in wire.simulator.books.bills[step * 50 : step * 50 + 50]:
            wire("Crud/Update/Bill", {"obj": {"entity": "Bill", "id": row.id, "description": f"step {step}"}})
        filters = [{"field": "updatedTime", "op": ">=", "value": since}]
        sort = [{"field": "updatedTime", "asc": True}]
        start = 0
        while page := wire("List/Bill", {"start": start, "max": 40, "filters": filters, "sort": sort}):
            known.update((row["id"], row["description"]) for row in page)
            start += len(page)
            since = page[-1]["updatedTime"]
    assert known == {row.id: row["description"] for row in wire.simulator.books.bills}


def test_an_idle_session_of_35_minutes_is_over_with_the_exact_text(wire: Wire) -> None:
    wire.simulator.clock.advance(seconds=35 * 60 - 1)
    wire("CurrentTime")
    wire.simulator.clock.advance(seconds=35 * 60)
    with pytest.raises(Refused, match=r"^BDC_1109: Session is invalid\. Please log in\.$"):
        wire("CurrentTime")
