"""Everything that people can do from the page: faults, bank events, acts, switches, snapshots."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from flask_billcom.simulator.banking.nacha import CODES
from flask_billcom.simulator.pages.html import button, choice, e, field, form, section, table
from flask_billcom.simulator.payments.bankevents import KINDS as BANK_EVENTS
from flask_billcom.simulator.people import ACTS
from flask_billcom.simulator.serving.faults import FORCED
from flask_billcom.simulator.serving.faults import KINDS as FAULTS
from flask_billcom.simulator.settings import Settings

if TYPE_CHECKING:
    from flask_billcom.simulator.service import Simulator

__all__ = ["controls"]


def controls(simulator: Simulator) -> str:
    """Return the lower part of the page."""
    return "".join(
        (
            section("faults", "Faults", _faults(simulator)),
            section("events", "Bank events", _events(), folded=True),
            section("people", "What people do", _people(), folded=True),
            section("switches", "Switches", _switches(simulator), folded=True),
            section("state", "Snapshots", _state()),
        )
    )


def _faults(simulator: Simulator) -> str:
    planned = simulator.faults.planned
    rows = ((e(each.kind), e(each.endpoint), str(each.count), str(each.skip), f"{each.seconds:g}") for each in planned)
    return (
        form(
            "/simulator/faults",
            "Plan",
            choice("kind", "Fault", sorted(FAULTS - FORCED)),
            field("endpoint", "Endpoint", "*", hint="PayBills"),
            field("count", "Calls", 1, kind="number"),
            field("skip", "After letting pass", 0, kind="number"),
            field("seconds", "Seconds", 0, kind="number"),
        )
        + form(
            "/simulator/faults",
            "Plan",
            field("kind", "Forced code", "bdc:BDC_1322"),
            field("endpoint", "Endpoint", "*"),
            field("count", "Calls", 1, kind="number"),
        )
        + table(("fault", "endpoint", "calls", "skip", "seconds"), rows, none="No fault is planned.")
        + (button("Forget all", "/simulator/faults/clear") if planned else "")
    )


def _events() -> str:
    return form(
        "/simulator/events",
        "Let it happen",
        choice("kind", "Event", BANK_EVENTS),
        field("id", "Id", hint="stp01…"),
        choice("code", "Return code", CODES),
    )


def _people() -> str:
    details = (
        '<label>Details, as JSON<input data-kind="more" name="details" value="" autocomplete="off"'
        ' placeholder="{&quot;amount_cents&quot;: 1000}"></label>'
    )
    return form("/simulator/people", "Act", choice("act", "Act", ACTS), field("id", "Id", hint="00n01…"), details)


def _switches(simulator: Simulator) -> str:
    hints = get_type_hints(Settings)
    parts = []
    for each in fields(Settings):
        if each.metadata["switch"]:
            value = getattr(simulator.settings, each.name)
            parts.append(_switch(each.name, hints[each.name], value, each.metadata["says"]))
    return f'<div class="switches">{"".join(parts)}</div>'


def _switch(name: str, hint: Any, value: object, says: str) -> str:  # noqa: ANN401 - a type
    choices = get_args(hint)
    label = f"{name}: {says}"
    if hint is bool:
        chosen = json.dumps(value)
        options = "".join(
            f"<option{' selected' if each == chosen else ''}>{each}</option>" for each in ("true", "false")
        )
        control = f'<label>{e(label)}<select name="{name}" data-kind="json">{options}</select></label>'
    elif choices and isinstance(choices[0], str) and name != "guessed_codes":
        control = choice(name, label, choices, str(value))
    elif hint is str:
        control = field(name, label, value)
    else:
        control = field(name, label, json.dumps(value), kind="json")
    return form("/simulator/switches", "Set", control)


def _state() -> str:
    return (
        form("/simulator/snapshot", "Keep", field("name", "Name", "before"))
        + form("/simulator/restore", "Go back", field("name", "Name", "before"))
        + button("Begin anew", "/simulator/reset", ask="Forget everything and begin anew?")
    )
