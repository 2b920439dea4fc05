"""The domain's steps of a tick, in their order."""

from __future__ import annotations

from collections.abc import Sequence

from flask_billcom.engine.worker import Step

from .agreement.lost import sweep
from .agreement.witness import Witness
from .collection.funding import fund
from .collection.reminders import remind_overdue
from .context import Domain
from .corrections.netting import net
from .expiring import announce
from .paying.payouts import plan_scheduled_payouts
from .refunds.carrying import carry_out
from .returns.voiding import prove
from .tracking.following import follow

_CARRIED = "documents of refunds carried on"


def steps_before(domain: Domain) -> Sequence[Step]:
    """Return what comes before anything is sent."""
    witness = Witness(domain)
    return [
        # First: what a lost timeline has made must not be lowered or made again, as if it were not there. Whoever could
        # not look does neither.
        Step("witness", witness.look, guards=True),
        Step("refunds before", lambda: carry_out(domain), network=False, guarded=True, counts=_CARRIED),
        Step("netting", lambda: net(domain), network=False, guarded=True, counts="bills lowered"),
    ]


def steps_after(domain: Domain) -> Sequence[Step]:
    """Return what comes after: what became of the money, and what is to be paid next."""
    return [
        Step("follow", lambda: follow(domain), counts="payments read, polls"),
        Step("voids", lambda: prove(domain), counts="payouts proved void"),
        Step("refunds", lambda: carry_out(domain), network=False, guarded=True, counts=_CARRIED),
        Step("fund", lambda: fund(domain), network=False, counts="sales funded"),
        Step("payouts", lambda: _plan_payouts(domain), network=False, counts="payouts planned"),
        Step("reminders", lambda: remind_overdue(domain), network=False, counts="reminders planned"),
        Step("sweep", lambda: sweep(domain)),
        Step("trust", lambda: announce(domain), network=False),
    ]


def _plan_payouts(domain: Domain) -> int:
    """Plan what the schedule says, and return how many bills are to be paid."""
    run = plan_scheduled_payouts(domain)
    return 0 if run is None else run.bills
