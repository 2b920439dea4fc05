"""A database belongs to one environment: the first one that it was used with."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import OperationalError, ProgrammingError

from .clock import Clock
from .errors import ConfigurationError
from .models import Mark
from .settings import Settings
from .store import Rows

ENVIRONMENT = "environment"


def check_environment(rows: Rows, clock: Clock, settings: Settings) -> bool:
    """Compare the environment of the settings with that of the database, and remember it there the first time.

    :return: whether it was found there, so that the check need not be repeated.
    :raises ConfigurationError: the database was used with another environment, or has none of our tables.
    """
    try:
        found = rows.all(select(Mark.organization_id, Mark.value).where(Mark.name == ENVIRONMENT))
    except (OperationalError, ProgrammingError) as error:
        if "billcom_mark" not in str(error.orig):
            raise
        raise ConfigurationError(
            "the database has no tables of flask_billcom; run `flask db migrate` and `flask db upgrade`, "
            "or db.create_all()"
        ) from None
    other = sorted({value for _, value in found} - {settings.environment})
    if other:
        raise ConfigurationError(
            f"BILLCOM_ENVIRONMENT is {settings.environment}, but this database was used with {other[0]}: its ids mean "
            "other objects there; use a database of its own for each environment"
        )
    if any(organization_id == settings.organization_id for organization_id, _ in found):
        return True
    row = {
        "organization_id": settings.organization_id,
        "name": ENVIRONMENT,
        "value": settings.environment,
        "updated_at": clock.now(),
    }
    rows.insert_new(Mark, [row])
    return False
