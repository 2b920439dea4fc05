"""What a person may decide about an operation, by its state and by what Bill.com shows of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from flask_billcom.api import requests as wire
from flask_billcom.api.records import Vendor
from flask_billcom.engine.decisions import Decisions, NotPossible, Person
from flask_billcom.engine.kinds import Absent, Finding, Policy, Remote
from flask_billcom.models import Operation, OperationState
from flask_billcom.models import Session as SessionRow
from flask_billcom.store import Rows
from tests.unit.engine.planned import OTHERS, add, call, operation
from tests.unit.engine.workshop import TIMING, Vendors, Workshop

ANN = Person("ann", "she looked")
BOTH = Person("ann", "they looked", "ben")
VENDORS = "Bulk/Crud/Create/Vendor"
PLANNED, DONE, REJECTED = OperationState.PLANNED, OperationState.DONE, OperationState.REJECTED
QUARANTINED, CANCELLED = OperationState.QUARANTINED, OperationState.CANCELLED
SECOND = timedelta(seconds=1)
UNFENCED = Policy(Absent.RESEND, resends=1, fenced=False)


def decisions(shop: Workshop, kind: Vendors | None = None, *, people: int = 1) -> Decisions:
    return Decisions(
        shop.organization_id,
        store=shop.store,
        clock=shop.clock,
        reads=shop.reads,
        timing=TIMING,
        kinds=[kind or Vendors()],
        people=people,
    )


def one(number: int = 1) -> UUID:
    return UUID(int=number)


def told(shop: Workshop) -> list[Any]:
    return [(act[0], act[2], act[3], act[4]) for act in shop.acts() if act[1] == "operation"]


def detail(**more: Any) -> dict[str, Any]:
    return {"kind": "vendor", "reason": "she looked", "second": None, **more}


# -- who -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "reason"), [("", "why"), (" ", "why"), ("ann", ""), ("ann", " ")])
def test_a_decision_needs_a_name_and_a_reason(name: str, reason: str) -> None:
    with pytest.raises(NotPossible, match="needs the name"):
        Person(name, reason)


def test_the_second_person_is_somebody_else() -> None:
    with pytest.raises(NotPossible, match="somebody else"):
        Person("ann", "why", " ann ")
    with pytest.raises(NotPossible, match="somebody else"):
        Person(" ann", "why", "ann")
    assert Person("ann", "why", "ben").second == "ben"


@pytest.mark.parametrize("second", ["", " "])
def test_an_empty_name_is_no_second_person(second: str) -> None:
    with pytest.raises(NotPossible, match="somebody else"):
        Person("ann", "why", second)


def test_of_others_and_of_what_is_not_there_nobody_decides(shop: Workshop) -> None:
    shop.plan(1, state=REJECTED, organization_id=OTHERS)

    for number in (1, 2):
        with pytest.raises(NotPossible, match="no such operation"):
            decisions(shop).retry(one(number), ANN)


# -- again ---------------------------------------------------------------------------------------------------------


def test_a_rejected_operation_is_followed_by_one_of_the_next_generation(shop: Workshop) -> None:
    shop.plan(1, state=REJECTED, amount_cents=500, generation=2)
    kind = Vendors()

    successor = decisions(shop, kind).retry(one(), ANN)

    old, new = shop.operations()
    assert (old.state, new.id, new.state, new.supersedes, new.generation) == (
        "rejected",
        successor,
        "planned",
        one(),
        3,
    )
    same = ("kind", "subject_type", "subject_id", "lane", "natural_key", "amount_cents", "organization_id")
    assert [getattr(new, name) for name in same] == [getattr(old, name) for name in same]
    assert (new.not_before, new.parked) == (shop.now, None)
    assert kind.reserved_numbers == [successor.int]
    assert told(shop) == [("operation_superseded", 1, detail(successor=successor.hex), "ann")]


def test_what_stands_in_its_place_already_keeps_it_from_being_tried_again(shop: Workshop) -> None:
    shop.plan(1, state=REJECTED)
    shop.plan(2, subject_id=one(1001), natural_key="key 1", generation=2)

    with pytest.raises(NotPossible, match="in its place already"):
        decisions(shop).retry(one(), ANN)
    assert told(shop) == []


def test_what_was_given_up_is_tried_again_unless_it_made_something(shop: Workshop) -> None:
    shop.plan(1, state=CANCELLED)
    shop.plan(2, state=CANCELLED, remote_id="00901")

    assert decisions(shop).retry(one(), ANN) != one()
    with pytest.raises(NotPossible, match="cancelled; only one that was rejected"):
        decisions(shop).retry(one(2), ANN)


@pytest.mark.parametrize("state", [DONE, OperationState.SENDING, OperationState.UNKNOWN, QUARANTINED])
def test_what_is_under_way_or_done_is_not_tried_again(shop: Workshop, state: OperationState) -> None:
    shop.plan(1, state=state)

    with pytest.raises(NotPossible, match=f"the operation is {state}; only one"):
        decisions(shop).retry(one(), ANN)
    assert len(shop.operations()) == 1


def test_what_is_parked_goes_on_at_once(shop: Workshop) -> None:
    shop.plan(1, parked="cover", not_before=shop.now + timedelta(days=1))

    assert decisions(shop).retry(one(), ANN) == one()

    row = shop.operation(1)
    assert (row.state, row.parked, row.not_before) == ("planned", None, shop.now)
    assert told(shop) == [("operation_retried", 1, detail(), "ann")]


def test_what_waits_for_approval_waits_for_those_who_approve(shop: Workshop) -> None:
    shop.plan(1, parked="needs_approval")

    with pytest.raises(NotPossible, match="waits for approval"):
        decisions(shop).retry(one(), ANN)
    assert shop.operation(1).parked == "needs_approval"


def test_the_parts_of_an_effect_are_tried_again_together(shop: Workshop) -> None:
    shop.plan(1, 2, state=REJECTED)
    shop.plan(3, state=DONE)
    kind = Vendors(followers=("part",))
    shop.change(2, kind="part")

    successor = decisions(shop, kind).retry(one(), ANN)

    made = {row.supersedes: row for row in shop.operations() if row.supersedes}
    assert set(made) == {one(1), one(2)}
    assert made[one(1)].id == successor
    assert (made[one(1)].kind, made[one(2)].kind) == ("vendor", "part")


@pytest.mark.parametrize("state", [REJECTED, CANCELLED])
def test_refused_money_is_tried_again_by_two_where_the_house_says_so(shop: Workshop, state: OperationState) -> None:
    shop.plan(1, 2, 3, state=state)

    with pytest.raises(NotPossible, match="two people decide"):
        decisions(shop, Vendors(money=True), people=2).retry(one(1), ANN)
    assert shop.states() == [state] * 3
    decisions(shop, Vendors(money=True), people=2).retry(one(1), BOTH)
    decisions(shop, Vendors(money=True), people=1).retry(one(2), ANN)
    decisions(shop, Vendors(money=False), people=2).retry(one(3), ANN)

    assert shop.states().count("planned") == 3
    assert [each[2]["second"] for each in told(shop)] == ["ben", None, None]


def test_parked_money_is_looked_at_again_by_one_alone(shop: Workshop) -> None:
    shop.plan(1, parked="cover")

    decisions(shop, Vendors(money=True), people=2).retry(one(), ANN)

    assert shop.operation(1).parked is None


# -- given up ------------------------------------------------------------------------------------------------------


def test_what_is_planned_is_given_up_at_once_and_what_was_reserved_is_given_back(shop: Workshop) -> None:
    shop.plan(1, parked="cover")
    kind = Vendors(money=True)

    decisions(shop, kind, people=2).cancel(one(), ANN)

    row = shop.operation(1)
    assert (row.state, row.parked) == ("cancelled", None)
    assert kind.dropped_numbers == [1]
    assert told(shop) == [("operation_cancelled", 1, detail(), "ann")]
    assert shop.journal() == []


@pytest.mark.parametrize("state", [DONE, OperationState.SENDING, OperationState.UNKNOWN, REJECTED, CANCELLED])
def test_what_is_neither_planned_nor_set_aside_is_not_given_up(shop: Workshop, state: OperationState) -> None:
    shop.plan(1, state=state)

    with pytest.raises(NotPossible, match=f"the operation is {state}; only a planned"):
        decisions(shop).cancel(one(), ANN)
    assert shop.states() == [state]


def aside(shop: Workshop, number: int = 1, **values: Any) -> None:
    """Set an operation aside whose absence is certain."""
    known = {"state": QUARANTINED, "attempt": 1, "first_sent_at": shop.now, "absent_after": shop.now}
    shop.plan(number, **{**known, **values})


@pytest.mark.parametrize("act", ["cancel", "resend"])
def test_money_is_decided_about_by_two_where_the_house_says_so(shop: Workshop, act: str) -> None:
    for number in (1, 2, 3):
        aside(shop, number)

    with pytest.raises(NotPossible, match="two people decide"):
        getattr(decisions(shop, Vendors(money=True), people=2), act)(one(1), ANN)
    assert (shop.states()[0], shop.journal()) == ("quarantined", [])
    getattr(decisions(shop, Vendors(money=True), people=2), act)(one(1), BOTH)
    getattr(decisions(shop, Vendors(money=True), people=1), act)(one(2), ANN)
    getattr(decisions(shop, Vendors(money=False), people=2), act)(one(3), ANN)
    assert "quarantined" not in shop.states()
    assert told(shop)[0][2]["second"] == "ben"


def test_what_is_absent_is_given_up(shop: Workshop) -> None:
    aside(shop)
    kind = Vendors()

    decisions(shop, kind).cancel(one(), ANN)

    assert (shop.states(), kind.dropped_numbers) == (["cancelled"], [1])
    assert told(shop) == [("operation_cancelled", 1, detail(), "ann")]


def test_what_cannot_be_its_effect_does_not_keep_it_from_being_given_up(shop: Workshop) -> None:
    aside(shop)
    made = stranger(shop)
    kind = Vendors(finding=lambda finding: replace(finding, apart=True))

    with pytest.raises(NotPossible, match="1 effects stand under"):
        decisions(shop, kind).resend(one(), ANN)
    decisions(shop, kind).cancel(one(), ANN)

    assert told(shop) == [("operation_cancelled", 1, detail(not_ours=[made]), "ann")]


def stranger(shop: Workshop, name: str = "key 1") -> str:
    """Make a vendor that no operation of ours has made, and return its id."""
    shop.gateway.change(wire.bulk_create([Vendor(name=name)]))
    (made,) = [row.id for row in shop.simulator.world.store["Vendor"].by_id.values() if row["name"] == name]
    return made


def test_the_parts_of_an_effect_are_given_up_and_sent_again_together(shop: Workshop) -> None:
    aside(shop, 1)
    aside(shop, 2)
    shop.plan(3)
    kind = Vendors(followers=("part",))

    decisions(shop, kind).resend(one(), ANN)
    assert shop.states() == ["planned", "planned", "planned"]
    decisions(shop, kind).cancel(one(), ANN)
    assert shop.states() == ["cancelled"] * 3
    assert kind.dropped_numbers == [1, 2, 3]


# -- sent again ----------------------------------------------------------------------------------------------------


def test_what_is_absent_is_sent_again(shop: Workshop) -> None:
    aside(shop, call_id=one(9), call_pos=4, not_before=shop.now - timedelta(days=1))

    decisions(shop).resend(one(), ANN)

    row = shop.operation(1)
    assert (row.state, row.call_id, row.call_pos, row.not_before) == ("planned", None, None, shop.now)
    assert told(shop) == [("operation_resent", 1, detail(), "ann")]


@pytest.mark.parametrize("act", ["resend", "adopt"])
@pytest.mark.parametrize("state", [PLANNED, DONE, REJECTED, OperationState.UNKNOWN])
def test_only_what_is_set_aside_is_sent_again_or_adopted(shop: Workshop, act: str, state: OperationState) -> None:
    shop.plan(1, state=state)
    given = ("00901",) if act == "adopt" else ()

    with pytest.raises(NotPossible, match=f"the operation is {state}, not quarantined"):
        getattr(decisions(shop), act)(one(), *given, ANN)


@pytest.mark.parametrize(
    ("finding", "why"),
    [
        (Finding(conflict="two of it"), "two of it"),
        (Finding(blocked="a closed list"), "a closed list"),
    ],
)
@pytest.mark.parametrize("act", ["cancel", "resend"])
def test_what_may_have_happened_is_neither_given_up_nor_sent_again(
    shop: Workshop, act: str, finding: Finding, why: str
) -> None:
    aside(shop)

    with pytest.raises(NotPossible, match=f"it may have happened: {why}"):
        getattr(decisions(shop, Vendors(finding=lambda _found: finding)), act)(one(), ANN)
    assert shop.states() == ["quarantined"]


def wait_of(shop: Workshop, kind: Vendors | None = None) -> int | None:
    """Return for how many seconds a person is asked to wait, or None where absence is proved."""
    try:
        decisions(shop, kind).cancel(one(), ANN)
    except NotPossible as error:
        _, _, said = str(error).partition("try again in ")
        seconds, _, now = said.partition(" s")
        return int(seconds) if now == f" (now {shop.now.isoformat(timespec='seconds')})" else -1
    return None


@pytest.mark.parametrize(("ahead_s", "seconds"), [(0, None), (1, 30), (90, 90)])
def test_absence_is_waited_for(shop: Workshop, ahead_s: int, seconds: int | None) -> None:
    aside(shop, absent_after=shop.now + ahead_s * SECOND)

    assert wait_of(shop) == seconds


def test_bill_coms_clock_counts_as_well(shop: Workshop) -> None:
    aside(shop)
    kind = Vendors(finding=lambda finding: replace(finding, server_date=shop.now - 70 * SECOND))

    assert wait_of(shop, kind) == 70


def test_without_bill_coms_time_nothing_is_proved(shop: Workshop) -> None:
    aside(shop)

    assert wait_of(shop, Vendors(hidden=True)) == 30
    assert wait_of(shop, Vendors(finding=lambda _found: Finding())) == 30


def test_what_was_never_sent_has_nothing_to_wait_for(shop: Workshop) -> None:
    aside(shop, absent_after=None)

    assert wait_of(shop) is None


def dead(shop: Workshop, seconds: float | None, *, there: float = 0.0) -> None:
    """Let the session that carried the attempt have died so long ago, by our clock and by Bill.com's."""
    at = None if seconds is None else shop.now - timedelta(seconds=seconds)
    with shop.store.write() as rows:
        add(
            rows,
            SessionRow(
                organization_id=shop.organization_id,
                gen=1,
                state="dead",
                dead_at=at,
                dead_server_date=None if at is None else at + timedelta(seconds=there),
            ),
            SessionRow(organization_id=shop.organization_id, gen=2, state="dead", dead_at=shop.now),
        )


