"""Words of a command line as values of the wire, and answers as words.

name=Acme                  {"name": "Acme"}
updatedTime>=2031-01-01    Filter("updatedTime", ">=", "2031-01-01")
dueDate:desc               Sort("dueDate", descending=True)
@file.json, -              the JSON in a file, on standard input
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, Final

from flask_billcom.errors import InvalidRequest, MalformedReply

from .codec import from_wire, write_value
from .fields import Fact, Kind, Record, fact_of, facts
from .query import Filter, Sort
from .secret import MASK, Secret
from .wire import UnreadableJSON, dumps, loads

_FIELD: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_FILTER: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\s*(>=|<=|!=|=|<|>|\sin\s|\snin\s)\s*(.*)", re.DOTALL)
_SHOWN: Final = 4


def parse_fields(cls: type[Record] | None, words: Sequence[str]) -> dict[str, Any]:
    """Return fields in wire spelling.

    :param words: `field=value` each.
    :param cls: the record that they belong to; without it the value is JSON where it can be, text where it cannot.
    :raises InvalidRequest: a word is no such pair, or the record has no such field.
    """
    found: dict[str, Any] = {}
    for word in words:
        match = _FIELD.fullmatch(word)
        if match is None:
            raise InvalidRequest(f"{word.partition('=')[0]!r} must be FIELD=VALUE")
        name, value = match.groups()
        if cls is None:
            found[name] = _json_or_text(value)
        else:
            fact = _known(cls, name)
            found[fact.wire] = _json_or_text(value) if fact.kind in {Kind.RECORDS, Kind.RAW} else value
    return found


def parse_filter(cls: type[Record], word: str) -> Filter:
    """Return the condition that a word stands for.

    :raises InvalidRequest: it stands for none.
    """
    match = _FILTER.fullmatch(word)
    if match is None:
        raise InvalidRequest(f"{word!r} must be FIELD=VALUE, or with != < <= > >= or the words in, nin")
    name, op, value = match.group(1), match.group(2).strip(), match.group(3)
    fact = _known(cls, name)
    several = tuple(value.split(","))
    return Filter(name, op, several if op in {"in", "nin"} else _value(cls, fact, value))


def parse_sort(word: str) -> Sort:
    """Return the step of an order that a word stands for.

    :raises InvalidRequest: it says something else than asc or desc.
    """
    name, _, direction = word.partition(":")
    if direction not in {"", "asc", "desc"}:
        raise InvalidRequest(f"{word!r} must be FIELD, FIELD:asc or FIELD:desc")
    return Sort(name, descending=direction == "desc")


def parse_json(word: str | None) -> Any:  # noqa: ANN401 - any JSON value
    """Return the JSON value in a word, a file or standard input; None for no word.

    :raises InvalidRequest: there is no JSON.
    """
    if word is None:
        return None
    try:
        if word == "-":
            return loads(sys.stdin.read())
        return loads(Path(word[1:]).read_bytes() if word.startswith("@") else word)
    except (UnreadableJSON, OSError) as error:
        raise InvalidRequest(f"--data cannot be read: {error}") from None


def shown(value: Any, *, as_json: bool) -> str:  # noqa: ANN401 - whatever was answered
    """Return an answer for people: JSON, or for an object one line of its first fields.

    Secrets are masked, in records as in what is only to be shown.
    """
    plain = _plain(value)
    if as_json or not isinstance(plain, Mapping):
        return dumps(plain)
    known = [
        f"{key}={_short(item)}" for key, item in plain.items() if item not in (None, "", [], {}) and key != "entity"
    ]
    return "  ".join(known[:_SHOWN])


def _plain(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, Record):
        held = ((fact, getattr(value, name)) for name, fact in facts(type(value)).items())
        wire = {fact.wire: MASK if fact.secret else _plain(item) for fact, item in held if item not in (None, ())}
        return {**wire, **value.extra}
    if isinstance(value, Secret):
        return MASK
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    assert not is_dataclass(value)  # answers hold records and JSON
    return value


def _short(value: Any) -> str:  # noqa: ANN401
    return value if isinstance(value, str) else dumps(value)


def _known(cls: type[Record], name: str) -> Fact:
    fact = fact_of(cls, name)
    if fact is None:
        raise InvalidRequest(f"{cls.__name__} has no field {name}")
    return fact


def _value(cls: type[Record], fact: Fact, word: str) -> Any:  # noqa: ANN401
    """Return a word as the field's own type, so that a wrong one is found here."""
    try:
        read = getattr(from_wire(cls, {fact.wire: word}), fact.name)
    except MalformedReply:
        raise InvalidRequest(f"{word!r} cannot be read as {fact.kind.value}, which {fact.name} is") from None
    return word if read is None else write_value(fact, read)


def _json_or_text(word: str) -> Any:  # noqa: ANN401
    try:
        return loads(word)
    except UnreadableJSON:
        return word
