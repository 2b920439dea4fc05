"""A marketplace whose buyers and sellers Bill.com may know already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_billcom.api import requests as wire
from flask_billcom.api.records import Customer, Vendor
from flask_billcom.marketplace.counterparties.matching import MatchRow
from tests.support.world import World


def at_bill_com(world: World, *parties: Customer | Vendor) -> list[str]:
    """Let a person have made customers or vendors there, before this marketplace; return their ids."""
    return [str(world.parts.gateway.change(wire.create_one(each)).data["id"]) for each in parties]


def id_of(world: World, role: str, name: str) -> int:
    """Return the key of a buyer or seller of the shop, who is added where he is missing."""
    world.person(role, name)
    return int(world.person(role, name).id)  # the second one is loaded


def report(world: World, **wanted: Any) -> list[MatchRow]:
    with world.app():
        return list(world.shop.billcom.match_report(**wanted))


def evidence(rows: Sequence[MatchRow], local_id: object) -> list[tuple[str, tuple[str, ...]]]:
    (row,) = [each for each in rows if each.local_id == str(local_id)]
    return [(each.remote_id, each.evidence) for each in row.candidates]


def confirm(world: World, role: str, name: str, remote_id: str | None) -> Any:
    """Let Eve say who somebody is, or with None that he is new."""
    person = world.person(role, name)
    with world.app() as session:
        party = session.merge(person)
        if remote_id is None:
            return world.shop.billcom.confirm_new(party, actor="Eve", reason="asked him")
        return world.shop.billcom.confirm_match(party, remote_id, actor="Eve", reason="asked him")
