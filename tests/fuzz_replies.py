"""Mutated answers against the reply parser: `python -m tests.fuzz_replies [count] [seed]`, a million as shipped.

    a true answer ──mutate bytes or tree──> read_reply ──> parse_bulk, parse_object, parse_list, ...

Two things must hold for every input: only our own exceptions come out, and no object counts as applied unless its
envelope says success and echoes what was sent at its place. The truth is worked out here from the mutated JSON itself.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from flask_billcom.api import (
    Bill,
    BillApprover,
    Certainty,
    Connection,
    Customer,
    Disbursement,
    ReceivedPay,
    Reply,
    SentPay,
    classify,
)
from flask_billcom.api.envelope import read_reply
from flask_billcom.api.replies import (
    ItemReply,
    parse_approvals,
    parse_approvers,
    parse_bulk,
    parse_charge,
    parse_list,
    parse_object,
    parse_payments,
    parse_sent_pays,
    parse_summary,
    parse_time,
)
from flask_billcom.errors import BillcomError

SENT = [f"FB-{number}" for number in range(4)]
SCALARS: list[Any] = [
    None, True, False, 0, 1, -1, 2**63, 10**400, 0.1, "", "0", "1", "BDC_1109", "FB-0", "FB-1", "x" * 50,
    "00000000000000000000", "2031-13-45", "2031-03-04T05:06:07.000+0000", "\ud800", [], {}, [[]], {"obj": {}},
]  # fmt: skip


def _bill(number: str) -> dict[str, Any]:
    line = {"entity": "BillLineItem", "id": f"bli01{number:>15}", "amount": 12.34, "lineOrder": 0}
    return {
        "entity": "Bill",
        "id": f"00n01{number:>15}",
        "invoiceNumber": number,
        "amount": 12.34,
        "dueDate": "2031-03-04",
        "paidAmount": None,
        "createdTime": "2031-03-04T05:06:07.000+0000",
        "billLineItems": [line],
    }


def _good(data: Any) -> dict[str, Any]:
    return {"response_status": 0, "response_message": "Success", "response_data": data}


def _bad(code: str) -> dict[str, Any]:
    return {
        "response_status": 1,
        "response_message": "Error",
        "response_data": {"error_code": code, "error_message": "no"},
    }


def originals() -> list[dict[str, Any]]:
    """Return true answers of every shape."""
    pay = {
        "entity": "SentPay",
        "id": "stp01AAAAAAAAAAAAAAA",
        "amount": 1.5,
        "billPays": [{"billId": "x", "amount": 1.5}],
    }
    charge = {"entity": "ReceivedPay", "id": "0rp01AAAAAAAAAAAAAAA", "amount": 5, "invoicePays": [], "rPConvFee": [{}]}
    return [
        _good({"bulk": [_good(_bill(number)) for number in SENT]}),
        _good({"bulk": [_good(_bill(SENT[0])), _bad("BDC_1171"), _bad("BDC_1246"), _good(_bill(SENT[3]))]}),
        {
            **_bad(""),
            "response_data": {"bulk": [_bad("BDC_1246"), _bad("BDC_1117"), _bad("BDC_1246"), _bad("BDC_1246")]},
        },
        _bad("BDC_1109"),
        _good(_bill("FB-1")),
        _good([_bill(number) for number in SENT]),
        _good({"sentPays": [pay]}),
        _good({"payments": [pay]}),
        _good({"chargedReceivedPay": charge}),
        _good({"currentTime": "2031-03-04T05:06:07.000+0000"}),
        _good({"marker": "m", "approvals": [_bill("FB-1")]}),
        _good([{"obj": {"entity": "BillApprover", "sortOrder": 0, "status": "0"}}]),
        _good({"paymentType": "2", "achData": {"errorCode": "R03"}, "checkData": {}}),
        _good({"bills": {"overdueCount": 1, "overdueTotal": "$1,200.00"}}),
        {"response_status": 0, "response_message": "Success", "requestId": "nrr01AAAAAAAAAAAAAAA"},
    ]


def mutate(value: Any, chance: Random) -> Any:
    """Return the tree with one place changed, removed, doubled or swapped."""
    if not value or chance.random() < 0.15:
        return chance.choice(SCALARS)
    if isinstance(value, dict):
        return _mutate_object(value, chance)
    return _mutate_list(value, chance) if isinstance(value, list) else chance.choice(SCALARS)


def _mutate_object(held: dict[str, Any], chance: Random) -> Any:
    key = chance.choice(list(held))
    match chance.randrange(5):
        case 0:
            return {name: item for name, item in held.items() if name != key}
        case 1:
            name = chance.choice(["id", "entity", "bulk", "obj", "error_code", "new"])
            return {**held, name: chance.choice(SCALARS)}
    return {**held, key: mutate(held[key], chance)}


def _mutate_list(held: list[Any], chance: Random) -> Any:
    place = chance.randrange(len(held))
    match chance.randrange(5):
        case 0:
            return held[:place] + held[place + 1 :]
        case 1:
            return [*held, held[place]]
        case 2:
            return chance.sample(held, len(held))
    return [*held[:place], mutate(held[place], chance), *held[place + 1 :]]


def inputs(count: int, seed: int) -> Iterator[tuple[int, bytes]]:
    """Yield HTTP statuses and bodies."""
    chance = Random(seed)
    trees = originals()
    for _ in range(count):
        tree = chance.choice(trees)
        for _ in range(chance.randrange(4)):
            tree = mutate(tree, chance)
        body = json.dumps(tree).encode()
        if chance.random() < 0.25 and body:
            place = chance.randrange(len(body))
            noise = bytes([chance.randrange(256)])
            body = chance.choice([body[:place], body[:place] + noise + body[place + 1 :], body[place:], body * 2])
        yield chance.choice([200] * 12 + [404, 302, 500]), body


PARSERS: list[Callable[[Reply], object]] = [
    lambda reply: parse_object(Bill, reply),
    lambda reply: parse_object(Customer, reply),
    lambda reply: parse_object(ReceivedPay, reply),
    lambda reply: parse_list(Bill, reply),
    lambda reply: parse_list(SentPay, reply),
    parse_sent_pays,
    parse_payments,
    parse_charge,
    parse_summary,
    lambda reply: parse_time(reply, "currentTime"),
    lambda reply: parse_approvers(BillApprover, reply),
    lambda reply: parse_approvals(Bill, reply),
    lambda reply: parse_object(Disbursement, reply),
    lambda reply: parse_object(Connection, reply),
]


def check(http: int, body: bytes) -> int:
    """Parse one input in every way and return how many objects counted as applied.

    :raises AssertionError: one of them should not have.
    """
    try:
        reply = read_reply(http, body)
    except BillcomError:
        return 0
    applied = _check_bulk(body, parse_bulk(reply, SENT, number=str, echo=lambda wire: wire.get("invoiceNumber")))
    if not reply.ok:
        assert classify(reply).certainty is not Certainty.APPLIED
        return applied
    for parse in PARSERS:
        try:
            parse(reply)
        except BillcomError:
            continue
    return applied


def _check_bulk(body: bytes, items: list[ItemReply]) -> int:
    assert [item.index for item in items] == list(range(len(SENT)))
    applied = [item for item in items if item.verdict.certainty is Certainty.APPLIED]
    ids = [item.remote_id for item in applied]
    assert len(set(ids)) == len(ids)
    if applied:
        told = json.loads(body)["response_data"]["bulk"]
        assert len(told) <= len(SENT)
    for item in applied:
        envelope = told[item.index]
        data = envelope["response_data"]
        echoed = data.get("obj", data)
        assert envelope["response_status"] == 0
        assert "error_code" not in data
        assert echoed["invoiceNumber"] == SENT[item.index]
        assert echoed["id"]
        assert echoed["id"] == item.remote_id
    return len(applied)


def main(arguments: list[str]) -> int:
    """Check many inputs and say how many objects counted as applied."""
    count = int(arguments[0]) if arguments else 1_000_000
    seed = int(arguments[1]) if len(arguments) > 1 else 1
    applied = 0
    for done, (http, body) in enumerate(inputs(count, seed), start=1):
        try:
            applied += check(http, body)
        except Exception:
            print(f"input {done} of seed {seed}: HTTP {http} {body!r}", file=sys.stderr)
            raise
        if done % 100_000 == 0:
            print(f"{done} answers, {applied} objects applied", file=sys.stderr)
    print(f"fuzz_replies: answers={count} seed={seed} applied={applied} failures=0")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
