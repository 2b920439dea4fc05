"""The crash suites prove something only if a wrong engine fails them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import uuid4

import pytest

from flask_billcom.marketplace.kinds import all_kinds
from tests.crash.boundaries import Boundaries
from tests.crash.cutting.keeping import Kept, go_back, keep
from tests.crash.judging.bystander import Left
from tests.crash.judging.judge import judge
from tests.crash.judging.leaving import GRACE_S
from tests.crash.suites import Cut, Theatre, first_of_each_name, some_of, theatre, wire_faults
from tests.crash.tale.story import Run
from tests.support.world import Stage, World

MONEY = ("ChargeCustomer", "PayBills")


@pytest.fixture(scope="module")
def house() -> Iterator[Theatre]:
    with theatre() as opened:
        yield opened


@pytest.fixture(scope="module")
def end(house: Theatre) -> tuple[Run, Kept]:
    """Tell a story to its end once, and keep that."""
    with Boundaries() as boundaries:
        run = Run(house.stage, boundaries)
        run.tell()
        return run, keep(run, house.folder, "end")


@pytest.fixture
def told(house: Theatre, end: tuple[Run, Kept]) -> Iterator[Run]:
    """Give a story that has just been told to its end."""
    run, kept = end
    with Boundaries() as boundaries:
        yield go_back(house.stage, kept, boundaries, like=run)


def test_the_story_without_a_fault_ends_well(house: Theatre) -> None:
    assert house.unhurt.is_clean, house.unhurt.notes
    assert house.unhurt.quarantined == 0


def test_the_story_passes_every_commit_every_kind_and_every_change(house: Theatre) -> None:
    labels = {label for trail in house.trail.values() for label in trail}
    called = {label.partition(": effect ")[2] for label in labels if ": effect " in label}
    kinds = all_kinds(house.first.world.parts.domain)

    assert house.boundaries >= 80
    assert {kind.endpoint for kind in kinds} <= called
    assert changed_by(house.first.world) <= called
    assert {kind.name for kind in kinds} <= {row.kind for row in house.first.world.operations()}
    assert {"engine.delivery._claim", "engine.recording.record", "the app"} <= writers(labels)
    assert all(label.replace("before", "after") in labels for label in labels if "before commit" in label)


def test_what_mends_a_crash_is_passed_as_well(house: Theatre) -> None:
    run, verdict, _ = house.play([Cut("pay out", -1, "crash", label="pay out: effect PayBills", nth=1)])

    assert verdict.is_clean, verdict.notes
    assert {"engine.janitor.sweep"} <= writers(run.boundaries.trail)


def writers(labels: Iterable[str]) -> set[str]:
    """Return the functions that committed."""
    return {label.rpartition("commit of ")[2] for label in labels}


def changed_by(world: World) -> set[str]:
    """Return the endpoints that changed something in what the worker did, as Bill.com's own journal has them."""
    by_people = ("Crud/Create/", "MFA", "SetCustomerAuthorization")
    return {
        entry.endpoint
        for entry in world.simulator.journal
        if entry.effects and not entry.endpoint.startswith(by_people)
    }


def test_a_bill_paid_twice_is_a_double(told: Run) -> None:
    bill = told.world.simulator.books.bills[0]
    told.world.person_does("pay_bill", id=bill.id, amount_cents=bill["amount"])

    assert judge(told).doubles == 1


def test_a_bill_made_twice_is_a_double(told: Run) -> None:
    bill = told.world.simulator.books.bills[0]
    told.world.simulator.under_lock(
        lambda there: there.insert("Bill", **{name: bill[name] for name in ("vendorId", "invoiceNumber", "amount")})
    )

    assert judge(told).doubles == 1


def test_a_cent_that_is_missing_at_the_bank_is_seen(told: Run) -> None:
    account = next(each for each in told.world.simulator.bank.accounts.values() if each.holder == "ann")
    account.cents -= 1

    assert judge(told).cents_off == 1


def test_a_bill_that_vanished_is_lost(told: Run) -> None:
    bill = told.world.simulator.books.bills[0]
    told.world.simulator.under_lock(lambda there: there.change(bill, isActive="2"))

    assert judge(told).lost == 1


def test_only_what_a_person_had_changed_may_be_left_to_one_as_another_amount(told: Run) -> None:
    reason = "what stands under its natural key has other cents, party or content"
    leave(told, Left("create_bill FB-1-1", reason, silences=1, waited_s=120, is_strange=True))

    assert judge(told, changed={"FB-1-1"}).unexplained == 0
    assert judge(told, changed={"FB-1-2"}).unexplained == judge(told).unexplained == 1


def leave(run: Run, *some: Left) -> None:
    """Leave operations to people, as it was seen."""
    run.bystander.left |= {(uuid4(), 1): each for each in some}


LOST = "absent after 2 attempts without an answer"


@pytest.mark.parametrize(
    "left",
    [
        Left("charge 1", LOST, silences=1, waited_s=GRACE_S),
        Left("record 1", LOST, silences=1, waited_s=GRACE_S),
        Left("pay 1", LOST, silences=2, waited_s=GRACE_S),
        Left("create_bill 1", LOST, silences=3, waited_s=GRACE_S),
        Left("charge 1", "2 effects stand under its natural key", silences=1, waited_s=5, is_strange=True),
    ],
    ids=lambda left: f"{left.kind}, {left.silences} silences, {left.waited_s} s",
)
def test_what_nothing_but_a_person_can_end_is_left_to_one(told: Run, left: Left) -> None:
    leave(told, left)

    found = judge(told)
    assert found.is_clean, found.notes
    assert found.quarantined == 1


