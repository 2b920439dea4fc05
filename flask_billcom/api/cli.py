"""Every verb and operation from a shell: functions over arguments, with no framework.

    list Vendor --filter name=Acme --sort updatedTime:desc --json
    create Vendor name=Acme email=pay@acme.test
    bulk create Vendor --data @vendors.json
    call PayBills --data @payments.json --dry-run

`run` parses, builds a `Call`, shows it under `--dry-run`, asks before money moves, sends it and prints the answer. It
takes its client, its output and its question as parameters, so that `flask billcom api` can bring its own.

Exit codes: 0 done, 1 refused by Bill.com or by this program, 2 wrong usage, 3 the outcome is unknown: read back first.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

from flask_billcom.errors import BillcomError, InvalidRequest, OutcomeUnknown, TransportError

from . import requests
from .arguments import parse_fields, parse_filter, parse_json, parse_sort, shown
from .catalogue import ENTITIES, allow
from .client import BillcomAPI
from .codec import from_wire
from .fields import Stored
from .operations import OPERATIONS
from .requests import Call
from .transport import Upload

DONE, REFUSED, UNKNOWN = 0, 1, 3
_CALLS: Final = sorted(name for name, row in OPERATIONS.items() if not row.get and name not in {"Login", "ListOrgs"})
_FETCHES: Final = sorted(name for name, row in OPERATIONS.items() if row.get)


@dataclass(frozen=True, slots=True)
class Shell:
    """Where a command reads and writes.

    :param client: makes the client when something is to be sent.
    :param out: where answers go.
    :param err: where errors and questions go.
    :param confirm: asks a person, and returns whether he said yes.
    """

    client: Callable[[], BillcomAPI]
    out: TextIO
    err: TextIO
    confirm: Callable[[str], bool]


def parser(prog: str = "python -m flask_billcom.api") -> argparse.ArgumentParser:
    """Return the parser of the command line.

    :param prog: how the command is called.
    """
    top = argparse.ArgumentParser(prog=prog, description="Any call of Bill.com's API v2.")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="verb")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print one JSON value instead of lines")
    change = argparse.ArgumentParser(add_help=False)
    change.add_argument("--dry-run", action="store_true", help="show what would be sent, send nothing")
    change.add_argument("--yes", action="store_true", help="do not ask before money moves")
    change.add_argument("--data", metavar="JSON", help="JSON, @file or - for standard input")

    listing = verbs.add_parser("list", parents=[common], help="list objects")
    listing.add_argument("entity", choices=sorted(ENTITIES), metavar="entity")
    listing.add_argument(
        "--filter", action="append", default=[], metavar="FIELD=VALUE", help="also != < <= > >= in nin"
    )
    listing.add_argument("--sort", action="append", default=[], metavar="FIELD[:desc]")
    listing.add_argument("--start", type=int, default=0)
    listing.add_argument("--max", type=int, default=999)
    listing.add_argument("--all", action="store_true", help="every page, not one")
    listing.add_argument("--nested", action="store_true", help="with the objects inside")
    for verb, needs in (
        ("read", "id"),
        ("delete", "id"),
        ("undelete", "id"),
        ("create", "fields"),
        ("update", "fields"),
    ):
        parents = [common] if verb == "read" else [common, change]
        one = verbs.add_parser(verb, parents=parents, help=f"{verb} one object")
        one.add_argument("entity", choices=sorted(ENTITIES), metavar="entity")
        one.add_argument(
            needs, nargs="*" if needs == "fields" else None, metavar="id" if needs == "id" else "FIELD=VALUE"
        )
    bulk = verbs.add_parser("bulk", parents=[common, change], help="many objects, 100 in a call")
    bulk.add_argument("operation", choices=("create", "update", "delete", "undelete"))
    bulk.add_argument("entity", choices=sorted(ENTITIES), metavar="entity")
    call = verbs.add_parser("call", parents=[common, change], help="any other operation")
    call.add_argument(
        "operation", choices=sorted(name for name, row in OPERATIONS.items() if not row.get), metavar="operation"
    )
    call.add_argument("fields", nargs="*", metavar="FIELD=VALUE")
    upload = verbs.add_parser("upload", parents=[common, change], help="store a file")
    upload.add_argument("file")
    upload.add_argument("--object", metavar="ID", help="on this object; the inbox if left out")
    fetch = verbs.add_parser("fetch", help="fetch a file, such as Invoice2PdfServlet Id=... PresentationType=PDF")
    fetch.add_argument("operation", choices=_FETCHES, metavar="operation")
    fetch.add_argument("fields", nargs="*", metavar="FIELD=VALUE")
    fetch.add_argument("--to", required=True, metavar="FILE")
    return top


def run(arguments: Sequence[str], shell: Shell, *, prog: str = "python -m flask_billcom.api") -> int:
    """Carry out one command line and return its exit code.

    :param arguments: without the name of the program.
    :param prog: how the command is called.
    """
    chosen = parser(prog).parse_args(list(arguments))
    try:
        return _carry_out(chosen, shell)
    except BillcomError as error:
        print(f"{type(error).__name__}: {error}", file=shell.err)
        return UNKNOWN if _is_lost(error) and chosen.verb not in {"list", "read", "fetch"} else REFUSED


def _is_lost(error: BillcomError) -> bool:
    return isinstance(error, OutcomeUnknown) or (isinstance(error, TransportError) and error.may_have_happened)


def _carry_out(chosen: argparse.Namespace, shell: Shell) -> int:
    match chosen.verb:
        case "list":
            return _list(chosen, shell)
        case "fetch":
            return _fetch(chosen, shell)
        case "bulk":
            return _bulk(chosen, shell)
    return _send(_call_of(chosen), chosen, shell)


def _call_of(chosen: argparse.Namespace) -> Call:
    match chosen.verb:
        case "read" | "delete" | "undelete":
            build = {"read": requests.read, "delete": requests.delete, "undelete": requests.undelete}[chosen.verb]
            return build(_record_class(chosen), chosen.id)
        case "create" | "update":
            cls = _record_class(chosen)
            allow(cls, chosen.verb.title())
            given = {**_mapping(parse_json(chosen.data)), **parse_fields(cls, chosen.fields)}
            record = parse_record(cls, given)
            return requests.create_one(record) if chosen.verb == "create" else requests.update_one(record)
        case "upload":
            name = chosen.file.replace("\\", "/").rpartition("/")[2]
            return requests.upload_attachment(Upload(name, _content(chosen.file)), object_id=chosen.object)
    given = {**_mapping(parse_json(chosen.data)), **parse_fields(None, chosen.fields)}
    return requests.operation(chosen.operation, given)


def parse_record(cls: type[Stored], given: Mapping[str, Any]) -> Stored:
    """Return the record that fields in wire spelling describe.

    :raises InvalidRequest: a field is unknown or cannot be read.
    """
    try:
        record = from_wire(cls, given)
    except BillcomError as error:
        raise InvalidRequest(str(error)) from None
    if record.extra:
        raise InvalidRequest(f"{cls.__name__} has no field {', '.join(sorted(record.extra))}")
    return record


def _send(call: Call, chosen: argparse.Namespace, shell: Shell) -> int:
    if getattr(chosen, "dry_run", False):
        print(f"POST {call.path}", file=shell.out)
        print(shown(call.data, as_json=True), file=shell.out)
        return DONE
    if (
        call.money
        and not chosen.yes
        and not shell.confirm(f"{call.name} moves money ({call.items} in the call). Go on?")
    ):
        print("Nothing was sent.", file=shell.err)
        return REFUSED
    # What an operation answers has no first fields worth a line: it is shown whole.
    as_json = chosen.json or chosen.verb in {"call", "upload"}
    print(shown(shell.client().send(call), as_json=as_json), file=shell.out)
    return DONE


def _list(chosen: argparse.Namespace, shell: Shell) -> int:
    cls = _record_class(chosen)
    filters = [parse_filter(cls, text) for text in chosen.filter]
    sort = [parse_sort(text) for text in chosen.sort]
    call = requests.list_page(cls, filters=filters, sort=sort, start=chosen.start, max=chosen.max, nested=chosen.nested)
    rows: Iterator[Any]
    if chosen.all:
        noun = getattr(shell.client(), ENTITIES[chosen.entity].noun)
        rows = noun.iterate(*filters, sort=sort, page_size=chosen.max, nested=chosen.nested)
    else:
        data = shell.client().send(call)
        rows = iter(data if isinstance(data, list) else [])
    if chosen.json:
        print(shown(list(rows), as_json=True), file=shell.out)
        return DONE
    for row in rows:
        print(shown(row, as_json=False), file=shell.out)
    return DONE


def _bulk(chosen: argparse.Namespace, shell: Shell) -> int:
    cls = _record_class(chosen)
    allow(cls, chosen.operation.title(), bulk=True)
    given = parse_json(chosen.data)
    if not isinstance(given, list) or not given:
        raise InvalidRequest("a bulk call needs --data with a list of objects, or of ids")
    by_id = chosen.operation in {"delete", "undelete"}
    items = [str(item) for item in given] if by_id else [parse_record(cls, _mapping(item)) for item in given]
    if chosen.dry_run:
        print(f"POST Bulk/Crud/{chosen.operation.title()}/{chosen.entity}.json, {len(items)} objects", file=shell.out)
        return DONE
    noun = getattr(shell.client(), ENTITIES[chosen.entity].noun)
    outcomes = getattr(noun, f"bulk_{chosen.operation}")(items)
    for outcome in outcomes:
        if outcome.error is None:
            print(f"{outcome.index}\t{shown(outcome.record, as_json=chosen.json)}", file=shell.out)
        else:
            print(f"{outcome.index}\t{type(outcome.error).__name__}: {outcome.error}", file=shell.err)
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    if any(_is_lost(error) for error in errors):
        return UNKNOWN
    return REFUSED if errors else DONE


def _fetch(chosen: argparse.Namespace, shell: Shell) -> int:
    query = {key: str(value) for key, value in parse_fields(None, chosen.fields).items()}
    found = shell.client().fetch(chosen.operation, query)
    try:
        Path(chosen.to).write_bytes(found.content)
    except OSError as error:
        raise InvalidRequest(f"{chosen.to} cannot be written: {error.strerror}") from None
    print(f"{chosen.to}: {len(found.content)} bytes, {found.content_type}", file=shell.out)
    return DONE


def _content(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read: {error.strerror}") from None


def _record_class(chosen: argparse.Namespace) -> type[Stored]:
    cls = ENTITIES[chosen.entity].record
    assert issubclass(cls, Stored)  # every entity of the catalogue has an id
    return cls


def _mapping(given: Any) -> Mapping[str, Any]:  # noqa: ANN401 - parsed JSON
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InvalidRequest("--data must be a JSON object")
    return given


__all__ = ["DONE", "REFUSED", "UNKNOWN", "Shell", "parse_record", "parser", "run"]
