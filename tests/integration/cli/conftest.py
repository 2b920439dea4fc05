"""Commands run as a person runs them, against a marketplace with a local Bill.com."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import MetaData

from flask_billcom.cli import billcom_cli
from flask_billcom.simulator import Simulator
from tests.support.database import Database
from tests.support.local_shop import LocalShop, local_shops


@dataclass
class Terminal:
    """A terminal beside the marketplace."""

    local: LocalShop

    def run(self, *words: str, answer: str | None = None, code: int = 0) -> Result:
        """Run `flask billcom` with some words and check its exit code.

        :param answer: what the person types.
        """
        runner = self.local.shop.app.test_cli_runner()
        result = runner.invoke(billcom_cli, list(words), input=answer)
        assert "Traceback" not in result.output, result.output
        assert result.exit_code == code, f"{result.exit_code}\n{result.output}\n{result.exception!r}"
        return result

    def json(self, *words: str, code: int = 0) -> Any:
        """Run it with --json and return what it prints on standard output."""
        return json.loads(self.run(*words, "--json", code=code).stdout)

    def order(self, *items: tuple[str, ...], **values: Any) -> str:
        """Add an order to the shop, committed and not settled, and return its key."""
        with self.local.shop.app.app_context():
            order = self.local.shop.order(*items, **values)
            self.local.shop.db.session.commit()
            return str(order.id)


@pytest.fixture(params=["sqlite"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Run on SQLite alone, where a test does not say otherwise."""
    return str(request.param)


@pytest.fixture
def make_local(database_of: Callable[[MetaData], Database], simulator: Simulator) -> Iterator[Callable[..., LocalShop]]:
    """Give a function that makes a marketplace with settings of its own."""
    with local_shops(database_of, simulator) as make:
        yield make


@pytest.fixture
def local(make_local: Callable[..., LocalShop]) -> LocalShop:
    """Give a marketplace with a local Bill.com."""
    return make_local()


@pytest.fixture
def terminal(local: LocalShop) -> Terminal:
    """Give a terminal beside it."""
    return Terminal(local)
