"""Options of the contract suite: where it runs beside the local Bill.com, and what it keeps of what it saw."""

from __future__ import annotations

from pathlib import Path

import pytest

__all__ = ["pytest_addoption"]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("billcom", "contract suite")
    group.addoption(
        "--billcom-live",
        action="store_true",
        help="put the contract cases to a sandbox organization, by the credentials in BILLCOM_LIVE_*",
    )
    group.addoption(
        "--billcom-record",
        type=Path,
        metavar="FOLDER",
        help="keep the names and types of all fields that were answered (never a value), and Errors.json",
    )
