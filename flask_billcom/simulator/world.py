"""All that changes: the objects, the bank, what is due when, who is signed in.

    advance ──> agenda: events by time ──> store, bank
    call    ──> store, agenda, bank

Everything here is plain data and can be pickled, which is what a snapshot is. Events are a name and a text, so they can
be too; `events` maps the names to functions.
"""

from __future__ import annotations

import heapq
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from flask_billcom.simulator.access.sessions import Sessions
from flask_billcom.simulator.access.users import seed_users
from flask_billcom.simulator.banking.bank import Bank, account_key
from flask_billcom.simulator.banking.bankdays import pacific_date
from flask_billcom.simulator.catalogue import ENTITIES
from flask_billcom.simulator.errors import data_refusal
from flask_billcom.simulator.organization.network import Network
from flask_billcom.simulator.state.ids import Ids
from flask_billcom.simulator.state.store import Store

if TYPE_CHECKING:
    from datetime import date

    from flask_billcom.simulator.clock import Clock
    from flask_billcom.simulator.organization.messages import Note
    from flask_billcom.simulator.papers.files import Document
    from flask_billcom.simulator.payments.disbursements import Disbursement
    from flask_billcom.simulator.settings import Settings
    from flask_billcom.simulator.state.rows import Row

__all__ = ["Event", "Message", "World"]

ROUTING = "021000021"
BY_PREFIX: Final = MappingProxyType({owner.prefix: name for name, owner in ENTITIES.items()})


class Event(NamedTuple):
    """Something that is due at a time; `order` keeps those of one time in the order in which they were planned."""

    at: int
    order: int
    kind: str
    about: str


class Message(NamedTuple):
    """A mail that Bill.com would have sent."""

    at: int
    to: str
    kind: str
    about: str


