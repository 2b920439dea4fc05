"""What must be so at the end of every story, on three sides: our books, Bill.com's books, the banks.

    our books    every posting sums to zero, the trial balance too; clearing accounts are empty; nothing is idle without
                 a reason; nothing is in quarantine but what the story names
    Bill.com     one document for each number, its cents ours, never paid with more than it comes to
    the banks    collected + due + lost = paid out + fees + refunded + returned + held + owed, each by its own witness

The story says every figure in dollars; what it does not name is zero. Nobody was paid more than he earned by his
orders, as the shop has them, and a reconciliation finds exactly the differences that the story names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask_billcom.ledger import Account
from flask_billcom.marketplace.idle import idle
from flask_billcom.models import Document, Entry, Operation, Party

if TYPE_CHECKING:
    from tests.stories.town import Town

CLEARING = (
    Account.PROVIDER_CLEARING_IN,
    Account.PROVIDER_CLEARING_OUT,
    Account.SELLER_RESERVED,
    Account.PAYOUT_SCHEDULED,
    Account.PAYOUT_RETURNED,
)
OWED = (Account.SELLER_PAYABLE, Account.SELLER_RESERVED, Account.PAYOUT_SCHEDULED, Account.PAYOUT_RETURNED)
FIGURES = (
    "collected",
    "due",
    "lost",
    "paid_out",
    "fees",
    "refunded",
    "returned",
    "unclaimed",
    "held",
    "owed",
    "buyer_credit",
    "refunds_due",
    "sellers_owe",
    "outside",
    "paid_by_hand",
)
"""collected, returned, refunded, paid_out, and unclaimed, which went to the state, are what the banks say; outside is
money received past Bill.com; paid_by_hand what operators paid to sellers behind our back, named as a difference."""
UNPAID = "the sale is "
"""How the reason begins for which money waits whose buyer has not paid."""
DEAD_SENT, DEAD_RECEIVED = {"3", "4"}, {"1", "3"}


@dataclass
class Found:
    """What is not as it should be."""

    notes: list[str] = field(default_factory=list)

    def expect(self, what: str, is_so: object, should: object) -> None:
        """Note what differs."""
        if is_so != should:
            self.notes.append(f"{what}: {is_so!r}, should be {should!r}")


def check(
    town: Town,
    *,
    clearing: Mapping[Account, str] | None = None,
    quarantined: Iterable[str] = (),
    rejected: Iterable[str] = (),
    differences: Iterable[str] = (),
    waiting: Iterable[str] = (),
    states: Mapping[str, str] | None = None,
    overpaid: Iterable[str] = (),
    overpaid_invoices: Iterable[str] = (),
    **figures: str,
) -> None:
    """Assert that all three sides say what the story says.

    :param clearing: what is left in clearing accounts, in dollars with the sign of the books, by account.
    :param quarantined: kinds of the operations that a person has to decide about.
    :param rejected: kinds of the operations that Bill.com refused and nobody planned anew.
    :param differences: `kind subject` of each difference that a reconciliation finds; the start of it is enough.
    :param waiting: starts of the reasons for which money of sellers waits.
    :param states: state of settlements, by number of the order; all others are paid out or cancelled.
    :param overpaid: sellers who were paid more than their orders come to, as the story explains.
    :param overpaid_invoices: numbers of the invoices that buyers paid with more than they come to.
    :param figures: dollars by name; see `FIGURES`.
    """
    assert set(figures) <= set(FIGURES), sorted(set(figures) - set(FIGURES))
    found = Found()
    wanted = {name: _cents(figures.get(name, "0")) for name in FIGURES}
    _our_books(town, found, {account: _cents(dollars) for account, dollars in (clearing or {}).items()})
    _our_rows(town, found, sorted(quarantined), sorted(rejected), dict(states or {}))
    _idle(town, found, tuple(waiting))
    _their_books(town, found, sorted(overpaid_invoices), " ".join(differences))
    _nobody_got_more(town, found, set(overpaid))
    _figures(town, found, wanted)
    _reconciled(town, found, sorted(differences))
    assert not found.notes, "\n".join(["", *found.notes, *town.world.shown()])


def check_dust(
    town: Town, *, bonuses: Mapping[str, int], differences: Iterable[str] = (), unlowered: Iterable[str] = ()
) -> None:
    """Assert what must be so at the end of any life, whatever happened in it.

    :param bonuses: cents that sellers were given beside their sales.
    :param differences: `kind subject` of what nobody could put back at Bill.com, where that is so.
    :param unlowered: numbers of the invoices that Bill.com refuses to lower: what they give back waits for that.
    """
    found = Found()
    _our_books(town, found, {})
    open_rows = town.world.rows(Operation, Operation.state.in_(["quarantined", "sending", "unknown", "checking"]))
    found.expect("left open", [(row.kind, row.state, row.evidence) for row in open_rows], [])
    waits = [(each.number, each.reason) for each in idle(town.world.parts.domain)]
    held_up = tuple(f"{number}-R" for number in unlowered)
    idling = [
        (number, reason)
        for number, reason in waits
        if reason is None or not (reason.startswith(UNPAID) or number.startswith(held_up))
    ]
    found.expect("money that waits although its buyer has paid", idling, [])
    earned = Counter(bonuses)
    for order in town.orders:
        earned.update(order.net())
    got = paid_to_sellers(town)
    found.expect("sellers who got more than they earned", {n for n, cents in got.items() if cents > earned[n]}, set())
    trial = town.billcom.trial_balance()
    seen = {
        **_of_the_banks(town),
        **_of_the_books(town, trial),
        "outside": _received_elsewhere(town),
        "paid_by_hand": 0,
    }
    _where_it_is(town, found, seen, trial)
    _statements(town, found)
    _reconciled(town, found, sorted(differences))
    assert not found.notes, "\n".join(["", *found.notes, *town.world.shown()])


def _cents(dollars: str) -> int:
    return int(Decimal(dollars) * 100)


# -- our side ------------------------------------------------------------------------------------------------------


def _our_books(town: Town, found: Found, clearing: Mapping[Account, int]) -> None:
    postings: Counter[Any] = Counter()
    for entry in town.world.rows(Entry):
        postings[entry.posting_id] += entry.cents
    found.expect("postings that do not sum to zero", [each for each, cents in postings.items() if cents], [])
    trial = town.billcom.trial_balance()
    found.expect("sum of the trial balance", sum(trial.values()), 0)
    for account in CLEARING:
        found.expect(f"{account} at rest", trial[account], clearing.get(account, 0))
    found.expect("break in the audit trail", town.billcom.verify_audit().broken_at, None)


def _our_rows(town: Town, found: Found, quarantined: list[str], rejected: list[str], states: dict[str, str]) -> None:
    operations = town.world.rows(Operation)
    superseded = {row.supersedes for row in operations}
    by_state: dict[str, list[str]] = {}
    for row in operations:
        if row.id not in superseded:
            by_state.setdefault(row.state, []).append(row.kind)
    found.expect("in quarantine", sorted(by_state.get("quarantined", [])), quarantined)
    found.expect("rejected", sorted(by_state.get("rejected", [])), rejected)
    for state in ("sending", "unknown", "checking"):
        found.expect(state, by_state.get(state, []), [])
    for sale in town.billcom.lists().settlements(limit=100).items:
        named = states.get(sale.reference)
        if named is not None or sale.state not in {"paid_out", "cancelled"}:
            found.expect(f"state of order {sale.reference}", sale.state, named or "paid_out")


def _idle(town: Town, found: Found, waiting: tuple[str, ...]) -> None:
    reasons = [(each.number, each.reason) for each in idle(town.world.parts.domain)]
    strange = [(number, reason) for number, reason in reasons if reason is None or not reason.startswith(waiting)]
    found.expect("money that waits for no reason of this story", strange, [])
    missing = [start for start in waiting if not any((reason or "").startswith(start) for _, reason in reasons)]
    found.expect("reasons that no money waits for", missing, [])


# -- Bill.com's side -----------------------------------------------------------------------------------------------


def _their_books(town: Town, found: Found, overpaid_invoices: list[str], named: str) -> None:
    for entity, payments, parts, key, dead, overpaid in (
        ("Invoice", "ReceivedPay", "invoicePays", "invoiceId", DEAD_RECEIVED, overpaid_invoices),
        ("Bill", "SentPay", "billPays", "billId", DEAD_SENT, []),
    ):
        active = [row for row in town.at_billcom(entity) if row.is_active]
        numbers = Counter(row["invoiceNumber"] for row in active if row["invoiceNumber"].startswith("FB-"))
        found.expect(f"{entity} numbers in use twice", [n for n, count in numbers.items() if count > 1], [])
        paid = _paid(town.at_billcom(payments), parts, key, dead)
        too_much = sorted(row["invoiceNumber"] for row in town.at_billcom(entity) if paid[row.id] > row["amount"])
        found.expect(f"{entity}s paid with more than they come to", too_much, overpaid)
    _same_documents(town, found, named)


def _paid(payments: Iterable[Any], parts: str, key: str, dead: set[str]) -> Counter[str]:
    cents: Counter[str] = Counter()
    for payment in payments:
        if payment["status"] not in dead:
            for part in payment[parts] or ():
                cents[part[key]] += part["amount"]
    return cents


def _same_documents(town: Town, found: Found, named: str) -> None:
    """Compare our documents with Bill.com's, but for those that the story names as different."""
    entities = {"invoice": "Invoice", "bill": "Bill"}
    for row in town.world.rows(Document, Document.remote_id.is_not(None), Document.kind.in_(entities)):
        if f"{row.kind} {row.number}" in named:
            continue
        there = town.world.simulator.books.find(entities[row.kind], row.remote_id)
        found.expect(f"{row.kind} {row.number} is active", there.is_active, row.status != "inactive")
        if there.is_active:
            found.expect(f"cents of {row.kind} {row.number}", there["amount"], row.cents)


