"""The pages under test have addresses of their own, one for each test."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def base_url() -> str | None:
    """Replace the plugin's fixture, which pytest 9 warns about: it is a method whose scope is the session."""
    return None
