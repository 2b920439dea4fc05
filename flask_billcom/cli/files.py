"""Commands for files: put one on an invoice or bill, and fetch an invoice."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from . import deciding, shell
from .lazy import Group

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(cls=Group)
def files() -> None:
    """Send files to Bill.com, and fetch them."""


@files.command
@click.argument("order_class")
@click.argument("key")
@click.argument("path", type=_FILE)
@click.option("--to", type=click.Choice(["invoice", "bill"]), default="invoice", show_default=True)
@click.option("--seller", nargs=2, metavar="CLASS KEY", help="Whose bill, where the order has several.")
@click.option("--name", help="What the file is called there; its own name if left out.")
@click.option("--again", is_flag=True, help="Send it although an earlier attempt got no answer.")
@shell.reason
@deciding.rehearsed
@shell.in_app
def attach(
    *,
    order_class: str,
    key: str,
    path: Path,
    to: str,
    seller: tuple[str, str] | None,
    name: str | None,
    again: bool,
    reason: str,
    way: deciding.Way,
) -> None:
    """Put a file on an order's invoice, or on the bill of one of its sellers; the same file goes there once."""
    billcom = shell.billcom()
    act = partial(
        billcom.attach,
        billcom.find(order_class, key),
        path,
        name=name,
        to=to,
        seller=billcom.find(*seller) if seller else None,
        actor=shell.actor(),
        reason=reason,
        again=again,
    )
    found = act(dry_run=True)
    words = f"{shell.printable(found.name)}, {found.size:,} bytes, to {found.number}"
    if not way.dry_run and found.is_new:
        way.ask(f"this sends {words}")
        found = act()
    verb = "would send" if way.dry_run else "sent"
    way.show(found, f"{verb} {words}" if found.is_new else f"it is there already: {words}")


@files.command
@click.argument("order_class")
@click.argument("key")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write.")
@shell.in_app
def invoice(*, order_class: str, key: str, output: Path) -> None:
    """Fetch the invoice of an order as a PDF; the file must not exist."""
    billcom = shell.billcom()
    content: bytes = billcom.invoice_pdf(billcom.find(order_class, key))
    shell.write_new(output, [content])
