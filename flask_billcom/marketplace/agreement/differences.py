"""Differences between Bill.com and our rows: what they are called and how one reads.

missing_here    Bill.com has something with our mark that we do not know
missing_there   we know something that Bill.com does not list
other_amount, other_state, other_party
duplicate       two of what must be one
paid_outside    one of our documents was paid by a payment that is not ours
bank_total      a day's line at the bank is not what the payments of that day come to
books           the ledger is not what our own rows come to
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

RUN_TICK = "flask billcom tick"
RECONCILE = "flask billcom books reconcile"


class Kind(StrEnum):
    """What sort of difference it is."""

    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    OTHER_AMOUNT = "other_amount"
    OTHER_STATE = "other_state"
    OTHER_PARTY = "other_party"
    DUPLICATE = "duplicate"
    PAID_OUTSIDE = "paid_outside"
    BANK_TOTAL = "bank_total"
    BOOKS = "books"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference.

    :param subject: what it is about, such as `invoice FB-1042`.
    :param ours: what our rows say.
    :param theirs: what Bill.com says.
    :param command: what resolves it.
    """

    kind: Kind
    subject: str
    ours: str
    theirs: str
    explanation: str
    command: str

    def as_dict(self) -> dict[str, str]:
        """Return it as plain JSON values."""
        return {name: str(value) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Report:
    """What a reconciliation found.

    :param differences: at most ten thousand of them.
    :param count: all of them.
    :param counted: objects at Bill.com that were compared, by sort; `foreign` are not ours.
    """

    differences: Sequence[Difference]
    count: int
    counted: Mapping[str, int]

    @property
    def is_clean(self) -> bool:
        """Whether there is no difference."""
        return self.count == 0


def dollars(cents: int | None) -> str:
    """Return an amount as text."""
    if cents is None:
        return "nothing"
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def other_amount(subject: str, ours: int, theirs: int, *, is_paid: bool = False) -> Difference:
    """Return that a document, in cents, is about another amount.

    :param is_paid: whether it is a bill of which nothing is due as it is.
    """
    explanation = (
        "Somebody changed it at Bill.com; put the amount back there. What is sold is lowered by a refund here."
    )
    if is_paid:
        explanation += " If somebody paid it so by hand, the command beside that payment takes it as it was paid."
    return Difference(
        Kind.OTHER_AMOUNT,
        subject,
        dollars(ours),
        dollars(theirs),
        explanation,
        RECONCILE,
    )


def other_money(subject: str, ours: int, theirs: int) -> Difference:
    """Return that a payment or a line of the bank, in cents, is about another amount."""
    return Difference(
        Kind.OTHER_AMOUNT,
        subject,
        dollars(ours),
        dollars(theirs),
        "Bill.com shows another amount than the one that we read; the next polls bring a payment of a buyer up to it, "
        "and about any other ask Bill.com.",
        RUN_TICK,
    )


def other_state(subject: str, ours: str, theirs: str) -> Difference:
    """Return that something is in another state."""
    return Difference(
        Kind.OTHER_STATE,
        subject,
        ours,
        theirs,
        "Bill.com has moved on, or somebody changed it there; the next polls bring our rows up to it where they can.",
        RUN_TICK,
    )


def other_party(subject: str, ours: str, theirs: str) -> Difference:
    """Return that something belongs to another customer or vendor."""
    return Difference(
        Kind.OTHER_PARTY,
        subject,
        ours,
        theirs,
        "It belongs to another customer or vendor at Bill.com; move it back there.",
        RECONCILE,
    )


def outside(subject: str, payment: str, cents: int, command: str | None = None) -> Difference:
    """Return that a payment, of so many cents, pays a document of ours without being ours.

    :param command: what takes it for ours, where a payout of ours waits for that.
    """
    return Difference(
        Kind.PAID_OUTSIDE,
        subject,
        "no such payment",
        f"{payment}, {dollars(cents)}",
        "It is paid by a payment that we do not know: one in flight whose outcome is being looked up, or one made by "
        "hand.",
        command or "flask billcom ops list --state unknown",
    )
