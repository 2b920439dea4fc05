"""The organization's own accounts over the API: the balance that a user notes, and exchange rates.

Whether v2 has GetBankBalance is doubtful: switch `bank_balance`. The keys of all three are assumed.
"""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.calls import arguments
from flask_billcom.simulator.calls.answers import Cents, Raw
from flask_billcom.simulator.calls.objects import require
from flask_billcom.simulator.calls.operation import Operation, with_data
from flask_billcom.simulator.calls.values import cents_of, rounded_cents
from flask_billcom.simulator.clock import iso_time
from flask_billcom.simulator.errors import field_refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = ["OPERATIONS"]

QUOTE_LIFE: Final = 15 * 60_000
#: Units of the currency for one US dollar; made up.
_RATES: Final = MappingProxyType(
    {
        "AUD": Decimal("1.5210"),
        "CAD": Decimal("1.3640"),
        "EUR": Decimal("0.9215"),
        "GBP": Decimal("0.7885"),
        "INR": Decimal("83.1200"),
        "JPY": Decimal("149.3500"),
        "MXN": Decimal("17.0650"),
    }
)


def _account(world: World, data: Mapping[str, Any]) -> Row:
    if not data.get("bankAccountId"):
        return world.funding
    return arguments.named(world, "BankAccount", data, "bankAccountId")


def _balance(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    account = _account(world, data)
    noted = world.note(account.id).get("balance_cents")
    cents = world.bank.balance(world.real_numbers[account.id]) if noted is None else noted
    return {"bankAccountId": account.id, "balance": Cents(cents)}


def _set_balance(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    account = _account(world, data)
    given = require(data, "balance")
    try:
        world.note(account.id)["balance_cents"] = cents_of(given)
    except ValueError as error:
        raise field_refusal("balance", given) from error
    world.change(account)
    return _balance(world, data)


def _quote(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    currency = require(data, "currency")
    rate = _RATES.get(currency) if isinstance(currency, str) else None
    if rate is None:
        raise field_refusal("currency", currency)
    cents = arguments.cents(data, "amount")
    return {
        "quoteId": world.ids.new("fxq"),
        "currency": currency,
        "exchangeRate": Raw(str(rate)),
        "amount": Cents(cents),
        "localAmount": Cents(rounded_cents(Decimal(cents) * rate / 100)),
        "expirationTime": iso_time(world.now + QUOTE_LIFE),
    }


OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {
        "GetBankBalance": Operation(with_data(_balance), switch="bank_balance"),
        "SetBankBalance": Operation(with_data(_set_balance), switch="bank_balance", right="pay"),
        "GetDynamicExchangeRateQuote2": Operation(with_data(_quote), "assumed"),
    }
)
