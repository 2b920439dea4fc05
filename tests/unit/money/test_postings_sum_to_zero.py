from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_billcom.ledger import Posting
from flask_billcom.marketplace import postings
from flask_billcom.marketplace.postings import Share

cents = st.integers(-(10**9), 10**9)
ids = st.integers(1, 9).map(lambda n: UUID(int=n))
shares = st.lists(st.builds(Share, ids, ids, st.none() | ids, cents, st.none() | ids), max_size=5)


def returning_unprocessed(some: Iterable[Share]) -> Iterable[Posting]:
    return postings.returning(some, was_processed=False)


def returning_processed(some: Iterable[Share]) -> Iterable[Posting]:
    return postings.returning(some, was_processed=True)


@pytest.mark.parametrize(
    "step",
    [
        postings.collected,
        postings.overpaid,
        postings.reserved,
        postings.processed,
        postings.banked_out,
        returning_unprocessed,
        returning_processed,
    ],
)
@given(some=shares)
def test_every_step_of_shares(step: Any, some: list[Share]) -> None:
    made = list(step(some))

    assert len(made) == len(some)
    for share, posting in zip(some, made, strict=True):
        assert sum(leg.cents for leg in posting.legs) == 0
        assert {abs(leg.cents) for leg in posting.legs} == {abs(share.cents)}
        assert {leg.party_id for leg in posting.legs} == {share.party_id}
        assert posting.settlement_id == share.settlement_id


@given(amount=cents, party=st.none() | ids)
def test_every_step_of_a_whole_payment(amount: int, party: UUID | None) -> None:
    for posting in [postings.banked_in(amount, party), *postings.unapplied(amount, party)]:
        assert sum(leg.cents for leg in posting.legs) == 0


@given(some=shares)
def test_what_is_taken_back_undoes_what_was_done(some: list[Share]) -> None:
    from dataclasses import replace

    there = [leg for posting in postings.collected(some) for leg in posting.legs]
    back = [leg for p in postings.collected(replace(share, cents=-share.cents) for share in some) for leg in p.legs]

    assert [(leg.account, leg.cents) for leg in back] == [(leg.account, -leg.cents) for leg in there]
