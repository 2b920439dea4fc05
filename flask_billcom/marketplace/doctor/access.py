"""The way to Bill.com: stored tokens, the sign-in, the trust of this device, and whether it answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from flask_billcom.api.requests import Call
from flask_billcom.engine.errors import Held, NoCapacity
from flask_billcom.engine.fence import endless
from flask_billcom.engine.signing import stand_of
from flask_billcom.errors import APIError, BillcomError, TokenUnreadable, TransportError
from flask_billcom.models import Session

from .checks import Check, Subject, age, counted, problem, warning, well

WARN_DAYS = 7
"""How many days before the end of a device's trust it is announced."""
_MFA = "run `flask billcom session mfa`"


def keys(subject: Subject) -> Iterator[Check]:
    """Look whether every stored token can be read, and with the newest key."""
    with subject.store.read() as rows:
        stored = rows.all(select(Session).where(Session.organization_id == subject.organization_id))
    lost = sum(subject.sessions.is_lost(row) for row in stored)
    if lost:
        message = f"no key opens {counted(lost, 'token')} of earlier sessions, so their end cannot be proved"
        step = (
            "append the lost key to BILLCOM_ENCRYPTION_KEYS if you have it; without it they count as ended a day after "
        )
        step += (
            "their last use, and what is in doubt until then is decided by a person: `flask billcom ops list --stuck`"
        )
        yield warning("keys.earlier", message, step)
    old = 0
    for row in stored:
        for kept, open_ in (
            (row.token_enc, subject.sessions.token),
            (row.mfa_enc, subject.sessions.remembered_device),
        ):
            if kept is None or (kept == row.token_enc and subject.sessions.is_lost(row)):
                continue
            old += subject.vault.needs_rotation(kept)
            try:
                open_(row)
            except TokenUnreadable as error:
                step = "put the old key back into BILLCOM_ENCRYPTION_KEYS, or run `flask billcom session login`"
                yield problem("keys", str(error), step)
                return
    if old:
        message = f"encrypted with an older key: {counted(old, 'stored token')}"
        yield warning("keys", message, "run `flask billcom keys rotate`, then drop the older key")
    else:
        yield well("keys", "every stored token can be read")


def earlier(subject: Subject, now: datetime) -> Iterator[Check]:
    """Name the earlier sessions that live on although they were to end."""
    with subject.store.read() as rows:
        found = endless(rows, subject.organization_id, now)
    for gen, since in found:
        message = f"session {gen} has not ended for {age(now, since)}, and a worker that stood still could send with it"
        yield warning("sessions", message, "restart the workers; it ends by itself once nobody uses it")


def answers(subject: Subject) -> Iterator[Check]:
    """Ask Bill.com whose session this is, signing in where nobody is."""
    try:
        subject.gateway.read(Call("GetSessionInfo.json", {}, changes=False))
    except Held:
        with subject.store.read() as rows:
            stand = stand_of(rows, subject.organization_id)
        message = f"signing in is on hold (session {stand.state})"
        yield problem("sign_in", message, "mend the cause that `flask billcom status` shows, then run "
                      "`flask billcom session login`")  # fmt: skip
    except NoCapacity as full:
        yield warning("sign_in", str(full), "wait; it goes on by itself")
    except TransportError as error:
        yield problem("reachable", str(error), way_there(subject))
    except APIError as error:
        step = "correct BILLCOM_USER_NAME, BILLCOM_PASSWORD, BILLCOM_DEV_KEY or BILLCOM_ORGANIZATION_ID, then run "
        yield problem("sign_in", str(error), step + "`flask billcom session login`")
    except BillcomError as error:
        yield problem("sign_in", str(error), "run `flask billcom session login`")
    else:
        yield well("reachable", f"{subject.settings.environment} answers and knows our session")


def way_there(subject: Subject) -> str:
    """Return where to look when nothing answers."""
    if subject.settings.environment == "simulator":
        return "start the simulator, or correct BILLCOM_BASE_URL"
    return "look at the network and at Bill.com's status page; nothing is lost"


def trust(subject: Subject, now: datetime) -> Iterator[Check]:
    """Look how long this device stays trusted, which charges and payouts need."""
    with subject.store.read() as rows:
        stand = stand_of(rows, subject.organization_id)
    left = stand.days_left(now)
    if left is None or (stand.is_signed_in and not stand.trusted):
        message = "no person has confirmed this device, so nothing can be paid out"
        found = problem if subject.settings.payments_enabled else warning
        yield found("mfa", message, _MFA)
    elif left < WARN_DAYS:
        yield warning("mfa", f"the trust of this device ends in {counted(left, 'day')}", _MFA)
    else:
        yield well("mfa", f"this device is trusted for {counted(left, 'more day')}")
