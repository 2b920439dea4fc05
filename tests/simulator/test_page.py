from __future__ import annotations

from html.parser import HTMLParser

import pytest

from flask_billcom.simulator import Settings
from flask_billcom.simulator.catalogue import ENTITIES
from flask_billcom.simulator.payments.bankevents import KINDS as BANK
from flask_billcom.simulator.people import ACTS
from flask_billcom.simulator.serving.faults import FORCED
from flask_billcom.simulator.serving.faults import KINDS as FAULTS
from tests.simulator.caller import Caller

EMPTY = {"meta", "link", "input", "br", "line", "rect"}


class Outline(HTMLParser):
    """Checks that elements close as they opened, and remembers what tests look at."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def names(self) -> set[str]:
        return {str(attrs["name"]) for _, attrs in self.tags if "name" in attrs}

    def addresses(self) -> list[str]:
        return [str(value) for _, attrs in self.tags for key, value in attrs.items() if key in {"src", "href"}]


def seen(caller: Caller, query: str = "") -> Outline:
    answer = caller.http.get(f"https://x.test/simulator/{query}", timeout=5)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    found = Outline()
    found.feed(answer.text)
    assert found.open == []
    return found


@pytest.fixture
def busy(payer: Caller) -> Caller:
    """A simulator in which money has moved both ways, and something was refused."""
    customer = payer.customer("Acme <script>alert(1)</script>", chargeable=True)
    payer.charge(customer, (payer.invoice(customer, "1234.50"), "1234.50"))
    payer.pay((payer.bill(payer.vendor("Bob"), 10), 10))
    payer.post("Nonsense.json")
    payer.simulator.clock.advance(business_days=9)
    payer.simulator.plan_fault("html", "PayBills")
    return payer


def test_the_page_shows_books_bank_and_journal(busy: Caller) -> None:
    found = seen(busy)
    text = " ".join(found.texts)
    for part in (
        "Simulated Marketplace",
        "Fri 13 Mar 2026",
        "$1,234.50",
        "BDC_1121",
        "PaidInFull",
        "paidInFull",
        "payout",
    ):
        assert part in text, part
    assert "Acme <script>alert(1)</script>" in text  # as text: the parser met no such element
    assert sum(tag == "script" for tag, _ in found.tags) == 1


def test_the_page_needs_nothing_from_another_host(busy: Caller) -> None:
    assert all(address.startswith(("/simulator/", "#", "data:,")) for address in seen(busy).addresses())


def test_the_chart_has_a_bar_for_each_day_and_direction(busy: Caller) -> None:
    titles = [text for text in seen(busy).texts if text.endswith((" in", " out")) and ": " in text]
    assert len(titles) == 42
    assert "Tue 03 Mar: 1,234.50 in" in titles
    assert "Thu 12 Mar: 10.00 out" in titles


def test_everything_can_be_done_from_the_page(busy: Caller) -> None:
    found = seen(busy)
    assert set(Settings().switches()) <= found.names()
    options = set(found.texts)
    assert set(BANK) | set(ACTS) | (FAULTS - FORCED) <= options
    paths = {attrs["data-path"] for _, attrs in found.tags if "data-path" in attrs}
    assert {
        f"/simulator/{name}"
        for name in ("clock", "faults", "events", "people", "switches", "snapshot", "restore", "reset", "faults/clear")
    } == paths


@pytest.mark.parametrize("entity", sorted(ENTITIES))
def test_the_objects_of_an_entity_have_a_page(busy: Caller, entity: str) -> None:
    found = seen(busy, f"?show={entity}")
    count = len(busy.simulator.world.store[entity])
    assert f"{entity}: {count}" in found.texts
    assert sum(tag == "tr" for tag, _ in found.tags) == (count + 1 if count else 0)


def test_long_lists_are_turned_over(bill: Caller) -> None:
    bill("Bulk/Crud/Create/Vendor", {"bulk": [{"obj": {"entity": "Vendor", "name": f"V{n}"}} for n in range(60)]})
    first, second = seen(bill, "?show=Vendor"), seen(bill, "?show=Vendor&start=50")
    assert ("V59" in first.texts, "V9" in first.texts, "Older" in first.texts) == (True, False, True)
    assert ("V9" in second.texts, "V10" in second.texts, "Newer" in second.texts) == (True, False, True)
    assert "Vendor: 60" in seen(bill, "?show=Vendor&start=nonsense").texts


def test_an_empty_simulator_has_a_page(bill: Caller) -> None:
    texts = seen(bill).texts
    assert "No money has moved in the last three weeks." in texts
    assert "No fault is planned." in texts
