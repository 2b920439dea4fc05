"""The doctor: everything that keeps money from moving, or hides it, with the next step for each.

    checks     what one finding is
    database   tables, environment, engine
    access     keys, sign-in, trust, reachability
    work       ticks, holds, operations, audit trail, events, books
    money      payable cents that nothing pays, payouts that come back, refunds that wait, sales that do not end, strays
    people     parties that Bill.com does not list; adjustments and disputes that nobody has decided about

Without tables there is nothing else to look at, and without the clock nothing has an age.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

from flask_billcom.errors import BillcomError, TransportError

from . import access, database, money, people, work
from .checks import Check, Level, Subject, problem, well

__all__ = ["Check", "Diagnosis", "Level", "Subject", "examine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What the doctor found.

    :param checks: every finding, in the order in which things depend on each other.
    """

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether there is no problem; warnings do not count."""
        return all(check.ok for check in self.checks)


def examine(subject: Subject, *, offline: bool = False) -> Diagnosis:
    """Look at everything.

    :param offline: leave Bill.com alone; ask it nothing and do not sign in.
    """
    return Diagnosis(checks=tuple(_guarded(subject, offline=offline)))


def _guarded(subject: Subject, *, offline: bool) -> Iterator[Check]:
    try:
        yield from _checks(subject, offline=offline)
    except DBAPIError as error:
        # Only the driver's own words: the statement and its parameters are nobody's business here.
        said = " ".join(str(error.orig).split())
        yield problem("database", f"the database cannot be used: {said}", "look at its address and its server")
    except BillcomError as error:
        yield problem("doctor", str(error), "mend it, then run `flask billcom doctor` again")


def _checks(subject: Subject, *, offline: bool) -> Iterator[Check]:
    yield _settings(subject)
    there = list(database.tables(subject))
    yield from there
    if not all(check.ok for check in there):
        return
    yield from database.engine(subject)
    yield from access.keys(subject)
    yield from work.books(subject)
    if not offline:
        yield from access.answers(subject)
    try:
        now = subject.clock.now()
    except TransportError as error:
        yield problem("clock", str(error), access.way_there(subject))
        return
    yield from database.environment(subject)
    yield from access.trust(subject, now)
    yield from access.earlier(subject, now)
    for look in (work.ticks, work.holds, work.stuck, work.slow, work.audit, work.events):
        yield from look(subject, now)
    yield from money.payable(subject.domain)
    yield from money.coming_back(subject, now)
    yield from money.refunds(subject.domain)
    yield from money.slow_sales(subject, now)
    yield from money.beside(subject)
    yield from people.unlisted(subject, now)
    yield from people.undecided(subject, now)


def _settings(subject: Subject) -> Check:
    moving = "money may move" if subject.settings.payments_enabled else "no money moves (BILLCOM_PAYMENTS_ENABLED)"
    return well("settings", f"{subject.settings.environment}, organization {subject.organization_id}; {moving}")
