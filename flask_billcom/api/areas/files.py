"""Files on objects, and messages about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_billcom.api import requests
from flask_billcom.api.query import MAX_PAGE
from flask_billcom.api.records import Document, DocumentPages
from flask_billcom.api.replies import parse_text, parse_under, parse_wrapped
from flask_billcom.api.transport import Download, Upload

from .area import Area


class FileCalls(Area):
    """Files and messages."""

    def upload_attachment(self, upload: Upload, *, object_id: str | None = None) -> str:
        """Store a file on an object, or in the inbox, and return the id of the upload; storing ends later.

        Sending a file twice makes two documents.

        :param upload: at most 20 MB, its name with the extension of its type.
        :param object_id: a bill, vendor credit, invoice, payment, vendor, customer or ledger account.

        Wire: https://developersupport.bill.com/hc/en-us/articles/208586996-UploadAttachment
        """
        return parse_text(self._send(requests.upload_attachment(upload, object_id=object_id)), "documentUploadedId")

    def document_pages(self, object_id: str, *, page_number: int = 1) -> DocumentPages:
        """Tell where a page of a bill's or vendor credit's document is.

        Wire: https://developer.bill.com/v2/reference/org-basic-getdocumentpages
        """
        reply = self._send(requests.get_document_pages(object_id, page_number=page_number))
        return parse_under(DocumentPages, reply, "documentPages")

    def documents_of(self, object_id: str, *, start: int = 0, max: int = MAX_PAGE) -> Sequence[Document]:  # noqa: A002
        """List the documents of an object; seen in clients, undocumented."""
        return parse_wrapped(Document, self._send(requests.get_documents(object_id, start=start, max=max)), "documents")

    def page_image(self, object_id: str, *, page_number: int = 1) -> Download:
        """Fetch a page of an object's document as a picture.

        Wire: https://developer.bill.com/v2/reference/org-basic-getdocumentpages
        """
        return self._fetch("is/BillImageServlet", {"entityId": object_id, "pageNumber": str(page_number)})

    def text_document(self, document_id: str) -> Download:
        """Fetch a document that is text.

        Wire: https://developer.bill.com/v2/reference/org-basic-getdocumentpages
        """
        return self._fetch("HtmlServlet", {"id": document_id})

    def send_message(self, object_id: str, message: str, *, to_user_ids: list[str] | None = None) -> None:
        """Write a message about an object; its fields are inferred."""
        self._send(requests.send_message(object_id, message, to_user_ids=to_user_ids))

    def list_messages(self, object_id: str) -> Mapping[str, Any] | Sequence[Any]:
        """Return the messages about an object as they come; the shape of the answer is not documented."""
        data: Mapping[str, Any] | Sequence[Any] = self._send(requests.list_messages(object_id)).data
        return data
