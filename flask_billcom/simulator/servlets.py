"""Files at the root of the host: fetched by GET, the session in a header, in the address or in a cookie.

    /is/BillImageServlet  /is/CheckImageServlet  /HtmlServlet  /DownloadBillDocumentServlet  /Invoice2PdfServlet

What cannot be fetched is answered by HTTP 401 or 404 with an error envelope; that status is assumed.
https://developer.bill.com/v2/docs/get-invoice-pdf
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from flask_billcom.simulator import sessions
from flask_billcom.simulator.errors import Refusal, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask_billcom.simulator.world import World

__all__ = ["SERVLETS", "File", "Missing", "NotSignedIn", "fetched"]


class File(NamedTuple):
    """A file as it is answered."""

    content: bytes
    kind: str
    name: str = ""

    def headers(self) -> list[tuple[str, str]]:
        """Return the headers beside its kind."""
        safe = "".join(sign for sign in self.name if sign.isascii() and sign.isprintable() and sign not in '"\\')
        return [("Content-Disposition", f'attachment; filename="{safe}"')] if safe else []


class NotSignedIn(Refusal):
    """The session is missing or over."""


class Missing(Refusal):
    """There is no such file."""


def fetched(world: World, path: str, query: Mapping[str, str], session_id: str) -> File:
    """Return the file of an address.

    :raises Refusal: nobody is signed in, or there is no such file.
    """
    try:
        session = sessions.find(world, session_id)
    except Refusal as error:
        raise NotSignedIn.of(error) from error
    world.actor = world.store["User"].by_id[session.user_id]
    found = SERVLETS[path](world, query)
    if found is None:
        raise Missing.of(refusal("BDC_1120"))
    return found


SERVLETS: Final[Mapping[str, Callable[[World, Mapping[str, str]], File | None]]] = MappingProxyType({})
