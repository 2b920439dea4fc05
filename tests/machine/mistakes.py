"""Mistakes made on purpose, patched into the marketplace from outside: the machine must find each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from flask_billcom.marketplace.corrections import netting
from flask_billcom.marketplace.refunds import carrying, writing
from flask_billcom.marketplace.returns import paying_again


def _netted_again() -> Any:
    """Lower bills by what their seller owes, and forget that he owes it no more."""
    return patch.object(netting, "_book", lambda *_: None)


def _no_money_back() -> Any:
    """Take a refund for done whose buyer has paid, though nothing was paid back."""

    def turn(rows: Any, domain: Any, facts: Any, _amounts: Any) -> None:
        writing.close(rows, domain, facts.parts)

    return patch.object(carrying, "turn", turn)


def _paid_although_not_void() -> Any:
    """Pay the bills of a payout again while it comes back, and nobody has proved that it is void."""
    found = paying_again.sent_payment

    def hopeful(rows: Any, organization_id: str, payment_id: Any) -> Any:
        payment = found(rows, organization_id, payment_id)
        if payment.status != "returning":
            return payment
        return SimpleNamespace(id=payment.id, remote_id=payment.remote_id, cents=payment.cents, status="voided")

    return patch.object(paying_again, "sent_payment", hopeful)


MISTAKES: dict[str, Callable[[], Any]] = {
    "the same debt is taken off twice": _netted_again,
    "a refund of a paid sale is forgotten": _no_money_back,
    "a payout is paid again although it is not proved void": _paid_although_not_void,
}


@contextmanager
def made(name: str) -> Iterator[None]:
    """Let a mistake be made for a while.

    :param name: of `MISTAKES`.
    """
    with MISTAKES[name]():
        yield
