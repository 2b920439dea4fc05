"""Every request with what came of it, and counts that outlive the entries."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Entry", "Journal"]


class Entry(NamedTuple):
    """One request.

    :param at: when it came, milliseconds since 1970 of the simulator's clock.
    :param code: the error code, empty for a success; `fault` names what the wire did to it.
    :param effects: ids of the objects that it made or changed.
    :param items: objects in the call: bulk elements, bills, invoices.
    """

    seq: int
    at: int
    method: str
    endpoint: str
    status: int
    code: str
    fault: str
    items: int
    effects: tuple[str, ...]
    in_flight: int
    duration_ms: float


class Journal:
    """The latest requests.

    :param size: how many are remembered.
    """

    def __init__(self, size: int) -> None:
        self.entries: deque[Entry] = deque(maxlen=size)
        self.calls: Counter[str] = Counter()
        self.codes: Counter[str] = Counter()
        self.by_hour: Counter[int] = Counter()
        self.peak_in_flight = 0
        self.count = 0

    def __iter__(self) -> Iterator[Entry]:
        return iter(list(self.entries))

    def __len__(self) -> int:
        return self.count

    def write(self, **facts: Any) -> None:  # noqa: ANN401 - the fields of Entry
        """Add an entry."""
        self.count += 1
        entry = Entry(seq=self.count, **facts)
        self.entries.append(entry)
        self.calls[entry.endpoint] += 1
        self.by_hour[entry.at // 3_600_000] += 1
        self.peak_in_flight = max(self.peak_in_flight, entry.in_flight)
        if entry.code:
            self.codes[entry.code] += 1

    def since(self, seq: int, endpoint: str = "") -> list[Entry]:
        """Return the remembered entries after that number, of one endpoint if it is named."""
        if not self.entries or seq >= self.count:
            return []
        skipped = max(0, seq - self.entries[0].seq + 1)
        found = list(self.entries)[skipped:]
        return [each for each in found if each.endpoint == endpoint] if endpoint else found
