"""The control side under /simulator/: what tests and people may do that no client of Bill.com can.

JSON in and out, no sign-in, meant for the loopback interface. Wrong requests answer HTTP 400 with {"error": "..."}.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator import people
from flask_billcom.simulator.catalogue import ENTITIES
from flask_billcom.simulator.clock import iso_time, moment
from flask_billcom.simulator.errors import Refusal
from flask_billcom.simulator.payments import bankevents
from flask_billcom.simulator.state.books import as_dict

from .wire import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask_billcom.simulator.service import Simulator

    from .wire import Request

__all__ = ["respond"]

PAGE: Final = 1000
Answer = dict[str, Any]


def respond(simulator: Simulator, request: Request) -> Reply:
    """Answer a request of the control side."""
    path = request.path.removeprefix("/simulator").strip("/")
    if not path and request.method == "GET":
        from flask_billcom.simulator.pages import page

        return Reply(page(simulator, request.form).encode(), kind="text/html; charset=utf-8")
    head, _, rest = path.partition("/")
    act = _ROUTES.get((request.method, head))
    if act is None:
        return _json({"error": f"there is nothing at {request.method} {request.path}"}, "404 Not Found")
    try:
        given = json.loads(request.body or b"{}") if request.method == "POST" else dict(request.form)
        if not isinstance(given, dict):
            return _json({"error": "the body must be a JSON object"}, "400 Bad Request")
        return _json(act(simulator, given, rest))
    except (ValueError, KeyError, TypeError) as error:
        text = f"unknown: {error}" if isinstance(error, KeyError) else str(error)
        return _json({"error": text}, "400 Bad Request")
    except Refusal as error:
        return _json({"error": error.text, "code": error.code}, "400 Bad Request")


def _json(answer: Answer, status: str = "200 OK") -> Reply:
    return Reply(json.dumps(answer).encode(), status)


def _clock(simulator: Simulator, given: Mapping[str, Any], rest: str) -> Answer:
    del given, rest
    clock = simulator.world.clock
    agenda = simulator.world.agenda
    return {
        "now": clock.now().isoformat(),
        "millis": clock.millis(),
        "mode": clock.mode,
        "next_event": moment(agenda[0].at).isoformat() if agenda else None,
        "next_event_kind": agenda[0].kind if agenda else None,
    }


def _move_clock(simulator: Simulator, given: Mapping[str, Any], rest: str) -> Answer:
    known = {"advance_s", "business_days", "to", "to_next_event"}
    if not given or not set(given) <= known:
        raise ValueError(f"give one of {', '.join(sorted(known))}")
    simulator.advance(
        seconds=float(given.get("advance_s") or 0),
        business_days=int(given.get("business_days") or 0),
        to=given.get("to"),
        to_next_event=bool(given.get("to_next_event")),
    )
    return _clock(simulator, {}, rest)


def _switches(simulator: Simulator, given: Mapping[str, Any], rest: str) -> Answer:
    del rest
    if given:
        simulator.switch(**given)
    return simulator.settings.switches()


def _books(simulator: Simulator, given: Mapping[str, Any], rest: str) -> Answer:
    if not rest:
        return dict(simulator.under_lock(lambda _: simulator.books.totals()))
    if rest not in ENTITIES:
        raise KeyError(rest)
    start, limit = int(given.get("start", 0)), int(given.get("max", PAGE))
    rows = simulator.under_lock(
        lambda world: [as_dict(row) for row in world.store[rest].in_order[start : start + limit]]
    )
    return {"entity": rest, "start": start, "count": len(simulator.world.store[rest]), "rows": rows}


def _bank(simulator: Simulator, given: Mapping[str, Any], rest: str) -> Answer:
    del rest
    start, limit = int(given.get("start", 0)), int(given.get("max", 100_000))
    world = simulator.world

    def told() -> Answer:
        return {
            "organization": world.funding_key,
            "accounts": [
                {
                    "key": each.key,
                    "holder": each.holder,
                    "owner_id": each.owner_id,
                    "routing_number": each.routing,
                    "account_number": each.number,
                    "balance_cents": each.cents,
                }
                for each in world.bank.accounts.values()
            ],
            "transfers": [
                {**each._asdict(), "at": iso_time(each.at)} for each in world.bank.transfers[start : start + limit]
            ],
            "transfer_count": len(world.bank.transfers),
        }

    return dict(simulator.under_lock(lambda _: told()))


def _journal(simulator: Simulator, given: Mapping[str, Any], rest: str) -> Answer:
    del rest
    entries = simulator.entries(int(given.get("since", 0)), str(given.get("endpoint", "")))
    limit = int(given.get("max", len(entries)))
    journal = simulator.journal
    return {
        "count": journal.count,
        "calls": dict(journal.calls),
        "codes": dict(journal.codes),
        "max_concurrency": journal.peak_in_flight,
        "max_calls_per_hour": max(journal.by_hour.values(), default=0),
        "entries": [{**each._asdict(), "at": iso_time(each.at)} for each in entries[:limit]],
    }


def _snapshot(simulator: Simulator, given: Mapping[str, Any], rest: str) -> Answer:
    del rest
    simulator.snapshot(str(given.get("name", "default")))
    return {"kept": given.get("name", "default")}


def _restore(simulator: Simulator, given: Mapping[str, Any], rest: str) -> Answer:
    simulator.restore(str(given.get("name", "default")))
    return _clock(simulator, {}, rest)


def _reset(simulator: Simulator, given: Mapping[str, Any], rest: str) -> Answer:
    del given
    simulator.reset()
    return _clock(simulator, {}, rest)


def _events(simulator: Simulator, given: Mapping[str, Any], rest: str) -> Answer:
    del rest
    kind, row_id, code = str(given.get("kind")), str(given.get("id")), str(given.get("code", "R01"))
    if kind not in bankevents.KINDS:
        raise ValueError(f"there is no bank event {kind!r}; there are {', '.join(bankevents.KINDS)}")
    simulator.under_lock(lambda world: bankevents.KINDS[kind](world, row_id, code))
    return {"kind": kind, "id": row_id, "code": code}


def _people(simulator: Simulator, given: Mapping[str, Any], rest: str) -> Answer:
    del rest
    details = {key: value for key, value in given.items() if key != "act"}
    row = simulator.under_lock(lambda world: people.act(world, str(given.get("act")), details))
    return as_dict(row)


def _faults(simulator: Simulator, given: Mapping[str, Any], rest: str) -> Answer:
    if rest == "clear":
        simulator.faults.clear()
    elif given:
        details = {key: given[key] for key in ("count", "skip", "seconds", "status") if key in given}
        simulator.plan_fault(str(given.get("kind")), str(given.get("endpoint", "*")), **details)
    return {
        "planned": [
            {
                "kind": each.kind,
                "endpoint": each.endpoint,
                "count": each.count,
                "skip": each.skip,
                "seconds": each.seconds,
            }
            for each in simulator.faults.planned
        ]
    }


def _outbox(simulator: Simulator, given: Mapping[str, Any], rest: str) -> Answer:
    del given, rest
    return {"messages": [{**each._asdict(), "at": iso_time(each.at)} for each in simulator.world.outbox]}


@cache
def _measured() -> Answer:
    from flask_billcom.simulator.coverage.report import as_json, measured

    return as_json(measured())


def _coverage(simulator: Simulator, given: Mapping[str, Any], rest: str) -> Answer:
    """Return what the simulator covers; measured once, on a simulator made for it."""
    del simulator, given, rest
    return _measured()


_ROUTES: Final[Mapping[tuple[str, str], Callable[[Simulator, Mapping[str, Any], str], Answer]]] = {
    ("GET", "clock"): _clock,
    ("POST", "clock"): _move_clock,
    ("GET", "switches"): _switches,
    ("POST", "switches"): _switches,
    ("GET", "books"): _books,
    ("GET", "bank"): _bank,
    ("GET", "journal"): _journal,
    ("GET", "outbox"): _outbox,
    ("GET", "coverage"): _coverage,
    ("POST", "snapshot"): _snapshot,
    ("POST", "restore"): _restore,
    ("POST", "reset"): _reset,
    ("POST", "events"): _events,
    ("POST", "people"): _people,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _faults,
}
