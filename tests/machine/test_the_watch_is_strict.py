"""Each invariant is broken by hand once, and the watch must see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from tests.machine.ground import begin
from tests.machine.watch import Watch
from tests.stories.town import Town


def sql(statement: str) -> Callable[[Town], None]:
    def change(town: Town) -> None:
        with town.stage.engine.begin() as connection:
            changed = connection.execute(text(statement))
            assert changed.rowcount == 1

    return change


def at_billcom(entity: str, act: Callable[[Any, Any], None]) -> Callable[[Town], None]:
    def change(town: Town) -> None:
        town.world.simulator.under_lock(lambda bill: act(bill, town.at_billcom(entity)[0]))

    return change


def twice(bill: Any, row: Any) -> None:
    bill.store.insert(row.entity_name, bill.now, invoiceNumber=row["invoiceNumber"])


A_PAYOUT = "(select id from billcom_operation where kind = 'pay' and state = 'done' limit 1)"
BROKEN: dict[str, tuple[Callable[[Town], None], str]] = {
    "an entry alone": (
        sql("update billcom_entry set cents = cents + 1 where id = (select min(id) from billcom_entry)"),
        "I4 a posting",
    ),
    "a payout that is planned and nothing reserved": (
        sql(f"update billcom_operation set state = 'planned' where id = {A_PAYOUT}"),
        "I4 what is reserved",
    ),
    "another amount than what was paid": (
        sql(f"update billcom_operation set amount_cents = amount_cents + 1 where id = {A_PAYOUT}"),
        "I3 another amount",
    ),
    "another number than ours": (
        sql(
            "update billcom_document set number = 'FB-other' "
            "where id = (select min(id) from billcom_document where remote_id is not null)"
        ),
        "I3 another number",
    ),
    "a bill that was lowered after it was paid": (
        at_billcom("SentPay", lambda bill, row: _lower(bill, row["billPays"][0]["billId"])),
        "I1 a Bill is paid with more",
    ),
    "a number that exists twice": (at_billcom("Bill", twice), "I2 more than one Bill"),
}


def _lower(bill: Any, row_id: str) -> None:
    row = bill.store["Bill"].by_id[row_id]
    bill.change(row, amount=row["amount"] - 1)


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_by_hand_is_seen(name: str) -> None:
    breaks, seen = BROKEN[name]
    town = begin({}, {}, is_young=False)
    watch = Watch(town)
    watch.look()

    breaks(town)

    with pytest.raises(AssertionError, match=seen):
        watch.look()
    watch.let_go()
