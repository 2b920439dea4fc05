"""Mistakes about cents, and about paying and charging once more."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal
from typing import Any

from flask_billcom.engine.decisions import Person
from flask_billcom.engine.kinds import Absent
from flask_billcom.marketplace.kinds import bills, invoices
from flask_billcom.marketplace.kinds.charges import Charge
from flask_billcom.marketplace.returns import paying_again, voiding
from flask_billcom.models import Payment
from tests.crash.mistakes.hurts import BILL, CHARGE, Mutant, at, swap, wire
from tests.crash.mistakes.waiting import no_grace


def _float_cents(stack: ExitStack) -> None:
    """Reckon in floating dollars and cut off what is behind the cents."""
    for kind in (invoices, bills):
        swap(stack, kind, "from_cents", lambda cents: Decimal(int(cents * 1.1 / 1.1)) / 100)


def _charges_again(stack: ExitStack) -> None:
    swap(stack, Charge, "policy", replace(Charge.policy, absent=Absent.RESEND, resends=9, fenced=False))
    no_grace(stack)


def _pays_again(stack: ExitStack) -> None:
    """Give the bills of a payout that is proved void back to the payout runs, though nobody has said so."""
    give_back = voiding._give_back

    def again(domain: Any, payment: Payment, others: Any) -> int:
        count = give_back(domain, payment, others)
        if count:
            paying_again.pay_again(domain, payment.id, Person("engine", "it was void"))
        return count

    swap(stack, voiding, "_give_back", again)


MUTANTS = (
    Mutant("float cents", _float_cents, "cents_off", (wire("sell", BILL, "connect_refused"),)),
    Mutant("charge again", _charges_again, "doubles", (wire("sell", CHARGE, "late_effect"),)),
    Mutant("pay again after a void", _pays_again, "doubles", (at("arrive", "connect Login", "by_hand", nth=3),)),
)
