"""The app's three functions: what its buyers, sellers and orders look like.

    @billcom.customer_from(Buyer)  --> Registry --> Mapping.render_party()   in the runner, with an app context
    @billcom.vendor_from(Seller)   -->    "     --> Mapping.render_party()
    @billcom.sale_from(Order)      -->    "     --> Registry.sale_of()       once, inside settle()

A subclass is mapped by the nearest class above it that was registered, and its rows carry that class's name. One object
may be buyer and seller: the two roles are two parties.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from flask_billcom.api.codec import to_wire
from flask_billcom.api.records import Customer, Vendor
from flask_billcom.errors import BillcomError, ConfigurationError, InvalidRequest, MappingError
from flask_billcom.models.parties import Role

from .identity import Identity, local_id, parse_key
from .sale import Sale, check_reference

if TYPE_CHECKING:
    from flask import Flask

DECORATORS = {Role.CUSTOMER: "customer_from", Role.VENDOR: "vendor_from"}
RECORDS: dict[Role, type[Customer | Vendor]] = {Role.CUSTOMER: Customer, Role.VENDOR: Vendor}
LONGEST_NAME = 100
"""Most characters of a class name, as our rows hold it."""


class NeedsData(MappingError, LookupError):  # noqa: N818 - a state of the party, as its rows call it
    """The app's row is gone, or its function cannot describe it; mend that, then call sync_party."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A class and the function that describes its objects."""

    cls: type[Any]
    describe: Callable[[Any], Any]


class Functions:
    """The functions of one decorator, by class.

    :param decorator: its name, for messages.
    """

    def __init__(self, decorator: str) -> None:
        self.decorator = decorator
        self._by_class: dict[type[Any], Registered] = {}
        self._by_name: dict[str, Registered] = {}

    def __len__(self) -> int:
        return len(self._by_class)

    def __iter__(self) -> Iterator[Registered]:
        return iter(self._by_class.values())

    def add(self, cls: type[Any], describe: Callable[[Any], Any]) -> None:
        """Register a function.

        :raises ConfigurationError: no class was given, or one of its name is registered already.
        """
        if not isinstance(cls, type):
            raise ConfigurationError(f"write @billcom.{self.decorator}(YourClass), with the class in parentheses")
        if cls.__name__ in self._by_name:
            raise ConfigurationError(f"@billcom.{self.decorator} knows a class {cls.__name__} already")
        if len(cls.__name__) > LONGEST_NAME:
            raise ConfigurationError(f"the name of {cls.__name__} is longer than {LONGEST_NAME} characters")
        self._by_class[cls] = self._by_name[cls.__name__] = Registered(cls, describe)

    def find(self, cls: type[Any]) -> Registered | None:
        """Return what is registered for a class or the nearest one above it."""
        for each in cls.__mro__:
            if each in self._by_class:
                return self._by_class[each]
        return None

    def knows(self, name: str) -> bool:
        """Return whether a class of a name is registered."""
        return name in self._by_name

    def named(self, name: str) -> Registered:
        """Return what is registered for the class of a name.

        :raises MappingError: nothing is.
        """
        if name not in self._by_name:
            raise MappingError(f"no class {name} is mapped; register it with @billcom.{self.decorator}({name})")
        return self._by_name[name]

    def of(self, obj: object) -> Registered:
        """Return what is registered for an object.

        :raises MappingError: nothing is.
        """
        found = self.find(type(obj))
        if found is None:
            name = type(obj).__name__
            raise MappingError(f"{name} is not mapped; register a function with @billcom.{self.decorator}({name})")
        return found


