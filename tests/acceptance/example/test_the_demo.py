"""The demo plays the whole way of the money, checks it on three sides, and leaves no bank number behind."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from example_marketplace.demo.__main__ import main
from example_marketplace.extensions import db
from example_marketplace.local_billcom import LocalBillcom
from flask_billcom.ledger import Account
from flask_billcom.models import Entry, Party
from tests.support.traces import Traces, traces_of

LAST = re.compile(
    r"demo: orders=(\d+) settled=(\d+) invoices=(\d+) bills=(\d+) payouts=(\d+) "
    r"collected_cents=(\d+) paid_out_cents=(\d+) fees_cents=(\d+) refunded_cents=(\d+) returned_cents=(\d+) "
    r"held_cents=(\d+) owed_to_sellers_cents=(\d+) differences=(\d+)"
)


@dataclass
class Played:
    """What a demo with a planted difference left behind."""

    folder: Path
    code: int = -1
    last_line: str = ""
    printed: str = ""
    numbers: list[str] = field(default_factory=list)
    while_open: Traces = field(default_factory=Traces)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Play the demo with everything logged, and make our books a cent wrong just before the sides are compared."""
    folder = tmp_path_factory.mktemp("demo")
    demo = Played(folder)

    def meddle(_: Flask, local: LocalBillcom) -> None:
        accounts = local.read("bank")["accounts"]
        demo.numbers = [each["account_number"] for each in accounts if each["account_number"]]
        demo.while_open = traces_of(demo.numbers, folder)
        _take_a_cent_from_a_seller()

    with pytest.MonkeyPatch.context() as patch, _logging_to(folder / "everything.log"):
        patch.setattr("tempfile.tempdir", str(folder))
        patch.setenv("ORDERS", "4")
        patch.setattr("click.echo", lambda text="", **_: printed.append(str(text)))
        printed: list[str] = []
        demo.code = main(meddle)
    demo.printed, demo.last_line = "\n".join(printed), printed[-1]
    return demo


def _take_a_cent_from_a_seller() -> None:
    row = db.session.execute(
        select(Entry.id, Entry.cents)
        .join(Party, Party.id == Entry.party_id)
        .where(Entry.account == Account.BANK, Party.role == "vendor")
        .limit(1)
    ).one()
    db.session.execute(update(Entry).where(Entry.id == row.id).values(cents=row.cents + 1))
    db.session.commit()


class _logging_to:  # noqa: N801 - reads as a verb
    """Log everything that anybody logs into a file."""

    def __init__(self, path: Path) -> None:
        self._file = logging.FileHandler(path)
        self._before = logging.root.level

    def __enter__(self) -> None:
        logging.root.addHandler(self._file)
        logging.root.setLevel(logging.DEBUG)

    def __exit__(self, *_: object) -> None:
        logging.root.setLevel(self._before)
        logging.root.removeHandler(self._file)
        self._file.close()


def test_the_command_ends_with_books_that_agree(tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "example_marketplace.demo"],
        env={**os.environ, "ORDERS": "5", "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert found.returncode == 0, found.stdout + found.stderr
    last = LAST.fullmatch(found.stdout.splitlines()[-1])
    assert last is not None, found.stdout
    orders, settled, invoices, bills, payouts, collected, paid_out, fees, *rest, wrong = map(int, last.groups())
    assert (orders, settled, invoices, wrong) == (5, 4, 4, 0)
    assert bills >= payouts > 0
    assert collected == paid_out + fees + sum(rest)
    assert min(paid_out, fees, *rest) > 0, "each of the ways of the money is shown"
    assert "order 3 is refused by its mapping: InvalidSale:" in found.stdout
    assert re.search(r"database: \S+/marketplace\.sqlite", found.stdout)


def test_a_number_of_orders_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ("0", "-3", "many", ""):
        monkeypatch.setenv("ORDERS", wrong)
        assert main() == 2


def test_a_cent_that_is_wrong_in_one_of_the_books_ends_with_1(played: Played) -> None:
    last = LAST.fullmatch(played.last_line)

    assert played.code == 1
    assert last is not None
    assert int(last[13]) >= 2
    assert "DIFFERENCE seller 009" in played.printed


def test_no_bank_number_is_left_in_any_byte(played: Played) -> None:
    assert len(set(played.numbers)) >= 52
    for traces in (played.while_open, traces_of(played.numbers, played.folder)):
        assert traces.bytes_read > 500_000
        assert {"marketplace.sqlite", "everything.log", "simulator.log"} <= traces.files
        assert traces.found == {}
    assert not any(number in played.printed for number in played.numbers)


def test_the_search_looks_into_the_write_ahead_log_too(played: Played) -> None:
    assert "marketplace.sqlite-wal" in played.while_open.files


@pytest.mark.parametrize("kept_as", ["text", "integer", "wide text"])
def test_the_search_finds_a_planted_number(played: Played, tmp_path: Path, kept_as: str) -> None:
    number = played.numbers[7]
    kept = {
        "text": f"account {number}".encode(),
        "integer": b"\x06" + int(number).to_bytes(6, "big"),
        "wide text": number.encode("utf-16-le"),
    }[kept_as]
    (tmp_path / "planted.sqlite").write_bytes(b"\x00" * 4000 + kept + b"\x00" * 4000)

    assert traces_of(played.numbers, tmp_path).found == {"planted.sqlite": [number]}
