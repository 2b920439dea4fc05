"""What the domain's functions are given: one value, made once per app."""

from __future__ import annotations

from dataclasses import dataclass

from flask_billcom.clock import Clock
from flask_billcom.engine.reads import Reads
from flask_billcom.settings import Settings
from flask_billcom.store import Store

from .shop.mapping import Mapping


@dataclass(frozen=True, slots=True)
class Domain:
    """Everything that the domain needs.

    :param reads: typed reads inside the shared session and limits.
    :param mapping: renders buyers and sellers as the app describes them.
    """

    organization_id: str
    settings: Settings
    clock: Clock
    store: Store
    reads: Reads
    mapping: Mapping