@pytest.mark.parametrize(
    "left",
    [
        Left("charge 1", LOST),
        Left("charge 1", LOST, silences=1, waited_s=GRACE_S - 1),
        Left("charge 1", LOST, silences=1, waited_s=GRACE_S, shown_s=1),
        Left("pay 1", LOST, silences=1, waited_s=GRACE_S),
        Left("pay 1", LOST, silences=2, waited_s=GRACE_S, shown_s=1),
        Left("create_bill 1", LOST, silences=2, waited_s=GRACE_S),
        Left("update_vendor 1", LOST, silences=9, waited_s=GRACE_S),
    ],
    ids=lambda left: f"{left.kind}, {left.silences} silences, {left.waited_s} s",
)
def test_what_the_engine_can_end_is_not_left_to_a_person_in_whatever_words(told: Run, left: Left) -> None:
    leave(told, left)

    assert judge(told).unexplained == 1


def test_a_person_is_asked_sooner_only_where_sessions_do_not_end(told: Run) -> None:
    leave(told, Left("charge 1", LOST, silences=1, waited_s=600))
    assert judge(told).unexplained == 1

    told.world.simulator.switch(logout_lag_s=3600)
    assert judge(told).unexplained == 0


def test_an_engine_that_never_pays_is_idle(house: Theatre) -> None:
    with Boundaries() as boundaries:
        run = Run(house.stage, boundaries)
        run.tell(["meet", "enter", "sell", "change", "correct", "collect", "refund"])
        run.world.restart(payments_enabled=False)
        run.tell(["pay out", "arrive", "decide"])

    found = judge(run)
    assert found.idle == 16015
    assert found.unexplained > 0


@pytest.mark.parametrize("place", range(3))
def test_a_worker_killed_around_money_ends_well(house: Theatre, place: int) -> None:
    around = [cut for cut in first_of_each_name(house.trail) if cut.label.endswith(MONEY)]
    cut = some_of(around, 3, 1)[place % len(around)]

    run, found, unfired = house.play([cut])

    assert run.crashes == 1
    assert found.is_clean, (cut, found.notes)
    assert not unfired
    assert {left.kind for left in run.bystander.left.values()} <= {"charge"}


@pytest.mark.parametrize("place", range(2))
def test_a_seeded_sample_of_kills_ends_well(house: Theatre, place: int) -> None:
    cut = some_of(first_of_each_name(house.trail), 2, 3)[place]

    run, found, unfired = house.play([cut])

    assert run.crashes == 1
    assert found.is_clean, (cut, found.notes)
    assert not unfired


@pytest.mark.parametrize("fault", ["timeout_after", "bdc_after:BDC_9999"])
def test_a_payout_run_cut_on_the_wire_ends_well(house: Theatre, fault: str) -> None:
    cut = next(cut for cut in wire_faults(house.trail) if cut == Cut("pay out", -1, fault, "PayBills"))

    _, found, unfired = house.play([cut])

    assert found.is_clean, (cut, found.notes)
    assert not unfired
    assert found.quarantined == 0


@pytest.fixture(scope="module")
def strict() -> Iterator[Theatre]:
    """Open a theatre where Bill.com takes no number twice, and nothing above what is due."""
    with theatre(simulator={"unique_numbers": "org", "overpay": "refuse"}) as opened:
        yield opened


ALL_MONEY = (
    ("sell", "Bulk/Crud/Create/Invoice"),
    ("sell", "Bulk/Crud/Create/Bill"),
    ("sell", "ChargeCustomer"),
    ("correct", "RecordARPayment"),
    ("correct", "Crud/Update/Bill"),
    ("pay out", "PayBills"),
    ("arrive", "PayBills"),
)


def test_nothing_that_bill_com_has_is_left_to_people(strict: Theatre) -> None:
    run, found, unfired = strict.play([Cut(chapter, -1, "timeout_after", endpoint) for chapter, endpoint in ALL_MONEY])

    assert found.is_clean, found.notes
    assert not unfired
    assert run.bystander.hurt
    assert found.quarantined == 0


@pytest.mark.parametrize("fault", ["timeout_before", "late_effect"])
def test_only_what_buyers_pay_is_left_to_people_where_nothing_arrived_in_its_session(
    strict: Theatre, fault: str
) -> None:
    run, found, unfired = strict.play([Cut(chapter, -1, fault, endpoint) for chapter, endpoint in ALL_MONEY])

    assert found.is_clean, found.notes
    assert not unfired
    assert {left.kind for left in run.bystander.left.values()} == {"charge", "record"}
    assert not any(left.shown_s or left.is_strange for left in run.bystander.left.values())
    assert found.quarantined < len(run.bystander.hurt)


def test_a_payout_is_left_to_people_only_where_it_was_lost_once_more(strict: Theatre) -> None:
    run, found, unfired = strict.play([Cut("pay out", -1, "timeout_before", "PayBills")] * 2)

    assert found.is_clean, found.notes
    assert not unfired
    assert {(left.kind, left.silences) for left in run.bystander.left.values()} == {("pay", 2)}


def test_a_story_repeats_bit_for_bit(tmp_path_factory: pytest.TempPathFactory) -> None:
    ends = []
    for _ in range(2):
        stage = Stage(f"sqlite:///{tmp_path_factory.mktemp('again')}/world.sqlite")
        with Boundaries() as boundaries:
            boundaries.is_listening = True
            run = Run(stage, boundaries, seed=5)
            run.tell(["meet", "enter", "sell"])
            journal = [(e.at, e.endpoint, e.code, e.effects) for e in run.world.simulator.journal]
            ids = [row.id for row in run.world.operations()]
            ends.append((boundaries.trail, journal, ids))
        stage.close()

    assert ends[0] == ends[1]