@dataclass(frozen=True, slots=True)
class Registry:
    """Everything that an app has registered with one `Billcom`."""

    sales: Functions = field(default_factory=lambda: Functions("sale_from"))
    parties: dict[Role, Functions] = field(
        default_factory=lambda: {role: Functions(name) for role, name in DECORATORS.items()}
    )

    def roles_of(self, obj: object) -> list[Role]:
        """Return the roles in which an object is mapped: buyer, seller, both or none."""
        return [role for role, functions in self.parties.items() if functions.find(type(obj))]

    def party(self, role: Role, obj: object, session: Session) -> Identity:
        """Return where a buyer or seller is, flushing the session when it has no key yet.

        :raises MappingError: it is not mapped in this role.
        """
        return Identity(self.parties[role].of(obj).cls.__name__, local_id(obj, session))

    def order(self, order: object, session: Session) -> Identity:
        """Return where an order is, flushing the session when it has no key yet.

        :raises MappingError: it is not mapped.
        """
        return Identity(self.sales.of(order).cls.__name__, local_id(order, session))

    def sale_of(self, order: object) -> Sale:
        """Return what the app says about an order.

        :raises MappingError: it is not mapped, or its function raised or returned something else.
        :raises InvalidSale: the sale cannot be settled as it stands.
        """
        found = self.sales.of(order)
        try:
            sale = found.describe(order)
        except (BillcomError, SQLAlchemyError):
            raise
        except Exception as error:
            raise MappingError(f"sale_from({found.cls.__name__}) raised {type(error).__name__}: {error}") from error
        if not isinstance(sale, Sale):
            raise MappingError(f"sale_from({found.cls.__name__}) returned {type(sale).__name__}, not a Sale")
        return sale

    def reference_of(self, sale: Sale, identity: Identity) -> str:
        """Return the reference of a sale: its own, or the order's primary key.

        :raises ConfigurationError: several order classes are mapped, and this one does not set the reference.
        """
        if sale.reference is not None:
            return sale.reference
        if len(self.sales) > 1:
            name = identity.local_type
            raise ConfigurationError(
                f"several order classes are mapped and could have the same primary keys, so sale_from({name}) "
                f"must set the reference, for example Sale(reference=f'{name.lower()}-{{order.id}}', ...)"
            )
        return check_reference(identity.local_id)


class Mapping:
    """Renders parties for one app, which it does not keep alive.

    :param session_of: returns the app's session inside an app context.
    """

    def __init__(self, registry: Registry, app: Flask, session_of: Callable[[], Session]) -> None:
        self.registry = registry
        self.app_of = weakref.ref(app)
        self._session_of = session_of

    def render_party(self, role: str, local_type: str, local_id: str) -> Customer | Vendor:
        """Return a buyer as Customer, or a seller as Vendor, as the app describes him now.

        The object is loaded in a new app context without a request, with a session of its own.

        :raises NeedsData: the row is gone, or the app's function raised.
        :raises MappingError: the function is gone, or it returned something else.
        """
        if self._is_paid_back(role, local_type):
            return _as_vendor(self.render_party(Role.CUSTOMER, local_type, local_id))
        found = self.registry.parties[Role(role)].named(local_type)
        app = self.app_of()
        assert app is not None, "the app has ended"
        with app.app_context():
            return self._described(Role(role), found, local_id)

    def _is_paid_back(self, role: str, local_type: str) -> bool:
        """Return whether a vendor is a buyer, who is one only because he gets money back."""
        sellers, buyers = self.registry.parties[Role.VENDOR], self.registry.parties[Role.CUSTOMER]
        return role == Role.VENDOR and not sellers.knows(local_type) and buyers.knows(local_type)

    def _described(self, role: Role, found: Registered, local_id: str) -> Customer | Vendor:
        obj = self._session_of().get(found.cls, parse_key(found.cls, local_id))
        where = f"{DECORATORS[role]}({found.cls.__name__})"
        if obj is None:
            raise NeedsData(f"{found.cls.__name__} {local_id} is gone, so it cannot be described to Bill.com")
        try:
            record = found.describe(obj)
        except (OperationalError, InterfaceError):
            raise  # the database is ill, not the data
        except Exception as error:
            raise NeedsData(f"{where} raised {type(error).__name__} for {found.cls.__name__} {local_id}") from error
        return _checked(record, RECORDS[role], where)


def _as_vendor(buyer: Customer | Vendor) -> Vendor:
    """Return a buyer as the vendor that he is paid back as: his name and his e-mail address, and no more."""
    return Vendor(name=buyer.name, email=buyer.email)


def _checked(record: object, expected: type[Customer | Vendor], where: str) -> Customer | Vendor:
    if not isinstance(record, expected):
        raise MappingError(f"{where} returned {type(record).__name__}, not a {expected.__name__}")
    assert isinstance(record, Customer | Vendor)
    if record.short_name is not None:
        raise MappingError(f"{where} set short_name, which flask_billcom needs for its own key; leave it out")
    if record.id is not None:
        raise MappingError(f"{where} set id, which Bill.com gives; leave it out")
    if not isinstance(record.name, str) or not record.name.strip():
        raise NeedsData(f"{where} returned a {expected.__name__} without a name")
    try:
        to_wire(record)
    except InvalidRequest as error:
        raise NeedsData(f"{where} returned a {expected.__name__} that cannot be sent: {error}") from None
    return record
