"""An amount that goes back, spread over the lines of a sale; values only.

    amount ──by what is left of each line, largest remainder──> cents of each line
    fee    ──by what is left of it, half up──> what the marketplace gives back; the seller bears the rest

Refunds one after the other take what is left, so after the last cent of a line its whole fee has gone back too. Where
the marketplace keeps its fee, nothing of it goes back and the seller bears all that the buyer gets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_billcom.money import spread


@dataclass(frozen=True, slots=True)
class LineLeft:
    """What of a line of a sale was not refunded yet, in cents.

    :param position: its place in the sale, counted from one.
    :param seller_id: the vendor's party row, or None for a line of the marketplace's own.
    """

    id: UUID
    position: int
    seller_id: UUID | None
    cents: int
    fee_cents: int


@dataclass(frozen=True, slots=True)
class LineShare:
    """What a refund takes back of one line.

    :param cents: what the buyer gets.
    :param fee_cents: what the marketplace gives back of its fee.
    """

    line: LineLeft
    cents: int
    fee_cents: int

    @property
    def net_cents(self) -> int:
        """What the seller bears; nothing of the marketplace's own lines."""
        return 0 if self.line.seller_id is None else self.cents - self.fee_cents


def shares_of(lines: Sequence[LineLeft], cents: int, *, keep_fee: bool) -> list[LineShare]:
    """Return what a refund takes back of each line; lines of which it takes nothing are left out.

    :param cents: at most what is left of the lines.
    :param keep_fee: whether the marketplace keeps its fee.
    """
    parts = spread(cents, [line.cents for line in lines])
    return [
        LineShare(line, part, 0 if keep_fee else _fee_back(line, part))
        for line, part in zip(lines, parts, strict=True)
        if part
    ]


def _fee_back(line: LineLeft, cents: int) -> int:
    """Return the fee of a part of a line, half up; never more than the part, so that a seller's debit is not negative.

    More fee than amount is left only where an earlier refund kept the fee.
    """
    return min(cents, (2 * line.fee_cents * cents + line.cents) // (2 * line.cents))


def net_by_seller(shares: Sequence[LineShare]) -> dict[UUID, int]:
    """Return what each seller bears, in order of the lines."""
    nets: dict[UUID, int] = {}
    for share in shares:
        if share.line.seller_id is not None:
            nets[share.line.seller_id] = nets.get(share.line.seller_id, 0) + share.net_cents
    return nets
