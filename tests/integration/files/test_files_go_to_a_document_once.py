from __future__ import annotations

import io
import threading
from pathlib import Path
from typing import Any

import pytest

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.errors import ConnectionFailed, InvalidRequest, NotReady, NotSettled, OutcomeUnknown
from flask_billcom.marketplace.attaching import Attached
from flask_billcom.models import Audit, Mark
from tests.integration.books.conftest import round_of
from tests.support.world import World

PDF = b"%PDF-1.4\n1 0 obj <</Type /Page>> endobj\n%%EOF\n"


def attach(world: World, reference: str = "1", file: Any = PDF, **values: Any) -> Attached:
    values = {"name": "delivery note.pdf", "actor": "Grace", "reason": "asked for", **values}
    with world.app() as session:
        order = session.get(world.shop.Order, int(reference))
        if "seller" in values:
            values["seller"] = session.merge(world.person("seller", values["seller"]))
        found: Attached = world.shop.billcom.attach(order, file, **values)
    return found


def files_at(world: World, number: str) -> list[tuple[str, bytes]]:
    """Return what Bill.com has on a document."""
    books = world.simulator.books
    rows = [each for each in (*books.invoices, *books.bills) if each["invoiceNumber"] == number]
    ids = {each.id for each in rows}
    return [(each.file_name, each.content) for each in world.simulator.world.uploads.values() if each.object_id in ids]


@pytest.fixture
def sold(world: World) -> World:
    world.settle(("ann", "60.00", "6.00"), ("cid", "40.00", "4.00"), buyer="Ada")
    round_of(world)
    return world


def test_a_file_goes_to_the_invoice_and_is_there_to_the_last_byte(sold: World) -> None:
    found = attach(sold)

    assert files_at(sold, "FB-1") == [("delivery note.pdf", PDF)]
    assert (found.number, found.is_new, found.size) == ("FB-1", True, len(PDF))
    assert found.upload_id in sold.simulator.world.uploads
    (act,) = sold.rows(Audit, Audit.action == "file_attached")
    assert (act.actor, act.detail["reason"], act.detail["file"]) == ("Grace", "asked for", "delivery note.pdf")


def test_a_file_goes_to_the_bill_of_the_seller_who_is_named(sold: World) -> None:
    attach(sold, to="bill", seller="cid")

    assert files_at(sold, "FB-1-2") == [("delivery note.pdf", PDF)]
    assert files_at(sold, "FB-1-1") == files_at(sold, "FB-1") == []
    with pytest.raises(NotPossible, match="FB-1-1, FB-1-2"):
        attach(sold, to="bill")
    with pytest.raises(NotPossible, match="one of invoice, bill"):
        attach(sold, to="credit")


def test_the_same_file_is_sent_once_under_whatever_name(sold: World) -> None:
    first = attach(sold)
    second = attach(sold, name="again.pdf")

    assert (second.is_new, second.upload_id) == (False, first.upload_id)
    assert len(files_at(sold, "FB-1")) == 1
    assert attach(sold, file=PDF + b"\n").is_new
    assert len(files_at(sold, "FB-1")) == 2


def test_two_who_come_at_once_send_it_once(sold: World) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def stop(moment: str, endpoint: str) -> None:
        if (moment, endpoint) == ("connect", "UploadAttachment"):
            reached.set()
            go_on.wait(20)

    sold.on_call = stop
    outcomes: list[Attached] = []
    thread = threading.Thread(target=lambda: outcomes.append(attach(sold)))
    thread.start()
    assert reached.wait(20)
    try:
        with pytest.raises(OutcomeUnknown):
            attach(sold)
    finally:
        go_on.set()
        thread.join(20)

    assert [each.is_new for each in outcomes] == [True]
    assert len(files_at(sold, "FB-1")) == 1


def test_a_lost_answer_is_looked_up_and_not_sent_again(sold: World) -> None:
    sold.simulator.plan_fault("timeout_after", "UploadAttachment")
    with pytest.raises(OutcomeUnknown, match="no clear answer"):
        attach(sold)

    sold.advance(seconds=300)  # storing ends later
    found = attach(sold)

    assert found.is_new is False
    assert len(sold.sent("UploadAttachment")) == 1
    assert len(files_at(sold, "FB-1")) == 1
    assert len(sold.rows(Audit, Audit.action == "file_attached")) == 1


