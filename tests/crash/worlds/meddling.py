"""What people do in the days of a random world, behind the worker's back.

pay        a bill by hand, in Bill.com's own page
raise      the first line of a bill, which is put back the next day
void       a payout, with credit; it is paid again in the end
reissue    a payout, which Bill.com sends once more
bounce     a payout, which a seller's bank sends back; it is voided and paid again in the end
restore    the database of some days before
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from flask_billcom.money import from_cents
from flask_billcom.simulator.errors import Refusal
from flask_billcom.simulator.payments.disbursements import ACH, DONE, SCHEDULED, return_payout
from flask_billcom.simulator.payments.payouts import PAID
from tests.crash.cutting.keeping import Tables, copy_file, copy_out, let_go, put_back
from tests.crash.judging.judge import PREFIX, sale_of

if TYPE_CHECKING:
    from tests.crash.worlds.market import Market

OFTEN = 0.5
"""How many days somebody meddles on."""
PUT_BACK = 0.5
"""How often somebody who has kept the database puts it back on a day."""


@dataclass
class Meddler:
    """People with a seed of their own.

    :param folder: for a backup.
    :param changed: numbers of the bills whose amount somebody has changed at some time.
    """

    market: Market
    chance: random.Random
    folder: Path
    done: list[str] = field(default_factory=list)
    raised: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    backup: Path | Tables | None = None
    asked: int = 0

    def meddle(self) -> None:
        """Let somebody do something, or nobody."""
        self._put_back()
        act = self.chance.choice(list(ACTS))
        if self.backup is not None and self.chance.random() < PUT_BACK:
            act = "restore"
        if self.chance.random() < OFTEN:
            with suppress(Refusal):
                if ACTS[act](self):
                    self.done.append(act)

    def end(self) -> None:
        """Put back what was raised."""
        self._put_back()

    def rows(self, entity: str, fits: Callable[[Any], bool]) -> list[Any]:
        """Return objects at Bill.com."""
        return [row for row in self.market.world.simulator.books[entity] if fits(row)]

    def _open_bills(self) -> list[Any]:
        return self.rows(
            "Bill",
            lambda bill: (
                bill.is_active
                and bill["invoiceNumber"].startswith(PREFIX)
                and bill["dueAmount"] == bill["amount"]
                and not bill["scheduledAmount"]
            ),
        )

    def pay(self) -> bool:
        """Pay a bill in full that nothing is scheduled for, and of which nothing goes back."""
        regretted = {order.number for order in self.market.orders if order.given_back}
        bills = [bill for bill in self._open_bills() if sale_of(bill["invoiceNumber"]) not in regretted]
        if bills:
            self.market.world.person_does("pay_bill", id=self.chance.choice(bills).id)
        return bool(bills)

    def raise_(self) -> bool:
        """Raise the first line of a bill by a dollar."""
        bills = self._open_bills()
        if bills:
            bill = self.chance.choice(bills)
            self.raised[bill.id] = [(line.id, line["amount"]) for line in bill["billLineItems"]]
            self._set(bill.id, _raised(self.raised[bill.id]))
            self.changed.add(bill["invoiceNumber"])
        return bool(bills)

    def _put_back(self) -> None:
        for bill_id, lines in self.raised.items():
            (bill,) = self.rows("Bill", lambda row: row.id == bill_id)  # noqa: B023
            is_as_left = [(line.id, line["amount"]) for line in bill["billLineItems"]] == _raised(lines)
            if bill.is_active and is_as_left:
                self._set(bill_id, lines)
        self.raised.clear()

    def _set(self, bill_id: str, lines: list[tuple[str, int]]) -> None:
        """Write the lines of a bill; those that an update leaves out are gone."""
        written = [{"entity": "BillLineItem", "id": each, "amount": str(from_cents(cents))} for each, cents in lines]
        self.market.world.person_does("edit_bill", id=bill_id, values={"billLineItems": written})

    def void(self, kind: str = "credit") -> bool:
        """Void a payout that has left and not arrived."""
        ways = self.market.world.simulator.world.disbursements
        sent = self.rows("SentPay", lambda row: row["status"] == PAID and ways[row.id].status == SCHEDULED)
        if sent:
            self.market.world.person_does("void", id=self.chance.choice(sent).id, kind=kind)
        return bool(sent)

    def bounce(self) -> bool:
        """Let a bank send a transfer back that has left, or arrived."""
        ways = self.market.world.simulator.world.disbursements
        sent = self.rows(
            "SentPay",
            lambda row: row["status"] == PAID and ways[row.id].kind == ACH and ways[row.id].status in {SCHEDULED, DONE},
        )
        if sent:
            payout = self.chance.choice(sent)
            self.market.world.simulator.under_lock(lambda there: return_payout(there, payout, "R03"))
        return bool(sent)

    def restore(self) -> bool:
        """Keep the database, or put back the one that was kept; the app's customers then ask again."""
        engine, asked = self.market.stage.engine, len(self.market.customers.asked)
        let_go(self.market)
        # What was given back in the lost time has changed documents in a way that only who did it can tell.
        if self.backup is None or self.asked < asked:
            self.asked = asked
            is_file = engine.dialect.name == "sqlite"
            self.backup = copy_file(engine, self.folder / "backup") if is_file else copy_out(engine)
            return False
        put_back(engine, self.backup)
        self.backup = None
        self.market.world.restart()
        self.market.listen()
        self.market.settle_again()
        return True


def _raised(lines: list[tuple[str, int]]) -> list[tuple[str, int]]:
    return [(each, cents + 100 * (not n)) for n, (each, cents) in enumerate(lines)]


ACTS: Mapping[str, Callable[[Meddler], bool]] = MappingProxyType(
    {
        "pay": Meddler.pay,
        "raise": Meddler.raise_,
        "void": Meddler.void,
        "reissue": lambda who: who.void("reissue"),
        "bounce": Meddler.bounce,
        "restore": Meddler.restore,
    }
)
