"""Commands that tell Bill.com's side about the app's rows: orders to settle, buyers and sellers to bring up to date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from . import shell

TOGETHER = 100
"""Orders in one transaction."""


@click.command
@click.argument("order_class")
@click.argument("keys", nargs=-1, required=True)
@shell.as_json
@shell.in_app
def settle(*, order_class: str, keys: Sequence[str], as_json: bool) -> None:
    """Settle orders, named by their class and primary keys; one that fails leaves the others alone.

    What was settled before stays as it is. Nothing is sent here; the worker does that.
    """
    outcomes: list[dict[str, Any]] = []
    parts = [keys[start : start + TOGETHER] for start in range(0, len(keys), TOGETHER)]
    with shell.progress(parts, "settling") as walk:
        for part in walk:
            outcomes += _settle_some(order_class, part)
    if as_json:
        shell.show_json({"items": outcomes})
    else:
        for each in outcomes:
            named = f"{order_class} {each['key']}: "
            click.echo(f"{named}{(each['error'] or each['state']).removeprefix(named)}")
    failed = [each for each in outcomes if each["error"] is not None]
    if failed:
        shell.fail(f"{len(failed)} of {len(outcomes)} orders were not settled; correct what their lines name")


def _settle_some(order_class: str, keys: Sequence[str]) -> list[dict[str, Any]]:
    from flask_billcom.errors import BillcomError

    billcom = shell.billcom()
    found: dict[str, object] = {}
    outcomes: dict[str, dict[str, Any]] = {}
    with billcom.transaction():
        for key in keys:
            try:
                found[key] = billcom.find(order_class, key)
            except BillcomError as error:
                outcomes[key] = _outcome(key, error=error)
        for key, settled in zip(found, billcom.settle_many(found.values()), strict=True):
            outcomes[key] = _outcome(key, settled.settlement, settled.error)
    return [outcomes[key] for key in dict.fromkeys(keys)]


def _outcome(key: str, settlement: Any = None, error: Exception | None = None) -> dict[str, Any]:  # noqa: ANN401
    return {
        "key": key,
        "reference": None if settlement is None else settlement.reference,
        "state": None if settlement is None else settlement.state,
        "error": None if error is None else str(error),
    }


@click.command
@click.argument("party_class")
@click.argument("keys", nargs=-1)
@click.option("--all", "everyone", is_flag=True, help="Every buyer or seller of this class that Bill.com knows of.")
@shell.as_json
@shell.in_app
def sync(*, party_class: str, keys: Sequence[str], everyone: bool, as_json: bool) -> None:
    """Bring buyers or sellers, named by their class and primary keys, up to date at Bill.com.

    Plans what is missing or may have changed, and tries again what waited for data. The worker sends it.
    """
    if everyone == bool(keys):
        raise click.UsageError("give keys, or --all")
    wanted = _all_keys(party_class) if everyone else list(dict.fromkeys(keys))
    outcomes: list[dict[str, Any]] = []
    with shell.progress(wanted, "syncing") as walk:
        outcomes += [_sync_one(party_class, key) for key in walk]
    if as_json:
        shell.show_json({"items": outcomes})
    else:
        for each in outcomes:
            click.echo(f"{party_class} {each['key']}: {each['error'] or ', '.join(each['roles'])}")
    failed = [each for each in outcomes if each["error"] is not None]
    if failed:
        shell.fail(f"{len(failed)} of {len(outcomes)} were not synced; correct what their lines name")


def _sync_one(party_class: str, key: str) -> dict[str, Any]:
    from flask_billcom.errors import BillcomError

    billcom = shell.billcom()
    try:
        with billcom.transaction():
            parties = billcom.sync_party(billcom.find(party_class, key))
    except BillcomError as error:
        return {"key": key, "roles": [], "error": str(error)}
    return {"key": key, "roles": [each.role.value for each in parties], "error": None}


def _all_keys(party_class: str) -> list[str]:
    billcom = shell.billcom()
    known = sorted({each.cls.__name__ for functions in billcom.registry.parties.values() for each in functions})
    if party_class not in known:
        shell.fail(f"no class {party_class} is mapped as a buyer or seller; known: {', '.join(known) or 'none'}")
    lists, found, after = billcom.lists(), set(), None
    while True:
        page = lists.parties(after=after, limit=200)
        found |= {each.local_id for each in page.items if each.local_type == party_class}
        after = page.after
        if after is None:
            return sorted(found)
