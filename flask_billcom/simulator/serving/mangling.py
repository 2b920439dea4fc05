"""What a fault does to an answer that is ready."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .faults import FORCED

if TYPE_CHECKING:
    from .faults import Fault
    from .wire import Reply

__all__ = ["mangle"]

_CUT: Final = {
    "reset_before": "reset",
    "reset_after": "reset",
    "timeout_before": "timeout",
    "timeout_after": "timeout",
    "timeout_some": "timeout",
}
_IN_THE_ANSWER: Final = FORCED | {"stale_list", "short_bulk", "reordered_bulk"}
_PAGE_502: Final = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def mangle(reply: Reply, fault: Fault) -> None:
    """Let a fault have its way with an answer."""
    name = fault.name
    if name in _IN_THE_ANSWER:
        return
    if name.startswith("http_5xx"):
        reply.status, reply.body, reply.kind = f"{fault.status} Server Error", b"Service unavailable.", "text/plain"
    elif name == "garbage":
        reply.body = b'{"response_status":0,"respon\x00se_m' + reply.body[40:60]
    elif name == "truncated":
        reply.body = reply.body[: len(reply.body) // 2]
    elif name == "empty":
        reply.body = b""
    elif name == "html":
        reply.body, reply.kind = _PAGE_502, "text/html"
    else:
        reply.fault, reply.seconds = _CUT.get(name, "timeout" if name == "late_effect" else name), fault.seconds
