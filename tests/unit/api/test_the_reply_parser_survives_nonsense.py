"""A sample of `python -m tests.fuzz_replies`, and proof that its check can fail."""

from __future__ import annotations

import json

import pytest

from flask_billcom.api import Certainty, Verdict
from flask_billcom.api.replies import ItemReply
from tests.fuzz_replies import SENT, _check_bulk, check, inputs, originals


def test_ten_thousand_mutated_answers_bring_only_our_exceptions_and_no_false_success() -> None:
    applied = sum(check(http, body) for http, body in inputs(10_000, seed=20310304))
    assert applied > 100


def test_the_true_answers_count() -> None:
    assert [check(200, json.dumps(tree).encode()) for tree in originals()][:4] == [4, 2, 0, 0]


def test_the_check_notices_a_success_that_was_not_told() -> None:
    body = json.dumps(originals()[1]).encode()
    told = json.loads(body)["response_data"]["bulk"]
    lie = [ItemReply(0, Verdict(Certainty.APPLIED), told[3]["response_data"])]
    lie += [ItemReply(place, Verdict(Certainty.NO_ANSWER)) for place in range(1, len(SENT))]
    with pytest.raises(AssertionError):
        _check_bulk(body, lie)
