"""Money in and out per day, as a small chart drawn in the page."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from flask_billcom.simulator.banking.bankdays import pacific_date
from flask_billcom.simulator.pages.html import e, money

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask_billcom.simulator.banking.bank import Transfer
    from flask_billcom.simulator.world import World

__all__ = ["by_day", "money_chart"]

DAYS: Final = 21
WIDTH, HEIGHT, FOOT, TOP = 840, 200, 24, 16
_IN: Final = frozenset({"charge"})
_OUT: Final = frozenset({"payout"})


def by_day(world: World) -> list[tuple[date, int, int]]:
    """Return day, cents collected from buyers and cents that reached sellers, for the last three weeks."""
    first = world.today - timedelta(days=DAYS - 1)
    totals: dict[str, Counter[date]] = {"in": Counter(), "out": Counter()}
    for transfer in _since(world.bank.transfers, first):
        side = "in" if transfer.kind in _IN else "out" if transfer.kind in _OUT else ""
        if side:
            totals[side][pacific_date(transfer.at)] += transfer.cents
    days = [first + timedelta(days=place) for place in range(DAYS)]
    return [(day, totals["in"][day], totals["out"][day]) for day in days]


def _since(transfers: list[Transfer], first: date) -> Iterable[Transfer]:
    for transfer in reversed(transfers):
        if pacific_date(transfer.at) < first:
            return
        yield transfer


def money_chart(world: World) -> str:
    """Return the chart with its key; a sentence where no money has moved."""
    days = by_day(world)
    highest = max(max(paid_in, paid_out) for _, paid_in, paid_out in days)
    if not highest:
        return '<p class="none">No money has moved in the last three weeks.</p>'
    room = HEIGHT - FOOT - TOP
    step = WIDTH / DAYS
    parts = [
        f'<line x1="0" y1="{HEIGHT - FOOT}" x2="{WIDTH}" y2="{HEIGHT - FOOT}" stroke="#9fb3c8"/>',
        f'<text x="0" y="11" font-size="11" fill="#52606d">{money(highest)}</text>',
    ]
    for place, (day, paid_in, paid_out) in enumerate(days):
        left = place * step
        for offset, cents, color, word in ((0.14, paid_in, "var(--in)", "in"), (0.52, paid_out, "var(--out)", "out")):
            tall = max(room * cents / highest, 2 if cents else 0)
            about = f"{day:%a %d %b}: {money(cents)} {word}"
            parts.append(
                f'<rect x="{left + step * offset:.1f}" y="{HEIGHT - FOOT - tall:.1f}" width="{step * 0.34:.1f}"'
                f' height="{tall:.1f}" rx="2" fill="{color}"><title>{e(about)}</title></rect>'
            )
        if place % 4 == (DAYS - 1) % 4:
            anchor = "end" if place == DAYS - 1 else "middle"
            at = WIDTH if anchor == "end" else left + step / 2
            parts.append(
                f'<text x="{at:.1f}" y="{HEIGHT - 7}" font-size="11" fill="#52606d" text-anchor="{anchor}">'
                f"{day:%d %b}</text>"
            )
    key = '<p class="key soft">Per day<i style="background:var(--in)"></i>from buyers'
    key += '<i style="background:var(--out)"></i>to sellers</p>'
    frame = f'class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Money in and out per day"'
    return f'{key}<div class="wide late"><svg {frame}>{"".join(parts)}</svg></div>'
