"""What all commands share.

    @click.command
    @as_json                 --json
    @in_app                  an app context; our errors become one line and an exit code
    def status(as_json): ...

Standard output holds the answer and nothing else; questions, progress and errors go to standard error.
"""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click
from flask.cli import with_appcontext

if TYPE_CHECKING:
    from flask_billcom.extension import Billcom

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
_DIALECTS = "sqlalchemy.dialects."
ATTENTION, UNKNOWN = 1, 3
"""Exit codes: something is wrong or was refused; or it may have happened."""

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
yes = click.option("--yes", is_flag=True, help="Do not ask.")
dry_run = click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
reason = click.option("--reason", required=True, help="Why; it stands in the audit trail.")
role = click.option("--role", type=click.Choice(["customer", "vendor"]), help="Only buyers, or only sellers.")
in_role = click.option(
    "--role", type=click.Choice(["customer", "vendor"]), help="Where the class is mapped in both roles."
)


def actor() -> str:
    """Return who runs the command, for the audit trail."""
    try:
        return f"cli:{getpass.getuser()}"[:100]
    except (OSError, KeyError):
        return "cli"


named = click.option(
    "--actor",
    metavar="NAME",
    callback=lambda _context, _parameter, given: given or actor(),
    help="Who decides; the user of this machine if left out.",
)


def paged(function: F) -> F:
    """Add the size of a page and what it follows."""
    limit = click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True)
    after = click.option("--after", help="What the page before named.")
    return limit(after(function))


def in_app(function: F) -> F:
    """Run a command in the app's context, and end it with one line where one of our errors comes."""
    return reported(with_appcontext(function))


def reported(function: F) -> F:
    """End a command with one line and an exit code where one of our errors comes."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the command takes
        from flask.cli import NoAppException
        from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError

        from flask_billcom.errors import BillcomError, OutcomeUnknown

        try:
            return function(*args, **kwargs)
        except (ImportError, NoAppException) as error:
            said = missing_driver(error)
            if said is None:
                raise
            fail(said)
        except OutcomeUnknown as error:
            fail(str(error), UNKNOWN)
        except BillcomError as error:
            fail(str(error))
        except (InterfaceError, OperationalError, ProgrammingError) as error:
            # The driver's own words alone: statement and parameters are nobody's business here.
            fail(f"the database cannot be used: {str(error.orig).strip()}; run `flask billcom doctor`")

    return run  # type: ignore[return-value]  # wraps keeps the signature


def missing_driver(error: BaseException) -> str | None:
    """Return what to say where the app did not start because its database's driver is not installed, or None.

    The app's own extension makes the engine, before ours can look at its dialect.
    """
    cause = error if isinstance(error, ImportError) else error.__context__
    trace = None if cause is None else cause.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    module = "" if trace is None else str(trace.tb_frame.f_globals.get("__name__", ""))
    if not module.startswith(_DIALECTS):
        return None
    dialect = module.removeprefix(_DIALECTS).partition(".")[0]
    if dialect in {"sqlite", "postgresql"}:
        return f"the driver of the app's database is not installed: {cause}"
    return f"flask_billcom needs SQLite or PostgreSQL, not {dialect}; the app's database has no driver either: {cause}"


def fail(message: str, code: int = ATTENTION) -> NoReturn:
    """End the command with one line on standard error, whatever a database or the app has put into its message."""
    click.echo(f"Error: {printable(' '.join(message.split()))}", err=True)
    raise click.exceptions.Exit(code)


def write_new(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file that must not exist, and say so; one that cannot be finished is taken away again."""
    try:
        with path.open("xb") as file:
            try:
                file.writelines(chunks)
                file.flush()
            except BaseException:
                path.unlink(missing_ok=True)
                raise
    except FileExistsError:
        fail(f"{path} is there already")
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}")
    say(f"written: {path}")


def say(text: str) -> None:
    """Say something that is not the answer, on standard error."""
    click.echo(text, err=True)


def show_json(value: Any) -> None:  # noqa: ANN401 - any of our values
    """Print a value as JSON."""
    click.echo(json_text(value))


def json_text(value: Any) -> str:  # noqa: ANN401 - any of our values
    """Return a value as JSON."""
    from flask_billcom.marketplace.plain import plain

    return json.dumps(plain(value), indent=2, ensure_ascii=False)


def show_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under headings, numbers to the right."""
    cells = [[_cell(each) for each in row] for row in rows]
    right = [bool(cells) and all(_is_number(row[place]) for row in cells) for place in range(len(headings))]
    widths = [max(len(row[place]) for row in [list(headings), *cells]) for place in range(len(headings))]
    for row in [list(headings), *cells] if any(headings) else cells:
        aligned = [
            text.rjust(width) if to_right else text.ljust(width)
            for text, width, to_right in zip(row, widths, right, strict=True)
        ]
        click.echo("  ".join(aligned).rstrip())


def show_next(after: str | None) -> None:
    """Say on standard error how to get the next page, where there is one."""
    if after is not None:
        say(f"more: --after {after}")


def _cell(value: object) -> str:
    from datetime import datetime

    if value is None:
        return "-"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return printable(str(value))


def printable(words: str) -> str:
    """Return text without control characters: a reference or key comes from the app, and a terminal obeys them."""
    return "".join(each if each.isprintable() else "?" for each in words)


def _is_number(text: str) -> bool:
    return text == "-" or text.lstrip("-").replace(",", "").replace(".", "", 1).isdecimal()


def dollars(cents: int) -> str:
    """Return an amount in cents as dollars with two places and commas."""
    from flask_billcom.money import from_cents

    return f"{from_cents(cents):,}"


@contextmanager
def progress(items: Sequence[T], label: str) -> Iterator[Iterator[T]]:
    """Show on standard error how far a walk over some items has come."""
    with click.progressbar(items, label=label, file=sys.stderr) as walk:
        yield iter(walk)


def billcom() -> Billcom:
    """Return the Billcom of the app."""
    from flask_billcom.globals import current_billcom

    return current_billcom
