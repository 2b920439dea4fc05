from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import date, datetime, time
from decimal import Decimal
from itertools import pairwise

import pytest
from sqlalchemy import update

from flask_billcom.ledger import Account, Posting, post, transfer
from flask_billcom.marketplace.books import walking
from flask_billcom.marketplace.lists import InvalidQuery
from flask_billcom.models import Entry, Party, Settlement
from tests.integration.books.conftest import pay_out, settle_some, settled_world
from tests.support.world import World


def table(world: World, period: str, kind: str) -> list[dict[str, str]]:
    with world.app():
        return list(csv.DictReader(io.StringIO("".join(world.shop.billcom.export(period, format=kind)))))


def test_every_number_of_the_journal_is_balanced_and_the_accounts_add_up(
    dialect: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "PAGE", 3)  # postings of four sides that stand on two pages
    world = settled_world(request.getfixturevalue(f"{dialect}_stage"))
    settle_some(world)
    pay_out(world)

    lines = table(world, str(world.clock.now().year), "journal")

    numbers: dict[str, Decimal] = defaultdict(Decimal)
    accounts: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        amount = Decimal(line["Debit"] or 0) - Decimal(line["Credit"] or 0)
        numbers[line["Journal No"]] += amount
        accounts[line["Account"]] += amount
        assert bool(line["Debit"]) != bool(line["Credit"])
        assert len(line["Journal No"]) <= 21
    assert len(lines) == len(world.rows(Entry))
    assert len(numbers) == len({entry.posting_id for entry in world.rows(Entry)})
    assert not any(numbers.values())
    assert {name: amount for name, amount in accounts.items() if amount} == {
        "Bank": Decimal(20),
        "Fee income": Decimal(-15),
        "Own income": Decimal(-5),
    }


def test_the_lines_of_one_number_stand_together(world: World) -> None:
    settle_some(world)
    pay_out(world)

    numbers = [line["Journal No"] for line in table(world, str(world.clock.now().year), "journal")]

    changes = sum(one != other for one, other in pairwise(numbers))
    assert changes == len(set(numbers)) - 1


def test_accounts_are_called_what_the_accountant_calls_them(world: World) -> None:
    world.restart(journal_accounts={"buyer_receivable": "1200 Accounts receivable", "fee_income": "4010 Commissions"})
    world.settle(("ann", "10.00", "1.00"))

    lines = table(world, str(world.clock.now().year), "journal")

    assert [(line["Account"], line["Debit"], line["Credit"], line["Party"]) for line in lines] == [
        ("1200 Accounts receivable", "10.00", "", "Buyer 1"),
        ("Seller payable", "", "9.00", "Seller 1"),
        ("4010 Commissions", "", "1.00", ""),
    ]
    assert {line["Memo"] for line in lines} == {"sale, sale 1"}


def test_a_day_ends_at_midnight_of_the_organization(world: World) -> None:
    world.settle(("ann", "10.00", "1.00"))
    last = datetime.combine(date(2020, 12, 31), time(23, 59, 59), tzinfo=world.settings.zone)
    with world.store.write() as rows:
        rows.execute(update(Entry).values(occurred_at=last))

    assert len(table(world, "2020", "csv")) == len(table(world, "2020-12-31", "csv")) == 3
    assert table(world, "2021", "csv") == []
    assert {line["date"] for line in table(world, "2020-Q4", "csv")} == {"2020-12-31"}
    assert {line["time"] for line in table(world, "2020-12", "csv")} == {"2020-12-31T23:59:59-08:00"}


def test_no_text_is_a_formula(world: World) -> None:
    world.settle(("ann", "10.00", "1.00"))
    year = str(world.clock.now().year)
    with world.store.write() as rows:
        rows.execute(update(Settlement).values(reference='=HYPERLINK("http://thief.example")'))
        rows.execute(update(Party).where(Party.role == "customer").values(local_type="=Buyer"))

    lines = table(world, year, "csv")

    assert {line["sale"] for line in lines} == {'\'=HYPERLINK("http://thief.example")'}
    assert {line["party"] for line in lines} == {"'=Buyer 1", "Seller 1", ""}
    assert {line["amount"] for line in lines} == {"10.00", "-9.00", "-1.00"}


def test_an_unknown_posting_is_exported_by_its_accounts(world: World) -> None:
    world.settle(("ann", "10.00", "1.00"))
    seller = world.rows(Party, Party.role == "vendor")[0]
    with world.store.write() as rows:
        legs = transfer(Account.WRITE_OFF, Account.PROVIDER_FEES, 5, seller.id)
        post(rows, world.clock, world.organization_id, [Posting(legs)])

    words = [line["meaning"] for line in table(world, str(world.clock.now().year), "csv")]

    assert words[-2:] == ["write off against provider fees"] * 2


def test_an_unknown_format_or_period_is_refused(world: World) -> None:
    with world.app():
        with pytest.raises(InvalidQuery, match="csv, journal"):
            world.shop.billcom.export(str(world.clock.now().year), format="xlsx")
        with pytest.raises(InvalidQuery, match="no period"):
            world.shop.billcom.export("last month")
        with pytest.raises(InvalidQuery, match="has not begun"):
            world.shop.billcom.export(str(world.clock.now().year + 1))
