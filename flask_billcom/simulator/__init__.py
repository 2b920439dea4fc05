"""A local Bill.com: the API v2 with its state, its banks and its clock, for tests and for trying things out.

    simulator = Simulator()
    session.mount("https://api-stage.bill.com/", WSGIAdapter(simulator))      in process
    python -m flask_billcom.simulator --port 8460                             over HTTP

It imports nothing of the rest of the package, neither Flask nor SQLAlchemy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask_billcom.simulator.adapter import WSGIAdapter
    from flask_billcom.simulator.faults import Fault
    from flask_billcom.simulator.service import Simulator
    from flask_billcom.simulator.settings import Settings

__all__ = ["Fault", "Settings", "Simulator", "WSGIAdapter"]

_HOMES = {"Fault": "faults", "Settings": "settings", "Simulator": "service", "WSGIAdapter": "adapter"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
