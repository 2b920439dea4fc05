"""How everything stands, in a few grouped queries: what is under way, what waits and why, and where the money is.

Nothing is sent for it, so it can be asked often.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from flask_billcom.engine.signing import SessionStand, stand_of
from flask_billcom.engine.worker import LAST_ERROR, LAST_TICK
from flask_billcom.ledger import Account, trial_balance
from flask_billcom.models import Adjustment, Hold, Mark, Operation, OperationState, Payment, Settlement, SettlementState
from flask_billcom.store import Rows

from .corrections.adjustments import OPEN, PROPOSED
from .holds import PAYOUTS, stop_of
from .lists.operations import stuck_condition
from .lists.settlements import HoldRow, hold_rows
from .refunds.waiting import count_waiting

_UNDECIDED = (PROPOSED, OPEN)
_ENDED = (OperationState.DONE, OperationState.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Operations of one kind that stand alike and have not come to their end.

    :param parked: why they wait, or None.
    :param oldest: when the oldest of them was planned.
    """

    kind: str
    state: str
    parked: str | None
    count: int
    amount_cents: int
    oldest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """Payments of one direction with one status.

    :param kind: sent or received.
    """

    kind: str
    status: str
    count: int
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """Where the money is, in cents; what is owed to us and what we hold is positive, as is what we owe.

    :param receivable_cents: buyers owe it.
    :param clearing_in_cents: buyers have paid it, the bank has not confirmed it.
    :param bank_cents: the bank has it.
    :param payable_cents: sellers have earned it, nothing is planned for it.
    :param reserved_cents: payouts of it are planned.
    :param scheduled_cents: Bill.com has payouts of it for a coming day.
    :param clearing_out_cents: payouts of it have left and not arrived.
    :param fee_cents: the marketplace has earned it as fees.
    :param own_cents: the marketplace has earned it with its own lines.
    :param refunds_cents: buyers are to get it back.
    :param owed_by_sellers_cents: sellers owe it; it is taken off their next bills.
    """

    receivable_cents: int
    clearing_in_cents: int
    bank_cents: int
    payable_cents: int
    reserved_cents: int
    scheduled_cents: int
    clearing_out_cents: int
    fee_cents: int
    own_cents: int
    refunds_cents: int
    owed_by_sellers_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How everything stands.

    :param payouts_held: the reason of a hold by which no payout is sent at all, or None.
    :param settlements: how many there are, by state; every state is there.
    :param stuck: operations that move no further without a person.
    :param refunds: refunds that are not carried out yet; `flask billcom pay refunds` says why.
    :param undecided: adjustments that wait for people, by state: `proposed` for approval, `open` disputes.
    :param last_tick: when the last tick ended, or None.
    :param last_error: why it stopped early, or None.
    :param balanced: whether the books sum to zero, as they must.
    """

    organization_id: str
    environment: str
    payments_enabled: bool
    payouts_held: str | None
    settlements: Mapping[str, int]
    operations: tuple[Work, ...]
    stuck: int
    refunds: int
    undecided: Mapping[str, int]
    payments: tuple[Paid, ...]
    holds: tuple[HoldRow, ...]
    money: Money
    balanced: bool
    session: SessionStand
    last_tick: datetime | None
    last_error: str | None


def status_of(rows: Rows, organization_id: str, *, environment: str, payments_enabled: bool) -> Status:
    """Return how everything stands.

    :param environment: that of the settings.
    :param payments_enabled: whether money may move at all.
    """
    books = trial_balance(rows, organization_id)
    marks = _marks(rows, organization_id)
    return Status(
        organization_id=organization_id,
        environment=environment,
        payments_enabled=payments_enabled,
        payouts_held=stop_of(rows, organization_id, PAYOUTS),
        settlements=_settlements(rows, organization_id),
        operations=_work(rows, organization_id),
        stuck=_stuck(rows, organization_id),
        refunds=count_waiting(rows, organization_id),
        undecided=_undecided(rows, organization_id),
        payments=_payments(rows, organization_id),
        holds=holds_in_force(rows, organization_id),
        money=_money(books),
        balanced=sum(books.values()) == 0,
        session=stand_of(rows, organization_id),
        last_tick=datetime.fromisoformat(marks[LAST_TICK]) if LAST_TICK in marks else None,
        last_error=marks.get(LAST_ERROR) or None,
    )


def holds_in_force(rows: Rows, organization_id: str) -> tuple[HoldRow, ...]:
    """Return every hold that is not released, the oldest first."""
    found = rows.all(
        select(Hold).where(Hold.organization_id == organization_id, Hold.released_at.is_(None)).order_by(Hold.id)
    )
    return tuple(hold_rows(rows, found))


def _settlements(rows: Rows, organization_id: str) -> dict[str, int]:
    counted: dict[str, int] = dict(
        rows.all(
            select(Settlement.state, func.count())
            .where(Settlement.organization_id == organization_id)
            .group_by(Settlement.state)
        )
    )
    return {state.value: counted.get(state, 0) for state in SettlementState}


def _work(rows: Rows, organization_id: str) -> tuple[Work, ...]:
    found = rows.all(
        select(
            Operation.kind,
            Operation.state,
            Operation.parked,
            func.count(),
            func.sum(Operation.amount_cents),
            func.min(Operation.created_at),
        )
        .where(Operation.organization_id == organization_id, Operation.state.not_in(_ENDED))
        .group_by(Operation.kind, Operation.state, Operation.parked)
        .order_by(Operation.kind, Operation.state, Operation.parked)
    )
    return tuple(
        Work(kind=kind, state=state, parked=parked, count=count, amount_cents=int(cents), oldest=oldest)
        for kind, state, parked, count, cents, oldest in found
    )


def _stuck(rows: Rows, organization_id: str) -> int:
    counted = select(func.count()).select_from(Operation)
    return int(rows.first(counted.where(Operation.organization_id == organization_id, stuck_condition())) or 0)


def _undecided(rows: Rows, organization_id: str) -> dict[str, int]:
    counted: dict[str, int] = dict(
        rows.all(
            select(Adjustment.state, func.count())
            .where(Adjustment.organization_id == organization_id, Adjustment.state.in_(_UNDECIDED))
            .group_by(Adjustment.state)
        )
    )
    return {state: counted.get(state, 0) for state in _UNDECIDED}


def _payments(rows: Rows, organization_id: str) -> tuple[Paid, ...]:
    found = rows.all(
        select(Payment.kind, Payment.status, func.count(), func.sum(Payment.cents))
        .where(Payment.organization_id == organization_id)
        .group_by(Payment.kind, Payment.status)
        .order_by(Payment.kind, Payment.status)
    )
    return tuple(Paid(kind=kind, status=status, count=count, cents=int(cents)) for kind, status, count, cents in found)


def _money(books: Mapping[Account, int]) -> Money:
    return Money(
        receivable_cents=books[Account.BUYER_RECEIVABLE],
        clearing_in_cents=books[Account.PROVIDER_CLEARING_IN],
        bank_cents=books[Account.BANK],
        payable_cents=-books[Account.SELLER_PAYABLE],
        reserved_cents=-books[Account.SELLER_RESERVED],
        scheduled_cents=-books[Account.PAYOUT_SCHEDULED],
        clearing_out_cents=-books[Account.PROVIDER_CLEARING_OUT],
        fee_cents=-books[Account.FEE_INCOME],
        own_cents=-books[Account.OWN_INCOME],
        refunds_cents=-books[Account.REFUND_PAYABLE],
        owed_by_sellers_cents=books[Account.SELLER_CLAWBACK],
    )


def _marks(rows: Rows, organization_id: str) -> dict[str, Any]:
    found = rows.all(
        select(Mark.name, Mark.value).where(
            Mark.organization_id == organization_id, Mark.name.in_((LAST_TICK, LAST_ERROR))
        )
    )
    return dict(found)
