from __future__ import annotations

from typing import Any

from sqlalchemy import select, text

from flask_billcom.models import Operation, Settlement
from tests.integration.cli.conftest import Terminal
from tests.support.local_shop import LocalShop


def rows(local: LocalShop, statement: Any) -> list[Any]:
    with local.shop.app.app_context(), local.shop.billcom.state_of().store.read() as found:
        return found.all(statement)


def test_orders_are_settled_by_class_and_key(terminal: Terminal, local: LocalShop) -> None:
    keys = [terminal.order(("ann", "10.00")), terminal.order(("bob", "20.00"))]

    result = terminal.run("settle", "Order", *keys)

    assert result.stdout.splitlines() == ["Order 1: settled", "Order 2: settled"]
    assert sorted(rows(local, select(Settlement.reference))) == keys


def test_settling_again_changes_nothing(terminal: Terminal, local: LocalShop) -> None:
    key = terminal.order(("ann", "10.00"))

    terminal.run("settle", "Order", key)
    terminal.run("settle", "Order", key, key)

    assert len(rows(local, select(Settlement.id))) == 1


def test_an_order_that_cannot_be_settled_is_named_and_the_others_go_on(terminal: Terminal, local: LocalShop) -> None:
    good, empty = terminal.order(("ann", "10.00")), terminal.order()

    answer = terminal.json("settle", "Order", empty, good, "99", code=1)

    errors = {each["key"]: each["error"] for each in answer["items"]}
    assert errors[good] is None
    assert "line" in errors[empty]
    assert errors["99"] == "there is no Order 99"
    assert rows(local, select(Settlement.reference)) == [good]


def test_a_class_that_is_not_mapped_is_named_with_those_that_are(terminal: Terminal) -> None:
    result = terminal.run("settle", "Invoice", "1", code=1)

    assert "no class Invoice is mapped; known: Buyer, Order, Seller" in result.stdout


def test_a_key_of_another_shape_is_a_clear_error(terminal: Terminal) -> None:
    assert "Order" in terminal.run("settle", "Order", "not-a-number", code=1).stdout


def test_a_changed_sale_says_what_to_use_instead(terminal: Terminal, local: LocalShop) -> None:
    key = terminal.order(("ann", "10.00"))
    terminal.run("settle", "Order", key)
    with local.shop.app.app_context():
        local.shop.db.session.execute(text("update item set amount_cents = 1100"))
        local.shop.db.session.commit()

    result = terminal.run("settle", "Order", key, code=1)

    assert "refund(order, ...)" in result.stdout


def test_a_buyer_or_seller_is_synced_by_class_and_key(terminal: Terminal, local: LocalShop) -> None:
    terminal.order(("ann", "10.00"))

    result = terminal.run("sync", "Seller", "1")

    assert result.stdout == "Seller 1: vendor\n"
    assert rows(local, select(Operation.kind)) == ["create_vendor"]


def test_everybody_of_a_class_is_synced_at_once(terminal: Terminal) -> None:
    terminal.run("settle", "Order", terminal.order(("ann", "10.00"), ("bob", "5.00")))

    answer = terminal.json("sync", "Seller", "--all")

    assert [each["key"] for each in answer["items"]] == ["1", "2"]


def test_a_class_that_is_nobodys_is_named_and_not_taken_for_one_without_people(terminal: Terminal) -> None:
    for name in ("Sellr", "Order"):
        result = terminal.run("sync", name, "--all", code=1)

        assert f"no class {name} is mapped as a buyer or seller; known: Buyer, Seller" in result.stderr


def test_an_order_is_named_once_in_what_keeps_it_from_being_settled(terminal: Terminal) -> None:
    empty = terminal.order()

    result = terminal.run("settle", "Order", empty, "one", code=1)

    assert result.stdout.splitlines() == [
        f"Order {empty}: a sale needs at least one line",
        "Order one: 'one' is no primary key of Order",
    ]


def test_syncing_needs_keys_or_all_and_not_both(terminal: Terminal) -> None:
    terminal.run("sync", "Seller", code=2)
    terminal.run("sync", "Seller", "1", "--all", code=2)


def test_somebody_who_is_not_there_is_named(terminal: Terminal) -> None:
    result = terminal.run("sync", "Seller", "7", code=1)

    assert result.stdout == "Seller 7: there is no Seller 7\n"
    assert "1 of 1" in result.stderr
