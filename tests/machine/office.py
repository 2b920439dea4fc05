"""Rules of the back office: payouts, holds, adjustments, parties, decisions, and what people look at."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hypothesis import strategies as st

from flask_billcom.api.secret import Secret
from flask_billcom.marketplace.holds import HoldOn
from flask_billcom.models import Operation, Payment
from tests.machine.base import Base, dollars
from tests.machine.counted import rule
from tests.machine.sales import CENTS, FEW, SELLER
from tests.stories.town import BUYERS, SELLERS, Order

ACTOR = st.sampled_from(["eve", "bob"])
KNOWN = [*(("seller", name) for name in SELLERS), *(("buyer", name) for name in BUYERS)]
ROLES = {"seller": "vendor", "buyer": "customer"}
COMES_BACK = ("returning", "voided", "cancelled")
OF_A_SELLER = ("balance_of", "adjustments_of")
LOOKS = (
    *OF_A_SELLER,
    "statement",
    "credit_of",
    "status",
    "trial_balance",
    "open_items",
    "verify_audit",
    "waiting_refunds",
    "party_balances",
    "reconcile",
    "doctor",
    "match_report",
)


class Office(Base):
    """People pay sellers, stop payments, take them back, correct, decide, and look."""

    # -- payouts ---------------------------------------------------------------------------------------------------

    @rule(seller=SELLER, dry=st.booleans())
    def pays_now(self, *, seller: str, dry: bool) -> None:
        self.asks("pay_now", self.town.seller(seller), dry_run=dry, actor="eve")

    @rule(dry=st.booleans())
    def runs_payouts(self, *, dry: bool) -> None:
        self.asks("payout_run", dry_run=dry, actor="eve")

    @rule(actor=ACTOR)
    def approves_runs(self, actor: str) -> None:
        for run in self.asks("waiting_runs") or ():
            self.asks("approve", run.id, actor=actor, reason="chance")

    @rule(target=Base.payouts, seller=SELLER)
    def sees_payouts(self, seller: str) -> Any:
        return self.several(*(each.id for each in self.asks("payouts_of", self.town.seller(seller)) or ()))

    @rule(payout=Base.payouts)
    def voids(self, payout: Any) -> None:
        self.asks("void", payout, "chance", actor="eve")

    @rule(payout=Base.payouts)
    def pays_again(self, payout: Any) -> None:
        self.asks("pay_again", payout, actor="eve", reason="chance")

    @rule(number=st.integers(0, 9), by=st.sampled_from(["bank", "us"]))
    def a_payout_comes_back(self, number: int, by: str) -> None:
        """Let a bank send a payout back, or take it back ourselves; the worker sees it on the next bank day."""
        found = self.town.world.rows(Payment, Payment.kind == "sent", Payment.status == "paid")
        if not found:
            return
        payout = found[number % len(found)]
        if by == "us":
            self.asks("void", payout.id, "chance", actor="eve")
        else:
            with suppress(ValueError):
                self.town.bank(
                    "return_payout", self.town.world.simulator.books.find("SentPay", payout.remote_id), "R03"
                )
        self.town.world.advance(business_days=1)
        self.ticks()

    @rule(number=st.integers(0, 9))
    def pays_again_what_comes_back(self, number: int) -> None:
        """Let a person pay again a payout that comes back, also before anybody has proved that it is void."""
        found = self.town.world.rows(Payment, Payment.kind == "sent", Payment.status.in_(COMES_BACK))
        if found:
            self.asks("pay_again", found[number % len(found)].id, actor="eve", reason="chance")

    @rule(payout=Base.payouts)
    def sees_the_credit(self, payout: Any) -> None:
        """Let a person look whether Bill.com shows the payout as void, and confirm its credit then."""
        rows = self.town.world.rows(Payment, Payment.id == payout)
        store = self.town.world.simulator.world.store["SentPay"]
        if rows and store.by_id[rows[0].remote_id]["status"] in {"3", "4"}:
            self.asks("confirm_credit", payout, actor="eve", reason="the bank shows it")

    @rule(number=st.integers(0, 9), act=st.sampled_from(["return_payout", "hold_payout", "release_payout"]))
    def a_bank_stops_a_payout(self, number: int, act: str) -> None:
        sent = [row for row in self.town.at_billcom("SentPay") if row["status"] == "2"]
        if sent:
            with suppress(ValueError):
                self.town.bank(act, sent[number % len(sent)], "R03")

    # -- holds -----------------------------------------------------------------------------------------------------

    @rule(order=Base.orders, is_on=st.booleans())
    def holds_an_order(self, *, order: Order, is_on: bool) -> None:
        self._hold(order, is_on=is_on)

    @rule(seller=st.none() | SELLER, is_on=st.booleans())
    def holds_a_seller_or_all(self, *, seller: str | None, is_on: bool) -> None:
        self._hold(None if seller is None else self.town.seller(seller), is_on=is_on)

    @rule(payout=Base.payouts, is_on=st.booleans())
    def holds_a_payout(self, *, payout: Any, is_on: bool) -> None:
        self._hold(HoldOn.row("payment", payout), is_on=is_on)

    def _hold(self, on: Any, *, is_on: bool) -> None:
        if is_on:
            self.asks("hold", on, "chance", actor="eve")
        else:
            self.asks("release", on, actor="bob")

    # -- adjustments -----------------------------------------------------------------------------------------------

    @rule(target=Base.adjustments, seller=SELLER, kind=st.sampled_from(["fine", "bonus"]), cents=CENTS, name=FEW)
    def adjusts(self, seller: str, kind: str, cents: int, name: int) -> Any:
        if kind == "bonus":
            self.bonuses[seller] += cents
        found = self.asks(
            "adjust",
            self.town.seller(seller),
            kind=kind,
            amount=dollars(cents),
            reference=f"a{name}",
            reason="chance",
            actor="eve",
        )
        return self.several(found)

    @rule(target=Base.adjustments, order=Base.orders, cents=CENTS, name=FEW)
    def fines_for_an_order(self, order: Order, cents: int, name: int) -> Any:
        seller = self.town.seller(order.items[0][0])
        found = self.asks(
            "adjust",
            seller,
            kind="fine",
            amount=dollars(cents),
            reference=f"a{name}",
            reason="chance",
            actor="eve",
            order=order,
        )
        return self.several(found)

    @rule(target=Base.adjustments, seller=SELLER, cents=st.none() | CENTS, name=FEW)
    def writes_off(self, seller: str, cents: int | None, name: int) -> Any:
        amount = None if cents is None else dollars(cents)
        who = self.town.seller(seller)
        return self.several(
            self.asks("write_off", who, reference=f"w{name}", amount=amount, reason="chance", actor="eve")
        )

    @rule(adjustment=Base.adjustments, call=st.sampled_from(["approve_adjustment", "deny_adjustment"]), actor=ACTOR)
    def decides_about_an_adjustment(self, adjustment: Any, call: str, actor: str) -> None:
        self.asks(call, adjustment, actor=actor, reason="chance")

    # -- operations ------------------------------------------------------------------------------------------------

    @rule(target=Base.operations, state=st.sampled_from(["planned", "unknown", "rejected", "quarantined"]))
    def sees_operations(self, state: str) -> Any:
        rows = self.town.world.rows(Operation, Operation.state == state)
        return self.several(*(row.id for row in rows[:3]))

    @rule(operation=Base.operations, call=st.sampled_from(["retry", "resolve", "cancel_operation"]))
    def decides_about_an_operation(self, operation: Any, call: str) -> None:
        self.asks(call, operation, actor="eve", reason="chance")

    @rule(operation=Base.operations, number=st.integers(0, 9))
    def takes_something_for_an_effect(self, operation: Any, number: int) -> None:
        """Let a person take what Bill.com shows beside an operation's document for its effect."""
        made = self.watch.ask(
            "select d.remote_id from billcom_operation o join billcom_document d on d.id = o.subject_id "
            f"where o.id = '{operation.hex}' and d.remote_id is not null"
        )
        ids = [
            part.id
            for entity, parts, key in (("SentPay", "billPays", "billId"), ("ReceivedPay", "invoicePays", "invoiceId"))
            for payment in self.town.at_billcom(entity)
            for part in payment[parts] or ()
            if (part[key],) in made
        ] or [remote_id for (remote_id,) in made]
        if ids:
            self.asks("resolve", operation, adopt=ids[number % len(ids)], actor="eve", reason="chance")

    # -- parties ---------------------------------------------------------------------------------------------------

    @rule(
        seller=SELLER,
        call=st.sampled_from(["sync_party", "ensure_party"]),
        mail=st.sampled_from([None, "x@example.com", "y@example.com"]),
    )
    def syncs_a_seller(self, seller: str, call: str, mail: str | None) -> None:
        who = self.town.seller(seller)
        if mail is not None:
            self.town.changes(who, email=mail)
        self.asks(call, who)

    @rule(
        number=st.integers(0, 5), role=st.sampled_from(["seller", "buyer"]), is_new=st.booleans(), first=st.booleans()
    )
    def says_who_is_new(self, *, number: int, role: str, is_new: bool, first: bool) -> None:
        """Say that Bill.com does not know somebody: that is new once, and never so of whom it knows."""
        who = self.town.person(role, f"new {role} {number % 3}") if is_new else self.town.person(*KNOWN[number])
        if first:
            self.asks("ensure_party", who)
        known = f"role = '{ROLES[who.role]}' and local_type = '{who.role.capitalize()}' and local_id = '{who.key}'"
        before = self.watch.ask(f"select remote_id, confirmed_new_at from billcom_party where {known}")
        remote_id, confirmed = before[0] if before else (None, None)
        found = self.asks("confirm_new", who, actor="eve", reason="he is new here", wrong=remote_id is not None)
        assert found in {None, confirmed is None}, (who, found)

    @rule(seller=SELLER)
    def enters_a_bank_account(self, seller: str) -> None:
        who = self.town.seller(seller)
        self.asks(
            "add_bank_account",
            who,
            account_number=Secret(f"{5_000_000_000 + who.key}"),
            routing_number=Secret("322271627"),
            name_on_account=who.name,
        )

    @rule(seller=SELLER)
    def confirms_a_bank_account(self, seller: str) -> None:
        self.asks("confirm_bank_account", self.town.seller(seller), actor="eve", reason="called him")

    # -- what people look at ---------------------------------------------------------------------------------------

    @rule(what=st.sampled_from(LOOKS), seller=SELLER)
    def looks(self, what: str, seller: str) -> None:
        if what == "statement":
            self.asks(what, self.town.seller(seller), "2026")
        elif what == "credit_of":
            self.asks(what, self.town.buyer(BUYERS[SELLERS.index(seller)]))
        elif what in OF_A_SELLER:
            self.asks(what, self.town.seller(seller))
        else:
            self.asks(what)

    @rule(what=st.sampled_from(["settlement_of", "refunds_of", "invoice_pdf"]), order=Base.orders)
    def looks_at_an_order(self, what: str, order: Order) -> None:
        self.asks(what, order)
