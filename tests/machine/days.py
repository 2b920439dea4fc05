"""Rules of time and trouble: the worker's rounds, days, faults of the wire, crashes, backups, sessions."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from flask_billcom.engine.errors import NoCapacity
from flask_billcom.errors import BillcomError
from flask_billcom.marketplace.holds import ORGANIZATION
from flask_billcom.models import Hold
from tests.machine.base import Base
from tests.machine.counted import COUNTED, rule
from tests.machine.trouble import HAPPENINGS

PUT_BACK = 15 * 60
"""How many seconds the worker stands still, as the manual says, while a backup is put back."""
FAULTS = (
    "timeout_after",
    "timeout_before",
    "http_5xx_after",
    "http_5xx_before",
    "reset_after",
    "garbage",
    "connect_refused",
    "late_effect",
    "bdc:BDC_1109",
    "bdc:BDC_1322",
    "bdc:BDC_9999",
    "bdc_after:BDC_9999",
    "bdc:BDC_1144",
)
ENDPOINTS = (
    "PayBills",
    "ChargeCustomer",
    "Bulk/*",
    "Crud/Create/*",
    "Crud/Update/*",
    "RecordARPayment",
    "VoidAPPayment",
    "CancelAPPayment",
    "SendInvoice",
    "List/*",
    "Login",
    *["*"] * 12,
)
"""Half of the faults hit whatever is called next; of the others many wait in vain for their call."""


class Days(Base):
    """Time passes, and things go wrong."""

    @rule()
    def the_worker_ticks(self) -> None:
        self.ticks()

    @rule(seconds=st.sampled_from([5, 60, 200, 900, 3600]))
    def time_passes(self, seconds: int) -> None:
        self.town.world.advance(seconds=seconds)
        self.ticks()

    @rule()
    def what_is_due_next_comes(self) -> None:
        self.town.world.advance_to_next(900)
        self.ticks()

    @rule(days=st.sampled_from([1, 1, 2, 3, 6]))
    def days_pass(self, days: int) -> None:
        self.town.world.advance(business_days=days)
        self.ticks()

    @rule(fault=st.sampled_from(FAULTS), endpoint=st.sampled_from(ENDPOINTS))
    def the_wire_will_break(self, fault: str, endpoint: str) -> None:
        self.town.breaks(fault, endpoint, seconds=60)

    @rule(what=st.sampled_from(sorted(HAPPENINGS)), after=st.integers(0, 12))
    def something_will_happen(self, what: str, after: int) -> None:
        self.trouble.plan(what, after)

    @rule()
    def the_service_starts_anew(self) -> None:
        self.town.restarts()
        self.trouble.listen()

    @rule(trusted=st.booleans())
    def the_device_is_forgotten(self, *, trusted: bool) -> None:
        """Let Bill.com end every session, and ask for a new code unless the device stays trusted."""

        def forget(bill: object) -> None:
            bill.sessions.live.clear()  # type: ignore[attr-defined]
            if not trusted:
                bill.sessions.devices.clear()  # type: ignore[attr-defined]

        self.town.world.simulator.under_lock(forget)

    @rule()
    def a_person_signs_in(self) -> None:
        try:
            with self.town.world.app():
                session = self.town.world.shop.billcom.session
                if not session.sign_in(actor="eve").trusted:
                    self.town.world.trust()
        except (BillcomError, NoCapacity):
            COUNTED["refused sign in"] += 1

    @rule()
    def it_is_backed_up(self) -> None:
        self.backup = self.town.backs_up()
        self.known = len(self.town.orders)

    @precondition(lambda self: self.backup is not None)
    @rule()
    def the_backup_is_restored(self) -> None:
        """Put the backup back; customers ask again for what it does not know, and a person looks before it goes on."""
        self.watch.let_go()
        # Nothing at Bill.com tells of what still lands or is not in its lists yet.
        self.town.world.advance(seconds=PUT_BACK)
        assert self.backup is not None
        self.town.restores(self.backup)
        self.trouble.listen()
        self.is_restored = True
        self.backup = None
        self.asks_again(self.known)
        COUNTED["restored"] += 1

    @rule(anyway=st.sampled_from([False, False, False, True]))
    def a_person_lets_it_go_on(self, *, anyway: bool) -> None:
        """Let a person look and let it go on, now and then also where nothing has stopped."""
        if anyway or self.town.world.rows(Hold, Hold.scope == ORGANIZATION, Hold.released_at.is_(None)):
            self.asks("resume", actor="eve", reason="the backup was restored")
