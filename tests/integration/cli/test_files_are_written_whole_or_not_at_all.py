from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from flask_billcom.cli import shell
from tests.integration.cli.conftest import Terminal

WRITING = [
    ("files", "invoice", "Order", "1"),
    ("books", "export", "2026"),
    ("books", "statement", "Seller", "1", "--period", "2026"),
    ("books", "totals", "2026", "--csv"),
]


@pytest.mark.parametrize("words", WRITING, ids=lambda words: " ".join(words[:2]))
def test_a_folder_that_is_not_there_is_named_in_one_line(
    terminal: Terminal, tmp_path: Path, words: tuple[str, ...]
) -> None:
    terminal.run("settle", "Order", terminal.order(("ann", "10.00")))
    terminal.local.tick(3)
    path = tmp_path / "missing" / "file"

    result = terminal.run(*words, "--output", str(path), code=1)

    assert result.stderr == f"Error: {path} cannot be written: No such file or directory\n"


def test_a_fetched_file_that_cannot_be_written_is_named_in_one_line(terminal: Terminal, tmp_path: Path) -> None:
    terminal.run("settle", "Order", terminal.order(("ann", "10.00")))
    terminal.local.tick(3)
    (invoice,) = terminal.local.simulator.books.invoices
    path = tmp_path / "missing" / "file"

    wanted = ("api", "fetch", "Invoice2PdfServlet", f"Id={invoice.id}", "PresentationType=PDF")
    result = terminal.run(*wanted, "--to", str(path), code=1)

    assert result.stderr == f"InvalidRequest: {path} cannot be written: No such file or directory\n"


def test_totals_as_a_table_are_not_written_to_a_file(terminal: Terminal, tmp_path: Path) -> None:
    result = terminal.run("books", "totals", "2026", "--output", str(tmp_path / "file"), code=2)

    assert "--output needs --csv or --json" in result.stderr


def test_a_file_that_cannot_be_finished_is_taken_away(tmp_path: Path) -> None:
    def lines() -> Iterator[bytes]:
        yield b"one\n"
        raise RuntimeError("the rest cannot be had")

    with pytest.raises(RuntimeError):
        shell.write_new(tmp_path / "file", lines())

    assert not list(tmp_path.iterdir())


def test_a_file_that_was_there_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    with pytest.raises(click.exceptions.Exit):
        shell.write_new(path, [b"new"])

    assert path.read_bytes() == b"old"
