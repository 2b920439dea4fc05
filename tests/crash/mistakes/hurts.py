"""A mistake, and the ways of being hurt that show it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from tests.crash.cutting.cuts import ACTS, Cut

Patches = Callable[[ExitStack], None]
Hurt = tuple[Cut, ...]
"""What happens in one telling."""
LAGGING: dict[str, object] = {"list_lag_s": 280}
"""Lists are behind by more than `LIST_LAG_S` says, and by less than the margin allows."""
PAY, CHARGE, INVOICE, BILL = "PayBills", "ChargeCustomer", "Bulk/Crud/Create/Invoice", "Bulk/Crud/Create/Bill"
VENDOR = "Bulk/Crud/Create/Vendor"


@dataclass(frozen=True)
class Mutant:
    """One mistake.

    :param shown_by: what the judge has to find, a count of its verdict: the harm that the mistake does.
    :param hurts: the ways to be hurt that show it, the likeliest first.
    :param simulator: switches of the server's more unpleasant readings.
    :param are_two: whether it takes two workers at one moment, on PostgreSQL, where they do not wait for each other.
    """

    name: str
    apply: Patches
    shown_by: str
    hurts: tuple[Hurt, ...]
    simulator: dict[str, object] = field(default_factory=dict)
    are_two: bool = False


def wire(chapter: str, endpoint: str, fault: str, seconds: float = 0.0) -> Hurt:
    """Return a fault of the wire."""
    return (Cut(chapter, -1, fault, endpoint, seconds=seconds),)


def at(chapter: str, label: str, fault: str, nth: int = 1, seconds: float = 0.0) -> Hurt:
    """Return something that happens at a boundary of a name; a fault of the wire hits the call that begins there."""
    called = "" if fault in ACTS else label.removeprefix("connect ")
    return (Cut(chapter, -1, fault, called, label=f"{chapter}: {label}", nth=nth, seconds=seconds),)


LOST_BILL = wire("sell", BILL, "timeout_after")


def swap(stack: ExitStack, owner: Any, name: str, new: Any) -> None:
    """Put something else in a place, until the mistake ends."""
    stack.enter_context(patch.object(owner, name, new))
