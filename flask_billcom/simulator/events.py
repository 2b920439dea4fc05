"""What happens when the clock moves: bank events by name, in the order of their time.

06:00 Pacific   recur         documents of templates
08:00           buyers_pay    buyers pay what they owe, where they do so by themselves
09:00           collect       debits of the day        pay_out    payouts of the day
                confirm       a money movement         deliver    payouts that arrive
                escheat       a check that lapses      fail_account    a test deposit that fails
10:00           take_back     a debit that comes back  give_back  a payout that does
16:00           void          a void that was asked for
17:00           look_at_balance    a debit that may not be covered; bounce, at 08:00 of the next bank day, undoes it
any time        upload        a file that becomes a document    lapse    an invitation that nobody took
                schedule      a payment that was approving
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from flask_billcom.simulator.banking.movements import confirm
from flask_billcom.simulator.organization.network import lapse
from flask_billcom.simulator.papers.files import finish
from flask_billcom.simulator.papers.recurring import recur
from flask_billcom.simulator.payments.bankevents import (
    bounce,
    escheat,
    fail_account,
    give_back,
    look_at_balance,
    take_back,
)
from flask_billcom.simulator.payments.disbursements import deliver
from flask_billcom.simulator.payments.payouts import pay_out, schedule
from flask_billcom.simulator.payments.receipts import collect, let_buyers_pay
from flask_billcom.simulator.payments.voiding import void_now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask_billcom.simulator.world import World

__all__ = ["EVENTS"]

EVENTS: Final[Mapping[str, Callable[[World, str], None]]] = MappingProxyType(
    {
        "buyers_pay": let_buyers_pay,
        "collect": collect,
        "pay_out": pay_out,
        "schedule": schedule,
        "confirm": confirm,
        "deliver": deliver,
        "void": void_now,
        "upload": finish,
        "lapse": lapse,
        "recur": recur,
        "take_back": take_back,
        "give_back": give_back,
        "look_at_balance": look_at_balance,
        "bounce": bounce,
        "escheat": escheat,
        "fail_account": fail_account,
    }
)
