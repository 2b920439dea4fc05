"""What is owed at a glance: GetAPSummary counts in numbers, GetARSummary writes its totals as text.

    overdue | due today | due in the next 7 days | due later | all          by the organization's day

https://developersupport.bill.com/hc/en-us/articles/208197206-GetAPSummary
https://developersupport.bill.com/hc/en-us/articles/211295143-GetARSummary
"""

from __future__ import annotations

from datetime import date, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.approving.approvals import VIEWED, WAITING
from flask_billcom.simulator.calls.answers import Cents
from flask_billcom.simulator.calls.operation import Operation, with_data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = ["OPERATIONS"]

_WEEK: Final = timedelta(days=7)
_OPEN: Final = ("1", "2", "4")
_RECEIVED: Final = frozenset({"0", "2"})
_DUE: Final = ("overdue", "dueToday", "due7Days", "due7PlusDays")
_TIMES: Final = ("lastMonth", "currentMonth", "last7Days", "today", "next7Days", "future")


class _Tally:
    """Counts and cents by name."""

    def __init__(self, names: Iterable[str]) -> None:
        self.found = {name: [0, 0] for name in names}

    def add(self, name: str, cents: int) -> None:
        self.found[name][0] += 1
        self.found[name][1] += cents

    def told(self, total: Callable[[int], object]) -> dict[str, Any]:
        answer: dict[str, Any] = {}
        for name, (count, cents) in self.found.items():
            answer[f"{name}Count"] = count
            answer[f"{name}Total"] = total(cents)
        return answer


def _as_text(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def _when_due(day: str, today: date) -> str:
    due = date.fromisoformat(day)
    if due < today:
        return "overdue"
    if due == today:
        return "dueToday"
    return "due7Days" if due <= today + _WEEK else "due7PlusDays"


def _due(world: World, rows: Iterable[Row], cents_of: str) -> _Tally:
    tally = _Tally((*_DUE, "all"))
    for row in rows:
        cents = row[cents_of]
        if row.is_active and cents > 0:
            tally.add(_when_due(row["dueDate"], world.today), cents)
            tally.add("all", cents)
    return tally


def _open(world: World, entity: str) -> list[Row]:
    return [row for status in _OPEN for row in world.store[entity].having("paymentStatus", status)]


def _payables(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    del data
    waiting = [
        world.store["Bill"].by_id[row["billId"]]
        for row in world.store["BillApprover"].having("usersId", world.actor.id)
        if row["isActive"] == "1" and row["status"] in {WAITING, VIEWED}
    ]
    return {
        "bills": _due(world, _open(world, "Bill"), "dueAmount").told(Cents),
        "approvals": _due(world, waiting, "dueAmount").told(Cents),
    }


def _receivables(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    del data
    payments = _Tally(_TIMES)
    for row in world.store["ReceivedPay"]:
        if row["status"] in _RECEIVED:
            for name in _times_of(date.fromisoformat(row["paymentDate"]), world.today):
                payments.add(name, row["amount"])
    invoices = _due(world, _open(world, "Invoice"), "amountDue")
    return {"invoices": invoices.told(_as_text), "payments": payments.told(_as_text)}


def _times_of(day: date, today: date) -> Iterable[str]:
    month = today.replace(day=1)
    if (month - timedelta(days=1)).replace(day=1) <= day < month:
        yield "lastMonth"
    if (day.year, day.month) == (today.year, today.month):
        yield "currentMonth"
    if day == today:
        yield "today"
    if today - _WEEK <= day < today:
        yield "last7Days"
    if today < day <= today + _WEEK:
        yield "next7Days"
    if day > today:
        yield "future"


OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {"GetAPSummary": Operation(with_data(_payables)), "GetARSummary": Operation(with_data(_receivables))}
)
