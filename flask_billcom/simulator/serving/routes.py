"""From a path to what it asks for.

    /api/v2/<Verb>.json               /api/v2/Crud/<Op>/<Entity>.json
    /api/v2/List/<Entity>.json        /api/v2/Bulk/Crud/<Op>/<Entity>.json

Case matters. What v2 does not have is answered by HTTP 404 and BDC_1121.
"""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from flask_billcom.simulator.catalogue import ENTITIES, Entity
from flask_billcom.simulator.errors import Refusal, refusal

from .operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask_billcom.simulator.calls.operation import Operation

__all__ = ["NotFound", "Route", "find_route"]

PREFIX: Final = "/api/v2/"
OPS: Final = frozenset({"Create", "Read", "Update", "Delete", "Undelete"})
_PROTECTED: Final = frozenset({"Create", "Delete"})
#: What exists for Bill.com's partners alone; nobody who signs in here is one.
PARTNERS: Final = MappingProxyType({"Organization": frozenset({"Create", "Update", "Delete", "Undelete"})})


class NotFound(Refusal):
    """There is no such path in v2; the answer comes with HTTP 404."""


class Route(NamedTuple):
    """What a path asks for: an operation, or a verb on an entity."""

    endpoint: str
    verb: str
    entity: Entity | None = None
    operation: Operation | None = None
    is_bulk: bool = False

    def __reduce__(self) -> tuple[Callable[[str], Route], tuple[str]]:
        """Be kept as the path alone: what an operation runs cannot be kept."""
        return find_route, (f"{PREFIX}{self.endpoint}.json",)

    @property
    def needs_trust(self) -> bool:
        """Whether only an MFA-trusted session may call it."""
        if self.operation is not None:
            return self.operation.is_protected
        return self.entity is not None and self.entity.name == "VendorBankAccount" and self.verb in _PROTECTED

    @property
    def is_for_partners(self) -> bool:
        """Whether only a partner of Bill.com may call it."""
        return self.entity is not None and self.verb in PARTNERS.get(self.entity.name, ())


def not_found() -> NotFound:
    """Return the refusal of an unknown path."""
    return NotFound.of(refusal("BDC_1121"))


@lru_cache(maxsize=1024)
def find_route(path: str) -> Route:
    """Return what a path asks for.

    :raises NotFound: v2 has no such path.
    :raises Refusal: the path is well formed, but names a verb or entity that does not go together.
    """
    if not path.startswith(PREFIX):
        raise _other_version(path)
    endpoint = path.removeprefix(PREFIX).removesuffix(".json")
    parts = endpoint.split("/")
    is_bulk = parts[0] == "Bulk"
    if not path.endswith(".json") and not is_bulk:
        raise not_found()
    if len(parts) == 1 and parts[0] in OPERATIONS:
        return Route(endpoint, parts[0], operation=OPERATIONS[parts[0]])
    if len(parts) == 2 and parts[0] == "List":  # noqa: PLR2004 - List/<Entity>
        return _list_route(endpoint, parts[1])
    if is_bulk:
        parts = parts[1:]
    if len(parts) == 3 and parts[0] == "Crud":  # noqa: PLR2004 - Crud/<Op>/<Entity>
        return _crud_route(endpoint, parts[1], parts[2], is_bulk=is_bulk)
    raise not_found()


def _list_route(endpoint: str, name: str) -> Route:
    entity = ENTITIES.get(name)
    if entity is None or not entity.offers("List"):
        raise refusal("BDC_1128", name)
    return Route(endpoint, "List", entity)


def _crud_route(endpoint: str, op: str, name: str, *, is_bulk: bool) -> Route:
    if op not in OPS:
        raise refusal("BDC_1115", op)
    entity = ENTITIES.get(name)
    if entity is None or not (entity.offers(op, bulk=is_bulk) or (not is_bulk and op in PARTNERS.get(name, ()))):
        raise refusal("BDC_1116", name)
    return Route(endpoint, op, entity, is_bulk=is_bulk)


def _other_version(path: str) -> Refusal:
    parts = path.split("/")
    version = parts[2] if path.startswith("/api/") and len(parts) > 3 else ""  # noqa: PLR2004 - /api/<version>/...
    if version == "v1":
        return refusal("BDC_1005", version)
    return refusal("BDC_1003") if version else not_found()
