"""What is to be done with a document that a refund has still to reach: decided from facts, nothing is read or written.

not sent yet          lowered or dropped here                               Local
being made, in doubt  waits for the outcome                                 Wait
open                  lowered or deleted at Bill.com                        Correct
being lowered         waits; begun anew where a payment came in between     Wait, Undo
invoice paid          what is still due is lowered; the rest is paid back   Turn
bill paid in part     what nothing pays is lowered first                    Correct
bill paid             the seller owes his share                             Turn
payment on its way    waits for its end                                     Wait
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_billcom.models import Operation, OperationState

from .facts import BILL, INVOICE, Facts, is_live, open_cents

PLANNED, QUARANTINED = OperationState.PLANNED, OperationState.QUARANTINED
AWAITING_PARTY = "awaiting_party"
OR_PAY_THE_REST = "or pay the rest of the bill at Bill.com, then flask billcom pay adopt; its seller owes it then"
"""What ends it where Bill.com does not let a bill be lowered that is paid in part."""

Amounts = Sequence[tuple[UUID, int]]
"""Row id of a part, and cents."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing can be done yet.

    :param reason: why, in words.
    :param needs_person: whether it goes on only after a person has decided.
    """

    reason: str
    needs_person: bool = False


@dataclass(frozen=True, slots=True)
class Local:
    """Lower a document that was never sent, or drop it."""

    amounts: Amounts

    @property
    def cents(self) -> int:
        """By how much."""
        return sum(cents for _, cents in self.amounts)


@dataclass(frozen=True, slots=True)
class Correct:
    """Lower a document at Bill.com, or delete it."""

    amounts: Amounts

    @property
    def cents(self) -> int:
        """By how much."""
        return sum(cents for _, cents in self.amounts)


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back a planned or refused correction that does not fit any more; what is to be done is decided anew."""

    operation: Operation | None


@dataclass(frozen=True, slots=True)
class Turn:
    """Too late to lower it: pay the buyer back, or let the seller owe it."""

    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Close:
    """Nothing is left to do."""


Stage = Wait | Local | Correct | Undo | Turn | Close


def stage_of(facts: Facts) -> Stage:
    """Return what is to be done with a document."""
    if any(part.state == "planned" for part in facts.parts):
        return _being_corrected(facts)
    if facts.document.status == "planned":
        return _not_made(facts)
    if facts.busy is not None:
        return _busy(facts.busy)
    if facts.document.kind == INVOICE:
        return _invoice(facts)
    return _turned(_open(facts)) if facts.document.status == "inactive" else _bill(facts)


# -- before it is made -------------------------------------------------------------------------------------------------


def _not_made(facts: Facts) -> Stage:
    make = facts.make
    if is_live(make):
        assert make is not None
        if make.state != PLANNED or make.first_sent_at is not None:
            return _busy(make)
        if make.parked not in {None, AWAITING_PARTY}:
            return Wait(f"{make.kind} is parked: {make.parked}", needs_person=True)
        if facts.may_be_there:
            return Wait("Bill.com may have it already; run `flask billcom books reconcile --resume`", needs_person=True)
    amounts = _first(facts, facts.document.cents)
    return Local(amounts) if amounts else _turned(_open(facts))


def _busy(operation: Operation) -> Wait:
    if operation.state == QUARANTINED:
        return Wait(f"{operation.kind} is in quarantine; flask billcom ops show {operation.id}", needs_person=True)
    return Wait(f"{operation.kind} is {operation.state}")


# -- while it is corrected ---------------------------------------------------------------------------------------------


def _being_corrected(facts: Facts) -> Stage:
    correct = facts.correct
    if correct is None or correct.state == OperationState.CANCELLED:
        return Undo(None)
    if _lowerable(facts) != sum(part.planned_cents for part in facts.parts):
        is_refused = correct.state == OperationState.REJECTED
        if is_refused or (correct.state == PLANNED and correct.first_sent_at is None):
            return Undo(correct)
    return _as_it_stands(facts, correct)


