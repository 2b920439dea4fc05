"""A person who decides by the book what is left to people."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from flask_billcom.engine.decisions import NotPossible, Person
from flask_billcom.marketplace.kinds.money import DIFFERENCE
from flask_billcom.marketplace.returns.voidable import VOID as TAKEN_BACK
from flask_billcom.marketplace.returns.voidable import VOID_PART
from flask_billcom.marketplace.strays import RESTORED
from flask_billcom.models import Operation, OperationState, Payment
from flask_billcom.simulator.payments.payouts import VOID
from tests.support.world import World

ADOPT = "flask billcom pay adopt "
OPERATOR = Person("operator", "settled by the book of the crash suite")


def adopt_by_hand(world: World) -> None:
    """Let a person adopt what others pay of void payouts' bills, by the command that the reconciliation names.

    It reads everything at Bill.com, so he asks the doctor first, where any payout is void at all.
    """
    if not world.rows(Payment, Payment.kind == "sent", Payment.status.in_(["voided", "cancelled"])):
        return
    with world.app():
        checks = world.shop.billcom.doctor(offline=True).checks
        if not any(check.id == "payouts.by_hand" for check in checks):
            return
        for difference in world.shop.billcom.reconcile().differences:
            if difference.command.startswith(ADOPT):
                with suppress(NotPossible):
                    payments = difference.command.removeprefix(ADOPT).partition(" --")[0].split()
                    world.shop.billcom.adopt_payment(*payments, actor="operator", reason="somebody has paid it by hand")


def pay_again(world: World) -> None:
    """Let a person void what the bank has sent back, and pay again what is proved void."""
    for payment in world.rows(Payment, Payment.status == "returning", Payment.disbursement_status == "failed"):
        with world.app(), suppress(NotPossible):
            world.shop.billcom.void(payment.id, "sent back by the bank", actor="operator")
    for payment in world.rows(Payment, Payment.status.in_(["voided", "cancelled"])):
        with world.app(), suppress(NotPossible):
            world.shop.billcom.pay_again(payment.id, actor="operator", reason="the mistake is mended")


def open_operations(world: World) -> list[Operation]:
    """Return the operations that somebody or something has still to end.

    One that was refused has another one in its place; but a void that came too late stays refused, and nobody is owed.
    """
    ended = [OperationState.DONE, OperationState.CANCELLED]
    superseded = {row.supersedes for row in world.rows(Operation)}
    return [
        row
        for row in world.rows(Operation, Operation.state.not_in(ended))
        if not (row.state == OperationState.REJECTED and (row.id in superseded or row.kind in (TAKEN_BACK, VOID_PART)))
    ]


@dataclass(frozen=True)
class Decider:
    """A person who goes by the book: adopts what is there, sends again what is absent, retries what was refused."""

    world: World

    def decide_all(self) -> None:
        """Decide about everything that is left to a person."""
        self.let_go_on()
        self._look_at_the_bank()
        adopt_by_hand(self.world)
        pay_again(self.world)
        left = [OperationState.QUARANTINED, OperationState.REJECTED]
        differs = (Operation.state == OperationState.PLANNED) & (Operation.parked == DIFFERENCE)
        for operation in self.world.rows(Operation, Operation.state.in_(left) | differs):
            if operation.state == OperationState.PLANNED:
                self._adopt(operation)
            elif operation.state == OperationState.REJECTED:
                self._is_possible("retry", operation.id)
            elif not self._is_possible("resend", operation.id):
                self._adopt(operation)

    def _look_at_the_bank(self) -> None:
        """Confirm the credit of a payout that is void: where several come back within a week, the lines do not tell."""
        world = self.world
        void = {row.id for row in world.simulator.books["SentPay"] if row["status"] == VOID}
        for payment in world.rows(Payment, Payment.status == "returning", Payment.remote_id.in_(void)):
            with world.app(), suppress(NotPossible):
                world.shop.billcom.confirm_credit(payment.id, actor="operator", reason="the bank shows it")

    def let_go_on(self) -> None:
        """Sign in again, and read back what a restored backup does not know."""
        self.sign_in()
        if any(RESTORED in reason for reason in self.world.holds()):
            with self.world.app():
                self.world.shop.billcom.resume(actor="operator", reason="the backup of yesterday was restored")

    def sign_in(self) -> None:
        """Release what waits for a sign-in, and confirm the device if it is not trusted."""
        with self.world.app():
            session = self.world.shop.billcom.session
            if not session.sign_in(actor="operator").trusted:
                self.world.trust()

    def _adopt(self, operation: Operation) -> None:
        parts = self.world.parts
        kind = next(each for each in parts.worker._kinds if each.name == operation.kind)
        finding = kind.find(parts.domain.reads, [operation]).get(operation.id)
        for match in finding.matches if finding is not None else ():
            there = match.remote_id or getattr(match.record, "id", None)  # a change makes no object of its own
            if there is not None and self._is_possible("adopt", operation.id, there):
                return

    def _is_possible(self, act: str, *about: object) -> bool:
        try:
            getattr(self.world.parts.decisions, act)(*about, OPERATOR)
        except NotPossible:
            return False
        return True
