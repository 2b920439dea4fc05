"""Rules of the lists: staff see every row, and a seller what concerns him alone."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from sqlalchemy import inspect

from tests.machine.base import Base
from tests.machine.counted import COUNTED
from tests.machine.reading import reading
from tests.machine.sales import SELLER

LIMIT = st.sampled_from([3, 20, 200])
ROWS = {
    "settlements": "select count(*) from billcom_settlement",
    "parties": "select count(*) from billcom_party",
    "payouts": "select count(*) from billcom_payment where kind = 'sent'",
    "operations": "select count(*) from billcom_operation",
}


class Lists(Base):
    """People look at our rows."""

    @reading(what=st.sampled_from(sorted(ROWS)), limit=LIMIT)
    def turns_the_pages_of_a_list(self, what: str, limit: int) -> None:
        """Let staff turn all pages: each row stands on one of them."""
        seen = self._listed(what, limit)
        assert len(set(seen)) == len(seen) == self.watch.ask(ROWS[what])[0][0], what

    @reading(seller=SELLER, limit=LIMIT)
    def sees_his_own(self, seller: str, limit: int) -> None:
        """Let a seller look: he sees the orders that he has a part in, and nobody else's payouts."""
        who = self.town.seller(seller)
        assert inspect(self.reads("find", "Seller", str(who.key))).identity == (who.key,)
        his = {order.number for order in self.town.orders if seller in order.net() and self.is_settled(order)}
        if not self.is_restored:
            assert set(self._listed("settlements", limit, of=who, key="reference")) == his, seller
        payouts = {each.id for each in self.reads("payouts_of", who, limit=200)}
        assert set(self._listed("payouts", limit, of=who)) == payouts, seller

    def _listed(self, what: str, limit: int, *, of: Any = None, key: str = "id") -> list[Any]:
        town, found, after = self.town, [], None
        while True:
            with town.world.app() as session:
                lists = town.world.shop.billcom.lists(of=town.mapped(session, of))
                page = getattr(lists, what)(limit=limit, after=after)
            found += [getattr(each, key) for each in page.items]
            after = page.after
            if after is None:
                COUNTED["done lists"] += 1
                return found
