"""Small real files made with the standard library: a page as PNG, a check as PNG, an invoice as PDF.

A page shows bars whose lengths follow from what it is of, so that two pages can be told apart.
"""

from __future__ import annotations

import struct
import zlib
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["bars", "pdf", "png"]

WIDTH, HEIGHT = 128, 160
_MARGIN: Final = 12
_BAR: Final = 4
_WHITE: Final = b"\xff"
_LINE: Final = 14
_ESCAPES: Final = str.maketrans({"\\": r"\\", "(": r"\(", ")": r"\)"})


def png(rows: Sequence[bytes]) -> bytes:
    """Return a greyscale PNG.

    :param rows: one byte a pixel, all rows equally long.
    """
    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    chunks = ((b"IHDR", head), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def bars(about: str) -> bytes:
    """Return the picture of a page about something."""
    digest = sha256(about.encode()).digest()
    rows = [_WHITE * WIDTH] * HEIGHT
    for place, byte in enumerate(digest[:16]):
        length = 16 + byte * (WIDTH - 2 * _MARGIN - 16) // 255
        line = _WHITE * _MARGIN + b"\x40" * length + _WHITE * (WIDTH - _MARGIN - length)
        top = _MARGIN + place * 2 * _BAR
        rows[top : top + _BAR] = [line] * _BAR
    return png(rows)


def pdf(title: str, lines: Sequence[str]) -> bytes:
    """Return a PDF of one page, with a title and lines of text."""
    shown = ["BT", "/F1 16 Tf", "72 740 Td", f"({_escaped(title)}) Tj", "/F1 10 Tf", f"0 -{2 * _LINE} Td"]
    for line in lines:
        shown += [f"({_escaped(line)}) Tj", f"0 -{_LINE} Td"]
    stream = "\n".join([*shown, "ET"]).encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    return _assembled(objects)


def _escaped(text: str) -> str:
    return " ".join(text.splitlines()).translate(_ESCAPES)


def _assembled(objects: Sequence[bytes]) -> bytes:
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + tail
