"""Small rules of entities without money: items need a price or a percentage, users have a full name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.calls.objects import Behaviour, Values
from flask_billcom.simulator.errors import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_billcom.simulator.catalogue import Entity
    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = ["Items", "Users"]

SALES_TAX: Final = "6"


class Items(Behaviour):
    """Item: a sales tax has a percentage."""

    def create(self, world: World, owner: Entity, values: Values, data: Mapping[str, Any]) -> Row:
        """Make the item."""
        if values.get("type") == SALES_TAX and values.get("percentage") is None:
            raise refusal("BDC_1117", "percentage")
        return super().create(world, owner, values, data)


class Users(Behaviour):
    """User: `name` is made of the two names."""

    def create(self, world: World, owner: Entity, values: Values, data: Mapping[str, Any]) -> Row:
        """Make the user and mail him an invitation."""
        row = super().create(world, owner, {**values, "name": f"{values['firstName']} {values['lastName']}"}, data)
        world.send(values["email"], "sign-up", row.id)
        return row

    def update(self, world: World, row: Row, values: Values, data: Mapping[str, Any]) -> None:
        """Change the user."""
        super().update(world, row, values, data)
        world.change(row, name=f"{row['firstName']} {row['lastName']}")
