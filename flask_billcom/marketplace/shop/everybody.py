"""Every buyer and seller of the app, mapped and committed, by what names them; a few hundred rows in memory at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import and_, inspect, or_, select
from sqlalchemy.orm import Mapper, Session

from flask_billcom.errors import MappingError
from flask_billcom.models.parties import Role

from .freezing import PartyKey
from .identity import key_text, parse_key
from .mapping import Registered, Registry

PAGE = 500


def everybody(
    registry: Registry, session: Session, roles: Sequence[Role], after: str | None = None
) -> Iterator[PartyKey]:
    """Yield the keys of all mapped objects, by role, class and primary key.

    :param after: `role:class:key` of the one behind whom to go on.
    :raises MappingError: `after` names no role and class that are mapped.
    """
    places = [
        (role, each) for role in roles for each in sorted(registry.parties[role], key=lambda each: each.cls.__name__)
    ]
    start: tuple[Any, ...] | None = None
    if after is not None:
        role_name, _, rest = after.partition(":")
        name, _, words = rest.partition(":")
        found = [index for index, (role, each) in enumerate(places) if (role, each.cls.__name__) == (role_name, name)]
        if not found:
            raise MappingError(f"{after!r} names nobody; give the key of a row of the report")
        places = places[found[0] :]
        start = parse_key(places[0][1].cls, words)
    for role, each in places:
        for key in _keys(session, each, start):
            yield PartyKey(role, each.cls.__name__, key)
        start = None


def _keys(session: Session, registered: Registered, last: tuple[Any, ...] | None) -> Iterator[str]:
    mapper: Mapper[Any] = inspect(registered.cls)
    columns = [mapper.attrs[mapper.get_property_by_column(column).key].class_attribute for column in mapper.primary_key]
    while True:
        statement = select(*columns).order_by(*columns).limit(PAGE)
        if last is not None:
            statement = statement.where(_behind(columns, last))
        # A session of our own, so that nothing stays open while Bill.com is asked, and the app's is left alone.
        with Session(session.get_bind(mapper)) as own:
            found = [tuple(row) for row in own.execute(statement)]
        yield from (key_text(row) for row in found)
        if len(found) < PAGE:
            return
        last = found[-1]


def _behind(columns: Sequence[Any], last: tuple[Any, ...]) -> Any:  # noqa: ANN401 - a condition on the app's columns
    return or_(
        *(
            and_(*(before == value for before, value in zip(columns[:place], last, strict=False)), column > last[place])
            for place, column in enumerate(columns)
        )
    )
