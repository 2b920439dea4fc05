"""A long list while others write: over the real wire format, with pages of 999."""

from __future__ import annotations

from itertools import islice

from flask_billcom.api import Client, Vendor
from flask_billcom.simulator import Simulator

COUNT = 10_000


def fill(client: Client, simulator: Simulator) -> set[str]:
    ids = set()
    names = iter(range(COUNT))
    while chunk := [Vendor(name=f"V{number:05}") for number in islice(names, 100)]:
        outcomes = client.vendors.bulk_create(chunk)
        ids |= {outcome.record.id for outcome in outcomes if outcome.record and outcome.record.id}
        simulator.clock.advance(seconds=1)
    assert len(ids) == COUNT
    return ids


def test_nothing_that_was_there_all_along_is_skipped_or_repeated(client: Client, simulator: Simulator) -> None:
    there = fill(client, simulator)
    ordered = sorted(there)
    seen: list[str] = []
    for place, vendor in enumerate(client.vendors.iterate(page_size=999)):
        seen.append(vendor.id or "")
        if place % 500 == 0 and place < COUNT:
            client.vendors.create(Vendor(name="late"))
            client.vendors.update(Vendor(id=ordered[place], name="changed"))
            client.vendors.delete(ordered[-1 - place])
            simulator.clock.advance(seconds=1)
    assert there <= set(seen)
    assert len(seen) == len(set(seen))
    assert simulator.journal.calls["List/Vendor"] <= 12


def test_a_list_of_one_moment_comes_whole(client: Client, simulator: Simulator) -> None:
    client.vendors.bulk_create(Vendor(name=f"V{number}") for number in range(2500))
    seen = [vendor.id for vendor in client.vendors.iterate(page_size=400)]
    assert len(seen) == len(set(seen)) == 2500
    assert simulator.clock.now().second == 0
