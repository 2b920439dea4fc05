"""The faults of the protocol, by the codes of its list, and what plays each of them.

F1    connection refused                          F13   the answer comes a byte at a time, past the deadline
F2    no answer, nothing done                     F14   a kept connection is closed at the write
F3    no answer, done                             F15   the answer is an error; nothing, all or some was done
F4    no answer, done later                       F16   a void that pends, a transfer that comes back late
F5    an error of the server, nothing done        P1    the work ends at a boundary
F6    an error of the server, done                P2    the process is killed
F7    an answer that is no JSON, done             P3    the process stands still past its lease
F8    a bulk answer that is short or reordered    P4    a commit fails, or only seems to
F9    the session is over                         P5    the clock jumps
F10   too many calls this hour                    P6    two workers at once
F11   too many calls at once                      P7    a backup is put back
F12   lists that are behind                       P8    people pay, edit, merge and void at Bill.com
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Played:
    """What plays a fault of the protocol.

    :param cuts: kinds of cuts, each offered wherever it fits: see `cuts.every_fault`.
    :param detours: what the tellings are hurt by that lead off the story: see `recoveries.HURTS`.
    :param chapters: of the story, which have it in them.
    :param random: what happens by chance in random worlds.
    :param elsewhere: what else plays it, and why no cut does; by the name of the suite, or the path of the test.
    """

    cuts: tuple[str, ...] = ()
    detours: tuple[str, ...] = ()
    chapters: tuple[str, ...] = ()
    random: tuple[str, ...] = ()
    elsewhere: Mapping[str, str] = field(default_factory=dict)


CROWD = "tests/integration/protocol/test_a_hundred_processes_sign_in_once.py"
CODES: Mapping[str, Played] = MappingProxyType(
    {
        "F1": Played(("connect_refused",)),
        "F2": Played(("timeout_before", "reset_before")),
        "F3": Played(("timeout_after", "reset_after")),
        "F4": Played(("late_effect",)),
        "F5": Played(("http_5xx_before",)),
        "F6": Played(("http_5xx_after",)),
        "F7": Played(("garbage", "truncated", "cut", "empty", "html")),
        "F8": Played(("short_bulk", "reordered_bulk")),
        "F9": Played(
            ("bdc:BDC_1109", "sessions_end"), ("forgotten",), elsewhere={CROWD: "a storm needs a crowd of processes"}
        ),
        "F10": Played(("bdc:BDC_1144",), ("too_often",)),
        "F11": Played(("bdc:BDC_1322",)),
        "F12": Played(("stale_list",)),
        "F13": Played(("dribble",)),
        "F14": Played(("idle_close",)),
        "F15": Played(("bdc:BDC_1001", "bdc:BDC_9999", "bdc_after:BDC_9999", "bdc_some:BDC_9999", "timeout_some")),
        "F16": Played(chapters=("take back", "arrive"), random=("void", "reissue", "bounce")),
        "P1": Played(("crash",)),
        "P2": Played(elsewhere={"processes": "a signal kills a whole process, this one too; `crash` is P2 without it"}),
        "P3": Played(
            ("freeze",), elsewhere={"mutants": "those who sleep longer", "processes": "by a signal, with real leases"}
        ),
        "P4": Played(("commit_error", "commit_ack_lost")),
        "P5": Played(("clock_forward", "clock_back")),
        "P6": Played(("second_runner", "sessions_end"), elsewhere={"overlaps": "two in transactions of one moment"}),
        "P7": Played(("restored",), random=("restore",)),
        "P8": Played(
            ("edited", "merged"),
            ("by_hand", "found_paid", "charge_again"),
            ("correct", "recall", "take back", "arrive"),
            ("pay", "raise", "void", "reissue"),
        ),
    }
)
