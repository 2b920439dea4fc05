"""Files on invoices and bills: one call while a person waits; the file itself is not kept.

    claimed ──UploadAttachment──> attached
       │  refused, or never sent: the claim is taken back
       └─ no answer: the claim stays. The next attempt looks whether Bill.com lists the file, and sends it again only
          where a person says so, since two uploads make two documents.

A file is known by what is in it: the same one goes to a document once, under whatever name. The claim is a mark with
the document's id and the hash, written before the call by one of two who come at once.

Wire: https://developersupport.bill.com/hc/en-us/articles/208586996-UploadAttachment
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, Executable, Update, delete, select, update

from flask_billcom.api import records
from flask_billcom.api import requests as wire
from flask_billcom.api.replies import parse_text, parse_wrapped
from flask_billcom.api.transport import Upload
from flask_billcom.audit import Act, record
from flask_billcom.engine.decisions import NotPossible
from flask_billcom.engine.errors import NoCapacity
from flask_billcom.engine.gateway import Gateway
from flask_billcom.errors import (
    APIError,
    BillcomError,
    InvalidRequest,
    MalformedReply,
    NotReady,
    OutcomeUnknown,
    TransportError,
)
from flask_billcom.models import Document, Mark
from flask_billcom.store import Rows

if TYPE_CHECKING:
    from .context import Domain

INVOICE, BILL = TARGETS = ("invoice", "bill")
BELOW = 20 * 1024 * 1024
"""A file must be smaller, in bytes."""
_LONGEST_NAME = 100
_BEGUN, _ATTACHED = "begun", "attached"
_OFFICE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
TYPES: Mapping[str, tuple[str, tuple[bytes, ...]]] = MappingProxyType(
    {
        "pdf": ("application/pdf", (b"%PDF-",)),
        "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
        "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
        "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
        "gif": ("image/gif", (b"GIF87a", b"GIF89a")),
        "tif": ("image/tiff", (b"II*\0", b"MM\0*")),
        "tiff": ("image/tiff", (b"II*\0", b"MM\0*")),
        "txt": ("text/plain", ()),
        "csv": ("text/csv", ()),
        "doc": ("application/msword", (_OFFICE,)),
        "xls": ("application/vnd.ms-excel", (_OFFICE,)),
        "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (_ZIP,)),
        "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (_ZIP,)),
    }
)
"""Extensions that are taken, each with its media type and what such a file begins with."""
_SIGNATURES = tuple(sign for _, signs in TYPES.values() for sign in signs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file on a document.

    :param number: of the document.
    :param upload_id: Bill.com's id of the upload; None where it was only found in the list, or in a rehearsal.
    :param is_new: whether this call has sent it.
    """

    document_id: UUID
    number: str
    name: str
    size: int
    sha256: str
    upload_id: str | None
    is_new: bool


def make_upload(name: str, content: bytes) -> Upload:
    """Return a file as it is sent.

    :raises InvalidRequest: it is empty or too large, its name has no known extension, or it is something else than its
        name says.
    """
    extension = name.rpartition(".")[2].lower()
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable() or set(name) & set('/\\":<>|?*'):
        raise InvalidRequest(f"a file needs a plain name of at most {_LONGEST_NAME} characters")
    if "." not in name.strip(".") or extension not in TYPES:
        raise InvalidRequest(f"{name} has none of the types that are taken: {', '.join(TYPES)}")
    if not content:
        raise InvalidRequest(f"{name} is empty")
    if len(content) >= BELOW:
        raise InvalidRequest(f"{name} has {len(content):,} bytes; a file must have fewer than {BELOW:,}")
    media_type, signs = TYPES[extension]
    if not (content.startswith(signs) if signs else not content.startswith(_SIGNATURES)):
        raise InvalidRequest(f"{name} is no {extension} file by its content")
    return Upload(name, content, media_type)


def document_of(rows: Rows, settlement_id: UUID, to: str, seller_id: UUID | None = None) -> Document:
    """Return the invoice of a sale, or the bill of one of its sellers.

    :param seller_id: whose bill; may be left out where there is only one.
    :raises NotPossible: there is no such document, or several bills.
    """
    if to not in TARGETS:
        raise NotPossible(f"a file goes to one of {', '.join(TARGETS)}")
    where = [Document.origin_type == "settlement", Document.origin_id == settlement_id, Document.kind == to]
    if seller_id is not None and to == BILL:
        where.append(Document.party_id == seller_id)
    found: list[Document] = rows.all(select(Document).where(*where).order_by(Document.id))
    if not found:
        raise NotPossible(f"there is no such {to}")
    if len(found) > 1:
        numbers = ", ".join(each.number for each in found)
        raise NotPossible(f"the order has several bills ({numbers}); name the seller")
    return found[0]


def attach(
    domain: Domain,
    gateway: Gateway,
    document: Document,
    upload: Upload,
    *,
    actor: str,
    reason: str,
    again: bool = False,
    dry_run: bool = False,
) -> Attached:
    """Put a file on a document at Bill.com, once.

    :param again: send it once more although an earlier attempt got no answer; it may be there twice then.
    :param dry_run: whether to send nothing and only say what would be.
    :raises NotReady: the document is not at Bill.com yet.
    :raises OutcomeUnknown: no answer came, now or earlier, and Bill.com does not list the file.
    """
    if document.remote_id is None:
        raise NotReady(f"the {document.kind} {document.number} is not at Bill.com yet; let the runner go on")
    attempt = _Attempt(domain, gateway, document, upload, actor, reason)
    if dry_run:
        return attempt.rehearsed()
    known = attempt.claim()
    if known is None:
        return attempt.send()
    state, _, upload_id = known.partition(":")
    if state == _ATTACHED:
        return attempt.done(upload_id or None, is_new=False)
    if attempt.is_listed():
        attempt.settle(known, None)
        return attempt.done(None, is_new=False)
    if not again:
        raise OutcomeUnknown(
            f"an earlier attempt to send {upload.name} got no answer, and Bill.com does not list it on "
            f"{document.number}; look there, and say again if it is missing",
            answered=False,
        )
    if not attempt.take_over(known):
        raise NotPossible("somebody else sends it at this moment")
    return attempt.send()


