"""Buyers who pay by card in the customer portal: taken the same day, a convenience fee beside.

https://help.bill.com/hc/en-us/articles/115005914266
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .receipts import CARD, schedule_receipt

if TYPE_CHECKING:
    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = ["pay_by_card"]


def pay_by_card(world: World, invoice: Row, cents: int, fee_cents: int) -> Row:
    """Let the buyer pay an invoice by card; the money is collected with the debits of the day.

    :raises ValueError: more than is due.
    """
    if not 0 < cents <= invoice["amountDue"] - invoice["scheduledAmount"]:
        raise ValueError(f"{cents} cents are more than is due on {invoice.id}")
    customer = world.store["Customer"].by_id[invoice["customerId"]]
    more = {}
    if fee_cents:
        fee = world.insert(
            "RPConvFee",
            refNumber=f"CF{world.ids.number('convenience fee'):08d}",
            amount=fee_cents,
            paymentDate=world.today.isoformat(),
            chartOfAccountId=world.chart["Undeposited Funds"].id,
        )
        more = {"convFeeAmount": fee_cents, "rPConvFee": (fee,)}
    return schedule_receipt(
        world,
        customer,
        [(invoice, cents)],
        paid_on=world.today,
        account=None,
        total=cents,
        paymentType=CARD,
        customerCardAccountId=world.ids.new("cca"),
        **more,
    )