class World:
    """The state of one simulated Bill.com.

    :param settings: credentials and switches.
    :param clock: its time.
    :param seed: makes ids and tokens; the same seed repeats them.
    """

    def __init__(self, settings: Settings, clock: Clock, seed: int) -> None:
        self.settings = settings
        self.clock = clock
        self.now = clock.millis()
        self.ids = Ids(seed)
        self.store = Store(self.ids)
        self.bank = Bank()
        self.agenda: list[Event] = []
        self.planned: set[tuple[str, str]] = set()
        self.outbox: list[Message] = []
        self.real_numbers: dict[str, str] = {}
        self.notes: dict[str, dict[str, Any]] = {}
        self.paid_on_invoices: dict[str, int] = {}
        self.due_receipts: dict[str, list[Row]] = {}
        self.due_payouts: dict[str, list[Row]] = {}
        self.due_arrivals: dict[str, list[str]] = {}
        self.disbursements: dict[str, Disbursement] = {}
        self.disbursed: dict[str, dict[str, None]] = {}
        self.effects: list[str] = []
        self.messages: dict[str, list[Note]] = {}
        self.network = Network()
        self.uploads: dict[str, Document] = {}
        self.documents: dict[str, Document] = {}
        self.attached: dict[str, list[Document]] = {}
        self.check_images: dict[str, str] = {}
        self._order = 0
        self.sessions = Sessions()
        self.rights: dict[str, frozenset[str]] = {}
        self._found_organization()
        self.settings_changed()

    @property
    def funding_key(self) -> str:
        """What the bank knows the organization's account by."""
        return self.real_numbers[self.funding.id]

    @property
    def today(self) -> date:
        """The day that it is in Pacific time."""
        return pacific_date(self.now)

    def insert(self, name: str, /, **values: object) -> Row:
        """Make an object, and note it as an effect of the present call."""
        row = self.store.insert(name, self.now, **values)
        self.effects.append(row.id)
        return row

    def change(self, row: Row, /, **values: object) -> None:
        """Set fields of an object and its `updatedTime`, and note it as an effect of the present call."""
        self.store[row.entity_name].change(row, self.now, **values)
        self.effects.append(row.id)

    def adjust(self, row: Row, /, **values: object) -> None:
        """Set fields that follow from other objects; `updatedTime` stays."""
        self.store[row.entity_name].set_quietly(row, **values)

    def find(self, name: str, row_id: str) -> Row | None:
        """Return the object of that id, or None."""
        return self.store[name].by_id.get(row_id)

    def anything(self, row_id: object, key: str) -> Row:
        """Return the object of an id that may belong to any entity.

        :param key: where the id stands in the call's data.
        :raises Refusal: nothing has it.
        """
        name = BY_PREFIX.get(row_id[:3]) if isinstance(row_id, str) else None
        row = self.store[name].by_id.get(str(row_id)) if name is not None else None
        if row is None:
            raise data_refusal(key, row_id)
        return row

    def plan(self, at: int, kind: str, about: str = "") -> None:
        """Put an event on the agenda; the same one is planned once only."""
        if (kind, f"{at}/{about}") in self.planned:
            return
        self.planned.add((kind, f"{at}/{about}"))
        self._order += 1
        heapq.heappush(self.agenda, Event(at, self._order, kind, about))

    def next_event(self, until: int) -> Event | None:
        """Take the first event due until then off the agenda, and make its time the present."""
        if not self.agenda or self.agenda[0].at > until:
            return None
        event = heapq.heappop(self.agenda)
        self.planned.discard((event.kind, f"{event.at}/{event.about}"))
        self.now = max(self.now, event.at)
        return event

    def note(self, row_id: str) -> dict[str, Any]:
        """Return what the simulator remembers about an object beside its fields."""
        return self.notes.setdefault(row_id, {})

    def settings_changed(self) -> None:
        """Follow switches that were set."""
        if self.settings.list_lag_s:
            self.keep_past()

    def keep_past(self) -> None:
        """Keep old versions of objects from now on, for lists that lag."""
        for table in self.store.tables.values():
            table.keeps_past = True

    def set_disbursement(self, found: Disbursement, status: str) -> None:
        """Set how far a payment has come, and keep payments findable by it."""
        self.disbursed.get(found.status, {}).pop(found.sent_pay_id, None)
        found.status = status
        self.disbursed.setdefault(status, {})[found.sent_pay_id] = None
        self.disbursements[found.sent_pay_id] = found

    def send(self, to: str, kind: str, about: str) -> None:
        """Put a mail into the outbox."""
        self.outbox.append(Message(self.now, to, kind, about))

    def _found_organization(self) -> None:
        settings, store = self.settings, self.store
        organization = store.new_row(
            "Organization", self.now, name=settings.org_name, displayName=settings.org_name, addressCountry="USA"
        )
        organization.id = settings.org_id
        store["Organization"].add(organization)
        self.organization = organization
        self.user = self.actor = seed_users(self)
        self.chart = {
            name: store.insert("ChartOfAccount", self.now, name=name, accountType=kind)
            for name, kind in (("Checking", "3"), ("Money Out Clearing", "12"), ("Undeposited Funds", "12"))
        }
        self.funding = self._open_funding_account()

    def _open_funding_account(self) -> Row:
        number = f"{10_000_000 + self.ids.seed % 89_999_999:08d}{self.ids.number('account'):04d}"
        row = self.store.insert(
            "BankAccount",
            self.now,
            bankName="Simulated Bank",
            nameOnAcct=self.settings.org_name,
            accountNumber="*" * (len(number) - 4) + number[-4:],
            routingNumber=ROUTING,
            usersId=self.user.id,
            chartOfAccountId=self.chart["Checking"].id,
            dateEstablished=self.today.isoformat(),
            primaryAP=True,
            primaryAR=True,
        )
        self.real_numbers[row.id] = account_key(ROUTING, number)
        self.bank.open(
            account_key(ROUTING, number),
            self.settings.org_name,
            owner_id=row.id,
            routing=ROUTING,
            number=number,
            cents=self.settings.opening_cents,
        )
        return row
