"""Rules of Bill.com's own web page, behind our back, and of how the marketplace is set up."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hypothesis import strategies as st

from flask_billcom.errors import BillcomError
from flask_billcom.models import Operation
from flask_billcom.simulator.errors import Refusal
from tests.machine.base import Base
from tests.machine.counted import rule
from tests.stories.life import OTHERWISE

IN_DOUBT = ("sending", "unknown", "checking")


class Page(Base):
    """Somebody acts at Bill.com itself; the owner changes his mind."""

    @rule(
        act=st.sampled_from(["edits", "deletes", "pays", "voids", "switches_off", "merges"]),
        first=st.integers(0, 9),
        second=st.integers(0, 9),
    )
    def somebody_acts_in_the_page(self, act: str, first: int, second: int) -> None:
        """Let an operator act there; he pays nothing by hand while the back office shows that a payment is in doubt."""
        if act == "pays" and self.town.world.rows(Operation, Operation.kind == "pay", Operation.state.in_(IN_DOUBT)):
            return
        with suppress(Refusal, ValueError, BillcomError):
            getattr(self.operator, act)(first, second)

    @rule(otherwise=st.sampled_from(OTHERWISE))
    def it_is_set_up_otherwise(self, otherwise: dict[str, Any]) -> None:
        self.town.restarts(**otherwise)
        self.trouble.listen()
