"""What Bill.com may be like where its documents leave it open: a value of each switch that a settlement meets.

The values as shipped are always among them. A reading that our settings have to know of brings its setting along: where
an error may come before the work has ended, doubt has to last as long as silence. `NOT_DRAWN` has the other switches,
and why nothing would come of drawing them.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

SWITCHES: Mapping[str, tuple[object, ...]] = MappingProxyType(
    {
        "unique_numbers": ("off", "party", "org"),
        "overpay": ("accept", "refuse"),
        "paybills": ("partial", "atomic"),
        "bulk": ("per_item", "rollback", "short", "reordered"),
        "text_filters": (True, False),
        "list_lag_s": (0, 60, 118),
        "landing_s": (0, 120, 590),
        "answer": ("final", "early"),
        "logout_lag_s": (0, 45, 200),
        "parallel_sessions": (True, False),
        "logout_ends_mfa": (False, True),
        "cookie_wins": (True, False),
        "hour_window": ("clock", "sliding"),
        "count_refused": (True, False),
        "mail_limit": (5, None),
        "credit_amount": ("added", "included"),
        "mask_routing": (False, True),
        "bank_balance": (False, True),
        "keep_memo": (True, False),
        "max_number": (None, 21),
        "void": ("pending", "at_once"),
    }
)
"""The values of each switch, the shipped one first."""
MORE: Mapping[str, tuple[object, ...]] = MappingProxyType(
    {
        "change_paid": ("accept", "refuse"),
        "approving_s": (0, 900, 43_200),
        "starts_with": (False, True),
        "concurrency": (3, None),
    }
)
"""The same of switches with dice of their own: what is drawn after them stays as it was before they were added."""
NOT_DRAWN: Mapping[str, str] = MappingProxyType(
    {
        "buyers_pay": "always on in these worlds: who pays nothing leaves nothing to pay out",
        "dev_key_state": "with a key that is shut nothing begins at all",
        "api_access": "without access nothing begins at all",
        "sync_life": "nobody signs in with a sync token",
        "protect_customer_bank": "all bank accounts are there before a world begins",
        "nsf": "the marketplace's account covers every day of a world; the stories bounce its debit",
        "uncashed": "every seller gets his money by transfer; the stories have checks that nobody cashes",
        "upload_s": "no files are put on the documents of a world",
        "hourly_cap": "a world makes fewer calls; that the hour is used up is a fault here, bdc:BDC_1144",
        "login_cap": "the same",
        "inherit_approvers": "nobody sets approvers in these worlds",
        "pay_denied": "nobody denies bills in these worlds; the stories do",
        "max_lines": "the shop sells four lines at most",
        "api_host": "another host than ours is refused at Login, and nothing begins",
        "latency_ms": "a pause in real time",
        "opening_cents": "how much there is at the start changes nothing as long as it is enough",
        "network_answers": "no settlement calls the network",
        "guessed_codes": "we know no guessed code, so one is like another",
        "magic": "nobody here has a magic name",
        "journal_size": "what the simulator remembers for the judge",
    }
)
"""The switches that no world draws, and why."""
USUAL = 0.5
"""How often a switch stands as shipped."""
PATIENT = {"grace_margin_s": 780.0}


@dataclass(frozen=True)
class Reading:
    """One way in which Bill.com may be.

    :param switches: of the simulator.
    :param settings: of ours, that belong to it.
    """

    switches: Mapping[str, object]
    settings: Mapping[str, object]


def drawn(chance: random.Random) -> Reading:
    """Return a reading."""
    beside = random.Random(str(chance.getstate()))
    switches = {**_values(SWITCHES, chance), **_values(MORE, beside)}
    return Reading(switches, PATIENT if switches["answer"] == "early" else {})


def _values(offered: Mapping[str, tuple[object, ...]], chance: random.Random) -> dict[str, object]:
    switches = {name: values[0] for name, values in offered.items()}
    for name, values in offered.items():
        if chance.random() > USUAL:
            switches[name] = chance.choice(values)
    return switches
