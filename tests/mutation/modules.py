"""Which tests try which module: the quickest that fit. Each mutant runs those of them that reach its function."""

from __future__ import annotations

from dataclasses import dataclass

UNIT = "tests/unit"
WORLD = "tests/integration/engine"


@dataclass(frozen=True, slots=True)
class Module:
    """One module that is mutated.

    :param path: its file.
    :param tests: files of tests, or folders of such.
    """

    path: str
    tests: tuple[str, ...]


def _engine(name: str, *units: str, worlds: tuple[str, ...] = ()) -> Module:
    """Return a module of the engine.

    :param units: tests of the module alone.
    :param worlds: tests of a whole marketplace, where the module alone says too little; they are slower.
    """
    tests = (*(f"{UNIT}/engine/{name}" for name in units), *(f"{WORLD}/{name}" for name in worlds))
    return Module(f"flask_billcom/engine/{name}.py", tests)


MODULES = {
    "money": Module(
        "flask_billcom/money.py",
        (f"{UNIT}/money/test_amounts_are_whole_cents.py", f"{UNIT}/money/test_percentages_lose_no_cent.py"),
    ),
    "codes": Module(
        "flask_billcom/api/codes.py",
        (f"{UNIT}/api/test_codes_tell_certainty.py", f"{UNIT}/api/test_what_a_refusal_tells.py"),
    ),
    "ledger": Module("flask_billcom/ledger.py", (f"{UNIT}/engine/test_the_books_are_balanced_row_by_row.py",)),
    "engine.errors": _engine("errors", "test_the_servers_time_is_counted_on.py"),
    "engine.servertime": _engine("servertime", "test_the_servers_time_is_counted_on.py"),
    "engine.outcomes": _engine("outcomes", "test_each_answer_has_one_fate.py"),
    "engine.janitor": _engine("janitor", "test_abandoned_calls_are_swept.py"),
    "engine.operations": _engine("operations", "test_operations_move_only_by_guarded_steps.py"),
    "engine.limits": _engine("limits", "test_limits_are_kept_in_rows.py"),
    "engine.holds": _engine("holds", "test_holds_close_and_open_capabilities.py"),
    "engine.readback": _engine(
        "readback",
        "test_absence_is_believed_late_and_presence_at_once.py",
        "test_unknown_operations_are_looked_up.py",
    ),
    "engine.sessions": _engine("sessions", "sessions"),
    "engine.delivery": _engine(
        "delivery",
        "test_a_batch_is_claimed_by_one_call.py",
        "test_what_goes_together_shares_a_call.py",
        "test_what_cannot_go_is_set_aside.py",
    ),
    "engine.fence": _engine(
        "fence",
        "test_earlier_sessions_are_proved_dead.py",
        "test_sessions_whose_end_cannot_be_proved.py",
        "test_sessions_that_give_no_answer.py",
        "test_abandoned_calls_are_swept.py",
    ),
    "engine.endings": _engine(
        "endings",
        "test_earlier_sessions_are_proved_dead.py",
        "test_sessions_whose_end_cannot_be_proved.py",
        "test_sessions_that_give_no_answer.py",
        "test_what_proves_the_end_of_a_session.py",
    ),
    "engine.gateway": _engine("gateway", "test_calls_outside_the_operations.py"),
    "engine.decisions": _engine("decisions", "decisions"),
    "engine.reads": _engine("reads", "test_lists_are_read_page_by_page.py"),
    "engine.runners": _engine("runners", "test_a_thread_ticks_until_it_is_told_to_stop.py"),
    "engine.signing": _engine("signing", "test_people_sign_in_and_confirm.py"),
    "engine.worker": _engine("worker", "test_a_tick_does_all_that_is_due.py", "test_a_tick_goes_on_after_trouble.py"),
    "engine.noted": _engine("noted", "test_what_is_noted_is_found_by_its_name.py"),
    "engine.timing": _engine("timing", "test_waiting_times_add_up.py"),
    "engine.clocks": _engine("clocks", "test_all_processes_go_by_one_clock.py"),
    "engine.recording": _engine("recording", "test_the_end_of_a_call_is_written_once.py"),
}

LEFT_OUT = {
    "engine.claims": "fields and their types",
    "engine.kinds": "the seam to the domain: fields, names and a protocol without a body",
}
"""Modules of the engine in which there is nothing that mutmut changes, and what there is."""
