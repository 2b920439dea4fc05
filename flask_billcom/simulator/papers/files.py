"""Files on objects: uploads, documents, their pages.

    UploadAttachment ──> 0du, in progress ──`upload_s` later──> 00h, a document on its object, or in the inbox

https://developersupport.bill.com/hc/en-us/articles/208586996-UploadAttachment
https://developer.bill.com/v2/reference/org-basic-getdocumentpages
"""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.access.rights import allows
from flask_billcom.simulator.calls import arguments
from flask_billcom.simulator.calls.listing import page_of
from flask_billcom.simulator.calls.objects import require
from flask_billcom.simulator.calls.operation import Operation, with_data
from flask_billcom.simulator.clock import iso_time
from flask_billcom.simulator.errors import data_refusal, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_billcom.simulator.calls.operation import Call
    from flask_billcom.simulator.world import World

__all__ = ["OPERATIONS", "Document", "documents_of", "finish", "page_at"]

LARGEST: Final = 20 * 1024 * 1024
_TAKES: Final = frozenset(
    {"Bill", "VendorCredit", "Invoice", "SentPay", "ReceivedPay", "Vendor", "Customer", "ChartOfAccount"}
)
_WITH_PAGES: Final = frozenset({"Bill", "VendorCredit"})
#: Extension: MIME type and the bytes that such a file begins with, where it has any.
KINDS: Final[Mapping[str, tuple[str, tuple[bytes, ...]]]] = MappingProxyType(
    {
        "pdf": ("application/pdf", (b"%PDF-",)),
        "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
        "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
        "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
        "gif": ("image/gif", (b"GIF87a", b"GIF89a")),
        "tif": ("image/tiff", (b"II*\0", b"MM\0*")),
        "tiff": ("image/tiff", (b"II*\0", b"MM\0*")),
        "bmp": ("image/bmp", (b"BM",)),
        "txt": ("text/plain", ()),
        "csv": ("text/csv", ()),
        "htm": ("text/html", ()),
        "html": ("text/html", ()),
        "doc": ("application/msword", (b"\xd0\xcf\x11\xe0",)),
        "xls": ("application/vnd.ms-excel", (b"\xd0\xcf\x11\xe0",)),
        "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (b"PK\x03\x04",)),
        "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (b"PK\x03\x04",)),
    }
)
_SIGNATURES: Final = tuple(sign for _, signs in KINDS.values() for sign in signs)
_PDF_PAGE: Final = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")


@dataclass(slots=True)
class Document:
    """One file.

    :param id: empty while the upload is in progress.
    :param object_id: what it is on; empty for the inbox.
    """

    upload_id: str
    object_id: str
    file_name: str
    content: bytes
    made: int
    is_public: bool = False
    id: str = ""

    @property
    def extension(self) -> str:
        """What the file name ends with, in small letters."""
        return self.file_name.rpartition(".")[2].lower()

    @property
    def kind(self) -> str:
        """The MIME type."""
        return KINDS[self.extension][0]

    @property
    def is_text(self) -> bool:
        """Whether it has text instead of pages to look at."""
        return self.kind.startswith("text/")

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return max(1, len(_PDF_PAGE.findall(self.content))) if self.extension == "pdf" else 1


def _upload(world: World, call: Call) -> dict[str, Any]:
    if not (allows(world, "files") or allows(world, "approve")):
        raise refusal("no_permission")
    given = call.data
    name, content = _file(call)
    given_name = arguments.text(given, "fileName") or name
    if not given_name:
        raise refusal("BDC_1117", "fileName")
    target = ""
    if given.get("id"):
        row = world.anything(given["id"], "id")
        if row.entity_name not in _TAKES:
            raise data_refusal("id", row.id)
        target = row.id
    _check(given_name, content)
    upload = Document(world.ids.new("0du"), target, given_name, content, world.now, given.get("isPublic") is True)
    world.uploads[upload.upload_id] = upload
    world.effects.append(upload.upload_id)
    if world.settings.upload_s:
        world.plan(world.now + int(world.settings.upload_s * 1000), "upload", upload.upload_id)
    else:
        finish(world, upload.upload_id)
    return {"documentUploadedId": upload.upload_id}


