from __future__ import annotations

import base64
import json
import struct
import zlib
from typing import Any

import pytest
import requests

from flask_billcom.simulator.papers.pictures import pdf
from tests.simulator.caller import Caller, Refuse, Refused

HOST = "https://api-stage.bill.com"
PDF = pdf("Receipt", ["one", "two"])


def upload(caller: Caller, name: str, content: bytes, object_id: str = "") -> Any:
    """Upload a file as multipart and return the answer's data."""
    fields = {
        "devKey": caller.simulator.settings.dev_key,
        "sessionId": caller.session_id,
        "data": json.dumps({"id": object_id, "fileName": name}),
    }
    files = {"file": (name, content, "application/octet-stream")}
    reply = caller.http.post(f"{caller.base}/UploadAttachment.json", data=fields, files=files, timeout=10).json()
    if reply["response_status"]:
        raise Refused(reply["response_data"]["error_code"], reply["response_data"]["error_message"], 200)
    return reply["response_data"]


def fetch(caller: Caller, path: str, **headers: str) -> requests.Response:
    caller.http.cookies.clear()
    return caller.http.get(f"{HOST}{path}", headers=headers or {"sessionId": caller.session_id}, timeout=10)


def pixels(picture: bytes) -> bytes:
    """Return the pixels of a PNG after checking its chunks."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    place, found = 8, {}
    while place < len(picture):
        (length,) = struct.unpack(">I", picture[place : place + 4])
        kind, content = picture[place + 4 : place + 8], picture[place + 8 : place + 8 + length]
        (checksum,) = struct.unpack(">I", picture[place + 8 + length : place + 12 + length])
        assert checksum == zlib.crc32(kind + content)
        found[kind] = content
        place += 12 + length
    width, height = struct.unpack(">II", found[b"IHDR"][:8])
    flat = zlib.decompress(found[b"IDAT"])
    assert len(flat) == (width + 1) * height
    return flat


def test_an_uploaded_file_is_listed_and_its_pages_are_pictures(bill: Caller) -> None:
    made = bill.bill(bill.vendor())
    assert bill("GetDocumentPages", {"id": made["id"]})["documentPages"]["fileUrl"] is None
    uploaded = upload(bill, "receipt.pdf", PDF, made["id"])["documentUploadedId"]
    assert uploaded.startswith("0du")
    told = bill("GetDocuments", {"id": made["id"], "start": 0, "max": 999})
    document = told["documents"][0]
    assert document["id"].startswith("00h")
    assert (document["documentRef"], document["fileName"], document["numPages"]) == (uploaded, "receipt.pdf", 1)
    assert document["scanStatus"] == "clean"
    assert document["pagesInfo"][0]["association"] == {"type": "Bill", "billId": made["id"]}
    pages = bill("GetDocumentPages", {"id": made["id"], "pageNumber": 1})["documentPages"]
    assert pages["numPages"] == 1
    picture = fetch(bill, pages["fileUrl"])
    assert picture.headers["Content-Type"] == "image/png"
    assert pixels(picture.content)
    whole = fetch(bill, document["url"])
    assert (whole.content, whole.headers["Content-Type"]) == (PDF, "application/pdf")
    assert 'filename="receipt.pdf"' in whole.headers["Content-Disposition"]


def test_pages_are_counted_over_all_documents(bill: Caller, refused: Refuse) -> None:
    made = bill.bill(bill.vendor())
    two_pages = PDF.replace(b"/Count 1 >>", b"/Count 1 >> /Type /Page")
    upload(bill, "a.pdf", two_pages, made["id"])
    upload(bill, "b.txt", b"<plain> text", made["id"])
    urls = [bill("GetDocumentPages", {"id": made["id"], "pageNumber": page})["documentPages"] for page in (1, 2, 3)]
    assert [each["numPages"] for each in urls] == [3, 3, 3]
    assert len({pixels(fetch(bill, each["fileUrl"]).content) for each in urls[:2]}) == 2
    assert urls[2]["fileUrl"].startswith("/HtmlServlet?id=00h")
    assert "&lt;plain&gt; text" in fetch(bill, urls[2]["fileUrl"]).text
    refused("BDC_1129", bill, "GetDocumentPages", {"id": made["id"], "pageNumber": 4})
    assert fetch(bill, f"/is/BillImageServlet?entityId={made['id']}&pageNumber=4").status_code == 404


def test_an_upload_may_take_its_time(bill: Caller) -> None:
    bill.simulator.switch(upload_s=60)
    made = bill.bill(bill.vendor())
    upload(bill, "receipt.pdf", PDF, made["id"])
    assert bill("GetDocuments", {"id": made["id"]})["documents"] == []
    bill.simulator.clock.advance(seconds=60)
    assert len(bill("GetDocuments", {"id": made["id"]})["documents"]) == 1


def test_the_older_form_takes_base64_text(bill: Caller, refused: Refuse) -> None:
    customer = bill.customer()
    data = {"id": customer["id"], "fileName": "a.pdf", "document": base64.b64encode(PDF).decode(), "isPublic": True}
    bill("UploadAttachment", data)
    document = bill("GetDocuments", {"id": customer["id"]})["documents"][0]
    assert fetch(bill, document["url"]).content == PDF
    refused("BDC_1119", bill, "UploadAttachment", {**data, "document": "not base64!"})
    refused("BDC_1108", bill, "UploadAttachment", {"fileName": "a.pdf"})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"\x89PNG\r\n\x1a\n.."),
        ("a.png", PDF),
        ("a.txt", PDF),
        ("a.exe", b"MZ"),
        ("noextension", b"x"),
        ("a.pdf", b""),
    ],
)
def test_a_file_must_be_what_its_name_says(bill: Caller, refused: Refuse, name: str, content: bytes) -> None:
    refused("BDC_9024", upload, bill, name, content)


def test_files_of_twenty_megabytes_are_refused(bill: Caller, refused: Refuse) -> None:
    refused("BDC_9024", upload, bill, "a.pdf", b"%PDF-" + b"0" * (20 * 1024 * 1024))


def test_a_wrong_object_stores_nothing(bill: Caller, refused: Refuse) -> None:
    refused("BDC_1129", upload, bill, "a.pdf", PDF, "00n01NOBODYXXXXXXaaa")
    department = bill.create("Department", name="D")
    refused("BDC_1129", upload, bill, "a.pdf", PDF, department["id"])
    assert bill.simulator.world.documents == {}
    upload(bill, "a.pdf", PDF)  # the inbox
    assert len(bill.simulator.world.documents) == 1


def test_uploading_needs_a_role_that_may(bill: Caller, refused: Refuse) -> None:
    auditor = Caller(bill.simulator)
    auditor.sign_in(userName="auditor@example.test")
    refused("BDC_9022", upload, auditor, "a.pdf", PDF)


def test_invoices_have_no_pages(bill: Caller, refused: Refuse) -> None:
    refused("BDC_1129", bill, "GetDocumentPages", {"id": bill.invoice(bill.customer())["id"]})


def test_an_invoice_is_fetched_as_a_pdf_that_adds_up(bill: Caller) -> None:
    invoice = bill.invoice(bill.customer("Acme (West)"), "12.34", number="I-77")
    path = f"/Invoice2PdfServlet?Id={invoice['id']}&PresentationType=PDF"
    answer = fetch(bill, path)
    assert answer.headers["Content-Type"] == "application/pdf"
    content = answer.content
    assert content.startswith(b"%PDF-1.4")
    assert content.endswith(b"%%EOF\n")
    begin = int(content.rpartition(b"startxref\n")[2].split()[0])
    assert content[begin:].startswith(b"xref")
    for number, line in enumerate(content[begin:].split(b"\n")[3:8], start=1):
        assert content[int(line[:10]) :].startswith(b"%d 0 obj" % number)
    for text in (b"Invoice I-77", b"Acme \\(West\\)", b"Total   12.34"):
        assert text in content
    assert fetch(bill, path.replace("=PDF", "=PNG")).status_code == 404
    assert fetch(bill, "/Invoice2PdfServlet?Id=00e01NOBODYXXXXXXaaa").status_code == 404


def test_servlets_take_the_session_from_header_address_or_cookie(bill: Caller) -> None:
    path = f"/Invoice2PdfServlet?Id={bill.invoice(bill.customer())['id']}"
    assert fetch(bill, path).status_code == 200
    assert fetch(bill, f"{path}&sessionId={bill.session_id}", Accept="*/*").status_code == 200
    assert fetch(bill, path, Cookie=f"sid={bill.session_id}").status_code == 200
    refused = fetch(bill, path, sessionId="!nobody")
    assert (refused.status_code, refused.json()["response_data"]["error_code"]) == (401, "BDC_1109")


def test_a_check_has_a_picture_once_it_is_cashed(payer: Caller, refused: Refuse) -> None:
    sent = payer.pay((payer.bill(payer.vendor()), 10))[0]
    refused("BDC_1120", payer, "GetCheckImageData", {"sentPayId": sent["id"]})
    payer.simulator.clock.advance(business_days=8)
    payer.again()
    url = payer("GetCheckImageData", {"sentPayId": sent["id"]})["url"]
    assert url == payer("GetCheckImageData", {"sentPayId": sent["id"]})["url"]
    assert url.startswith("/is/CheckImageServlet?id=cki")
    assert pixels(fetch(payer, url).content)
    assert fetch(payer, "/is/CheckImageServlet?id=cki0").status_code == 404
