"""What commands share by which a person decides: who he is, why he does it, and whether he means it.

    @click.command
    @click.argument("payment")
    @agreed                       --second --actor --reason
    @rehearsed                    --dry-run --yes --json
    @shell.in_app
    def void(*, payment: str, way: Way, **by: Unpack[Agreed]) -> None: ...

A rehearsed command asks our own call what it would do, says that, asks, and only then does it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypedDict, TypeVar

import click

from . import shell

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

second = click.option("--second", help="A second person who agrees.")


class Decided(TypedDict):
    """Who decides, and why; what `decided` adds to a command."""

    actor: str
    reason: str


class Agreed(Decided):
    """The same with the second person, where there is one; what `agreed` adds to a command."""

    second: str | None


@dataclass(frozen=True, slots=True)
class Way:
    """How far a command goes, and how it tells; what `rehearsed` adds to a command.

    :param dry_run: whether it only says what would be done.
    :param yes: whether nobody is asked.
    :param as_json: whether the answer is one JSON value.
    """

    dry_run: bool
    yes: bool
    as_json: bool

    def carry_out(self, act: Callable[..., T], words: Callable[[T], str], *, asks: str, would: str, did: str) -> None:
        """Rehearse an act, say and ask whether it is meant, do it, and show what came of it.

        :param act: one of our calls that takes `dry_run`.
        :param words: says what the call has found.
        :param asks: what stands before the words where they are asked about; `would` and `did` where they are shown.
        """
        found = act(dry_run=True)
        if not self.dry_run:
            self.ask(f"{asks} {words(found)}")
            found = act(dry_run=False)
        self.show(found, f"{would if self.dry_run else did} {words(found)}")

    def ask(self, said: str, question: str = "Go on?") -> None:
        """Say what will be done and end the command unless it is meant, where somebody is asked at all."""
        if not self.yes:
            shell.say(said)
            click.confirm(question, abort=True, err=True)

    def show(self, found: object, line: str) -> None:
        """Print what was found, as JSON or as a line."""
        if self.as_json:
            shell.show_json(found)
        else:
            click.echo(line)


def decided(function: F) -> F:
    """Add who decides, and why."""
    return shell.named(shell.reason(function))


def agreed(function: F) -> F:
    """Add who decides, who agrees, and why."""
    return second(decided(function))


def rehearsed(function: F) -> F:
    """Add the options of a command that says first what it would do, and hand them over as its `way`."""

    @wraps(function)
    def run(*args: Any, dry_run: bool, yes: bool, as_json: bool, **rest: Any) -> Any:  # noqa: ANN401 - the command's own
        return function(*args, way=Way(dry_run=dry_run, yes=yes, as_json=as_json), **rest)

    return shell.dry_run(shell.yes(shell.as_json(run)))  # type: ignore[return-value]  # what click calls is the same