@pytest.mark.parametrize(
    ("seconds", "there", "wait"),
    [(900, 0, None), (800, 0, 100), (800, -50, 100), (900, 50, 50), (1000, 0, None), (None, 0, 900)],
)
def test_the_session_of_a_silent_attempt_must_be_dead_for_the_whole_grace(
    shop: Workshop, seconds: float | None, there: float, wait: int | None
) -> None:
    aside(shop, unsafe_gen=1)
    dead(shop, seconds, there=there)

    assert wait_of(shop) == wait


def test_where_no_fence_is_needed_no_session_has_to_be_dead(shop: Workshop) -> None:
    aside(shop, unsafe_gen=1)
    dead(shop, None)

    assert wait_of(shop, Vendors(policy=UNFENCED)) is None


@pytest.mark.parametrize(("ago_s", "wait"), [(300, None), (250, 50), (301, None)])
def test_a_refusal_is_believed_after_the_doubt_by_bill_coms_clock(shop: Workshop, ago_s: int, wait: int | None) -> None:
    with shop.store.write() as rows:
        known = {"organization_id": shop.organization_id, "outcome": "error"}
        add(rows, call(1, shop.now, server_date=shop.now - ago_s * SECOND, **known))
    aside(shop, answered=True, call_id=UUID(int=5001), absent_after=shop.now - timedelta(days=1))

    assert wait_of(shop) == wait
    if wait is not None:
        assert wait_of(shop, Vendors(hidden=True)) == 300


