"""An order as it is frozen: who buys, who sells, what it costs, and nothing of the app's objects any more."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy.orm import Session

from flask_billcom.errors import InvalidSale, MappingError
from flask_billcom.models.parties import Role

from .identity import Identity
from .mapping import Registry


class PartyKey(NamedTuple):
    """What names a party; sorts, so that all transactions insert parties in one order."""

    role: Role
    local_type: str
    local_id: str


@dataclass(frozen=True, slots=True)
class FrozenLine:
    """One line; the amounts are cents."""

    seller: PartyKey | None
    cents: int
    fee_cents: int
    description: str
    account: str | None = None


@dataclass(frozen=True, slots=True)
class FrozenSale:
    """One sale.

    :param collect: how it is collected; None for what the settings say.
    """

    reference: str
    order: Identity
    buyer: PartyKey
    currency: str
    lines: tuple[FrozenLine, ...]
    collect: str | None = None

    @property
    def gross_cents(self) -> int:
        """What the buyer pays."""
        return sum(line.cents for line in self.lines)

    @property
    def fee_cents(self) -> int:
        """What the marketplace keeps of the sellers' lines."""
        return sum(line.fee_cents for line in self.lines)

    @property
    def own_cents(self) -> int:
        """The marketplace's own lines."""
        return sum(line.cents for line in self.lines if line.seller is None)

    def net_by_seller(self) -> dict[PartyKey, int]:
        """Return what each seller gets, in order of the lines; zero for one who gets nothing."""
        nets: dict[PartyKey, int] = {}
        for line in self.lines:
            if line.seller is not None:
                nets[line.seller] = nets.get(line.seller, 0) + line.cents - line.fee_cents
        return nets

    def most_lines(self, *, with_fees: bool) -> int:
        """Return how many lines the longest of its documents has.

        :param with_fees: whether a fee is a line of its own on a bill.
        """
        invoice = sum(line.cents != 0 for line in self.lines)
        bills = Counter[PartyKey]()
        for line in self.lines:
            if line.seller is not None and line.cents != line.fee_cents:
                bills[line.seller] += 2 if with_fees and line.fee_cents else 1
        return max(invoice, *bills.values(), 0)

    def parties(self) -> set[PartyKey]:
        """Return the buyer and every seller."""
        return {self.buyer, *(line.seller for line in self.lines if line.seller is not None)}


def freeze(registry: Registry, session: Session, order: object) -> FrozenSale:
    """Return what the app says about an order, by value.

    The session is flushed where the order, its buyer or a seller has no primary key yet.

    :raises MappingError: the order, its buyer or a seller is not mapped.
    :raises InvalidSale: the sale cannot be settled as it stands.
    :raises ConfigurationError: several order classes are mapped and this one sets no reference.
    """
    identity = registry.order(order, session)
    try:
        sale = registry.sale_of(order)
        return FrozenSale(
            reference=registry.reference_of(sale, identity),
            order=identity,
            buyer=_party(registry, session, Role.CUSTOMER, sale.buyer),
            currency=sale.currency,
            lines=tuple(
                FrozenLine(
                    None if line.seller is None else _party(registry, session, Role.VENDOR, line.seller),
                    line.cents,
                    line.fee_cents,
                    line.description,
                    line.account,
                )
                for line in sale.lines
            ),
            collect=sale.collect,
        )
    except (InvalidSale, MappingError) as error:
        raise type(error)(f"{identity.local_type} {identity.local_id}: {error}") from error


def _party(registry: Registry, session: Session, role: Role, obj: object) -> PartyKey:
    return PartyKey(role, *registry.party(role, obj, session))
