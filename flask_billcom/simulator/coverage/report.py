"""The coverage table: what was looked at over the wire, what it rests on, and what was found amiss."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.catalogue import ENTITIES
from flask_billcom.simulator.coverage.causes import CAUSES, raise_by_cause
from flask_billcom.simulator.coverage.fields import Finding, fields, look_at
from flask_billcom.simulator.coverage.stage import Stage
from flask_billcom.simulator.coverage.tour import call_operation, fetch_file
from flask_billcom.simulator.coverage.verbs import EVIDENCE, call_verb, verbs
from flask_billcom.simulator.coverage.wire import Refused
from flask_billcom.simulator.errors import GUESSES, NOT_OFFERED, TABLE
from flask_billcom.simulator.serving.operations import OPERATIONS
from flask_billcom.simulator.serving.servlets import SERVLETS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Line", "as_json", "as_text", "measured", "share"]

KINDS: Final = ("entity", "verb", "operation", "file", "field", "code", "situation")
_SEEN_IN_CLIENTS: Final = {"/DownloadBillDocumentServlet": "recorded"}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at.

    :param evidence: documented, recorded or assumed; for a code, what its text rests on.
    :param amiss: what was found, empty when all is as it should be.
    """

    kind: str
    name: str
    evidence: str
    amiss: str = ""


def measured() -> list[Line]:
    """Look at everything, over the wire of a simulator made for it; takes a few seconds."""
    stage = Stage()
    found = [*_fields(stage), *_verbs(stage), *_operations(stage), *_codes()]
    return [*_entities(found), *found]


def _looked_at(act: Callable[[], object]) -> str:
    try:
        act()
    except (Finding, Refused, ValueError) as error:
        return str(error)
    return ""


def _fields(stage: Stage) -> Iterable[Line]:
    for entity, name in fields():
        field = ENTITIES[entity].fields.get(name)
        evidence = field.evidence if field is not None else "documented"
        yield Line("field", f"{entity}.{name}", evidence, _looked_at(lambda: look_at(stage, entity, name)))  # noqa: B023 - called at once


def _verbs(stage: Stage) -> Iterable[Line]:
    for entity, path, mark in verbs():
        amiss = _looked_at(lambda: call_verb(stage, entity, path, mark))  # noqa: B023 - called at once
        yield Line("verb", f"{entity} {path}", EVIDENCE[mark], amiss)


def _operations(stage: Stage) -> Iterable[Line]:
    for name, operation in OPERATIONS.items():
        yield Line("operation", name, operation.evidence, _looked_at(lambda: call_operation(stage, name)))  # noqa: B023 - called at once
    for path in SERVLETS:
        evidence = _SEEN_IN_CLIENTS.get(path, "documented")
        yield Line("file", path, evidence, _looked_at(lambda: fetch_file(stage, path)))  # noqa: B023 - called at once


def _codes() -> Iterable[Line]:
    for kind, table in (("code", TABLE), ("situation", GUESSES)):
        for name, code in table.items():
            if name in NOT_OFFERED:
                continue
            amiss = _looked_at(lambda: raise_by_cause(name)) if name in CAUSES else "no cause is known"  # noqa: B023 - called at once
            yield Line(kind, name, code.evidence, amiss)


def _entities(found: Iterable[Line]) -> Iterable[Line]:
    """An entity is covered when all of its verbs and fields are."""
    amiss = {line.name.replace(".", " ").split()[0] for line in found if line.kind in {"verb", "field"} and line.amiss}
    for name, owner in ENTITIES.items():
        if owner.verbs:
            yield Line("entity", name, "documented", "see its verbs and fields" if name in amiss else "")


def share(found: Iterable[Line], kind: str) -> tuple[int, int]:
    """Return how many of a kind are as they should be, and how many there are."""
    lines = [line for line in found if line.kind == kind]
    return sum(not line.amiss for line in lines), len(lines)


def as_json(found: list[Line]) -> dict[str, Any]:
    """Return the table for programs."""
    return {
        "shares": {kind: share(found, kind) for kind in KINDS},
        "evidence": {kind: Counter(line.evidence for line in found if line.kind == kind) for kind in KINDS},
        "not_offered": dict(NOT_OFFERED),
        "lines": [asdict(line) for line in found],
    }


def as_text(found: list[Line], *, every_line: bool = False) -> str:
    """Return the table for people.

    :param every_line: with a line for everything that was looked at, not only for what was found amiss.
    """
    rows = [f"{'':<12}{'covered':>12}{'share':>8}{'documented':>13}{'recorded':>10}{'assumed':>9}"]
    for kind in KINDS:
        good, total = share(found, kind)
        counts = Counter(line.evidence for line in found if line.kind == kind)
        part = f"{good}/{total}"
        rows.append(
            f"{kind:<12}{part:>12}{good * 100 / total:>7.1f}%{counts['documented']:>13}{counts['recorded']:>10}"
            f"{counts['assumed']:>9}"
        )
    verbs_by = Counter(line.evidence for line in found if line.kind == "verb")
    partners = verbs_by["for partners"]
    offered = verbs_by.total() - verbs_by["not offered"] - partners
    rows += [
        "",
        f"Of the verbs {offered} are offered, {partners} are refused to all but Bill.com's partners; the others",
    ]
    rows += ["do not exist in v2 and are refused, as they should be."]
    rows += ["", "Codes without a cause in v2"]
    rows += [f"  {code}  {reason}" for code, reason in NOT_OFFERED.items()]
    shown = found if every_line else [line for line in found if line.amiss]
    if shown:
        rows += ["", "Everything" if every_line else "Amiss"]
        rows += [f"  {line.kind:<10} {line.name:<50} {line.evidence:<12} {line.amiss or 'ok'}" for line in shown]
    return "\n".join(rows)
