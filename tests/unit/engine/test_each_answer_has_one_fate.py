"""What one call's end means for each of its operations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from flask_billcom import errors
from flask_billcom.api import Reply, Scope
from flask_billcom.engine.kinds import Kind, Ready, Refusal, Remote
from flask_billcom.engine.outcomes import Fate, Outcome, has_items, judge
from tests.unit.engine.planned import operation

NOW = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
SUCCESS = Reply(200, 0, "Success", {})


class Answered:
    """A kind that reads these results from an answer."""

    name = "pay"

    def __init__(self, *results: Remote | Refusal | None, followers: Sequence[str] = ()) -> None:
        self.results = results
        self.followers = followers
        self.read: list[tuple[Reply, Sequence[Ready]]] = []

    def parse(self, reply: Reply, ready: Sequence[Ready]) -> Sequence[Remote | Refusal | None]:
        self.read.append((reply, ready))
        return self.results


def some(count: int) -> list[Ready]:
    return [Ready(operation(number, NOW), {}, "digest") for number in range(1, count + 1)]


def judged(kind: Answered, end: Any, ready: Sequence[Ready]) -> list[Outcome]:
    return judge(cast("Kind", kind), end, ready)


def refused(code: str | None, data: Any = None) -> Reply:
    return Reply(200, 1, "Error", data, None, code, "words")


def test_each_place_of_a_success_is_judged_alone() -> None:
    ready = some(3)
    remote = Remote("stp01", {})
    kind = Answered(remote, Refusal("BDC_1119", "too long"), None)

    first, second, third = judged(kind, SUCCESS, ready)

    assert kind.read == [(SUCCESS, ready)]
    assert first == Outcome(ready[0].operation, Fate.DONE, remote=remote)
    assert second == Outcome(ready[1].operation, Fate.REJECT, code="BDC_1119", message="too long", scope=Scope.CALL)
    assert (third.operation, third.fate) == (ready[2].operation, Fate.UNANSWERED)
    assert third.message == "the answer does not repeat what was asked"
    assert (first.present, second.present, third.present) == (False, False, False)


def test_a_kind_that_does_not_answer_for_each_operation_is_a_fault() -> None:
    with pytest.raises(ValueError, match=r"pay\.parse returned 1 results for 2 operations"):
        judged(Answered(None), SUCCESS, some(2))


def test_the_envelopes_inside_a_failed_bulk_call_are_read_one_by_one() -> None:
    bulk = refused(None, {"bulk": []})
    kind = Answered(Remote("stp01", {}))

    assert [each.fate for each in judged(kind, bulk, some(1))] == [Fate.DONE]
    assert has_items(bulk)


@pytest.mark.parametrize("reply", [refused("BDC_1119", {"bulk": []}), refused(None, []), refused(None, {"bulk": {}})])
def test_an_error_for_the_whole_call_holds_no_envelopes(reply: Reply) -> None:
    assert not has_items(reply)


@pytest.mark.parametrize(
    ("code", "fate", "scope", "present"),
    [
        ("BDC_1109", Fate.RETRY, Scope.CALL, False),
        ("BDC_1144", Fate.RETRY, Scope.HOUR, False),
        ("BDC_1361", Fate.PARK, Scope.PAYMENTS, False),
        ("BDC_1119", Fate.REJECT, Scope.CALL, False),
        ("BDC_1171", Fate.ANSWERED, Scope.CALL, True),
        ("BDC_1205", Fate.ANSWERED, Scope.CALL, False),
        ("BDC_9999", Fate.ANSWERED, Scope.CALL, False),
        (None, Fate.ANSWERED, Scope.CALL, False),
        ("BDC_1001", Fate.UNANSWERED, Scope.CALL, False),
    ],
)
def test_a_plain_error_is_the_fate_of_all(code: str | None, fate: Fate, scope: Scope, present: bool) -> None:  # noqa: FBT001
    ready = some(1)

    (outcome,) = judged(Answered(), refused(code), ready)

    assert outcome == Outcome(ready[0].operation, fate, None, code, "words", scope, present)


def test_one_bad_bill_of_two_leaves_both_open_unless_all_of_them_are_one_effect() -> None:
    ready = some(2)

    assert [each.fate for each in judged(Answered(), refused("BDC_1119"), ready)] == [Fate.ANSWERED, Fate.ANSWERED]
    together = judged(Answered(followers=("pay_part",)), refused("BDC_1119"), ready)
    assert [(each.operation, each.fate) for each in together] == [(one.operation, Fate.REJECT) for one in ready]


def test_silence_leaves_everything_unknown_and_what_was_never_sent_is_sent_again() -> None:
    assert [each.fate for each in judged(Answered(), errors.RequestTimedOut(), some(2))] == [Fate.UNANSWERED] * 2
    assert [each.fate for each in judged(Answered(), errors.ConnectionFailed(), some(1))] == [Fate.RETRY]


def test_a_success_inside_an_envelope_of_a_refusal_proves_nothing() -> None:
    (outcome,) = judged(Answered(Refusal(None, "already paid")), SUCCESS, some(1))

    assert (outcome.fate, outcome.present, outcome.code, outcome.message) == (
        Fate.ANSWERED,
        True,
        None,
        "already paid",
    )
