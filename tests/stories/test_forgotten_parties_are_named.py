"""Buyers and sellers whom a restored backup has forgotten, and whom nobody asks for any more."""

from __future__ import annotations

from flask_billcom.marketplace.strays import RESTORED
from flask_billcom.models import Hold
from tests.stories.town import Town


def named_by_doctor(town: Town) -> list[str]:
    """Return what the doctor says that Bill.com has beside our rows."""
    checks = town.billcom.doctor(offline=True).checks
    return [each.message for each in checks if each.id == "strays" and each.level != "ok"]


def forgets(town: Town) -> tuple[str, str]:
    """Let a buyer and a seller become known and be forgotten, and return their ids at Bill.com."""
    backup, people = town.backs_up(), dict(town.people)
    buyer, seller = town.buyer("Dora"), town.seller("dee")
    town.billcom.ensure_party(buyer)
    town.billcom.ensure_party(seller)
    town.passes()
    ids = town.remote_id(buyer), town.remote_id(seller)
    town.restores(backup)
    town.people = people
    return ids


def test_forgotten_parties_stop_everything_on_the_next_day_and_are_named_until_they_are_deleted(town: Town) -> None:
    ids = forgets(town)
    assert named_by_doctor(town) == []
    town.waits(bank_days=2)
    assert [each.reason for each in town.world.rows(Hold, Hold.released_at.is_(None)) if RESTORED in each.reason]
    town.billcom.resume(actor="eve", reason="last night's backup")
    said = named_by_doctor(town)
    assert [(each.split()[0], remote_id in each) for each, remote_id in zip(said, ids, strict=True)] == [
        ("customer", True),
        ("vendor", True),
    ]
    for remote_id in ids:
        town.operator("delete", id=remote_id)
    town.waits(bank_days=2)

    assert named_by_doctor(town) == []
    assert town.world.rows(Hold, Hold.released_at.is_(None)) == []
    assert town.billcom.reconcile().is_clean


def test_a_forgotten_seller_who_sells_again_is_adopted(town: Town) -> None:
    forgets(town)
    town.waits(bank_days=2)
    town.billcom.resume(actor="eve", reason="last night's backup")
    town.sells(("dee", "10.00", "1.00"))
    town.passes()
    (kept,) = town.operations("create_vendor", "planned")
    assert kept.parked == "difference"
    town.billcom.resolve(kept.id, actor="eve", adopt=(kept.evidence or {})["remote_id"], reason="she was here before")
    town.waits(bank_days=1)

    assert len([each for each in town.at_billcom("Vendor") if each["name"] == "dee"]) == 1
    assert [each for each in named_by_doctor(town) if each.startswith("vendor")] == []


def test_parties_that_we_know_are_not_named(town: Town) -> None:
    town.sells(("dee", "10.00", "1.00"), to="Dora")
    town.passes()
    town.waits(bank_days=3)

    assert named_by_doctor(town) == []
    assert town.world.rows(Hold, Hold.released_at.is_(None)) == []
