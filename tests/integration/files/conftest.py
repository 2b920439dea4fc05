"""The worlds of the books, for files."""

from tests.integration.books.conftest import world

__all__ = ["world"]
