"""Calls on operations: what a person decides about them."""

from __future__ import annotations

from uuid import UUID

from flask_billcom.engine.decisions import Decisions, Person

from .base import Calls


class OperationsCalls(Calls):
    """Try again, give up, or tell what became of an operation."""

    def retry(self, operation_id: UUID, *, actor: str, reason: str, second: str | None = None) -> UUID:
        """Plan a rejected operation again after its cause is mended, or let a parked one go on; return the planned row.

        :param operation_id: its id; `lists()` and `flask billcom ops list` show it.
        :param actor: who decides.
        :param reason: what was mended.
        :param second: a second person who agrees.
        :raises NotPossible: it is neither rejected nor parked.
        """
        return self._decisions().retry(operation_id, Person(actor, reason, second))

    def cancel_operation(self, operation_id: UUID, *, actor: str, reason: str, second: str | None = None) -> None:
        """Give up an operation that was not sent, or that is proved absent.

        :param operation_id: its id; `lists()` and `flask billcom ops list` show it.
        :param actor: who decides, for the audit trail.
        :param reason: why, in words for the audit trail.
        :param second: a second person who agrees, where the house asks for two.
        :raises NotPossible: it is under way or done, or it may have happened after all.
        """
        self._decisions().cancel(operation_id, Person(actor, reason, second))

    def resolve(
        self,
        operation_id: UUID,
        *,
        actor: str,
        reason: str,
        adopt: str | None = None,
        second: str | None = None,
    ) -> None:
        """Decide about a quarantined operation: take an object for its effect, or send it again.

        One that a difference keeps may take an object that somebody made in Bill.com's own page, such as the BillPay of
        a bill paid by hand: then it is done, and nothing is sent.

        :param operation_id: its id; `lists()` and `flask billcom ops list` show it.
        :param actor: who decides, for the audit trail.
        :param reason: why, in words for the audit trail.
        :param adopt: id of the object at Bill.com that is its effect; left out, it is planned again.
        :param second: a second person who agrees.
        :raises NotPossible: it is neither, the object differs, or it may have happened after all.
        """
        person = Person(actor, reason, second)
        if adopt is not None:
            self._decisions().adopt(operation_id, adopt, person)
        else:
            self._decisions().resend(operation_id, person)

    def _decisions(self) -> Decisions:
        return self._checked().parts.decisions