@pytest.mark.parametrize("name", ["unknown_since", "created_at"])
def test_a_refusal_without_a_date_counts_as_no_answer(shop: Workshop, name: str) -> None:
    known: dict[str, Any] = {name: shop.now - 850 * SECOND}
    aside(shop, answered=True, absent_after=shop.now, **known)

    assert wait_of(shop) == 50


# -- adopted -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("values", [{"state": QUARANTINED}, {"state": PLANNED, "parked": "difference"}], ids=str)
def test_an_equal_object_is_adopted(shop: Workshop, values: dict[str, Any]) -> None:
    shop.plan(1, digest="what was sent", **values)
    made = stranger(shop)
    kind = Vendors()

    decisions(shop, kind).adopt(one(), made, ANN)

    row = shop.operation(1)
    assert (row.state, row.remote_id, row.parked) == ("done", made, None)
    (applied,) = kind.applied
    assert (applied.operation.id, applied.remote.remote_id, applied.digest) == (one(), made, "what was sent")
    assert told(shop) == [("operation_adopted", 1, detail(remote_id=made), "ann")]


def test_what_is_parked_for_another_reason_is_not_adopted(shop: Workshop) -> None:
    shop.plan(1, parked="cover")

    with pytest.raises(NotPossible, match="planned, not quarantined"):
        decisions(shop).adopt(one(), stranger(shop), ANN)


