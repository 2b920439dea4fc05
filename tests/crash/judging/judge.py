"""Who was paid what, by Bill.com's own books and the banks': the judge of every crash suite.

It knows the orders as the shop has them and asks the simulator what became of them. Our own rows are only held against
that, cent by cent, and asked about what they could not end. An engine that pays twice, forgets, pays another amount,
never pays, or leaves everything to people fails here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from flask_billcom import audit
from flask_billcom.ledger import Account
from flask_billcom.models import Adjustment, Call, Entry, Party, Settlement
from tests.crash.judging.effects import DEAD_RECEIVED, DEAD_SENT
from tests.crash.judging.leaving import needless
from tests.crash.tale.chapters import ENDED, KEPT, PROMISES
from tests.crash.tale.decider import open_operations
from tests.crash.tale.orders import Order
from tests.crash.tale.people import ELSEWHERE
from tests.crash.tale.story import Run

PREFIX = "FB-"
PATIENCE_S = 300.0
"""How long the engine waits for a session to end that was logged out."""
OLDER = "older than our first attempt"
CHANGED = "other cents, party or content"
"""What somebody has changed before it was looked up cannot be known again."""
LATE, LANDED = "late_effect", "landed"
MOST, WAITED_MS = 3, 120_000
"""So many calls of one organization at once, each for as long as its worker waits for an answer."""
AT_REST = {Account.BANK, Account.FEE_INCOME, Account.OWN_INCOME}


def sale_of(number: str) -> str:
    """Return the number of the order that a document belongs to."""
    return number.removeprefix(PREFIX).partition("-")[0]


@dataclass
class Verdict:
    """What was found; everything but `quarantined` must be zero.

    :param doubles: effects that exist twice.
    :param lost: effects that are missing although our rows say that they are there, or nobody knows of them.
    :param cents_off: cents by which amounts differ.
    :param idle: payable cents that nothing is going to pay.
    :param quarantined: operations that a person had to decide about.
    :param unexplained: states of ours that should not be at the end.
    """

    doubles: int = 0
    lost: int = 0
    cents_off: int = 0
    idle: int = 0
    quarantined: int = 0
    unexplained: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.doubles or self.lost or self.cents_off or self.idle or self.unexplained)

    def find(self, what: str, count: int, note: str) -> None:
        """Count something that must not be."""
        if count:
            setattr(self, what, getattr(self, what) + count)
            self.notes.append(f"{what}: {note}")


def judge(run: Run, *, was_ahead: bool = False, changed: Collection[str] = ()) -> Verdict:
    """Return what the books and banks say at the end of a run.

    :param was_ahead: whether the database's clock went before Bill.com's, so that what was made seems older than it is.
    :param changed: numbers of the documents whose amount people have changed at Bill.com.
    """
    found = Verdict(quarantined=len(run.bystander.reasons))
    timid = sorted(_timid(run, was_ahead=was_ahead, changed=changed))
    found.find("unexplained", len(timid), f"left to a person without need: {timid}")
    documents = (_parties, _documents, _money_in, _money_out, _given_back)
    for ask in (*documents, _banks, _our_books, _our_rows, _slots, _crowd):
        ask(run, found)
    return found


def _timid(run: Run, *, was_ahead: bool, changed: Collection[str]) -> Iterator[str]:
    """Yield what was left to people that the engine could, or had to, end itself."""
    is_endless = run.world.simulator.settings.logout_lag_s > PATIENCE_S
    for left in run.bystander.left.values():
        is_known_again = not (was_ahead and left.reason.endswith(OLDER)) and not (
            left.reason.endswith(CHANGED) and left.name.removeprefix("create_bill ") in changed
        )
        doubt = needless(left, is_known_again=is_known_again, is_endless=is_endless)
        if doubt:
            yield f"{left.name}: {left.reason} ({doubt})"


def _rows(run: Run, entity: str) -> list[Any]:
    return list(run.world.simulator.books[entity])


def _by_number(run: Run, entity: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in _rows(run, entity):
        if row.is_active:
            found.setdefault(row["invoiceNumber"], []).append(row)
    return found


def _parties(run: Run, found: Verdict) -> None:
    for entity in ("Customer", "Vendor"):
        # A stranger may have the name of one of ours; what makes it ours is the key in `shortName`.
        names = Counter(row["name"] for row in _rows(run, entity) if row.is_active and _is_ours(row))
        found.find("doubles", sum(count - 1 for count in names.values()), f"{entity}s {dict(names)}")


def _is_ours(party: Any) -> bool:
    """Return whether a party carries our key, and is not somebody else on whom it was put."""
    with suppress(KeyError):  # only sellers live somewhere
        if party["address1"] == ELSEWHERE:
            return False
    return str(party["shortName"] or "").startswith(PREFIX)


def _owner(run: Run, name: str, row: Any) -> Any:
    """Return the party of a document."""
    if name == "invoice":
        return run.world.simulator.books.find("Customer", row["customerId"])
    return run.world.simulator.books.find("Vendor", row["vendorId"])


def _documents(run: Run, found: Verdict) -> None:
    invoices, bills = _by_number(run, "Invoice"), _by_number(run, "Bill")
    netted = _netted(run)
    wanted_bills = {
        number: due.lowered(netted[number]) for order in run.orders for number, due in _bills_of(order).items()
    }
    for name, there, wanted in (("invoice", invoices, _invoices(run)), ("bill", bills, wanted_bills)):
        for number, due in wanted.items():
            rows = there.get(number, [])
            found.find("doubles", max(0, len(rows) - 1), f"{name} {number} exists {len(rows)} times")
            found.find("lost", int(not rows and due.least > 0), f"{name} {number} is missing")
            off = sum(due.off(row["amount"]) for row in rows)
            found.find("cents_off", off, f"{name} {number} should be {due}")
            strange = sum(not _is_ours(_owner(run, name, row)) for row in rows)
            found.find("lost", strange, f"{name} {number} names a stranger")
        strangers = sorted(number for number in there if number.startswith(PREFIX) and number not in wanted)
        found.find("unexplained", len(strangers), f"{name}s {strangers}")


class Due(NamedTuple):
    """What a document may be worth in the end; more than one amount only where it turned on who was faster."""

    least: int
    most: int

    def lowered(self, cents: int) -> Due:
        """Return what it may be worth where so much may have been taken off."""
        return Due(self.least - cents, self.most)

    def off(self, cents: int) -> int:
        """Return by how much an amount lies outside."""
        return max(self.least - cents, cents - self.most, 0)

    def __str__(self) -> str:
        return str(self.most) if self.least == self.most else f"{self.least} to {self.most}"


def _bills_of(order: Order) -> dict[str, Due]:
    """Return what each bill is worth, by number: sellers are counted in the order of their first line.

    What goes back is taken off a seller's bill unless that may have been paid before; the buyer gets by bills what he
    has paid by then.
    """
    before = replace(order, given_back=()).net()
    bills = {}
    for place, (seller, cents) in enumerate(order.net().items(), start=1):
        number = f"{PREFIX}{order.number}-{place}"
        bills[number] = Due(cents, before[seller] if number in order.late else cents)
    if order.refunded:
        bills[f"{PREFIX}{order.number}-R1"] = Due(order.refunded, order.refunded)
    if not order.canceled:
        for place, back in enumerate(order.given_back, start=1):
            bills[f"{PREFIX}{order.number}-R{place}"] = Due(0, back.cents)
    return {number: due for number, due in bills.items() if due.most}


def _invoices(run: Run) -> dict[str, Due]:
    dues = {}
    for order in run.orders:
        most = order.invoiced if order.canceled else order.gross - order.lowered
        dues[f"{PREFIX}{order.number}"] = Due(order.invoiced, most)
    return {number: due for number, due in dues.items() if due.most}


def _money_in(run: Run, found: Verdict) -> None:
    cents = _cents_by_document(_rows(run, "ReceivedPay"), "invoicePays", "invoiceId", DEAD_RECEIVED)
    due = _invoices(run)
    for number, rows in _by_number(run, "Invoice").items():
        if number not in due:
            continue
        got = sum(cents[row.id] for row in rows)
        wanted = rows[0]["amount"]
        found.find("doubles", int(got > wanted), f"invoice {number} of {wanted} was collected with {got}")
        found.find("idle", max(0, wanted - got), f"invoice {number} of {wanted} was collected with {got}")


def _money_out(run: Run, found: Verdict) -> None:
    cents = _cents_by_document(_rows(run, "SentPay"), "billPays", "billId", DEAD_SENT)
    wanted = {number for order in run.orders for number in _bills_of(order)}
    for number, rows in _by_number(run, "Bill").items():
        got = sum(cents[row.id] for row in rows)
        due = rows[0]["amount"] if number in wanted else 0
        found.find("doubles", int(got > due), f"bill {number} of {due} was paid with {got}")
        found.find("idle", max(0, due - got), f"bill {number} of {due} was paid with {got}")


def _given_back(run: Run, found: Verdict) -> None:
    """Compare what buyers got back with what they had paid and did not owe: neither more nor less."""
    regretted = [order for order in run.orders if order.given_back]
    if not regretted:
        return
    invoices, bills = _by_number(run, "Invoice"), _by_number(run, "Bill")
    for order in regretted:
        invoiced = sum(row["amount"] for row in invoices.get(f"{PREFIX}{order.number}", ()))
        numbers = [f"{PREFIX}{order.number}-R{place}" for place in range(1, len(order.given_back) + 1)]
        back = sum(row["amount"] for number in numbers for row in bills.get(number, ()))
        should = invoiced - order.invoiced
        note = f"order {order.number}: {invoiced} invoiced, {order.invoiced} owed, {back} given back"
        found.find("doubles", int(back > should), note)
        found.find("idle", max(0, should - back), note)


class Earned(NamedTuple):
    """A seller's bill as it is at Bill.com, and what he has earned of it in the end.

    :param is_late: whether it may have been paid before its sale was regretted.
    """

    seller: str
    number: str
    cents: int
    amount: int
    is_late: bool


def earned_bills(run: Run) -> Iterator[Earned]:
    """Yield the bills of all sellers, those that are not there as well."""
    bills = _by_number(run, "Bill")
    for order in run.orders:
        for place, (seller, cents) in enumerate(order.net().items(), start=1):
            number = f"{PREFIX}{order.number}-{place}"
            amount = sum(row["amount"] for row in bills.get(number, ()))
            yield Earned(seller, number, cents, amount, number in order.late)


def _netted(run: Run) -> Counter[str]:
    """Return by how much bills may be lower than what was earned, by number.

    Who was paid more than he earned, as his sales were regretted after that, owes it, and it is taken off other bills
    of his: off all of them together that much and no more, and off nobody else's.
    """
    bills = list(earned_bills(run))
    owed = Counter[str]()
    for each in bills:
        owed[each.seller] += max(0, each.amount - each.cents) if each.is_late else 0
    netted = Counter[str]()
    for each in bills:
        netted[each.number] = min(max(0, each.cents - each.amount), owed[each.seller])
        owed[each.seller] -= netted[each.number]
    return netted


def still_owed(run: Run) -> Counter[str]:
    """Return what sellers still owe: what they were paid above what they have earned, less what was taken off."""
    owed: Counter[str] = Counter()
    if any(order.late for order in run.orders):
        for each in earned_bills(run):
            owed[each.seller] += each.amount - each.cents
    return owed


def _cents_by_document(payments: Iterable[Any], parts: str, name: str, dead: set[str]) -> Counter[str]:
    cents: Counter[str] = Counter()
    for payment in payments:
        if payment["status"] not in dead:
            for part in payment[parts] or ():
                cents[part[name]] += part["amount"]
    return cents


def _banks(run: Run, found: Verdict) -> None:
    """Compare the banks: buyers gave, sellers have what they earned, the marketplace its fees and own lines."""
    earned: Counter[str] = Counter()
    spent: Counter[str] = Counter()
    for order in run.orders:
        earned.update(order.net())
        spent[order.buyer] += order.invoiced - order.checks
        earned[order.buyer] += order.refunded
    earned.update(still_owed(run))
    has: Counter[str] = Counter()
    for account in run.world.simulator.bank.accounts.values():
        has[account.holder] += account.cents
    for name in sorted({*earned, *spent}):
        should = earned[name] - spent[name]
        found.find("cents_off", abs(should - has[name]), f"the account of {name} holds {has[name]}, not {should}")
    kept = spent.total() - earned.total()
    grown = _organization(run)
    found.find("cents_off", abs(grown - kept), f"the marketplace's account grew by {grown}, not {kept}")


def _organization(run: Run) -> int:
    totals = run.world.simulator.books.totals()
    return int(totals["organization_cents"]) - run.world.simulator.settings.opening_cents


def _our_books(run: Run, found: Verdict) -> None:
    trial = run.world.trial()
    found.find("cents_off", abs(sum(trial.values())), f"our books do not balance: {trial}")
    ours = trial[Account.BANK] - sum(order.checks for order in run.orders)
    found.find("cents_off", abs(ours - _organization(run)), f"our books have {ours} at the bank")
    trial.pop(Account.SELLER_CLAWBACK, None)
    owed, booked = still_owed(run), _booked_as_owed(run)
    for name in sorted({*owed, *booked}):
        note = f"our books say that {name} owes {booked[name]}, not {owed[name]}"
        found.find("cents_off", abs(booked[name] - owed[name]), note)
    for account, cents in trial.items():
        if account not in AT_REST:
            found.find("cents_off", abs(cents), f"{account} holds {cents} at rest")


def _booked_as_owed(run: Run) -> Counter[str]:
    """Return what our books say that each party owes, by his name at Bill.com."""
    names = {row.id: row["name"] for row in _rows(run, "Vendor")}
    parties = {party.id: names[party.remote_id] for party in run.world.rows(Party, Party.remote_id.in_(sorted(names)))}
    booked: Counter[str] = Counter()
    for entry in run.world.rows(Entry, Entry.account == Account.SELLER_CLAWBACK):
        booked[parties[entry.party_id]] += entry.cents
    return booked


def _our_rows(run: Run, found: Verdict) -> None:
    world = run.world
    open_rows = open_operations(world)
    shown = [f"{row.kind} {row.state} {row.parked or row.error_code or ''} {row.evidence or ''}" for row in open_rows]
    found.find("unexplained", len(open_rows), f"operations {shown}")
    unended = [row.reference for row in world.rows(Settlement, Settlement.state.not_in(ENDED))]
    found.find("unexplained", len(unended), f"settlements {unended} have not ended")
    promised = world.rows(Adjustment, Adjustment.kind.in_(PROMISES), Adjustment.state.not_in(KEPT))
    shown = [f"{row.reference} {row.state}" for row in promised]
    found.find("unexplained", len(promised), f"refunds that were not carried out: {shown}")
    calls = world.rows(Call, Call.outcome.is_(None))
    found.find("unexplained", len(calls), f"calls without an end: {[call.endpoint for call in calls]}")
    found.find("unexplained", len(world.holds()), f"holds {world.holds()}")
    with world.store.read() as rows:
        verdict = audit.verify(rows, world.organization_id)
    found.find("unexplained", int(verdict.broken_at is not None), f"the audit chain breaks at {verdict.broken_at}")


def _slots(run: Run, found: Verdict) -> None:
    """Look whether a place among the three calls was given away while Bill.com might still be at work in it."""
    last: dict[int, Call] = {}
    for call in run.world.rows(Call):
        before = last.get(call.slot)
        if before is not None and before.outcome in {"lost", "abandoned"} and call.started_at < before.lease_until:
            note = f"{call.endpoint} took the slot of {before.endpoint}, which may not have ended"
            found.find("unexplained", 1, note)
        last[call.slot] = call


def _crowd(run: Run, found: Verdict) -> None:
    """Count the calls that Bill.com was at work on at once, as far as anybody could still wait for their answers."""
    late: list[tuple[int, str]] = []
    for call in run.world.simulator.journal:
        late = [each for each in late if each[0] + WAITED_MS > call.at]
        if call.fault == LANDED:
            ended = next((each for each in late if each[1] == call.endpoint), None)
            late = [each for each in late if each is not ended]
            continue
        found.find("unexplained", int(len(late) >= MOST), f"{call.endpoint} is one call too many at once")
        if call.fault == LATE:
            late.append((call.at, call.endpoint))


Judge = Callable[[Run], Verdict]
