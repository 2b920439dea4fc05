"""The commands: `flask billcom …`.

    lazy        finds a command when it is called for, so that `flask --help` stays quick
    shell       what all commands share: errors, exit codes, JSON, tables, progress
    deciding    what commands share by which a person decides: who, why, and whether he means it
    looking     doctor, status
    selling     settle, sync
    working     worker, tick, simulator
    signing     session login|logout|mfa
    keys        keys generate|rotate
    ops         ops list|show|retry|resolve|cancel
    pay         pay run|now|hold|release
    payouts     pay approve|void|again|adopt|credited
    adjusting   pay adjust|write-off|dispute|resolve-dispute|approve-adjustment|deny-adjustment|adjustments
    refunding   pay refund|cancel|refunds
    collecting  pay record|remind|charge-again
    parties     parties confirm|confirm-account
    matching    parties match|new
    consenting  parties authorize|revoke
    books       books reconcile|trial, audit verify
    accounts    books ledger|balances|clearing|export
    statements  books statement|totals
    files       files attach|invoice
    wire        api: any call of Bill.com's API

Exit codes: 0 done; 1 refused, failed, or something needs attention; 2 wrong usage; 3 the outcome is unknown:
look before doing it again.
"""

from __future__ import annotations

from .lazy import LazyGroup

billcom_cli = LazyGroup(
    "billcom",
    help="The payments back office on Bill.com.",
    homes={
        "doctor": "looking:doctor",
        "status": "looking:status",
        "settle": "selling:settle",
        "sync": "selling:sync",
        "worker": "working:worker",
        "tick": "working:tick",
        "simulator": "working:simulator",
        "session": "signing:session",
        "keys": "keys:keys",
        "ops": "ops:ops",
        "pay": "pay:pay",
        "books": "books:books",
        "audit": "books:audit",
        "parties": "parties:parties",
        "files": "files:files",
        "api": "wire:api",
    },
)
"""The group that Flask finds by its entry point `flask.commands`."""

__all__ = ["billcom_cli"]
