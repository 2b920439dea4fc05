"""An amount that goes back is spread over the lines to the cent, and never takes more than a line has."""

from __future__ import annotations

from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_billcom.marketplace.refunds.lowering import Lowering, Taken, lines_left, share_out
from flask_billcom.marketplace.refunds.shares import LineLeft, net_by_seller, shares_of
from flask_billcom.models import Document, SettlementLine

ANN, CID = UUID(int=1), UUID(int=2)


@st.composite
def lines(draw: st.DrawFn) -> list[LineLeft]:
    """Draw what is left of the lines of a sale: at least a cent in all."""
    found = []
    for place in range(draw(st.integers(1, 5))):
        cents = draw(st.integers(0, 10_000))
        seller = draw(st.sampled_from([None, ANN, CID]))
        fee = 0 if seller is None else draw(st.integers(0, cents))
        found.append(LineLeft(UUID(int=100 + place), place + 1, seller, cents, fee))
    return found


def less(line: LineLeft, cents: int, fee: int) -> LineLeft:
    return LineLeft(line.id, line.position, line.seller_id, line.cents - cents, line.fee_cents - fee)


@given(left=lines(), data=st.data(), keep=st.booleans())
def test_no_line_gives_more_than_it_has(*, left: list[LineLeft], data: st.DataObject, keep: bool) -> None:
    left = [line for line in left if line.cents]
    if not left:
        return
    cents = data.draw(st.integers(1, sum(line.cents for line in left)))

    shares = shares_of(left, cents, keep_fee=keep)

    assert sum(share.cents for share in shares) == cents
    for share in shares:
        assert 0 < share.cents <= share.line.cents
        assert 0 <= share.fee_cents <= min(share.cents, share.line.fee_cents)
        assert 0 <= share.net_cents <= (share.cents if keep else share.line.cents - share.line.fee_cents)
    assert sum(net_by_seller(shares).values()) == sum(share.net_cents for share in shares)
    assert not keep or all(share.fee_cents == 0 for share in shares)


@given(lines(), st.lists(st.integers(1, 5_000), min_size=1, max_size=8))
def test_the_last_refund_gives_the_last_cent_of_the_fee_back(left: list[LineLeft], amounts: list[int]) -> None:
    for wanted in [*amounts, 10**9]:
        open_lines = [line for line in left if line.cents]
        if not open_lines:
            break
        cents = min(wanted, sum(line.cents for line in open_lines))
        taken = {s.line.id: (s.cents, s.fee_cents) for s in shares_of(open_lines, cents, keep_fee=False)}
        left = [less(line, *taken.get(line.id, (0, 0))) for line in left]

    assert {(line.cents, line.fee_cents) for line in left} == {(0, 0)}


def test_equal_lines_give_the_odd_cents_in_their_order() -> None:
    thirds = [LineLeft(UUID(int=n), n, ANN, 100, 10) for n in (1, 2, 3)]

    assert [share.cents for share in shares_of(thirds, 100, keep_fee=False)] == [34, 33, 33]
    assert [share.line.position for share in shares_of(thirds, 1, keep_fee=False)] == [1]


def test_half_a_cent_of_fee_is_rounded_up() -> None:
    [share] = shares_of([LineLeft(ANN, 1, ANN, 2, 1)], 1, keep_fee=False)

    assert (share.cents, share.fee_cents, share.net_cents) == (1, 1, 0)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=6), st.data())
def test_what_does_not_fit_a_line_goes_to_the_first_that_can(drawn: list[tuple[int, int]], data: st.DataObject) -> None:
    weights, most = [weight for weight, _ in drawn], [limit for _, limit in drawn]
    cents = data.draw(st.integers(0, sum(most)))

    shares = share_out(cents, weights, most)

    assert sum(shares) == cents
    assert all(0 <= share <= limit for share, limit in zip(shares, most, strict=True))


def test_more_than_all_lines_have_is_refused() -> None:
    with pytest.raises(ValueError, match="1 cents more"):
        share_out(4, [1, 1], [2, 1])


def sold() -> list[SettlementLine]:
    """Return a sale of ann's (60.00, fee 6.00; 10.00, fee 1.00) and one own line."""
    rows = [(1, ANN, 6000, 600), (2, ANN, 1000, 100), (3, None, 500, 0)]
    return [
        SettlementLine(id=UUID(int=100 + n), position=n, seller_id=seller, cents=cents, fee_cents=fee, description="x")
        for n, seller, cents, fee in rows
    ]


def bill(cents: int) -> Document:
    return Document(id=UUID(int=9), kind="bill", party_id=ANN, cents=cents)


def test_a_bill_gives_cents_and_fee_back_line_by_line() -> None:
    off = Lowering(UUID(int=9), 1800, {UUID(int=101): Taken(2000, 200)})

    left = lines_left(bill(6300), sold(), [off])

    assert [(line.cents, line.fee_cents) for line in left] == [(4000, 400), (1000, 100)]


def test_a_kept_fee_that_one_line_does_not_cover_is_taken_off_the_next() -> None:
    off = Lowering(UUID(int=9), 6000, {UUID(int=101): Taken(6000, 0)})

    left = lines_left(bill(6300), sold(), [off])

    assert [line.cents - line.fee_cents for line in left] == [0, 300]


def test_an_invoice_that_is_lowered_by_less_keeps_every_cent_on_a_line() -> None:
    invoice = Document(id=UUID(int=8), kind="invoice", party_id=CID, cents=7500)
    taken = {UUID(int=101): Taken(3000, 300), UUID(int=103): Taken(500, 0)}

    left = lines_left(invoice, sold(), [Lowering(UUID(int=8), 700, taken)])

    assert [line.cents for line in left] == [5400, 1000, 400]
    before = sold()
    assert all(a is not b for a, b in pairwise([*left, *before]))
    assert sum(line.cents for line in left) == 7500 - 700
