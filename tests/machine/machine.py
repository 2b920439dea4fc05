"""The state machine: all rules together."""

from __future__ import annotations

from tests.machine.books import Books
from tests.machine.days import Days
from tests.machine.lists import Lists
from tests.machine.nonsense import Nonsense
from tests.machine.office import Office
from tests.machine.page import Page
from tests.machine.sales import Sales


class Machine(Sales, Office, Days, Page, Nonsense, Books, Lists):
    """Everybody does anything, in any order."""
