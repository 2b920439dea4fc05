"""Files at the root of the host: fetched by GET, the session in a header, in the address or in a cookie.

    /is/BillImageServlet  /is/CheckImageServlet  /HtmlServlet  /DownloadBillDocumentServlet  /Invoice2PdfServlet

What cannot be fetched is answered by HTTP 401 or 404 with an error envelope; that status is assumed.
https://developer.bill.com/v2/docs/get-invoice-pdf
"""

from __future__ import annotations

from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from flask_billcom.simulator.access import sessions
from flask_billcom.simulator.errors import Refusal, refusal
from flask_billcom.simulator.papers.files import documents_of, page_at
from flask_billcom.simulator.papers.pictures import bars, pdf
from flask_billcom.simulator.state.rows import dollars

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flask_billcom.simulator.state.rows import Row
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


def _page_image(world: World, query: Mapping[str, str]) -> File | None:
    """Return a page of what is attached to an object, or of one document, as PNG."""
    wanted, number = query.get("entityId", ""), query.get("pageNumber") or "1"
    single = world.documents.get(wanted)
    found = [single] if single is not None else documents_of(world, wanted)
    if not number.isdigit():
        raise Missing.of(refusal("BDC_1129", "pageNumber", number))
    try:
        document, place = page_at(found, int(number))
    except LookupError:
        return None
    if document.extension == "png":
        return File(document.content, document.kind)
    return File(bars(f"{document.id}/{place}"), "image/png")


def _text(world: World, query: Mapping[str, str]) -> File | None:
    document = world.documents.get(query.get("id", ""))
    if document is None or not document.is_text:
        return None
    if document.extension in {"htm", "html"}:
        return File(document.content, "text/html; charset=utf-8")
    text = escape(document.content.decode("utf-8", "replace"))
    return File(f"<!doctype html><html><body><pre>{text}</pre></body></html>".encode(), "text/html; charset=utf-8")


def _whole(world: World, query: Mapping[str, str]) -> File | None:
    wanted = query.get("id") or query.get("documentId") or query.get("entityId") or ""
    document = world.documents.get(wanted)
    return None if document is None else File(document.content, document.kind, document.file_name)


def _check_image(world: World, query: Mapping[str, str]) -> File | None:
    sent_pay_id = world.check_images.get(query.get("id", ""))
    return None if sent_pay_id is None else File(bars(sent_pay_id), "image/png")


def _invoice(world: World, query: Mapping[str, str]) -> File | None:
    wanted = query.get("PresentationType", "PDF")
    if wanted.upper() != "PDF":
        raise Missing.of(refusal("BDC_1129", "PresentationType", wanted))
    invoice = world.find("Invoice", query.get("Id") or query.get("id") or "")
    if invoice is None:
        return None
    content = pdf(f"Invoice {invoice['invoiceNumber']}", list(_invoice_lines(world, invoice)))
    return File(content, "application/pdf", f"{invoice['invoiceNumber']}.pdf")


def _invoice_lines(world: World, invoice: Row) -> Iterator[str]:
    yield f"From: {world.organization['name']}"
    yield f"To: {world.store['Customer'].by_id[invoice['customerId']]['name']}"
    yield f"Invoice date: {invoice['invoiceDate']}   Due date: {invoice['dueDate']}"
    yield ""
    for line in invoice["invoiceLineItems"]:
        yield f"{line['description'] or 'Item'}   x {line['quantity']}   {dollars(line['amount'])}"
    if invoice["salesTaxTotal"]:
        yield f"Sales tax   {dollars(invoice['salesTaxTotal'])}"
    yield ""
    yield f"Total   {dollars(invoice['amount'])}"
    yield f"Amount due   {dollars(invoice['amountDue'])}"


SERVLETS: Final[Mapping[str, Callable[[World, Mapping[str, str]], File | None]]] = MappingProxyType(
    {
        "/is/BillImageServlet": _page_image,
        "/is/CheckImageServlet": _check_image,
        "/HtmlServlet": _text,
        "/DownloadBillDocumentServlet": _whole,
        "/Invoice2PdfServlet": _invoice,
    }
)
