"""What a test logs can be read, whatever ran before it."""

from __future__ import annotations

import logging

import pytest


@pytest.fixture(autouse=True)
def every_logger_is_on() -> None:
    """Switch on again what a logging configuration has switched off that an earlier test's migration read."""
    for logger in logging.root.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            logger.disabled = False