def _nobody_got_more(town: Town, found: Found, overpaid: set[str]) -> None:
    earned: Counter[str] = Counter()
    for order in town.orders:
        earned.update(order.net())
    got = paid_to_sellers(town)
    found.expect(
        "sellers who got more than they earned", {n for n, cents in got.items() if cents > earned[n]}, overpaid
    )


# -- the banks' side -----------------------------------------------------------------------------------------------


def paid_to_sellers(town: Town) -> Counter[str]:
    """Return the cents that sellers' accounts have got, by name in the stories, as their banks say."""
    return _got(town, "seller")


def _got(town: Town, role: str) -> Counter[str]:
    """Return the cents that buyers or sellers have got as vendors of Bill.com, whatever else went through."""
    names = _vendors(town, role)
    bank = town.world.simulator.bank
    got: Counter[str] = Counter()
    for each in bank.transfers:
        for key, sign in ((each.credited, 1), (each.debited, -1)):
            name = names.get(bank.accounts[key].owner_id)
            if name is not None and each.kind in {"payout", "return"}:
                got[name] += sign * each.cents
    return +got


def _vendors(town: Town, role: str) -> dict[str, str]:
    """Return who is paid, by the id of vendor or vendor's account at Bill.com."""
    keys = {str(person.key): name for (known, name), person in town.people.items() if known == role}
    parties = town.world.rows(Party, Party.role == "vendor", Party.local_type == role.capitalize())
    names = {str(party.remote_id): keys[party.local_id] for party in parties if party.local_id in keys}
    for merged in town.at_billcom("Vendor"):
        if merged["mergedIntoId"] in names:
            names[merged.id] = names[merged["mergedIntoId"]]
    accounts = {r.id: names[r["vendorId"]] for r in town.at_billcom("VendorBankAccount") if r["vendorId"] in names}
    return {**names, **accounts}


