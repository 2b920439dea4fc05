"""The books on their own: what a posting writes, and what the balances say of it."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from flask_billcom.clock import ManualClock
from flask_billcom.ledger import Account, Leg, Posting, balance, balances_of, post, transfer, trial_balance
from flask_billcom.models import Entry
from flask_billcom.store import Rows

ANN, BEN = UUID(int=1), UUID(int=2)
SALE, PAYMENT = UUID(int=3), UUID(int=4)
BEFORE = datetime(2026, 2, 1, tzinfo=UTC)
OURS, OTHERS = "ours", "others"


def entries(rows: Rows) -> list[Any]:
    return rows.all(select(Entry).order_by(Entry.id))


def test_a_transfer_debits_the_first_account_and_credits_the_second() -> None:
    debit, credit = transfer(Account.SELLER_PAYABLE, Account.SELLER_RESERVED, 500, ANN)

    assert (debit.account, debit.cents, debit.party_id) == (Account.SELLER_PAYABLE, 500, ANN)
    assert (credit.account, credit.cents, credit.party_id) == (Account.SELLER_RESERVED, -500, ANN)
    assert [leg.party_id for leg in transfer(Account.BANK, Account.PROVIDER_CLEARING_IN, 1)] == [None, None]


def test_every_leg_becomes_a_row_with_all_that_the_posting_says(rows: Rows, clock: ManualClock) -> None:
    legs = transfer(Account.SELLER_PAYABLE, Account.SELLER_RESERVED, 500, ANN)
    post(
        rows,
        clock,
        OURS,
        [Posting(legs, settlement_id=SALE, operation_id=PAYMENT, occurred_at=BEFORE), Posting(legs)],
    )

    first, second, third, fourth = entries(rows)
    assert (first.organization_id, first.account, first.party_id, first.cents) == (OURS, "seller_payable", ANN, 500)
    assert (second.organization_id, second.account, second.cents) == (OURS, "seller_reserved", -500)
    assert (first.settlement_id, first.operation_id, first.occurred_at) == (SALE, PAYMENT, BEFORE)
    assert (third.settlement_id, third.operation_id, third.occurred_at) == (None, None, clock.now())
    assert {row.currency for row in (first, second, third, fourth)} == {"USD"}
    assert first.posting_id == second.posting_id != third.posting_id == fourth.posting_id
    assert len({row.id for row in (first, second, third, fourth)} | {first.posting_id}) == 5


def test_a_posting_that_does_not_sum_to_zero_is_refused_and_nothing_is_written(rows: Rows, clock: ManualClock) -> None:
    good = Posting(transfer(Account.BANK, Account.PROVIDER_CLEARING_IN, 5))
    for cents in (-6, -4):
        bad = Posting([Leg(Account.BANK, 5), Leg(Account.FEE_INCOME, cents)])
        with pytest.raises(ValueError, match="must sum to zero"):
            post(rows, clock, OURS, [good, bad])

    assert entries(rows) == []


def test_a_leg_of_nothing_is_left_out(rows: Rows, clock: ManualClock) -> None:
    legs = [Leg(Account.BANK, 1), Leg(Account.FEE_INCOME, 0), Leg(Account.OWN_INCOME, -1)]
    post(rows, clock, OURS, [Posting(legs)])

    assert [row.account for row in entries(rows)] == ["bank", "own_income"]


def test_balances_are_told_by_organization_account_and_party(rows: Rows, clock: ManualClock) -> None:
    pairs = itertools.product([OURS, OTHERS], [(ANN, 100), (BEN, 20)])
    for organization, (party, cents) in pairs:
        legs = transfer(Account.BUYER_RECEIVABLE, Account.SELLER_PAYABLE, cents, party)
        post(rows, clock, organization, [Posting(legs)])
    post(rows, clock, OURS, [Posting(transfer(Account.SELLER_PAYABLE, Account.BANK, 7, ANN))])

    assert balance(rows, OURS, Account.SELLER_PAYABLE) == -113
    assert balance(rows, OURS, Account.SELLER_PAYABLE, ANN) == -93
    assert balance(rows, OURS, Account.SELLER_PAYABLE, BEN) == -20
    assert balance(rows, OTHERS, Account.SELLER_PAYABLE) == -120
    assert balance(rows, OURS, Account.FEE_INCOME) == 0
    assert balance(rows, OURS, Account.FEE_INCOME, ANN) == 0
    assert balances_of(rows, OURS, ANN) == {
        Account.BUYER_RECEIVABLE: 100,
        Account.SELLER_PAYABLE: -93,
        Account.BANK: -7,
    }
    assert balances_of(rows, OTHERS, BEN) == {Account.BUYER_RECEIVABLE: 20, Account.SELLER_PAYABLE: -20}
    trial = trial_balance(rows, OURS)
    assert {account: cents for account, cents in trial.items() if cents} == {
        Account.BUYER_RECEIVABLE: 120,
        Account.SELLER_PAYABLE: -113,
        Account.BANK: -7,
    }
    assert set(trial) == set(Account)
    assert set(trial_balance(rows, "nobody").values()) == {0}