class _Attempt:
    """One file on its way to one document."""

    def __init__(  # noqa: PLR0917
        self, domain: Domain, gateway: Gateway, document: Document, upload: Upload, actor: str, reason: str
    ) -> None:
        self._domain = domain
        self._gateway = gateway
        self._document = document
        self._upload = upload
        self._actor = actor
        self._reason = reason
        self._sha256 = hashlib.sha256(upload.content).hexdigest()
        self._name = f"file/{document.id.hex}/{self._sha256[:24]}"
        self._claim = f"{_BEGUN}:{domain.clock.new_id().hex}"

    def claim(self) -> str | None:
        """Write down that the file is about to be sent; return what an earlier attempt wrote, or None."""
        now = self._domain.clock.now()
        mark = {
            "organization_id": self._domain.organization_id,
            "name": self._name,
            "value": self._claim,
            "updated_at": now,
        }
        with self._domain.store.write() as rows:
            rows.insert_new(Mark, [mark])
            value = str(rows.first(self._select()))
        return None if value == self._claim else value

    def take_over(self, known: str) -> bool:
        """Replace the claim of an earlier attempt; of two who try, one does."""
        with self._domain.store.write() as rows:
            return bool(rows.change(self._update(known).values(value=self._claim)))

    def send(self) -> Attached:
        """Send the file."""
        call = wire.upload_attachment(self._upload, object_id=self._document.remote_id)
        try:
            upload_id = parse_text(self._gateway.change(call), "documentUploadedId")
        except BillcomError as error:
            if not _may_be_there(error):
                with self._domain.store.write() as rows:
                    rows.change(delete(Mark).where(*self._is(self._claim)))
                raise
            raise OutcomeUnknown(
                f"no clear answer came; {self._upload.name} may be on {self._document.number}", answered=False
            ) from None
        self.settle(self._claim, upload_id)
        return self.done(upload_id, is_new=True)

    def settle(self, known: str, upload_id: str | None) -> None:
        """Write down that the file is there, in the audit trail as well."""
        detail = {
            "number": self._document.number,
            "file": self._upload.name,
            "bytes": len(self._upload.content),
            "sha256": self._sha256,
            "upload_id": upload_id,
            "reason": self._reason,
        }
        with self._domain.store.write() as rows:
            if rows.change(self._update(known).values(value=f"{_ATTACHED}:{upload_id or ''}")):
                act = Act("file_attached", "document", self._document.id, detail, self._actor[:100])
                record(rows, self._domain.clock, self._domain.organization_id, [act])

    def is_listed(self) -> bool:
        """Return whether Bill.com lists a file of this name on the document; seen in clients, undocumented."""
        reply = self._gateway.read(wire.get_documents(self._document.remote_id or ""))
        return any(each.file_name == self._upload.name for each in parse_wrapped(records.Document, reply, "documents"))

    def rehearsed(self) -> Attached:
        """Return what would be there, without sending anything."""
        with self._domain.store.read() as rows:
            value = rows.first(self._select())
        return self.done(None, is_new=not str(value or "").startswith(_ATTACHED))

    def done(self, upload_id: str | None, *, is_new: bool) -> Attached:
        """Return what is there."""
        return Attached(
            document_id=self._document.id,
            number=self._document.number,
            name=self._upload.name,
            size=len(self._upload.content),
            sha256=self._sha256,
            upload_id=upload_id,
            is_new=is_new,
        )

    def _is(self, value: str) -> tuple[ColumnElement[bool], ...]:
        return (
            Mark.organization_id == self._domain.organization_id,
            Mark.name == self._name,
            Mark.value == value,
        )

    def _update(self, value: str) -> Update:
        return update(Mark).where(*self._is(value)).values(updated_at=self._domain.clock.now())

    def _select(self) -> Executable:
        return select(Mark.value).where(Mark.organization_id == self._domain.organization_id, Mark.name == self._name)


def _may_be_there(error: BillcomError) -> bool:
    if isinstance(error, TransportError):
        return error.may_have_happened
    return not isinstance(error, APIError | NoCapacity)


def invoice_pdf(gateway: Gateway, document: Document) -> bytes:
    """Return an invoice as Bill.com draws it.

    :raises NotReady: the invoice is not at Bill.com yet.
    :raises NotFound: Bill.com does not know it any more.
    :raises MalformedReply: what came is no PDF.

    Wire: https://developer.bill.com/v2/docs/get-invoice-pdf
    """
    if document.remote_id is None:
        raise NotReady(f"the invoice {document.number} is not at Bill.com yet; let the runner go on")
    query = {"Id": document.remote_id, "PresentationType": "PDF"}
    try:
        found = gateway.fetch("Invoice2PdfServlet", query)
    except MalformedReply as error:
        if error.http is None:
            raise
        # A file's address does not say why it refuses; a read does, and it signs in anew where the session has ended.
        gateway.read(wire.read(records.Invoice, document.remote_id))
        found = gateway.fetch("Invoice2PdfServlet", query)
    if not found.content.startswith(b"%PDF-"):
        raise MalformedReply("the invoice did not come as a PDF")
    return found.content