def test_money_is_adopted_by_two(shop: Workshop) -> None:
    aside(shop)

    with pytest.raises(NotPossible, match="two people decide"):
        decisions(shop, Vendors(money=True), people=2).adopt(one(), stranger(shop), ANN)


def test_only_an_equal_object_of_that_id_is_adopted(shop: Workshop) -> None:
    aside(shop)

    with pytest.raises(NotPossible, match=r"00901 is not an equal effect of this operation; Bill\.com shows nothing"):
        decisions(shop).adopt(one(), "00901", ANN)
    with pytest.raises(NotPossible, match="shows nothing"):
        decisions(shop, Vendors(hidden=True)).adopt(one(), "00901", ANN)
    made = stranger(shop)
    with pytest.raises(NotPossible, match=f"Bill.com shows {made}"):
        decisions(shop).adopt(one(), "00901", ANN)
    unequal = Vendors(finding=lambda finding: replace(finding, equal=[False]))
    with pytest.raises(NotPossible, match=f"{made} is not an equal effect"):
        decisions(shop, unequal).adopt(one(), made, ANN)
    assert shop.states() == ["quarantined"]


def test_all_that_bill_com_shows_instead_is_named(shop: Workshop) -> None:
    aside(shop)
    shown = Finding([remote(7), Remote(None, None)], [True, True], shop.now)

    with pytest.raises(
        NotPossible, match=r"00901 is not an equal effect of this operation; Bill\.com shows 00907, None$"
    ):
        decisions(shop, Vendors(finding=lambda _found: shown)).adopt(one(), "00901", ANN)


