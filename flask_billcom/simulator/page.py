"""The page for people at /simulator/: Bill.com's books, its bank and its clock at a glance."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.rows import dollars

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask_billcom.simulator.service import Simulator

__all__ = ["page"]

_RECENT: Final = 25
_HEAD: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Simulated Bill.com</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1f2933;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #d9e2ec}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
button{font:inherit;padding:.3rem .8rem;margin:0 .4rem .4rem 0;
border:1px solid #486581;border-radius:.3rem;background:#f0f4f8}
</style></head><body>
"""
_SCRIPT: Final = """
<script>
for (const button of document.querySelectorAll("button[data-path]")) {
  button.addEventListener("click", async () => {
    await fetch(button.dataset.path, {method: "POST", body: button.dataset.body});
    location.reload();
  });
}
</script>
</body></html>
"""


def page(simulator: Simulator) -> str:
    """Return the page."""
    totals: dict[str, Any] = simulator.under_lock(lambda _: simulator.books.totals())
    clock = simulator.world.clock
    return "".join(
        (
            _HEAD,
            f"<h1>{escape(simulator.settings.org_name)} at the simulated Bill.com</h1>",
            f"<p>It is <strong>{clock.now():%A, %d %B %Y, %H:%M} UTC</strong>, clock {escape(clock.mode)}.</p><p>",
            _button("One hour on", "/simulator/clock", '{"advance_s": 3600}'),
            _button("One bank day on", "/simulator/clock", '{"business_days": 1}'),
            _button("Next bank event", "/simulator/clock", '{"to_next_event": true}'),
            _button("Begin anew", "/simulator/reset", "{}"),
            "</p>",
            _table("Money", ("account", "dollars"), _money(totals)),
            _table("Objects", ("kind", "state", "count", "dollars"), _states(totals)),
            _table(
                "Latest requests",
                ("number", "endpoint", "code", "objects"),
                (
                    (each.seq, each.endpoint, each.code or each.fault or "ok", each.items)
                    for each in list(simulator.journal.entries)[-_RECENT:][::-1]
                ),
            ),
            _SCRIPT,
        )
    )


def _button(label: str, path: str, body: str) -> str:
    return f'<button data-path="{path}" data-body="{escape(body)}">{label}</button>'


def _money(totals: dict[str, Any]) -> Iterable[tuple[str, str]]:
    yield "Organization", dollars(totals["organization_cents"])
    yield "Bill.com, money in", dollars(totals["collecting_cents"])
    yield "Bill.com, money out", dollars(totals["paying_out_cents"])


def _states(totals: dict[str, Any]) -> Iterable[tuple[object, ...]]:
    states = totals["by_state"]
    for kind, count in totals["counts"].items():
        if kind not in states:
            yield kind, "", count, ""
            continue
        for state, found in states[kind].items():
            yield kind, state, found["count"], dollars(found["cents"])


def _table(title: str, heads: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    numeric = {"count", "dollars", "objects", "number"}
    marks = ['class="n"' if head in numeric else "" for head in heads]
    head = "".join(f"<th {mark}>{escape(each)}</th>" for mark, each in zip(marks, heads, strict=True))
    body = "".join(
        "<tr>"
        + "".join(f"<td {mark}>{escape(str(cell))}</td>" for mark, cell in zip(marks, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return f"<h2>{escape(title)}</h2><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
