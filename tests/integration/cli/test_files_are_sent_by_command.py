from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.cli.conftest import Terminal
from tests.support.local_shop import LocalShop

PDF = b"%PDF-1.4\n1 0 obj <</Type /Page>> endobj\n%%EOF\n"


@pytest.fixture
def terminal(local: LocalShop) -> Terminal:
    """Give a terminal beside a shop with one order of two sellers at Bill.com."""
    made = Terminal(local)
    made.run("settle", "Order", made.order(("ann", "10.00", "1.00"), ("bob", "5.00")))
    local.tick(3)
    return made


@pytest.fixture
def note(tmp_path: Path) -> str:
    path = tmp_path / "note.pdf"
    path.write_bytes(PDF)
    return str(path)


def test_a_file_is_said_first_and_then_sent_once(terminal: Terminal, local: LocalShop, note: str) -> None:
    wanted = ("files", "attach", "Order", "1", note, "--reason", "asked for")

    assert "would send note.pdf" in terminal.run(*wanted, "--dry-run").stdout
    assert not local.simulator.world.uploads
    refused = terminal.run(*wanted, answer="n\n", code=1)
    assert "to FB-1" in refused.stderr
    assert "sent note.pdf" in terminal.run(*wanted, answer="y\n").stdout
    assert "there already" in terminal.run(*wanted).stdout

    (upload,) = local.simulator.world.uploads.values()
    assert upload.content == PDF


def test_a_file_goes_to_one_sellers_bill(terminal: Terminal, note: str) -> None:
    wanted = ("files", "attach", "Order", "1", note, "--to", "bill", "--reason", "asked for", "--yes")

    assert "name the seller" in terminal.run(*wanted, code=1).stderr
    assert terminal.json(*wanted, "--seller", "Seller", "2")["number"] == "FB-1-2"


def test_an_invoice_is_written_to_a_new_file(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "invoice.pdf"

    terminal.run("files", "invoice", "Order", "1", "--output", str(path))

    assert path.read_bytes().startswith(b"%PDF-")
    assert "there already" in terminal.run("files", "invoice", "Order", "1", "--output", str(path), code=1).stderr


def test_a_lost_answer_ends_with_3(terminal: Terminal, local: LocalShop, note: str) -> None:
    local.simulator.plan_fault("timeout_after", "UploadAttachment")

    terminal.run("files", "attach", "Order", "1", note, "--reason", "asked for", "--yes", code=3)