def _figures(town: Town, found: Found, wanted: Mapping[str, int]) -> None:
    trial = town.billcom.trial_balance()
    seen = {**_of_the_banks(town), **_of_the_books(town, trial)}
    seen["outside"], seen["paid_by_hand"] = wanted["outside"], wanted["paid_by_hand"]
    for name in FIGURES:
        found.expect(name, seen[name], wanted[name])
    _where_it_is(town, found, seen, trial)


def _where_it_is(town: Town, found: Found, seen: Mapping[str, int], trial: Mapping[Account, int]) -> None:
    """Compare what came in with where it is, and our account of the bank with the bank's own."""
    left = sum(seen[name] for name in ("collected", "outside", "due", "lost", "sellers_owe", "paid_by_hand"))
    right = sum(
        seen[name]
        for name in (
            "paid_out",
            "fees",
            "refunded",
            "returned",
            "unclaimed",
            "held",
            "owed",
            "buyer_credit",
            "refunds_due",
        )
    )
    found.expect("what came in, less where it is", left - right, 0)
    grown = town.world.simulator.books.totals()["organization_cents"] - town.opening
    found.expect("our account of the bank", trial[Account.BANK] - seen["outside"] - seen["paid_by_hand"], grown)


def _of_the_banks(town: Town) -> dict[str, int]:
    bank = town.world.simulator.bank
    own = {town.world.simulator.world.funding_key, "billcom/collecting", "billcom/paying-out"}
    collected = sum(each.cents for each in bank.transfers if each.kind == "charge")
    returned = sum(
        each.cents
        for each in bank.transfers
        if each.kind == "return" and each.debited == "billcom/collecting" and each.credited not in own
    )
    return {
        "collected": collected,
        "returned": returned,
        "unclaimed": sum(each.cents for each in bank.transfers if each.kind == "escheat"),
        "refunded": _got(town, "buyer").total(),
        "paid_out": _got(town, "seller").total(),
    }


