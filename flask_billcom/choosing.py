"""Whether this process runs the embedded runner.

    RUNNER=external                      no
    RUNNER=thread                        yes
    left out, debug mode                 yes, when this process serves
    testing, a command, the reloader's parent   never

`flask run` is the one command that serves. With its reloader the parent process loads the app too, only to watch its
files; the child that serves is told apart by WERKZEUG_RUN_MAIN.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import click

SERVING_COMMAND = "run"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of this process.

    :param command: the command under way, or None outside of any.
    :param reloads: whether that command watches files; None where nobody says.
    :param is_reloaded: whether this process is the reloader's child.
    """

    command: str | None
    reloads: bool | None
    is_reloaded: bool


def look_around(*, debug: bool) -> Surroundings:
    """Return what is known of this process."""
    context = click.get_current_context(silent=True)
    is_reloaded = os.environ.get("WERKZEUG_RUN_MAIN") == "true"
    if context is None:
        return Surroundings(None, None, is_reloaded)
    reloads = context.params.get("reload")
    return Surroundings(context.info_name, debug if reloads is None else bool(reloads), is_reloaded)


def runs_thread(configured: str | None, surroundings: Surroundings, *, debug: bool, testing: bool) -> bool:
    """Return whether the embedded runner starts by itself.

    :param configured: `BILLCOM_RUNNER`, or None where it is left out.
    """
    if testing or configured == "external" or (configured is None and not debug):
        return False
    if surroundings.is_reloaded:
        return True
    if surroundings.command is not None:
        return surroundings.command == SERVING_COMMAND and not surroundings.reloads
    # Outside of any command, debug mode most likely means app.run(debug=True), whose first process only watches files.
    return not debug
