"""How a record declares a field of Bill.com's: type, rights, meaning and source, beside the annotation.

    email: Annotated[str | None, text("Where SendInvoice sends by default.", SEEN)] = None

The annotation is for Python and its type checkers; the fact beside it is for the codec, the local checks and the
reference pages. The wire name is the Python name in camelCase unless it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Final, TypeVar, cast, get_args, get_origin, get_type_hints

from .secret import MASK

F = TypeVar("F", bound=Callable[..., Any])


class Kind(Enum):
    """What a field holds on the wire."""

    ID = "id"
    TEXT = "text"
    CHOICE = "choice"
    FLAG = "flag"
    MONEY = "dollars"
    NUMBER = "number"
    WHOLE = "whole number"
    DAY = "day"
    MOMENT = "time"
    RECORD = "record"
    RECORDS = "records"
    RAW = "any"


class Evidence(Enum):
    """What a fact rests on."""

    DOCUMENTED = "documented"
    SEEN = "seen in clients, undocumented"
    INFERRED = "inferred from like objects"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact comes from."""

    evidence: Evidence
    page: str = ""


SEEN: Final = Source(Evidence.SEEN)
INFERRED: Final = Source(Evidence.INFERRED)
PORTAL: Final = Source(Evidence.DOCUMENTED, "the archived portal of API v2")


def page(address: str) -> Source:
    """Return the source for what a page of Bill.com's documentation says."""
    return Source(Evidence.DOCUMENTED, address)


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of one field.

    :param doc: one line of meaning.
    :param wire: its name on the wire.
    :param aliases: other spellings that answers use.
    :param required: whether Create needs it.
    :param read_only: whether it is never sent.
    :param partner: whether only Bill.com's partners may write it.
    :param secret: whether its value is kept out of reprs and logs.
    :param beside: whether it travels beside the object instead of in it.
    :param filterable: whether lists can be filtered by it; None where no page says so.
    :param choices: the known values.
    :param records: the class of nested records.
    """

    kind: Kind
    doc: str
    source: Source
    wire: str = ""
    name: str = ""
    aliases: tuple[str, ...] = ()
    required: bool = False
    read_only: bool = False
    partner: bool = False
    secret: bool = False
    beside: bool = False
    filterable: bool | None = None
    choices: type[Enum] | None = None
    records: type[Record] | None = None

    @property
    def can_filter(self) -> bool:
        """Return whether a list filter by this field is sent at all."""
        if self.filterable is not None:
            return self.filterable
        return not self.beside and not self.secret and self.kind not in {Kind.RECORD, Kind.RECORDS, Kind.RAW}


def text(doc: str, source: Source, **more: Any) -> Fact:  # noqa: ANN401 - see Fact
    """Declare text."""
    return Fact(Kind.TEXT, doc, source, **more)


def ident(doc: str, source: Source, **more: Any) -> Fact:  # noqa: ANN401
    """Declare the id of an object; twenty zeros on the wire are None."""
    return Fact(Kind.ID, doc, source, **more)


def choice(choices: type[Enum] | None, doc: str, source: Source, **more: Any) -> Fact:  # noqa: ANN401
    """Declare one of several codes; a value that the enum does not know stays text."""
    return Fact(Kind.CHOICE, doc, source, choices=choices, **more)


def flag(doc: str, source: Source, **more: Any) -> Fact:  # noqa: ANN401
    """Declare a yes or no."""
    return Fact(Kind.FLAG, doc, source, **more)


def money(doc: str, source: Source, **more: Any) -> Fact:  # noqa: ANN401
    """Declare an amount in Decimal dollars with at most two places."""
    return Fact(Kind.MONEY, doc, source, **more)


def number(doc: str, source: Source, **more: Any) -> Fact:  # noqa: ANN401
    """Declare a Decimal that is not an amount: a quantity, price, rate or percentage."""
    return Fact(Kind.NUMBER, doc, source, **more)


def whole(doc: str, source: Source, **more: Any) -> Fact:  # noqa: ANN401
    """Declare a whole number."""
    return Fact(Kind.WHOLE, doc, source, **more)


def day(doc: str, source: Source, **more: Any) -> Fact:  # noqa: ANN401
    """Declare a date without a time."""
    return Fact(Kind.DAY, doc, source, **more)


def moment(doc: str, source: Source, **more: Any) -> Fact:  # noqa: ANN401
    """Declare a time, aware UTC."""
    return Fact(Kind.MOMENT, doc, source, **more)


def records(cls: type[Record], doc: str, source: Source, **more: Any) -> Fact:  # noqa: ANN401
    """Declare nested records."""
    return Fact(Kind.RECORDS, doc, source, records=cls, **more)


def record(cls: type[Record], doc: str, source: Source, **more: Any) -> Fact:  # noqa: ANN401
    """Declare one nested record."""
    return Fact(Kind.RECORD, doc, source, records=cls, **more)


def raw(doc: str, source: Source, **more: Any) -> Fact:  # noqa: ANN401
    """Declare JSON that is handed on as it comes."""
    return Fact(Kind.RAW, doc, source, **more)


class _Clear:
    """The type of `CLEAR`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "CLEAR"

    def __bool__(self) -> bool:
        return False


