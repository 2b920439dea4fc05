"""What a person decides about an operation; each act needs a reason and stands in the audit trail.

    rejected     retry    a new row of the next generation takes its place, once the cause is mended
    cancelled    retry    the same, where it was given up and made nothing
    parked       retry    it is looked at again now, by the same checks as ever
    planned      cancel   it will not be sent; what was reserved for it is given back
    difference   adopt    somebody made this object at Bill.com: it takes the place of ours, which is not sent
    quarantined  adopt    this object at Bill.com is its effect
                 resend   it is absent, for certain: plan it again; what stood there instead was deleted or voided
                 cancel   it is absent, for certain: give it up; what stands there instead cannot be it

A person may decide what the engine would not, but not against the facts: an adopted object must have the same cents and
party, and sending again or giving up need the same proof of absence as the engine's own read-back.

Where the house asks for two people, one alone decides about no money. He may give up what was never sent, and have what
is parked looked at again: neither lets any past a check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from flask_billcom.audit import Act, record
from flask_billcom.clock import Clock
from flask_billcom.errors import BillcomError
from flask_billcom.models import Operation, OperationState
from flask_billcom.store import Rows, Store

from . import operations
from .errors import LateReply
from .kinds import Applied, Finding, Kind, Remote
from .readback import Proof, earliest_effect, proof_of, shown_id
from .reads import Reads
from .recording import finish
from .timing import Timing

QUARANTINED, REJECTED, PLANNED = OperationState.QUARANTINED, OperationState.REJECTED, OperationState.PLANNED
DIFFERENCE = "difference"
"""Why an operation is parked that must not be sent as Bill.com stands."""
NEEDS_APPROVAL = "needs_approval"
"""Why an operation is parked that other people have to approve."""
MOVED_ON = "the operation has moved on meanwhile; look at it again"


class NotPossible(BillcomError):  # noqa: N818 - the decision does not fit the facts
    """This decision does not fit what is known of the operation."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who decides, and why.

    :param second: a second person who agrees, where the rule of the house asks for two.
    """

    name: str
    reason: str
    second: str | None = None

    def __post_init__(self) -> None:
        if not self.name.strip() or not self.reason.strip():
            raise NotPossible("a decision needs the name of who makes it and a reason")
        if self.second is not None and self.second.strip() in {"", self.name.strip()}:
            raise NotPossible("the second person must be somebody else")


class Decisions:
    """Carries out people's decisions about the operations of one organization."""

    def __init__(
        self,
        organization_id: str,
        *,
        store: Store,
        clock: Clock,
        reads: Reads,
        timing: Timing,
        kinds: Sequence[Kind],
        people: int,
    ) -> None:
        self.organization_id = organization_id
        self._store = store
        self._clock = clock
        self._reads = reads
        self._timing = timing
        self._people = people
        self._kinds: Mapping[str, Kind] = {name: kind for kind in kinds for name in (kind.name, *kind.followers)}

    def retry(self, operation_id: UUID, person: Person) -> UUID:
        """Plan a rejected operation again, or let a parked one go on at once; return the row that is planned.

        :raises NotPossible: it is neither rejected nor parked, something else is planned in its place already, or a
            second person has to agree.
        """
        with self._store.write() as rows:
            operation = self._get(rows, operation_id)
            if operation.parked == NEEDS_APPROVAL:
                raise NotPossible("it waits for approval; `flask billcom pay approve` lists the runs that do")
            if operation.state == PLANNED:
                self._move(rows, operation, {"parked": None, "not_before": self._clock.now()})
                self._tell(rows, "operation_retried", operation, person)
                return operation.id
            given_up = operation.state == OperationState.CANCELLED and operation.remote_id is None
            if operation.state != REJECTED and not given_up:
                raise NotPossible(
                    f"the operation is {operation.state}; only one that was rejected, parked or given up is tried again"
                )
            self._expect_people(operation.kind, person)
            together = self._company(rows, operation)
            self._kinds[operation.kind].lock(rows, together)
            successors = {each.id: self._supersede(rows, each) for each in together}
            successor = successors[operation.id]
            self._tell(rows, "operation_superseded", operation, person, {"successor": successor.hex})
        return successor

    def cancel(self, operation_id: UUID, person: Person) -> None:
        """Give up an operation: a planned one at once, a quarantined one after its absence is proved.

        What has other cents than a quarantined one cannot be its effect, and does not stand against its absence.

        :raises NotPossible: it is under way or done, or it may have happened after all.
        """
        with self._store.read() as rows:
            operation = self._get(rows, operation_id)
        others: Sequence[str | None] = ()
        if operation.state == QUARANTINED:
            self._expect_people(operation.kind, person)
            others = self._prove_absent(operation, besides_others=True)
        elif operation.state != PLANNED:
            raise NotPossible(f"the operation is {operation.state}; only a planned or quarantined one can be cancelled")
        with self._store.write() as rows:
            together = self._company(rows, operation)
            for each in together:
                self._move(rows, each, {"state": OperationState.CANCELLED, "parked": None})
            self._kinds[operation.kind].dropped(rows, together)
            self._tell(rows, "operation_cancelled", operation, person, {"not_ours": others} if others else None)

    def resend(self, operation_id: UUID, person: Person) -> None:
        """Plan a quarantined operation again after its absence is proved.

        :raises NotPossible: it is not quarantined, or it may have happened after all.
        """
        with self._store.read() as rows:
            operation = self._get(rows, operation_id)
        self._expect(operation, QUARANTINED)
        self._expect_people(operation.kind, person)
        self._prove_absent(operation)
        with self._store.write() as rows:
            now = self._clock.now()
            for each in self._company(rows, operation):
                self._move(rows, each, {"state": PLANNED, "call_id": None, "call_pos": None, "not_before": now})
            self._tell(rows, "operation_resent", operation, person)

    def adopt(self, operation_id: UUID, remote_id: str, person: Person) -> None:
        """Take an object at Bill.com for the effect of a quarantined operation, or of one that a difference keeps.

        :param remote_id: what the operation made: a customer, vendor, invoice, bill, or the part of a payment; or the
            document that it changed.
        :raises NotPossible: it is neither, Bill.com does not know the object, or its cents or party differ.
        """
        with self._store.read() as rows:
            operation = self._get(rows, operation_id)
        if operation.state != PLANNED or operation.parked != DIFFERENCE:
            self._expect(operation, QUARANTINED)
        self._expect_people(operation.kind, person)
        kind = self._kinds[operation.kind]
        finding = kind.find(self._reads, [operation]).get(operation.id, Finding())
        chosen = [
            m for m, equal in zip(finding.matches, finding.equal, strict=True) if shown_id(m) == remote_id and equal
        ]
        if not chosen:
            shown = [str(shown_id(match)) for match in finding.matches]
            seen = f"Bill.com shows {', '.join(shown) or 'nothing'}"
            if remote_id in shown:
                seen = (
                    "its cents or its party differ, as `flask billcom books reconcile` says; put it right there first"
                )
            raise NotPossible(f"{remote_id} is not an equal effect of this operation; {seen}")
        try:
            with self._store.write() as rows:
                applied = [Applied(operation, chosen[0], operation.digest)]
                finish(rows, applied, from_={**_as_seen(operation), "parked": operation.parked})
                kind.apply(rows, applied)
                self._tell(rows, "operation_adopted", operation, person, {"remote_id": remote_id})
        except IntegrityError:
            raise NotPossible(f"{remote_id} is the effect of another operation already") from None
        except LateReply:
            raise NotPossible(MOVED_ON) from None

    def take(
        self, kind: str, choose: Callable[[Rows], Iterable[Sequence[tuple[UUID, Remote]]]], person: Person, *, what: str
    ) -> None:
        """Take objects at Bill.com for the effects of operations that a difference keeps, all of them or none.

        :param choose: yields them, planned in this transaction or before, as many at once as may be planned beside each
            other; it writes, and asks nobody.
        :param what: names the objects in words.
        :raises NotPossible: a second person has to agree, or one of them is being carried out otherwise.
        """
        self._expect_people(kind, person)
        try:
            with self._store.write() as rows:
                for some in choose(rows):
                    found = [(self._get(rows, operation_id), remote) for operation_id, remote in some]
                    applied = [Applied(operation, remote, operation.digest) for operation, remote in found]
                    finish(rows, applied, from_={"state": PLANNED, "parked": DIFFERENCE})
                    self._kinds[kind].apply(rows, applied)
                    for operation, remote in found:
                        self._tell(rows, "operation_adopted", operation, person, {"remote_id": remote.remote_id})
        except (IntegrityError, LateReply):
            raise NotPossible(f"{what} is the effect of another operation already, or is just being paid") from None

    # -- what they share -----------------------------------------------------------------------------------------

    def _get(self, rows: Rows, operation_id: UUID) -> Operation:
        found: Operation | None = rows.first(
            select(Operation).where(Operation.id == operation_id, Operation.organization_id == self.organization_id)
        )
        if found is None:
            raise NotPossible("there is no such operation; `flask billcom ops list` shows them")
        return found

    def _company(self, rows: Rows, operation: Operation) -> Sequence[Operation]:
        """Return what stands and falls with an operation, in the same state as it; itself as it was looked at."""
        together = self._kinds[operation.kind].company(rows, operation)
        return [operation if each.id == operation.id else each for each in together if each.state == operation.state]

    def _expect_people(self, kind: str, person: Person) -> None:
        if self._people > 1 and self._kinds[kind].money and person.second is None:
            raise NotPossible("two people decide about money here (BILLCOM_APPROVERS); name the second one")

    @staticmethod
    def _expect(operation: Operation, state: OperationState) -> None:
        if operation.state != state:
            raise NotPossible(f"the operation is {operation.state}, not {state}")

    def _prove_absent(self, operation: Operation, *, besides_others: bool = False) -> Sequence[str | None]:
        """Return the ids of what is there instead, which cannot be its effect.

        :param besides_others: whether there may be such a thing.
        :raises NotPossible: it may have happened.
        """
        now = self._clock.now()
        finding = self._kinds[operation.kind].find(self._reads, [operation]).get(operation.id, Finding())
        standing = [each for each in finding.matches if not self._is_gone(operation, each)]
        if (standing and not (besides_others and finding.apart)) or finding.conflict or finding.blocked:
            what = finding.conflict or finding.blocked or _named(standing)
            raise NotPossible(
                f"it may have happened: {what}; adopt it with its id, or void, delete or mend it at Bill.com first"
            )
        with self._store.read() as rows:
            proof = proof_of(rows, operation)
        wait = self._wait_for(operation, proof, finding.server_date)
        if finding.server_date is None or wait > timedelta(0):
            seconds = int(max(wait, timedelta(seconds=30)).total_seconds())
            raise NotPossible(
                f"its absence cannot be proved yet: a late request could still land; try again in {seconds} s"
                f" (now {now.isoformat(timespec='seconds')})"
            )
        return [shown_id(match) for match in finding.matches]

    def _is_gone(self, operation: Operation, match: Remote) -> bool:
        """Return whether what stands there has no effect any more, and sending again makes the only one.

        A payment that may be ours was made all the same, and is adopted to be followed.
        """
        if not match.gone or not self._kinds[operation.kind].money:
            return match.gone
        return match.created is not None and match.created < earliest_effect(operation, self._timing)

    def _wait_for(self, operation: Operation, proof: Proof, server_date: datetime | None) -> timedelta:
        """Return how long absence must still be waited for, by our clock and by Bill.com's."""
        now = self._clock.now()
        waits = [timedelta(0)]
        if operation.absent_after is not None:
            waits.append(operation.absent_after - now)
        if operation.answered:
            waits.append(self._after_answer(operation, proof, server_date))
        if operation.unsafe_gen and self._kinds[operation.kind].policy.fenced:
            dead = proof.fenced_at
            waits.append(self._timing.grace if dead is None else dead + self._timing.grace - now)
            if proof.fenced_server_date is not None and server_date is not None:
                waits.append(proof.fenced_server_date + self._timing.grace - server_date)
        elif not operation.answered and operation.absent_after is not None and server_date is not None:
            waits.append(operation.absent_after - server_date)
        return max(waits)

    def _after_answer(self, operation: Operation, proof: Proof, server_date: datetime | None) -> timedelta:
        """Return how long to wait after an error; one without a date counts as no answer."""
        if proof.answered_server_date is None:
            return (operation.unknown_since or operation.created_at) + self._timing.grace - self._clock.now()
        if server_date is None:
            return self._timing.doubt
        return proof.answered_server_date + self._timing.doubt - server_date

    def _supersede(self, rows: Rows, operation: Operation) -> UUID:
        following = operations.following(operation, amount_cents=operation.amount_cents)
        ids = operations.plan(rows, self._clock, self.organization_id, [following])
        successor = ids[following.kind, following.natural_key, following.generation]
        planned = rows.first(select(Operation).where(Operation.id == successor))
        if planned is None:
            raise NotPossible("something else is planned or done in its place already")
        self._kinds[operation.kind].reserved(rows, [planned])
        return successor

    def _move(self, rows: Rows, operation: Operation, to: Mapping[str, object]) -> None:
        if operations.move(rows, [operation.id], from_=_as_seen(operation), to=to) != 1:
            raise NotPossible(MOVED_ON)

    def _tell(
        self, rows: Rows, action: str, operation: Operation, person: Person, more: Mapping[str, object] | None = None
    ) -> None:
        detail = {"kind": operation.kind, "reason": person.reason, "second": person.second, **(more or {})}
        record(rows, self._clock, self.organization_id, [Act(action, "operation", operation.id, detail, person.name)])


def _as_seen(operation: Operation) -> Mapping[str, Any]:
    """Return what must still be so of an operation that was looked at.

    While one person waits, another one may have it sent again. If that is lost too it is set aside as before, but what
    was proved of the first attempt says nothing about the second.
    """
    return {"state": operation.state, "attempt": operation.attempt}


def _named(standing: Sequence[Remote]) -> str:
    each = [
        f"{shown_id(match)} of {match.created.isoformat(timespec='seconds') if match.created else 'an unknown time'}"
        for match in standing
    ]
    return f"{len(standing)} effects stand under its natural key ({', '.join(each)})"