def test_nothing_is_adopted_where_it_is_not_said_of_each_match_whether_it_equals(shop: Workshop) -> None:
    aside(shop)
    unsaid = Finding([remote(1), remote(2)], [True], shop.now)

    with pytest.raises(ValueError, match="shorter"):
        decisions(shop, Vendors(finding=lambda _found: unsaid)).adopt(one(), "00901", ANN)
    assert shop.states() == ["quarantined"]


def test_an_object_belongs_to_one_operation(shop: Workshop) -> None:
    aside(shop)
    made = stranger(shop)
    shop.plan(2, state=DONE, remote_id=made)

    with pytest.raises(NotPossible, match="effect of another operation already"):
        decisions(shop).adopt(one(), made, ANN)
    assert shop.states() == ["quarantined", "done"]


def test_what_only_changed_an_object_is_adopted_by_the_objects_id(shop: Workshop) -> None:
    aside(shop)
    made = stranger(shop)
    kind = Vendors(
        finding=lambda finding: replace(finding, matches=[replace(each, remote_id=None) for each in finding.matches])
    )

    decisions(shop, kind).adopt(one(), made, ANN)
    assert (shop.states(), shop.operation(1).remote_id) == (["done"], None)


# -- several taken together ----------------------------------------------------------------------------------------


def kept(shop: Workshop, *numbers: int, **values: Any) -> None:
    """Plan operations that a difference keeps from being sent."""
    shop.plan(*numbers, **{"parked": "difference", "digest": "what was rendered", **values})


def chosen(*numbers: int) -> Callable[[Rows], Sequence[tuple[UUID, Remote]]]:
    """Choose an object for each operation."""
    return lambda _rows: [(one(number), remote(number)) for number in numbers]


def remote(number: int) -> Remote:
    return Remote(f"0090{number}", None)


