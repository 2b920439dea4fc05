"""How the app's objects are pointed at from our rows: a class name and the primary key as text.

    Buyer(id=7)                        Buyer, "7"
    Seller(id=UUID("0192..."))         Seller, "0192..." with its 32 hex digits
    Order(shop="a-b", number=7)        Order, "a%2Db-7"

Parts of a composite key are joined by "-"; within a part "-" and "%" are escaped, so no two keys read alike.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.exc import NoInspectionAvailable
from sqlalchemy.orm import InstanceState, Mapper, Session, object_session
from sqlalchemy.orm.exc import UnmappedInstanceError

from flask_billcom.errors import MappingError

_LONGEST_ID = 200


class Identity(NamedTuple):
    """Where a row of the app's is.

    :param local_type: name of the class that was registered.
    :param local_id: primary key as text.
    """

    local_type: str
    local_id: str


def session_of(obj: object) -> Session | None:
    """Return the session that an object is in, or None: also for what no session can hold."""
    try:
        return object_session(obj)
    except UnmappedInstanceError:
        return None


def local_id(obj: object, session: Session) -> str:
    """Return the primary key of a mapped object as text, flushing the session when it has none yet.

    :raises MappingError: the object is not mapped, in no session and without a key, or its key is of an unknown type.
    """
    state = _state(obj)
    key = state.mapper.primary_key_from_instance(obj)
    if None in key:
        if object_session(obj) is None:
            raise MappingError(f"{_name(obj)} has no primary key yet; add it to the session first")
        (object_session(obj) or session).flush()
        key = state.mapper.primary_key_from_instance(obj)
    words = key_text(key)
    if len(words) > _LONGEST_ID:
        raise MappingError(f"the primary key of {_name(obj)} is longer than {_LONGEST_ID} characters as text")
    return words


def key_text(key: list[Any] | tuple[Any, ...]) -> str:
    """Return a primary key as text.

    :raises MappingError: a part is neither int, text, UUID nor date.
    """
    parts = [_text(part) for part in key]
    if len(parts) == 1:
        return parts[0]
    return "-".join(part.replace("%", "%25").replace("-", "%2D") for part in parts)


def parse_key(cls: type[Any], words: str) -> tuple[Any, ...]:
    """Return the primary key that a text stands for.

    :raises MappingError: it stands for none; or the class has a key of another shape by now.
    """
    mapper: Mapper[Any] = inspect(cls)
    columns = mapper.primary_key
    parts = [words]
    if len(columns) > 1:
        parts = [part.replace("%2D", "-").replace("%25", "%") for part in words.split("-")]
    if len(parts) != len(columns):
        raise MappingError(f"{words!r} is no primary key of {cls.__name__}, which has {len(columns)} parts")
    try:
        return tuple(_parsed(column.type.python_type, part) for column, part in zip(columns, parts, strict=True))
    except (ValueError, NotImplementedError):
        raise MappingError(f"{words!r} is no primary key of {cls.__name__}") from None


def _state(obj: object) -> InstanceState[Any]:
    try:
        state = inspect(obj)
    except NoInspectionAvailable:
        state = None
    if not isinstance(state, InstanceState):
        raise MappingError(f"{_name(obj)} is no object of a mapped class; give the row itself")
    return state


def _name(obj: object) -> str:
    return f"this {type(obj).__name__}"


def _text(part: object) -> str:
    if isinstance(part, UUID):
        return part.hex
    if isinstance(part, date):
        return part.isoformat()
    if isinstance(part, bool) or not isinstance(part, int | str):
        raise MappingError(f"a primary key of type {type(part).__name__} is not supported; use int, text, UUID or date")
    return str(part)


def _parsed(python_type: type[Any], part: str) -> Any:  # noqa: ANN401 - of the column's type
    if python_type in {datetime, date}:
        return python_type.fromisoformat(part)
    return python_type(part)
