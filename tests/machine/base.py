"""The ground of the state machine: a town, its trouble, and how a public call is made and looked at."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple
from sqlalchemy.exc import OperationalError

from flask_billcom import errors
from flask_billcom.engine import errors as engine_errors
from flask_billcom.errors import BillcomError
from flask_billcom.marketplace.counterparties.consent import Consent
from flask_billcom.marketplace.holds import HoldOn
from flask_billcom.models import Hold, Settlement
from tests.crash.boundaries import Crash
from tests.machine.counted import COUNTED
from tests.machine.ground import begin
from tests.machine.reading import Disturbed
from tests.machine.trouble import Trouble
from tests.machine.watch import Watch
from tests.stories.dust import ROUND, settle
from tests.stories.life import ORDINARY
from tests.stories.operator import Operator
from tests.stories.oracle import check_dust
from tests.stories.town import Order, Town

MISTAKES = (BillcomError, TypeError, ValueError)
"""What a wrong argument may be answered with; one that is right, with a BillcomError only."""
DOCUMENTED = {
    name for module in (errors, engine_errors) for name, each in vars(module).items() if isinstance(each, type)
} | {"NotPossible"}
"""What may end a step of a tick: anything else is a mistake of ours."""
OVER_THE_WIRE = {
    "add_bank_account",
    "adopt_payment",
    "attach",
    "authorize_charges",
    "confirm_bank_account",
    "confirm_match",
    "doctor",
    "invoice_pdf",
    "match_report",
    "reconcile",
    "resolve",
    "cancel_operation",
    "revoke_charges",
}
"""Calls that ask Bill.com while the caller waits; these note what they send, and no money."""
NOTING = {"refund", "cancel", "resume"}
"""Calls that lock a sale, or read Bill.com, before they refuse: a commit, which changes nothing of what counts."""
CHANCE = "chance"
HAS_PAYMENTS = "BDC_9019"
"""The code with which Bill.com refuses to change a document that has payments."""


class Base(RuleBasedStateMachine):
    """A town, what may be chosen from, and what is looked at."""

    orders = Bundle("orders")
    payouts = Bundle("payouts")
    operations = Bundle("operations")
    adjustments = Bundle("adjustments")

    town: Town
    trouble: Trouble
    watch: Watch
    operator: Operator

    def __init__(self) -> None:
        super().__init__()
        self.is_restored = False
        self.backup: Path | None = None
        self.bonuses: Counter[str] = Counter()
        self._is_begun = False

    @initialize(
        target=orders,
        dice=st.integers(0, 99),
        is_young=st.sampled_from([False, False, True]),
        switches=st.fixed_dictionaries(
            {
                "unique_numbers": st.sampled_from(["off", "org"]),
                "bulk": st.sampled_from(["per_item", "rollback"]),
                "change_paid": st.just("refuse"),
                "void": st.sampled_from(["pending", "at_once"]),
                "list_lag_s": st.sampled_from([0, 100]),
            }
        ),
        settings=st.fixed_dictionaries(
            {
                "collect": st.sampled_from(["charge", "send"]),
                "combine_payments": st.booleans(),
                "approval_threshold_cents": st.sampled_from([None, 50_00]),
                "confirm_new_parties": st.booleans(),
            }
        ),
    )
    def begins(self, *, dice: int, switches: dict[str, Any], settings: dict[str, Any], is_young: bool) -> Any:
        """Begin with a Bill.com and settings by chance, before the first sale or in the middle of life."""
        assume(dice)  # Hypothesis begins each handful with nothing but zeros, which is the same sequence each time
        self.starts(switches, settings, is_young=is_young)
        return multiple(*self.town.orders)

    def starts(self, switches: dict[str, Any], settings: dict[str, Any], *, is_young: bool) -> None:
        """Found the town, and begin to look."""
        self.town = begin(switches, settings, is_young=is_young)
        self.trouble = Trouble(self.town, _count_trouble)
        self.trouble.boundaries.__enter__()
        self.watch = Watch(self.town)
        self.operator = Operator(self.town)
        self._is_begun = True

    # -- public calls ----------------------------------------------------------------------------------------------

    def asks(self, call: str, *args: Any, wrong: bool = False, right: bool = False, **options: Any) -> Any:
        """Make a public call, and commit whatever came of it; return its result, or None where it was refused or cut.

        :param wrong: whether the arguments cannot be right: then it must refuse.
        :param right: whether nothing can be wrong with it: then it must not.
        """
        look = self._look(call)
        before, is_calm = look(), self.trouble.is_calm
        try:
            done, refused = self.trouble.during(
                lambda: self._ask(call, args, options, MISTAKES if wrong else BillcomError)
            )
        except (Crash, OperationalError):
            COUNTED["cut"] += 1
            return None
        if refused is None:
            assert not wrong, f"{call} took what cannot be right: {args} {options}"
            COUNTED[f"done {call}"] += 1
            return done
        COUNTED[f"refused {call}"] += 1
        assert str(refused), f"{call} refused without a word"
        assert not right, f"{call} refused what is right, {args} {options}: {refused!r}"
        if is_calm:
            assert look() == before, f"{call} raised {refused!r} and wrote something"
        return None

    def reads(self, call: str, *args: Any, **options: Any) -> Any:
        """Make a public call that has something to say to everybody, and return that.

        :raises Disturbed: something happened meanwhile, so that other rows may say something else by now.
        """
        happened = self.trouble.happened
        done = self.asks(call, *args, right=True, **options)
        if self.trouble.happened > happened:
            raise Disturbed
        return done

    def _look(self, call: str) -> Callable[[], Any]:
        if call in OVER_THE_WIRE:
            return self.watch.money
        return self.watch.content if call in NOTING else self.watch.version

    def _ask(self, call: str, args: Any, options: Any, expected: Any) -> tuple[Any, Exception | None]:
        """Make a call as an app does that goes on after an error and commits."""
        town = self.town
        with town.world.app() as session:
            found = [town.mapped(session, each) for each in args]
            known = {key: town.mapped(session, each) for key, each in options.items()}
            try:
                done = getattr(town.world.shop.billcom, call)(*found, **known)
                done = list(done) if hasattr(done, "__next__") else done
            except expected as refused:
                session.commit()
                return None, refused
            session.commit()
            return done, None

    def together(self, call: str, orders: list[Order]) -> None:
        """Make a public call that takes several orders."""
        try:
            self.trouble.during(lambda: self._ask_together(call, orders))
        except (Crash, OperationalError):
            COUNTED["cut"] += 1

    def _ask_together(self, call: str, orders: list[Order]) -> None:
        with self.town.world.app() as session:
            getattr(self.town.world.shop.billcom, call)([self.town.mapped(session, each) for each in orders])
            session.commit()
            COUNTED[f"done {call}"] += 1

    @property
    def today(self) -> date:
        """The day in the marketplace's time zone."""
        return self.town.world.clock.now().astimezone(self.town.world.settings.zone).date()

    def several(self, *found: Any) -> Any:
        """Return what a rule adds to its bundle: nothing where nothing was found."""
        return multiple(*(getattr(each, "id", each) for each in found if each is not None))

    def is_settled(self, order: Order) -> bool:
        """Return whether our rows know an order."""
        return bool(self.town.world.rows(Settlement, Settlement.reference == order.number))

    def asks_again(self, known: int) -> None:
        """Let customers place the orders again that a restored database does not know."""
        lost = self.town.orders[known:]
        for order in lost:
            self.town.orders.remove(order)
            lines = [(seller, cents_as_text(cents), cents_as_text(fee)) for seller, cents, fee in order.items]
            self.town.places(*lines, to=order.buyer, own=cents_as_text(order.own), number=int(order.number))
            self.asks("settle", order)

    def ticks(self) -> None:
        """Do one round of the worker; only what is documented may end one of its steps."""
        is_calm = self.trouble.is_calm
        try:
            report = self.trouble.during(self.town.world.tick)
        except (Crash, OperationalError):
            COUNTED["cut"] += 1
            return
        COUNTED["ticks"] += 1
        for step, error in report.failed.items():
            name = error.partition(":")[0]
            rolled_back = name in {"OperationalError", "IntegrityError"} and not is_calm
            assert name in DOCUMENTED or rolled_back, (step, error)

    # -- what must be so -------------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_wrong(self) -> None:
        """Look after every step."""
        if self._is_begun:
            COUNTED["steps"] += 1
            self.watch.look()

    def teardown(self) -> None:
        """Let the dust settle, and look at everything, unless something was found before."""
        if not self._is_begun:
            return
        try:
            if sys.exc_info()[0] is None:
                COUNTED.update(f"fault {call.fault}" for call in self.town.world.simulator.journal if call.fault)
                self._settles()
                COUNTED["sequences"] += 1
        finally:
            self.watch.let_go()
            self.trouble.boundaries.__exit__()

    def _settles(self) -> None:
        town = self.town
        town.ticks = self._watched(town.ticks)  # type: ignore[method-assign]  # a look after each round of the end too
        self.trouble.calm()
        town.mends()
        ahead = max(town.world.clock.offset, timedelta(0))
        town.world.clock.offset *= 0
        town.restarts(**ORDINARY)
        for row in town.world.rows(Hold, Hold.reason == CHANCE, Hold.released_at.is_(None)):
            town.billcom.release(HoldOn(row.scope, row.scope_id), actor="bob")
        town.world.advance(seconds=4500 + ahead.total_seconds())  # leases end, the hour turns, chance delays
        self.ticks()
        consent = Consent(reference="the end", date=date(2026, 1, 1))
        self.asks("authorize_charges", town.buyer("Ada"), consent)  # which notices that a session is over
        settle(town, self.operator, step=ROUND)
        self.watch.look()
        if not self.is_restored:
            check_dust(
                town,
                bonuses=self.bonuses,
                differences=self.operator.paid_as_edited,
                unlowered=refused_to_be_lowered(town),
            )

    def _watched(self, ticks: Callable[[], bool]) -> Callable[[], bool]:
        def watched() -> bool:
            moved = ticks()
            self.watch.look()
            return moved

        return watched


def _count_trouble(what: str) -> None:
    COUNTED[f"trouble {what}"] += 1


def cents_as_text(cents: int) -> str:
    """Return cents in dollars as the town takes them."""
    return f"{cents // 100}.{cents % 100:02d}"


def dollars(cents: int) -> Decimal:
    """Return cents as the public calls take them."""
    return Decimal(cents) / 100


def refused_to_be_lowered(town: Town) -> set[str]:
    """Return the invoices with payments that a refund would lower, as the list of what people have to do names them."""
    waits = town.billcom.waiting_refunds()
    return {each.number for each in waits if each.needs_person and HAS_PAYMENTS in each.reason}