def test_what_a_person_did_is_taken_for_several_operations_at_once(shop: Workshop) -> None:
    kept(shop, 1, 2, 3)
    kind = Vendors()

    decisions(shop, kind).take("vendor", chosen(1, 3), ANN, what="payment 7")

    assert [(row.state, row.remote_id, row.parked) for row in shop.operations()] == [
        ("done", "00901", None),
        ("planned", None, "difference"),
        ("done", "00903", None),
    ]
    assert [(each.operation.id, each.remote, each.digest) for each in kind.applied] == [
        (one(1), remote(1), "what was rendered"),
        (one(3), remote(3), "what was rendered"),
    ]
    assert told(shop) == [
        ("operation_adopted", 1, detail(remote_id="00901"), "ann"),
        ("operation_adopted", 3, detail(remote_id="00903"), "ann"),
    ]


def test_money_is_taken_by_two(shop: Workshop) -> None:
    kept(shop, 1)
    careful = decisions(shop, Vendors(money=True), people=2)

    with pytest.raises(NotPossible, match="two people decide"):
        careful.take("vendor", chosen(1), ANN, what="payment 7")
    assert shop.states() == ["planned"]
    careful.take("vendor", chosen(1), BOTH, what="payment 7")
    assert told(shop)[0][2]["second"] == "ben"


@pytest.mark.parametrize(
    "values",
    [{"state": OperationState.SENDING}, {"state": DONE}, {"parked": "cover"}, {"parked": None}],
    ids=["sending", "done", "parked otherwise", "not parked"],
)
def test_what_is_carried_out_otherwise_keeps_all_from_being_taken(shop: Workshop, values: dict[str, Any]) -> None:
    kept(shop, 1)
    kept(shop, 2, **values)
    before = [(row.state, row.parked) for row in shop.operations()]

    with pytest.raises(NotPossible, match=r"^payment 7 is the effect of another operation already, or is just being"):
        decisions(shop).take("vendor", chosen(1, 2), ANN, what="payment 7")
    assert [(row.state, row.parked) for row in shop.operations()] == before
    assert told(shop) == []


def test_what_is_the_effect_of_another_operation_keeps_all_from_being_taken(shop: Workshop) -> None:
    kept(shop, 1, 2)
    shop.plan(3, state=DONE, remote_id="00902")

    with pytest.raises(NotPossible, match="payment 7 is the effect of another operation"):
        decisions(shop).take("vendor", chosen(1, 2), ANN, what="payment 7")
    assert shop.states() == ["planned", "planned", "done"]


def test_what_was_planned_to_be_taken_goes_away_with_a_refusal(shop: Workshop) -> None:
    kept(shop, 1, state=DONE)

    def choose(rows: Rows) -> Sequence[tuple[UUID, Remote]]:
        add(rows, operation(2, shop.now, kind="vendor", organization_id=shop.organization_id, parked="difference"))
        return [(one(1), remote(1)), (one(2), remote(2))]

    with pytest.raises(NotPossible):
        decisions(shop).take("vendor", choose, ANN, what="payment 7")
    assert [row.id for row in shop.operations()] == [one(1)]


def test_operations_of_others_are_not_taken(shop: Workshop) -> None:
    kept(shop, 1, organization_id=OTHERS)

    with pytest.raises(NotPossible, match="no such operation"):
        decisions(shop).take("vendor", chosen(1), ANN, what="payment 7")


# -- what has moved on ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["cancel", "resend"])
def test_what_has_moved_on_meanwhile_is_looked_at_again(shop: Workshop, act: str) -> None:
    aside(shop)
    kind = Vendors()
    company = kind.company

    def moved(rows: Any, operation: Any) -> Any:
        found = company(rows, operation)
        rows.change(update(Operation).where(Operation.id == one()).values(state=DONE))
        return found

    kind.company = moved  # type: ignore[method-assign]  # another person decides in between
    with pytest.raises(NotPossible, match="has moved on meanwhile"):
        getattr(decisions(shop, kind), act)(one(), ANN)
    assert told(shop) == []


@pytest.mark.parametrize("values", [{"state": QUARANTINED}, {"parked": "difference"}], ids=str)
def test_what_has_moved_on_while_bill_com_was_asked_is_not_adopted(shop: Workshop, values: dict[str, Any]) -> None:
    shop.plan(1, **values)
    made = stranger(shop)

    def moved(finding: Finding) -> Finding:
        shop.change(1, state=OperationState.SENDING, parked=None)
        return finding

    kind = Vendors(finding=moved)
    with pytest.raises(NotPossible, match="has moved on meanwhile"):
        decisions(shop, kind).adopt(one(), made, ANN)
    assert (shop.states(), kind.applied, told(shop)) == (["sending"], [], [])