def _file(call: Call) -> tuple[str, bytes]:
    """Return name and content of the file: a part of a multipart body, or base64 text as older clients send it."""
    if call.files:
        return call.files.get("file") or next(iter(call.files.values()))
    text = call.data.get("document")
    if not text:
        raise refusal("BDC_1108", "file")
    if not isinstance(text, str):
        raise refusal("BDC_1124", "document")
    try:
        return "", b64decode(text, validate=True)
    except ValueError as error:
        raise refusal("BDC_1119", "document", f"{text[:20]}...") from error


def _check(name: str, content: bytes) -> None:
    """Refuse what is empty, too large, or not what its name says."""
    extension = name.rpartition(".")[2].lower()
    if "." not in name or extension not in KINDS:
        raise refusal("file_refused", name)
    if not content or len(content) >= LARGEST:
        raise refusal("file_refused", f"{name}, {len(content)} bytes")
    expected = KINDS[extension][1]
    fits = content.startswith(expected) if expected else not content.startswith(_SIGNATURES)
    if not fits:
        raise refusal("file_refused", name)


def finish(world: World, upload_id: str) -> None:
    """Let an upload become a document."""
    found = world.uploads[upload_id]
    found.id = world.ids.new("00h")
    world.documents[found.id] = found
    world.attached.setdefault(found.object_id, []).append(found)
    world.effects.append(found.id)


def documents_of(world: World, object_id: str) -> list[Document]:
    """Return the finished documents of an object."""
    return world.attached.get(object_id, [])


def _pages(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    row = world.anything(require(data, "id"), "id")
    if row.entity_name not in _WITH_PAGES:
        raise data_refusal("id", row.id)
    found = documents_of(world, row.id)
    total = sum(each.pages for each in found)
    number = data.get("pageNumber") or 1
    if not str(number).isdigit() or not 1 <= int(number) <= max(total, 1):
        raise refusal("BDC_1129", "pageNumber", number)
    if not found:
        return {"documentPages": {"fileUrl": None, "numPages": 0, "pageNumber": int(number)}}
    document = page_at(found, int(number))[0]
    url = (
        f"/HtmlServlet?id={document.id}"
        if document.is_text
        else (f"/is/BillImageServlet?entityId={row.id}&pageNumber={number}")
    )
    return {"documentPages": {"fileUrl": url, "numPages": total, "pageNumber": int(number)}}


def page_at(found: list[Document], number: int) -> tuple[Document, int]:
    """Return the document that holds a page counted over all of them, and its number there.

    :raises LookupError: there are not so many.
    """
    for document in found:
        if 1 <= number <= document.pages:
            return document, number
        number -= document.pages
    raise LookupError(number)


def _documents(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    row = world.anything(require(data, "id"), "id")
    start, limit = page_of(data)
    found = documents_of(world, row.id)
    shown = [_told(world, each) for each in found[start : start + limit]]
    return {"documents": shown, "numPages": sum(each.pages for each in found)}


def _told(world: World, document: Document) -> dict[str, Any]:
    row = world.anything(document.object_id, "id")
    made = iso_time(document.made)
    image = (
        f"/HtmlServlet?id={document.id}"
        if document.is_text
        else (f"/is/BillImageServlet?entityId={document.id}&pageNumber=1")
    )
    association = {"type": row.entity_name, f"{row.entity_name[0].lower()}{row.entity_name[1:]}Id": row.id}
    return {
        "id": document.id,
        "documentRef": document.upload_id,
        "fileName": document.file_name,
        "createdDate": made,
        "updatedDate": made,
        "numPages": document.pages,
        "fileUrl": image,
        "url": f"/DownloadBillDocumentServlet?id={document.id}",
        "type": document.extension,
        "scanStatus": "clean",
        "scanStatusValue": 0,
        "pageNumbers": list(range(1, document.pages + 1)),
        "pagesInfo": [{"pageNumber": page, "association": association} for page in range(1, document.pages + 1)],
    }


OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {
        "UploadAttachment": Operation(_upload),
        "GetDocumentPages": Operation(with_data(_pages)),
        "GetDocuments": Operation(with_data(_documents), "recorded"),
    }
)