CLEAR: Final[Any] = _Clear()
"""In a field of a record that is updated: empty it. None leaves a field as it is, because it is not sent."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Record:
    """One object of Bill.com's, as a value.

    Fields that are None are not sent. What an answer holds beyond the declared fields is kept in `extra`.
    """

    ENTITY: ClassVar[str] = ""
    PREFIX: ClassVar[str] = ""

    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for name in _lists(type(self)):
            held = getattr(self, name)
            if not isinstance(held, tuple):
                object.__setattr__(self, name, tuple(held or ()))

    def __repr__(self) -> str:
        held = ((fact, getattr(self, name)) for name, fact in facts(type(self)).items())
        shown = [f"{fact.name}={_shown(fact, value)}" for fact, value in held if value not in (None, (), {})]
        return f"{type(self).__name__}({', '.join(shown)})"


_COMMON: Final = page("https://developersupport.bill.com/hc/en-us/articles/360035447311-Key-Concepts")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Stored(Record):
    """A record with an id and times of its own."""

    id: Annotated[str | None, ident("Its id; Bill.com gives it.", _COMMON, read_only=True, filterable=True)] = None
    created_time: Annotated[datetime | None, moment("When it was made.", _COMMON, read_only=True, filterable=True)] = (
        None
    )
    updated_time: Annotated[
        datetime | None, moment("When it last changed; poll on it.", _COMMON, read_only=True, filterable=True)
    ] = None


def once_per_class(function: F) -> F:
    """Compute a function once for each class that it is given.

    `functools.cache` itself asks for hashable arguments, which mypy does not grant to classes of frozen dataclasses.
    """
    return cast("F", cache(function))


@once_per_class
def facts(cls: type[Record]) -> Mapping[str, Fact]:
    """Return what is known of a record's fields, by Python name in order of declaration."""
    hints = get_type_hints(cls, include_extras=True)
    return MappingProxyType(dict(_declared(cls, hints)))


def _declared(cls: type[Record], hints: Mapping[str, Any]) -> Iterator[tuple[str, Fact]]:
    for declared in fields(cls):
        hint = hints[declared.name]
        if get_origin(hint) is Annotated:
            fact = next(item for item in get_args(hint)[1:] if isinstance(item, Fact))
            yield declared.name, replace(fact, name=declared.name, wire=fact.wire or camel(declared.name))


def _shown(fact: Fact, value: object) -> str:
    return repr(MASK) if fact.secret else repr(value)


def fact_of(cls: type[Record], name: str) -> Fact | None:
    """Return the field that has a name, Python's or the wire's, or None."""
    return facts(cls).get(name) or by_wire(cls).get(name)


@once_per_class
def by_wire(cls: type[Record]) -> Mapping[str, Fact]:
    """Return a record's fields by every spelling that the wire knows."""
    found = {fact.wire: fact for fact in facts(cls).values()}
    found.update({alias: fact for fact in facts(cls).values() for alias in fact.aliases})
    return MappingProxyType(found)


def camel(name: str) -> str:
    """Return a Python name as the wire spells it: `process_date` as `processDate`."""
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


@once_per_class
def nested(cls: type[Record]) -> tuple[type[Record], ...]:
    """Return the classes of the records inside a record."""
    return tuple(fact.records for fact in facts(cls).values() if fact.records is not None)


@once_per_class
def _lists(cls: type[Record]) -> tuple[str, ...]:
    return tuple(fact.name for fact in facts(cls).values() if fact.kind is Kind.RECORDS)
