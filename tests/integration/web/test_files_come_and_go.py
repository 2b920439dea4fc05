from __future__ import annotations

import io
from typing import Any

from werkzeug.test import TestResponse

from tests.integration.web.conftest import PREFIX, Visitor
from tests.support.local_shop import LocalShop

PDF = b"%PDF-1.4\n1 0 obj <</Type /Page>> endobj\n%%EOF\n"


def fetch(visitor: Visitor, path: str) -> TestResponse:
    return visitor.client.get(PREFIX + path, headers=visitor.headers)


def send(visitor: Visitor, path: str, token: str | None = None, **values: Any) -> TestResponse:
    token = visitor.client.get("/token").text if token is None else token
    headers = {**visitor.headers, "X-CSRFToken": token}
    return visitor.client.post(PREFIX + path, headers=headers, data=values, content_type="multipart/form-data")


def note(content: bytes = PDF) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), "note.pdf"


def test_the_buyer_and_staff_fetch_the_invoice(local: LocalShop, ada: Visitor, staff: Visitor) -> None:
    local.tick(3)

    for visitor in (ada, staff):
        answer = fetch(visitor, "/settlements/1/invoice.pdf")
        assert answer.status_code == 200
        assert answer.mimetype == "application/pdf"
        assert answer.data.startswith(b"%PDF-")
        assert b"FB-1" in answer.data
        assert answer.headers["Content-Disposition"] == 'attachment; filename="invoice-1.pdf"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_seller_another_buyer_and_nobody_do_not(
    local: LocalShop, ann: Visitor, ada: Visitor, nobody: Visitor
) -> None:
    local.tick(3)

    ann.get("/settlements/1/invoice.pdf", 404)
    ada.get("/settlements/2/invoice.pdf", 404)
    nobody.get("/settlements/1/invoice.pdf", 403)


def test_an_invoice_that_is_not_there_yet_is_said_to_be(ada: Visitor) -> None:
    assert ada.get("/settlements/1/invoice.pdf", 409)["code"] == "not_ready"


def test_staff_put_a_file_on_a_bill_once(local: LocalShop, staff: Visitor, bob: Visitor) -> None:
    local.tick(3)
    seller = bob.get("/parties")["items"][0]["id"]
    values = {"to": "bill", "seller": seller, "reason": "asked for"}

    first = send(staff, "/settlements/2/attach", file=note(), **values)
    second = send(staff, "/settlements/2/attach", file=note(), **values)

    assert first.status_code == 200, first.text
    assert (first.get_json()["number"], first.get_json()["is_new"]) == ("FB-2-1", True)
    assert second.get_json()["is_new"] is False
    (upload,) = local.simulator.world.uploads.values()
    assert upload.content == PDF


def test_a_file_that_is_none_is_refused(local: LocalShop, staff: Visitor) -> None:
    local.tick(3)

    assert send(staff, "/settlements/1/attach", reason="asked for").get_json()["code"] == "invalid_query"
    assert send(staff, "/settlements/1/attach", file=note()).get_json()["code"] == "invalid_query"
    wrong = send(staff, "/settlements/1/attach", file=note(b"GIF89a"), reason="asked for")
    assert (wrong.status_code, wrong.get_json()["code"]) == (400, "invalid_query")
    assert send(staff, "/settlements/none/attach", file=note(), reason="asked for").status_code == 404


def test_only_a_page_of_the_app_and_staff_may_send(local: LocalShop, staff: Visitor, ada: Visitor) -> None:
    local.tick(3)

    assert send(staff, "/settlements/1/attach", token="", file=note(), reason="x").status_code == 403
    assert send(ada, "/settlements/1/attach", file=note(), reason="x").status_code == 403
    assert not local.simulator.world.uploads