def _as_it_stands(facts: Facts, correct: Operation) -> Wait:
    if correct.state == OperationState.REJECTED:
        retry = f"mend the cause, then flask billcom ops retry {correct.id}"
        if facts.document.kind == BILL and facts.paid_cents:
            retry = f"{retry}; {OR_PAY_THE_REST}"
        return Wait(f"{correct.kind} was refused: {correct.error_code}; {retry}", needs_person=True)
    if correct.state == PLANNED:
        if correct.parked is not None:
            return Wait(f"{correct.kind} is parked: {correct.parked}", needs_person=True)
        return Wait(f"{correct.kind} is planned")
    return _busy(correct)


def is_lowerable(facts: Facts) -> bool:
    """Return whether a document can still be lowered by what is planned: nothing else pays or takes that by now."""
    return _lowerable(facts) >= sum(part.planned_cents for part in facts.parts)


def _lowerable(facts: Facts) -> int:
    """Return by how much a document can be lowered now, whatever is planned."""
    stage = _invoice(facts) if facts.document.kind == INVOICE else _bill(facts)
    return stage.cents if isinstance(stage, Correct) else 0


# -- at Bill.com -------------------------------------------------------------------------------------------------------


def _invoice(facts: Facts) -> Stage:
    if facts.document.status == "inactive":
        return Wait("the invoice was deleted", needs_person=True) if _open(facts) else Close()
    if facts.recording is not None:
        return Wait("a payment received elsewhere is being recorded")
    if facts.scheduled_cents:
        return Wait("a payment of the invoice is scheduled")
    due = facts.due_cents
    amounts = list(_first(facts, due))
    due -= sum(cents for _, cents in amounts)
    for part in facts.parts if due else ():
        if not part.turned_cents:
            continue
        held = _paid_back(facts.back.get(part.adjustment_id))
        if held is not None:
            return held
        cents = min(due, part.turned_cents)
        if cents:
            amounts.append((part.id, cents))
            due -= cents
    if amounts:
        return Correct(_summed(amounts))
    return _turned(_open(facts))


def _paid_back(bill: Facts | None) -> Wait | None:
    """Return why an invoice whose payment came back cannot be lowered yet: the bill to the buyer is on its way."""
    if bill is None:
        return None
    if bill.busy is not None:
        return _busy(bill.busy)
    if bill.coming_back is not None:
        return Wait(f"the payment to the buyer is {bill.coming_back}", needs_person=True)
    if any(part.state == "planned" for part in bill.parts):
        return Wait("the bill to the buyer is being lowered")
    return None


def _bill(facts: Facts) -> Stage:
    if facts.coming_back is not None:
        return Wait(f"its payout is {facts.coming_back}", needs_person=True)
    amounts = _first(facts, facts.unpaid_cents)
    if amounts and facts.scheduled_cents:
        return Wait("a payment of a part of the bill is scheduled")
    return Correct(amounts) if amounts else _turned(_open(facts))


# -- amounts -----------------------------------------------------------------------------------------------------------


def _open(facts: Facts) -> Amounts:
    return [(part.id, open_cents(part)) for part in facts.parts if open_cents(part)]


def _turned(amounts: Amounts) -> Stage:
    return Turn(amounts) if amounts else Close()


def _first(facts: Facts, most: int) -> Amounts:
    """Return what the open parts can take of an amount, the oldest first."""
    taken = []
    for part in facts.parts:
        cents = min(most, open_cents(part))
        if cents:
            taken.append((part.id, cents))
            most -= cents
    return taken


def _summed(amounts: Amounts) -> Amounts:
    sums: dict[UUID, int] = {}
    for part_id, cents in amounts:
        sums[part_id] = sums.get(part_id, 0) + cents
    return list(sums.items())


__all__ = ["BILL", "Close", "Correct", "Local", "Stage", "Turn", "Undo", "Wait", "is_lowerable", "stage_of"]
