"""What one check found, and the words for times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flask_billcom.clock import Clock
from flask_billcom.engine.gateway import Gateway
from flask_billcom.engine.sessions import Sessions
from flask_billcom.marketplace.context import Domain
from flask_billcom.settings import Settings
from flask_billcom.store import Store
from flask_billcom.vault import Vault


class Level(StrEnum):
    """How bad it is: a problem stops money or hides it, a warning will, or may."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One finding.

    :param id: what was looked at, such as `database.journal`.
    :param next_step: what to do about it; None where it is well.
    """

    id: str
    level: Level
    message: str
    next_step: str | None = None

    @property
    def ok(self) -> bool:
        """Whether it is no problem."""
        return self.level is not Level.PROBLEM


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is examined: the parts of one app."""

    settings: Settings
    store: Store
    clock: Clock
    vault: Vault
    sessions: Sessions
    gateway: Gateway
    domain: Domain

    @property
    def organization_id(self) -> str:
        """Whose rows are looked at."""
        return self.settings.organization_id


def well(id_: str, message: str) -> Check:
    """Return a finding that needs nothing."""
    return Check(id=id_, level=Level.OK, message=message)


def warning(id_: str, message: str, next_step: str) -> Check:
    """Return a finding that somebody should look at."""
    return Check(id=id_, level=Level.WARNING, message=message, next_step=next_step)


def problem(id_: str, message: str, next_step: str) -> Check:
    """Return a finding that somebody must mend."""
    return Check(id=id_, level=Level.PROBLEM, message=message, next_step=next_step)


def age(now: datetime, then: datetime) -> str:
    """Return how long ago something was, in the largest unit that fits: `3 d`, `2 h`, `5 min`, `40 s`."""
    past = max(now - then, timedelta(0))
    for unit, name in ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min")):
        if past >= unit:
            return f"{past // unit} {name}"
    return f"{past.seconds} s"


def counted(number: int, word: str) -> str:
    """Return a number and its word, with an s where there are several."""
    return f"{number} {word}{'s' * (number != 1)}"
