"""Files on objects, and messages about them.

Wire: https://developer.bill.com/v2/docs/upload-documents
"""

from __future__ import annotations

from typing import Final

from flask_billcom.api.query import MAX_PAGE
from flask_billcom.api.transport import Upload
from flask_billcom.errors import InvalidRequest

from .call import Call, checked_id, operation, optional_id

MAX_FILE: Final = 20 * 1024 * 1024
"""Longest file, in bytes."""


def upload_attachment(upload: Upload, *, object_id: str | None = None) -> Call:
    """Return the call that stores a file on an object, or in the inbox.

    :param object_id: a bill, vendor credit, invoice, payment, vendor, customer or ledger account.
    :raises InvalidRequest: the file is empty, too long, or has no extension in its name.

    Wire: https://developersupport.bill.com/hc/en-us/articles/208586996-UploadAttachment
    """
    if not 0 < len(upload.content) <= MAX_FILE:
        raise InvalidRequest("a file holds 1 byte to 20 MB")
    if "." not in upload.name:
        raise InvalidRequest("a file needs a name with the extension of its type")
    data = {"id": optional_id(object_id, "object_id"), "fileName": upload.name}
    return operation("UploadAttachment", data, upload=upload)


def get_document_pages(object_id: str, *, page_number: int = 1) -> Call:
    """Return the call that tells where a page of a bill's or vendor credit's document is.

    :param page_number: from 1.

    Wire: https://developer.bill.com/v2/reference/org-basic-getdocumentpages
    """
    return operation("GetDocumentPages", {"id": checked_id(object_id, "object_id"), "pageNumber": page_number})


def get_documents(object_id: str, *, start: int = 0, max: int = MAX_PAGE) -> Call:  # noqa: A002
    """Return the call that lists the documents of an object; seen in clients, undocumented."""
    return operation("GetDocuments", {"id": checked_id(object_id, "object_id"), "start": start, "max": max})


def send_message(object_id: str, message: str, *, to_user_ids: list[str] | None = None) -> Call:
    """Return the call that writes a message about an object; its fields are inferred.

    :param to_user_ids: who is told.
    """
    data = {"objectId": checked_id(object_id, "object_id"), "message": message, "toUserIds": to_user_ids}
    return operation("SendMessage", data)


def list_messages(object_id: str, *, start: int = 0, max: int = MAX_PAGE) -> Call:  # noqa: A002
    """Return the call that lists the messages about an object; its fields are inferred."""
    return operation("ListMessage", {"objectId": checked_id(object_id, "object_id"), "start": start, "max": max})
