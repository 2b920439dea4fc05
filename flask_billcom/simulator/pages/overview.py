"""What Bill.com sees: the time, money, books, bank, requests and mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.banking.bankdays import PACIFIC
from flask_billcom.simulator.catalogue import ENTITIES
from flask_billcom.simulator.clock import moment
from flask_billcom.simulator.pages.chart import money_chart
from flask_billcom.simulator.pages.html import button, e, field, form, money, section, table
from flask_billcom.simulator.payments.disbursements import NAMES
from flask_billcom.simulator.state.books import STATES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask_billcom.simulator.service import Simulator

__all__ = ["overview"]

_RECENT: Final = 25
_PARTS: Final = {
    "clock": "Clock",
    "money": "Money",
    "books": "Books",
    "payments": "Payments",
    "bank": "Bank",
    "journal": "Journal",
    "mail": "Mail",
    "faults": "Faults",
    "events": "Bank events",
    "people": "People",
    "switches": "Switches",
    "state": "Snapshots",
}


def overview(simulator: Simulator) -> str:
    """Return the upper part of the page."""
    totals = simulator.books.totals()
    links = "".join(f'<a href="#{anchor}">{title}</a>' for anchor, title in _PARTS.items())
    return "".join(
        (
            f"<nav>{links}</nav>",
            section("clock", "Clock", _clock(simulator)),
            section("money", "Money", _tiles(totals) + money_chart(simulator.world)),
            section("books", "Books", table(("kind", "state", "count", "dollars"), _books(totals))),
            section("payments", "Payments on their way", table(("state", "count"), _disbursements(totals))),
            section("bank", "Bank", _bank(simulator)),
            section("journal", "Journal", _journal(simulator)),
            section("mail", "Mail", _mail(simulator), folded=True),
        )
    )


def _local(millis: int) -> str:
    return f"{moment(millis).astimezone(PACIFIC):%a %d %b %Y, %H:%M:%S}"


def _clock(simulator: Simulator) -> str:
    clock, agenda = simulator.world.clock, simulator.world.agenda
    following = f"{agenda[0].kind} on {_local(agenda[0].at)}" if agenda else "nothing is due"
    return "".join(
        (
            f'<p class="now"><strong>{_local(clock.millis())}</strong> Pacific</p>',
            f'<p class="soft">{clock.now():%Y-%m-%d %H:%M:%S} UTC, clock {e(clock.mode)}. Next: {e(following)}.</p>',
            button("One hour on", "/simulator/clock", '{"advance_s": 3600}'),
            button("One bank day on", "/simulator/clock", '{"business_days": 1}'),
            button("Five bank days on", "/simulator/clock", '{"business_days": 5}'),
            button("Next event", "/simulator/clock", '{"to_next_event": true}'),
            form("/simulator/clock", "Advance", field("advance_s", "Seconds", kind="number", hint="90")),
            form("/simulator/clock", "Go there", field("to", "Time, UTC", hint="2026-03-09T18:00:00")),
        )
    )


def _tiles(totals: dict[str, Any]) -> str:
    cents = totals["cents"]
    shown = (
        ("Organization's bank", totals["organization_cents"]),
        ("Owed by buyers", cents["receivable"]),
        ("Owed to sellers", cents["payable"]),
        ("Collected", cents["collected"]),
        ("Paid out", cents["paid_out"]),
        ("Held by Bill.com", totals["collecting_cents"] + totals["paying_out_cents"]),
    )
    tiles = "".join(
        f'<div class="tile"><span>{name}</span><strong>${money(value)}</strong></div>' for name, value in shown
    )
    return f'<div class="tiles">{tiles}</div>'


def _books(totals: dict[str, Any]) -> Iterable[tuple[str, ...]]:
    for kind, count in totals["counts"].items():
        link = f'<a href="/simulator/?show={e(kind)}">{e(kind)}</a>'
        states = totals["by_state"].get(kind)
        if states is None:
            active = totals["active"].get(kind, count)
            yield link, "" if active == count else f"{count - active} deleted", str(count), ""
            continue
        names = ENTITIES[kind].fields[STATES[kind]].values
        for state, found in states.items():
            yield link, e(names.get(state, state)), str(found["count"]), money(found["cents"])


def _disbursements(totals: dict[str, Any]) -> Iterable[tuple[str, ...]]:
    for state, count in sorted(totals["disbursements"].items()):
        yield e(NAMES[state]), str(count)


def _bank(simulator: Simulator) -> str:
    bank = simulator.world.bank
    accounts = sorted(bank.accounts.values(), key=lambda each: -abs(each.cents))[:_RECENT]
    transfers = bank.transfers[-_RECENT:][::-1]
    names = {key: account.holder for key, account in bank.accounts.items()}
    held = ((e(each.holder), e(_short(each.key)), money(each.cents)) for each in accounts)
    moved = (
        (_local(each.at), e(names[each.debited]), e(names[each.credited]), e(each.kind), money(each.cents))
        for each in transfers
    )
    return (
        table(("holder", "account", "balance"), held)
        + '<h2 class="next">Latest transfers</h2>'
        + table(("time", "from", "to", "kind", "amount"), moved)
    )


def _short(key: str) -> str:
    head, stroke, number = key.partition("/")
    return f"{head}/…{number[-4:]}" if stroke and head.isdigit() else key


def _journal(simulator: Simulator) -> str:
    journal = simulator.journal
    entries = list(journal.entries)[-_RECENT:][::-1]
    codes = ", ".join(f"{code} × {count}" for code, count in journal.codes.most_common())  # noqa: RUF001 - times
    facts = f"{journal.count} requests, at most {journal.peak_in_flight} at once. Refused: {codes or 'none'}."
    rows = (
        (
            str(each.seq),
            _local(each.at),
            e(each.endpoint),
            f'<span class="bad">{e(each.code or each.fault)}</span>' if each.code or each.fault else "ok",
            str(each.items),
            e(", ".join(each.effects[:2])) + ("…" if len(each.effects) > 2 else ""),  # noqa: PLR2004 - two fit
            f"{each.duration_ms:.1f}",
        )
        for each in entries
    )
    heads = ("number", "time", "endpoint", "answer", "objects", "effect on", "ms")
    return f'<p class="soft">{e(facts)}</p>{table(heads, rows)}'


def _mail(simulator: Simulator) -> str:
    messages = simulator.world.outbox[-_RECENT:][::-1]
    rows = ((_local(each.at), e(each.to), e(each.kind), e(each.about)) for each in messages)
    return table(("time", "to", "kind", "about"), rows)
