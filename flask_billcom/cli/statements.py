"""Commands for sellers and their tax advisers: a statement of a period, and a year of everybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from . import shell

if TYPE_CHECKING:
    from flask_billcom.marketplace.books.statement import Statement
    from flask_billcom.marketplace.books.totals import YearTotal

output = click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file to write; it must not exist."
)


@click.command
@click.argument("seller_class")
@click.argument("key")
@click.option("--period", required=True, help="2026-10, 2026-Q4, 2026, a day, or 2026-10-05..2026-11-04.")
@click.option(
    "--format", "format_", type=click.Choice(["text", "csv", "html", "json"]), default="text", show_default=True
)
@output
@shell.in_app
def statement(*, seller_class: str, key: str, period: str, format_: str, output: Path | None) -> None:
    """Show what a seller was owed, what happened and what is left; ends with 1 where it does not prove itself."""
    billcom = shell.billcom()
    found: Statement = billcom.statement(billcom.find(seller_class, key), period)
    if format_ == "json":
        write([f"{shell.json_text(found)}\n"], output)
    elif format_ == "csv":
        write(found.as_csv(), output)
    elif format_ == "html":
        write([billcom.statement_page(found)], output)
    else:
        write(_text(found), output)
    if not found.is_proved:
        shell.fail("the statement does not prove itself: " + "; ".join(found.faults))


@click.command
@click.argument("year", type=int)
@click.option("--csv", "as_csv", is_flag=True, help="Print a line of CSV for each seller.")
@output
@shell.as_json
@shell.in_app
def totals(*, year: int, as_csv: bool, output: Path | None, as_json: bool) -> None:
    """Show what each seller sold and got in a year, by month and before anything is taken off, for tax forms."""
    from flask_billcom.marketplace.books.totals import totals_csv

    if output is not None and not (as_csv or as_json):
        raise click.UsageError("--output needs --csv or --json")
    unproved: list[str] = []
    found = _noting(_all_totals(year), unproved)
    if as_json:
        write([f"{shell.json_text({'year': year, 'items': list(found)})}\n"], output)
    elif as_csv:
        write(totals_csv(found), output)
    else:
        headings = ("seller", "at Bill.com", "gross", "sales", "fees", "refunds", "net", "payouts")
        shell.show_table(headings, [_columns(each) for each in found])
    if unproved:
        shell.fail(f"these years do not prove themselves: {', '.join(unproved)}")


def write(lines: Iterable[str], output: Path | None) -> None:
    """Print lines that have their ends, or write them to a new file."""
    if output is None:
        for line in lines:
            click.echo(line.removesuffix("\n").removesuffix("\r"))
        return
    shell.write_new(output, (line.encode() for line in lines))


def _text(found: Statement) -> Iterator[str]:
    yield f"{found.seller}, {found.first} to {found.last} ({found.timezone}), {found.currency}\n"
    for name, cents in found.totals():
        yield f"{name:<24}{shell.dollars(cents):>16}\n"
    for payout in found.payouts:
        orders = ", ".join(f"{each.reference or '-'} {shell.dollars(each.cents)}" for each in payout.orders)
        yield f"payout {payout.on} {payout.payment or '-'} {shell.dollars(payout.cents)}: {shell.printable(orders)}\n"


def _all_totals(year: int) -> Iterator[YearTotal]:
    after: str | None = None
    while True:
        page = shell.billcom().year_totals(year, after=after, limit=200)
        yield from page.items
        after = page.after
        if after is None:
            return


def _noting(found: Iterable[YearTotal], unproved: list[str]) -> Iterator[YearTotal]:
    for each in found:
        if not each.is_proved:
            unproved.append(each.seller)
        yield each


def _columns(each: YearTotal) -> tuple[object, ...]:
    return (
        each.seller,
        each.remote_id,
        shell.dollars(each.gross_cents),
        each.sales,
        shell.dollars(each.fees_cents),
        shell.dollars(each.refunds_cents + each.fees_returned_cents),
        shell.dollars(each.net_cents),
        shell.dollars(each.payouts_cents),
    )
