"""The page for people at /simulator/: what Bill.com sees, and everything that can be done to it.

    overview   clock, money with a chart, books by entity, bank, journal, mail
    controls   faults, bank events, people's acts, switches, snapshots
    rows       the objects of one entity: /simulator/?show=Bill

Rendered here, without a framework and without anything from another host; it reads well on a phone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_billcom.simulator.catalogue import ENTITIES
from flask_billcom.simulator.pages.controls import controls
from flask_billcom.simulator.pages.html import document, e
from flask_billcom.simulator.pages.overview import overview
from flask_billcom.simulator.pages.rows import rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_billcom.simulator.service import Simulator

__all__ = ["page"]


def page(simulator: Simulator, query: Mapping[str, str]) -> str:
    """Return the page.

    :param query: `show` names an entity whose objects are shown, `start` where its page begins.
    """
    title = f"{simulator.settings.org_name} at the simulated Bill.com"
    shown = query.get("show", "")
    if shown in ENTITIES:
        start = query.get("start", "0")
        body = simulator.under_lock(lambda world: rows(world, shown, int(start) if start.isdigit() else 0))
        return document(title, f'<p><a href="/simulator/">All of Bill.com</a></p>{body}')
    parts = simulator.under_lock(lambda _: overview(simulator) + controls(simulator))
    return document(title, f"<h1>{e(title)}</h1>{parts}")
