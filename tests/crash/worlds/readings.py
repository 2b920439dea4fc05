"""What Bill.com may be like where its documents leave it open: one value of every switch, drawn for each world.

The values as shipped are always among them. A reading that our settings have to know of brings its setting along: where
an error may come before the work has ended, doubt has to last as long as silence.
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
    switches = {name: values[0] for name, values in SWITCHES.items()}
    for name, values in SWITCHES.items():
        if chance.random() > USUAL:
            switches[name] = chance.choice(values)
    return Reading(switches, PATIENT if switches["answer"] == "early" else {})
