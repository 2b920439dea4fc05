"""Buyers and sellers whom we know, and whom Bill.com does not list any more."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from flask_billcom.api.records import Vendor
from flask_billcom.models import Party
from tests.stories.town import Town

LOST = "00901NOBODYKNOWSIT01"


def loses(town: Town, name: str) -> None:
    """Let a seller's id be one that Bill.com does not have any more; he himself is switched off there."""
    before = town.remote_id(town.seller(name))
    with town.world.store.write() as rows:
        rows.change(update(Party).where(Party.remote_id == before).values(remote_id=LOST))
    town.operator("delete", id=before)


def named(town: Town) -> list[tuple[str, str, str | None]]:
    """Return what the doctor says about parties."""
    said = town.billcom.doctor(offline=True).checks
    return [(str(each.level), each.message, each.next_step) for each in said if each.id == "parties"]


def missing(town: Town, **options: Any) -> list[str]:
    found = town.billcom.reconcile(**options).differences
    return [each.subject for each in found if each.kind == "missing_there"]


def test_a_seller_who_is_listed_no_more_is_named_until_he_is_confirmed_as_another(town: Town) -> None:
    town.sold(("ann", "10.00", "1.00"), bank_days=9)
    assert missing(town) == []
    assert [level for level, *_ in named(town)] == ["ok"]
    loses(town, "ann")
    assert missing(town) == [f"vendor {LOST}"]
    town.waits(bank_days=1)
    ((level, message, step),) = named(town)
    assert (level, message) == ("problem", f"vendor {LOST}, Seller 1, is not listed at Bill.com, missed for 1 d")
    assert (step or "").startswith("`flask billcom parties confirm Seller 1 REMOTE_ID --reason WHY` once he is there")
    assert not town.billcom.doctor(offline=True).ok

    again = town.billcom.client().vendors.create(Vendor(name="ann")).id
    town.billcom.confirm_match(town.seller("ann"), again, actor="eve", reason="she was made anew")
    assert [level for level, *_ in named(town)] == ["ok"]
    assert missing(town) == []


def test_what_is_compared_in_part_forgets_nobody(town: Town) -> None:
    town.sold(("ann", "10.00", "1.00"), bank_days=9)
    loses(town, "ann")
    assert missing(town, since=town.world.clock.now()) == []
    assert [level for level, *_ in named(town)] == ["ok"]
    assert missing(town) == [f"vendor {LOST}"]
    assert missing(town, since=town.world.clock.now()) == []
    assert [level for level, *_ in named(town)] == ["problem"]


def test_one_who_is_listed_again_is_named_no_more(town: Town) -> None:
    town.sold(("ann", "10.00", "1.00"), bank_days=9)
    before = town.remote_id(town.seller("ann"))
    loses(town, "ann")
    assert missing(town) == [f"vendor {LOST}"]
    town.operator("undelete", id=before)
    with town.world.store.write() as rows:
        rows.change(update(Party).where(Party.remote_id == LOST).values(remote_id=before))
    assert missing(town) == []

    assert [level for level, *_ in named(town)] == ["ok"]
    assert town.billcom.reconcile().is_clean
