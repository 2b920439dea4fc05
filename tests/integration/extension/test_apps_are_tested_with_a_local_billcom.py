from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flask_billcom.api.records import Bill, Invoice
from flask_billcom.models import SettlementState
from flask_billcom.testing import LocalBillcom
from tests.support.shop import Shop, make_shop


@pytest.fixture
def local() -> Iterator[LocalBillcom]:
    with LocalBillcom() as local:
        yield local


def shop_for(local: LocalBillcom, tmp_path: Path) -> Shop:
    return make_shop(f"sqlite:///{tmp_path}/shop.sqlite", real_clock=True, **local.config)


def test_a_settled_order_is_invoiced(local: LocalBillcom, tmp_path: Path) -> None:
    shop = shop_for(local, tmp_path)
    with shop.app.app_context():
        order = shop.order(("Bert", "10.00", "1.00"))
        shop.billcom.settle(order)
        shop.db.session.commit()

        assert local.run(shop.app) >= 1

        assert [invoice.invoice_number for invoice in local.shown(shop.app, Invoice)] == ["FB-1"]
        assert [str(bill.amount) for bill in local.shown(shop.app, Bill)] == ["9.00"]
        assert shop.billcom.settlement_of(order).state is SettlementState.INVOICED
        local.trust(shop.app)
    shop.close()


SUITE = """
def test_it(local_billcom):
    assert local_billcom.config["BILLCOM_ENVIRONMENT"] == "simulator"

def test_none():
    import sys
    assert "flask_billcom.simulator" not in sys.modules
"""


@pytest.mark.parametrize("test", ["test_it", "test_none"])
def test_the_fixture_costs_nothing_where_it_is_not_used(tmp_path: Path, test: str) -> None:
    (tmp_path / "test_app.py").write_text(SUITE)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "flask_billcom.pytest_plugin", f"test_app.py::{test}"]

    # Other plugins of this machine have no part in it, and take longer to import than the run.
    alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=alone, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stdout