def _of_the_books(town: Town, trial: Mapping[Account, int]) -> dict[str, int]:
    held = sum(_held(town))
    owed = -sum(trial[account] for account in OWED)
    return {
        "due": trial[Account.BUYER_RECEIVABLE],
        "lost": trial[Account.WRITE_OFF] + trial[Account.RETURN_LOSS] + trial[Account.PROVIDER_FEES],
        "fees": -trial[Account.FEE_INCOME] - trial[Account.OWN_INCOME],
        "held": held,
        "owed": owed - held,
        "buyer_credit": -trial[Account.BUYER_CREDIT],
        "refunds_due": -trial[Account.REFUND_PAYABLE],
        "sellers_owe": trial[Account.SELLER_CLAWBACK],
    }


def _received_elsewhere(town: Town) -> int:
    """Return the cents that Bill.com was told of and never moved."""
    recorded = [row for row in town.at_billcom("ReceivedPay") if not row["isOnline"]]
    return sum(row["amount"] for row in recorded if row["status"] not in DEAD_RECEIVED)


def _held(town: Town) -> Iterator[int]:
    known = {party.local_id for party in town.world.rows(Party, Party.role == "vendor", Party.local_type == "Seller")}
    for (role, _), person in town.people.items():
        if role == "seller" and str(person.key) in known:
            yield town.billcom.balance_of(person).held_cents


def _statements(town: Town, found: Found) -> None:
    """Let the statement of every seller prove itself."""
    year = str(town.world.clock.now().year)
    for party in town.world.rows(Party, Party.role == "vendor", Party.local_type == "Seller"):
        statement = town.billcom.statement(party.id, year)
        found.expect(f"faults of the statement of {statement.seller}", statement.faults, ())


# -- all sides together --------------------------------------------------------------------------------------------


def _reconciled(town: Town, found: Found, differences: list[str]) -> None:
    report = town.billcom.reconcile()
    shown = sorted(f"{each.kind} {each.subject}" for each in report.differences)
    as_named = len(shown) == len(differences) and all(
        one.startswith(start) for one, start in zip(shown, differences, strict=True)
    )
    if not as_named:
        found.expect(
            "differences", [f"{d.kind} {d.subject} {d.ours} | {d.theirs}" for d in report.differences], differences
        )
