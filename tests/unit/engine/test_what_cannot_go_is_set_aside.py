"""What is not sent with the others of its batch: what waits, what is there already, what changed between attempts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from flask_billcom.engine.kinds import Absent, Needless, Policy, Ready, Rendered, Wait
from flask_billcom.engine.reads import Reads
from flask_billcom.models import OperationState
from tests.unit.engine.workshop import Vendors, Workshop


class Checking(Vendors):
    """Says at the reads before the claim what others say at rendering."""

    def _aside(self, at: str, operation: Any) -> Rendered | None:
        return super()._aside(at, operation) if at == "check" else None

    def check(self, reads: Reads, ready: Sequence[Ready]) -> Sequence[Rendered]:
        super().check(reads, ready)
        return [self._aside("check", each.operation) or each for each in ready]


@pytest.mark.parametrize("kind_type", [Vendors, Checking], ids=["rendered", "checked"])
def test_what_has_to_wait_is_parked_with_its_reason(shop: Workshop, kind_type: type[Vendors]) -> None:
    shop.plan(1, 2)
    kind = kind_type()
    kind.aside = {1: Wait(shop.operation(1), "cover", {"missing": 5}, again=timedelta(hours=1))}

    assert shop.delivery.round(kind) is True

    first, second = shop.operations()
    assert (first.state, first.parked, first.evidence) == ("planned", "cover", {"missing": 5})
    assert first.not_before == shop.now + timedelta(hours=1)
    assert second.state == "done"
    assert shop.told() == [("operation_parked", 1, {"reason": "cover", "missing": 5})]


@pytest.mark.parametrize("kind_type", [Vendors, Checking], ids=["rendered", "checked"])
def test_where_all_have_to_wait_something_moved_and_nothing_is_sent(shop: Workshop, kind_type: type[Vendors]) -> None:
    shop.plan(1)
    kind = kind_type()
    kind.aside = {1: Wait(shop.operation(1), "cover")}

    assert shop.delivery.round(kind) is True

    row = shop.operation(1)
    assert (row.parked, row.evidence, row.not_before) == ("cover", None, shop.now)
    assert shop.journal() == []
    assert shop.delivery.round(kind) is False


@pytest.mark.parametrize("kind_type", [Vendors, Checking], ids=["rendered", "checked"])
def test_what_is_there_already_is_given_up(shop: Workshop, kind_type: type[Vendors]) -> None:
    shop.plan(1, 2)
    kind = kind_type()
    kind.aside = {1: Needless(shop.operation(1), "it stands there as wanted")}

    assert shop.delivery.round(kind) is True

    first, second = shop.operations()
    assert (first.state, first.evidence) == ("cancelled", {"message": "it stands there as wanted"})
    assert second.state == "done"
    assert shop.told() == []


def test_what_has_moved_on_is_neither_parked_nor_given_up(shop: Workshop) -> None:
    shop.plan(1, 2, 3)
    kind = Vendors()
    kind.aside = {
        1: Wait(shop.operation(1), "cover"),
        2: Wait(shop.operation(2), "cover"),
        3: Needless(shop.operation(3), "there"),
    }
    shop.change(1, parked="older")
    shop.delivery._settle_aside([kind.aside[1]])
    for number in (2, 3):
        shop.change(number, state=OperationState.SENDING)
    shop.delivery._settle_aside([kind.aside[2], kind.aside[3]])

    first, second, third = shop.operations()
    assert (first.parked, second.parked, third.state) == ("older", None, "sending")


@pytest.mark.parametrize(
    ("policy", "state"),
    [
        (Policy(Absent.RESEND), "quarantined"),
        (Policy(Absent.REPEAT), "done"),
        (Policy(Absent.QUARANTINE), "quarantined"),
    ],
)
def test_what_must_not_change_between_attempts_and_did_is_for_a_person(
    shop: Workshop, policy: Policy, state: str
) -> None:
    shop.plan(1, digest="another")
    shop.plan(2, digest="digest of key 2")
    shop.plan(3)

    assert shop.delivery.round(Vendors(policy=policy)) is True

    first, *others = shop.operations()
    assert first.state == state
    if state == "quarantined":
        assert (first.evidence or {})["reason"] == "its content differs from that of an earlier attempt"
    assert [row.state for row in others] == ["done", "done"]


def test_where_all_have_changed_nothing_is_sent(shop: Workshop) -> None:
    shop.plan(1, digest="another")

    assert shop.delivery.round(Vendors()) is False
    assert shop.journal() == []
    assert shop.states() == ["quarantined"]
