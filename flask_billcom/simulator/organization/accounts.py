"""Bank accounts of vendors and customers: one active account each, the number masked for ever after.

https://developersupport.bill.com/hc/en-us/articles/209610646-VendorBankAccount
https://developersupport.bill.com/hc/en-us/articles/209713223-CustomerBankAccount
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.banking.bank import account_key, masked
from flask_billcom.simulator.banking.bankdays import at_hour, bank_days_after, pacific_date
from flask_billcom.simulator.banking.fates import has_mark
from flask_billcom.simulator.calls.objects import Behaviour, Values
from flask_billcom.simulator.catalogue import Entity
from flask_billcom.simulator.errors import Refusal, field_refusal, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = ["CustomerAccounts", "VendorAccounts", "active_account", "usable_from"]

_ROUTING: Final = re.compile(r"\d{9}")
_NUMBER: Final = re.compile(r"[0-9A-Za-z-]{3,34}")
_TEST_DEPOSIT: Final = timedelta(days=13)
_YOUNG: Final = 2
_TEST_DAYS, _TEST_HOUR = 3, 9


def active_account(world: World, name: str, party: Row) -> Row | None:
    """Return the active account of a vendor or customer.

    :param name: VendorBankAccount or CustomerBankAccount.
    """
    field = "vendorId" if name == "VendorBankAccount" else "customerId"
    return next((row for row in world.store[name].having(field, party.id) if row.is_active), None)


def usable_from(account: Row) -> date:
    """Return the first process date that a new vendor account may have: two bank days after it was added."""
    return bank_days_after(pacific_date(account.created), _YOUNG)


def _numbers(world: World, values: Values) -> tuple[str, str]:
    routing, number = values["routingNumber"], values["accountNumber"]
    if _ROUTING.fullmatch(routing) is None:
        raise field_refusal("routingNumber", masked(routing))
    if _NUMBER.fullmatch(number) is None:
        raise field_refusal("accountNumber", masked(number))
    if world.settings.mask_routing:
        values["routingNumber"] = masked(routing)
    return routing, number


def _opened(world: World, row: Row, party: Row, holder: str, numbers: tuple[str, str]) -> None:
    if has_mark(world.settings, party, "inactive"):
        failed = bank_days_after(pacific_date(row.created), _TEST_DAYS)
        world.plan(at_hour(failed, _TEST_HOUR), "fail_account", row.id)
    routing, number = numbers
    key = account_key(routing, number)
    world.bank.open(key, holder, owner_id=row.id, routing=routing, number=number)
    world.real_numbers[row.id] = key


class VendorAccounts(Behaviour):
    """VendorBankAccount: makes its vendor payable by ACH while it is active."""

    def create(self, world: World, owner: Entity, values: Values, data: Mapping[str, Any]) -> Row:
        """Add the account; the number is masked, its length kept."""
        vendor = world.store["Vendor"].by_id[values["vendorId"]]
        if active_account(world, owner.name, vendor) is not None:
            raise refusal("account_exists", vendor.id)
        routing, number = _numbers(world, values)
        row = super().create(
            world,
            owner,
            {"usersId": world.actor.id, **values, "accountNumber": masked(number)},
            data,
        )
        _opened(world, row, vendor, values.get("nameOnAcct") or vendor["name"], (routing, number))
        world.change(vendor, payBy="1", vendorBankAccountStatus=1)
        return row

    def set_active(self, world: World, row: Row, flag: str) -> None:
        """Remove the account: the vendor is paid by check again."""
        super().set_active(world, row, flag)
        world.change(world.store["Vendor"].by_id[row["vendorId"]], payBy="0", vendorBankAccountStatus=-1)


class CustomerAccounts(Behaviour):
    """CustomerBankAccount: what charges are debited from."""

    def create(self, world: World, owner: Entity, values: Values, data: Mapping[str, Any]) -> Row:
        """Add the account; the customer's consent stands beside `obj`."""
        _check_consent(data)
        customer = world.store["Customer"].by_id[values["customerId"]]
        if active_account(world, owner.name, customer) is not None:
            raise refusal("account_exists", customer.id)
        routing, number = _numbers(world, values)
        expires = (world.today + _TEST_DEPOSIT).isoformat()
        shown = "******" + number[-4:]
        row = super().create(world, owner, {**values, "accountNumber": shown, "rndDepExpireDate": expires}, data)
        _opened(world, row, customer, values["nameOnAccount"], (routing, number))
        world.change(customer, hasBankAccount=True)
        return row

    def unknown(self, name: str, value: object) -> Refusal:
        """Return the refusal of an account of nobody, in the words that were recorded."""
        return unknown_owner(name) if name == "customerId" else super().unknown(name, value)

    def set_active(self, world: World, row: Row, flag: str) -> None:
        """Remove the account."""
        super().set_active(world, row, flag)
        world.change(world.store["Customer"].by_id[row["customerId"]], hasBankAccount=False)


def _check_consent(data: Mapping[str, Any]) -> None:
    agreed = data.get("agreedWithTOS")
    if agreed is None and isinstance(data.get("obj"), dict):
        agreed = data["obj"].get("agreedWithTOS")
    if agreed is None:
        raise refusal("BDC_1117", "agreedWithTOS")
    if agreed is not True and str(agreed).lower() != "true":
        raise field_refusal("agreedWithTOS", agreed)


def unknown_owner(field: str) -> Refusal:
    """Return the recorded text for an account of nobody; its code is assumed to be BDC_1119."""
    return Refusal("BDC_1119", f"Invalid entity data. Invalid DB ID: {field}.")
