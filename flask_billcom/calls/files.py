"""Calls on files: put one on an invoice or bill, and fetch an invoice as it is printed."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from flask_billcom.errors import InvalidRequest
from flask_billcom.marketplace import attaching
from flask_billcom.marketplace.attaching import BELOW, Attached
from flask_billcom.models.parties import Role

from .parties import PartiesCalls
from .sales import SalesCalls


class FilesCalls(SalesCalls, PartiesCalls):
    """Send files to Bill.com, and fetch them."""

    def attach(
        self,
        order: object | UUID,
        file: bytes | str | Path | BinaryIO,
        *,
        name: str | None = None,
        to: str = "invoice",
        seller: object | UUID | None = None,
        actor: str = "app",
        reason: str = "",
        again: bool = False,
        dry_run: bool = False,
    ) -> Attached:
        """Put a file on the invoice of an order, or on the bill of one of its sellers; the same file goes there once.

        Commit before: this call uses transactions of its own, and one call to Bill.com while you wait.

        :param order: a settled order, or the id of its settlement.
        :param file: its bytes, its path, or an open file; below 20 MB.
        :param name: with the extension of its type; may be left out where a path is given.
        :param to: `invoice` or `bill`.
        :param seller: whose bill; may be left out where the order has one bill.
        :param actor: who does it, for the audit trail.
        :param reason: why it is sent, in words for the audit trail.
        :param again: send it once more although an earlier attempt got no answer; it may be there twice then.
        :param dry_run: whether to send nothing and only say what would be.
        :raises NotSettled: the order has no settlement.
        :raises NotReady: the document is not at Bill.com yet.
        :raises NotPossible: there is no such document, or several bills.
        :raises InvalidRequest: the file is empty, too large, or something else than its name says.
        :raises OutcomeUnknown: no answer came, and Bill.com does not list the file yet.

        Wire: https://developersupport.bill.com/hc/en-us/articles/208586996-UploadAttachment
        """
        state = self._checked()
        upload = attaching.make_upload(*_read(file, name))
        seller_id = None if seller is None else self._party_id(state, seller, Role.VENDOR)
        with state.store.read() as rows:
            document = attaching.document_of(rows, self._settlement_id(order), to, seller_id)
        return attaching.attach(
            state.parts.domain,
            state.parts.gateway,
            document,
            upload,
            actor=actor,
            reason=reason,
            again=again,
            dry_run=dry_run,
        )

    def invoice_pdf(self, order: object | UUID) -> bytes:
        """Return the invoice of an order as Bill.com draws it, a PDF.

        :param order: a settled order, or the id of its settlement.
        :raises NotSettled: the order has no settlement.
        :raises NotReady: the invoice is not at Bill.com yet.

        Wire: https://developer.bill.com/v2/docs/get-invoice-pdf
        """
        state = self._checked()
        with state.store.read() as rows:
            document = attaching.document_of(rows, self._settlement_id(order), attaching.INVOICE)
        return attaching.invoice_pdf(state.parts.gateway, document)


def _read(file: bytes | str | Path | BinaryIO, name: str | None) -> tuple[str, bytes]:
    """Return name and content of a file, reading no more than one byte too much."""
    if isinstance(file, bytes):
        return _named(name), file
    if isinstance(file, str | Path):
        path = Path(file)
        with path.open("rb") as opened:
            return name or path.name, opened.read(BELOW)
    return _named(name or getattr(file, "filename", None)), file.read(BELOW)


def _named(name: str | None) -> str:
    if not name:
        raise InvalidRequest("name the file, with the extension of its type")
    return name
