"""Rules of Bill.com's own web page, behind our back, and of how the marketplace is set up."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from flask_billcom.errors import BillcomError
from flask_billcom.models import Operation
from flask_billcom.simulator.errors import Refusal
from tests.machine.base import Base
from tests.machine.counted import rule
from tests.stories.life import OTHERWISE
from tests.stories.operator import LIVE

IN_DOUBT = ("sending", "unknown", "checking")
NO_PAYMENTS = ("Bill", "Invoice", "ReceivedPay", "Vendor")
ALIVE = ("planned", "sending", "unknown", "checking", "quarantined")


class Page(Base):
    """Somebody acts at Bill.com itself; the owner changes his mind."""

    @rule(
        act=st.sampled_from(["edits", "deletes", "pays", "voids", "switches_off", "merges"]),
        first=st.integers(0, 9),
        second=st.integers(0, 9),
    )
    def somebody_acts_in_the_page(self, act: str, first: int, second: int) -> None:
        """Let an operator act there; he pays nothing by hand while the back office shows that a payment is in doubt."""
        self._acts(act, first, second)
        if act == "pays":
            self._until_lists_show_it()

    def _acts(self, act: str, first: int, second: int) -> None:
        if act == "pays" and self.town.world.rows(Operation, Operation.kind == "pay", Operation.state.in_(IN_DOUBT)):
            return
        with suppress(Refusal, ValueError, BillcomError):
            getattr(self.operator, act)(first, second)

    def _until_lists_show_it(self) -> None:
        """Let the time pass in which no worker could know what was paid by hand, and would pay it as well."""
        self.town.world.advance(seconds=self.town.world.simulator.settings.list_lag_s)

    @rule(
        pays=st.booleans(),
        days=st.sampled_from([0, 0, 1, 4]),
        first=st.integers(0, 9),
        second=st.integers(0, 9),
        several=st.booleans(),
        as_paid=st.sampled_from([False, False, True]),
        dry=st.sampled_from([False, False, False, True]),
    )
    def adopts_a_payment(
        self, *, pays: bool, days: int, first: int, second: int, several: bool, as_paid: bool, dry: bool
    ) -> None:
        """Let a person take what was paid by hand for our payout, at once or days later, alone or with another one.

        Where nothing was, he tries it with a payout of our own.
        """
        if pays:
            self._acts("pays", first, second)
            if not self.trouble.is_calm:
                self._until_lists_show_it()  # another worker may come while he adopts
        if days:
            self.town.world.advance(business_days=days)
            self.ticks()
        sent = [row.id for row in self.town.at_billcom("SentPay") if row["status"] in LIVE]
        ours = {remote_id for (remote_id,) in self.watch.ask("select remote_id from billcom_payment")}
        known = [each for each in sent if each in ours]
        by_hand = [each for each in sent if each not in ours]
        some = by_hand[-2:] if several else [(by_hand or known)[first % len(by_hand or known)]] if sent else []
        if some:
            self._adopts(some, as_paid=as_paid, dry=dry)
        if pays:
            self._until_lists_show_it()

    @rule(entity=st.sampled_from(NO_PAYMENTS), number=st.integers(0, 9))
    def adopts_what_is_no_payment(self, entity: str, number: int) -> None:
        rows = self.town.at_billcom(entity)
        if rows:
            self.asks("adopt_payment", rows[number % len(rows)].id, actor="eve", reason="chance", wrong=True)

    def _adopts(self, some: list[str], *, as_paid: bool, dry: bool) -> None:
        """Take payments for ours: what is said before is what is done, all of it, and once."""
        who: dict[str, Any] = {"actor": "eve", "reason": "chance", "as_paid": as_paid}
        would = self._would(some, who)
        if dry or would is None:
            return
        happened = self.trouble.happened
        done = self.asks("adopt_payment", *some, **who)
        is_disturbed = self.trouble.happened > happened
        if done is None:
            assert is_disturbed, f"what was said to be possible is refused: {would}"
            self._owes(would)  # it may be done although nobody said so
            return
        self._owes(done)
        assert is_disturbed or done == replace(would, is_dry_run=False)
        assert done.payment.split(", ") == sorted(set(some))
        assert as_paid or not (done.rest_cents or done.excess_cents)
        assert done.cents == self._taken(set(some), done.numbers)
        self.asks("adopt_payment", *some, **who, wrong=True)

    def _would(self, some: list[str], who: dict[str, Any]) -> Any:
        """Ask what an adoption would do, once more where something happened meanwhile."""
        before, happened = self.watch.money(), self.trouble.happened
        would = self.asks("adopt_payment", *some, **who, dry_run=True)
        if self.trouble.happened > happened:
            return self._would(some, who)
        assert self.watch.money() == before, "who only asks what would be changes nothing"
        return would

    def _owes(self, adopted: Any) -> None:
        """Note what a seller got above what he earned, and owes now."""
        for name in self._sellers_of(adopted.numbers) if adopted.excess_cents else ():
            self.bonuses[name] += adopted.excess_cents

    def _sellers_of(self, numbers: tuple[str, ...]) -> set[str]:
        keys = {str(person.key): person.name for (role, _), person in self.town.people.items() if role == "seller"}
        named = ", ".join(f"'{number}'" for number in numbers)
        rows = self.watch.ask(
            "select distinct p.local_id from billcom_document d join billcom_party p on p.id = d.party_id "
            f"where d.kind = 'bill' and d.number in ({named})"
        )
        return {keys[key] for (key,) in rows}

    def _taken(self, payments: set[str], numbers: tuple[str, ...]) -> int:
        """Return what payments pay of bills: each part is done by one operation, and nothing else is to come."""
        bills = {row.id: row["invoiceNumber"] for row in self.town.at_billcom("Bill")}
        cents = 0
        for sent in self.town.at_billcom("SentPay"):
            for part in sent["billPays"] if sent.id in payments else ():
                number = bills[part["billId"]]
                if number not in numbers:
                    continue
                cents += part["amount"]
                of_it = f"remote_id = '{part.id}' and kind in ('pay', 'pay_part')"
                done = self.watch.ask(f"select state, amount_cents from billcom_operation where {of_it}")
                assert done == [("done", part["amount"])], (number, done)
        for number in numbers:
            waits = self.watch.ask(
                "select o.state from billcom_operation o join billcom_document d on d.id = o.subject_id "
                f"where o.kind = 'pay' and d.number = '{number}' and o.state in {ALIVE}"
            )
            assert waits == [], f"a payout of {number}, which is paid by hand, is still to come"
        return cents

    @rule(otherwise=st.sampled_from(OTHERWISE))
    def it_is_set_up_otherwise(self, otherwise: dict[str, Any]) -> None:
        self.town.restarts(**otherwise)
        self.trouble.listen()
