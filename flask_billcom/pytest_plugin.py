"""Fixtures for the tests of your app; a test run that uses none of them imports nothing for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .testing import LocalBillcom


@pytest.fixture
def local_billcom() -> Iterator[LocalBillcom]:
    """Serve a local Bill.com while the test lasts; put its `config` into your app's."""
    from .testing import LocalBillcom

    with LocalBillcom() as local:
        yield local
