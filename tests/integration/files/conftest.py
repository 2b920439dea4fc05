"""The worlds of the books, for files."""

from tests.integration.books.conftest import sqlite_stage, world

__all__ = ["sqlite_stage", "world"]
