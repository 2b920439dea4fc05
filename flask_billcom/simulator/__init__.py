"""A local Bill.com: the API v2 with its state, its banks and its clock, for tests and for trying things out.

    simulator = Simulator()
    session.mount("https://api-stage.bill.com/", WSGIAdapter(simulator))      in process
    python -m flask_billcom.simulator --port 8460                             over HTTP

    serving       from a request to its answer
    calls         the operations of the API in general
    access        sessions, devices, roles
    state         what it holds, in memory
    organization  the organization, and whom it deals with
    papers        bills, invoices, credits, files, mail
    approving     who must say yes
    payments      money in, money out, taken back
    banking       the banks behind Bill.com
    catalogue     every entity with its fields, as data
    coverage      what is there of the API, and what is not
    pages         pages that a person looks at
    __main__      `python -m flask_billcom.simulator`
    service       the application itself
    world         all that changes
    events        what is due when the clock moves
    settings      what it is like: a switch for every open question
    clock         its time
    errors        every way in which it says no
    people        what a person does in Bill.com's own web page

It imports nothing of the rest of the package, neither Flask nor SQLAlchemy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask_billcom.simulator.service import Simulator
    from flask_billcom.simulator.serving.adapter import WSGIAdapter
    from flask_billcom.simulator.serving.faults import Fault
    from flask_billcom.simulator.settings import Settings

__all__ = ["Fault", "Settings", "Simulator", "WSGIAdapter"]

_HOMES = {"Fault": "serving.faults", "Settings": "settings", "Simulator": "service", "WSGIAdapter": "serving.adapter"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