def test_what_never_arrived_is_sent_again_when_a_person_says_so(sold: World) -> None:
    sold.simulator.plan_fault("timeout_before", "UploadAttachment")
    with pytest.raises(OutcomeUnknown):
        attach(sold)
    sold.advance(seconds=300)
    with pytest.raises(OutcomeUnknown, match="say again"):
        attach(sold)

    found = attach(sold, again=True)

    assert found.is_new
    assert len(files_at(sold, "FB-1")) == 1


@pytest.mark.parametrize(("fault", "error"), [("connect_refused", ConnectionFailed), ("bdc:BDC_1117", InvalidRequest)])
def test_what_was_refused_or_never_sent_may_be_tried_again(sold: World, fault: str, error: type[Exception]) -> None:
    sold.simulator.plan_fault(fault, "UploadAttachment")
    with pytest.raises(error):
        attach(sold)

    assert sold.rows(Mark, Mark.name.startswith("file/")) == []
    assert attach(sold).is_new


def test_a_rehearsal_sends_nothing(sold: World) -> None:
    assert attach(sold, dry_run=True).is_new
    assert sold.sent("UploadAttachment") == []
    attach(sold)
    assert attach(sold, dry_run=True).is_new is False


def test_a_document_that_is_not_there_yet_has_to_be_waited_for(world: World) -> None:
    world.settle(("ann", "60.00", "6.00"), buyer="Ada")

    with pytest.raises(NotReady, match="FB-1 is not at Bill"):
        attach(world)
    with world.app() as session, pytest.raises(NotSettled):
        world.shop.billcom.attach(world.order(session, ("ann", "1.00")), PDF, name="a.pdf")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pdf", b"", "empty"),
        ("a.pdf", b"GIF89a", "no pdf file by its content"),
        ("a.txt", PDF, "no txt file"),
        ("a.exe", b"MZ", "none of the types"),
        ("noextension", PDF, "none of the types"),
        (".pdf", PDF, "none of the types"),
        ("../../etc/a.pdf", PDF, "plain name"),
        ("a\n.pdf", PDF, "plain name"),
        ("a" * 97 + ".pdf", PDF, "plain name"),
    ],
)
def test_what_bill_com_would_refuse_is_not_sent(sold: World, name: str, content: bytes, words: str) -> None:
    with pytest.raises(InvalidRequest, match=words):
        attach(sold, file=content, name=name)
    assert sold.sent("UploadAttachment") == []


def test_a_file_of_20_megabytes_is_too_large(sold: World) -> None:
    with pytest.raises(InvalidRequest, match="fewer than 20,971,520"):
        attach(sold, file=io.BytesIO(PDF.ljust(20 * 1024 * 1024 + 5)), name="a.pdf")


def test_a_path_gives_the_name(sold: World, tmp_path: Path) -> None:
    path = tmp_path / "note.pdf"
    path.write_bytes(PDF)

    assert attach(sold, file=path, name=None).name == "note.pdf"
    with pytest.raises(InvalidRequest, match="name the file"):
        attach(sold, file=PDF, name=None)


def test_the_invoice_comes_as_bill_com_draws_it(sold: World) -> None:
    with sold.app() as session:
        content = sold.shop.billcom.invoice_pdf(session.get(sold.shop.Order, 1))

    assert content.startswith(b"%PDF-")
    assert b"FB-1" in content


def test_an_ended_session_does_not_keep_an_invoice_away(sold: World) -> None:
    sold.advance(seconds=40 * 60)  # idle for longer than a session lives

    with sold.app() as session:
        assert sold.shop.billcom.invoice_pdf(session.get(sold.shop.Order, 1)).startswith(b"%PDF-")


def test_an_invoice_that_is_not_there_yet_has_to_be_waited_for(world: World) -> None:
    world.settle(("ann", "60.00", "6.00"), buyer="Ada")

    with world.app() as session, pytest.raises(NotReady):
        world.shop.billcom.invoice_pdf(session.get(world.shop.Order, 1))
