"""Files: the invoice as it is printed, and what staff put on invoices and bills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, request
from werkzeug.utils import secure_filename

from flask_billcom.errors import InvalidRequest
from flask_billcom.marketplace.attaching import BELOW
from flask_billcom.marketplace.lists import InvalidQuery
from flask_billcom.marketplace.lists.pages import row_id
from flask_billcom.web.entrance import Visitor

if TYPE_CHECKING:
    from flask_billcom.extension import Billcom
    from flask_billcom.marketplace.attaching import Attached

LONGEST_REASON = 200


def invoice_pdf(billcom: Billcom, visitor: Visitor, reference: str) -> Response | None:
    """Send the invoice of a sale as a PDF, to staff and to its buyer; a seller does not see what others sold."""
    found = visitor.lists.settlement(reference)
    # His own documents alone are on the sheet of a seller.
    if found is None or not any(each.kind == "invoice" for each in found.documents):
        return None
    answer = Response(billcom.invoice_pdf(found.settlement.id), mimetype="application/pdf")
    name = secure_filename(f"invoice-{reference}") or "invoice"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def attach_file(billcom: Billcom, visitor: Visitor, reference: str) -> Attached | None:
    """Put a file on a sale's invoice or bill; takes `file`, `to`, `seller` (a party's id), `reason`, and `again`."""
    found = visitor.lists.settlement(reference)
    if found is None:
        return None
    given = request.files.get("file")
    reason = request.form.get("reason", "").strip()
    if given is None or not given.filename:
        raise InvalidQuery("send the file as a part that is called file, with its name")
    if not 0 < len(reason) <= LONGEST_REASON or not reason.isprintable():
        raise InvalidQuery(f"the reason must be 1 to {LONGEST_REASON} printable characters")
    seller = request.form.get("seller")
    try:
        return billcom.attach(
            found.settlement.id,
            given.stream.read(BELOW),
            name=given.filename,
            to=request.form.get("to", "invoice"),
            seller=row_id(seller, "seller") if seller else None,
            actor=visitor.name,
            reason=reason,
            again=request.form.get("again") == "true",
        )
    except InvalidRequest as error:
        if error.code is None:  # seen before anything was sent
            raise InvalidQuery(str(error)) from None
        raise
