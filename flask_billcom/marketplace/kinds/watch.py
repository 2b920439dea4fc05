"""Notice what changed about parties at Bill.com, shortly before money moves.

    Vendor, VendorBankAccount   before paying: inactive, merged, another bank account than the one last confirmed
    Customer                    before charging: inactive, merged, consent taken back

A seller's bank account that is not the confirmed one stops his payouts until a person has confirmed it by another way:
whoever took over his sign-in would change it first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select, update

from flask_billcom.api.records import Customer, Vendor, VendorBankAccount
from flask_billcom.audit import Act, record
from flask_billcom.engine.reads import Reads
from flask_billcom.marketplace import holds, marks
from flask_billcom.marketplace.context import Domain
from flask_billcom.marketplace.counterparties.confirming import BANK_CHANGED
from flask_billcom.models import Party
from flask_billcom.models.parties import Role
from flask_billcom.store import Rows

EVERY = timedelta(minutes=1)
"""How old what we know of parties may be when money moves."""
ACTIVE = "1"
AT_FIRST = timedelta(days=1)
_OURS = select(Party).where(
    Party.organization_id == bindparam("of"),
    Party.role == bindparam("role"),
    Party.remote_id.in_(bindparam("remote_ids", expanding=True)),
)


def watch_vendors(domain: Domain, reads: Reads) -> None:
    """Read the vendors and vendor bank accounts that changed since the last look, at most once a minute."""
    del reads  # read_changes reads through the domain, within the same limits
    _watch(domain, "watch_vendor", Vendor, lambda page: _note_parties(domain, Role.VENDOR, page))
    _watch(domain, "watch_vendor_bank", VendorBankAccount, lambda page: _note_accounts(domain, page))


def watch_customers(domain: Domain, reads: Reads) -> None:
    """Read the customers that changed since the last look, at most once a minute."""
    del reads
    _watch(domain, "watch_customer", Customer, lambda page: _note_parties(domain, Role.CUSTOMER, page))


def _watch(domain: Domain, name: str, record_type: type[Any], consume: Any) -> None:  # noqa: ANN401
    now = domain.clock.now()
    with domain.store.read() as rows:
        progress = marks.read(rows, domain.organization_id, name)
    if progress is None:
        progress = _begin(domain, name, now)
    if progress is not None and progress.may_look(now, EVERY):
        marks.read_changes(domain, name, progress, record_type, consume)


def _begin(domain: Domain, name: str, now: datetime) -> marks.Progress | None:
    """Write the first mark, unless somebody else has just done it, and return it."""
    with domain.store.write() as rows:
        oldest = rows.first(select(func.min(Party.created_at)).where(Party.organization_id == domain.organization_id))
        marks.start(rows, domain.organization_id, name, marks.Progress(since=(oldest or now) - AT_FIRST), now)
        return marks.read(rows, domain.organization_id, name)


def _ours(rows: Rows, domain: Domain, role: Role, remote_ids: Sequence[str]) -> dict[str, Party]:
    found = rows.all(_OURS, {"of": domain.organization_id, "role": role, "remote_ids": remote_ids})
    return {party.remote_id: party for party in found}


def _note_parties(domain: Domain, role: Role, page: Sequence[Any]) -> None:
    there = {each.id: each for each in page}
    with domain.store.write() as rows:
        for remote_id, party in _ours(rows, domain, role, list(there)).items():
            changed = _changes(party, there[remote_id], role)
            if changed:
                rows.change(update(Party).where(Party.id == party.id).values(**changed))
                act = Act("party_changed", "party", party.id, {name: str(value) for name, value in changed.items()})
                record(rows, domain.clock, domain.organization_id, [act])


def _changes(party: Party, there: Any, role: Role) -> Mapping[str, Any]:  # noqa: ANN401
    read: dict[str, Any] = {"is_active": there.is_active == ACTIVE, "merged_into": there.merged_into_id}
    if role is Role.CUSTOMER and party.authorized and there.has_authorized_to_charge is False:
        # Consent is given through us alone, but may be taken back anywhere.
        read["authorized"] = False
    return {name: value for name, value in read.items() if getattr(party, name) != value}


def _note_accounts(domain: Domain, page: Sequence[VendorBankAccount]) -> None:
    active = {each.vendor_id: each for each in page if each.is_active == ACTIVE}
    gone = {each.id: each.vendor_id for each in page if each.is_active != ACTIVE}
    with domain.store.write() as rows:
        for remote_id, party in _ours(rows, domain, Role.VENDOR, [*active, *gone.values()]).items():
            if remote_id in active:
                _note_account(rows, domain, party, active[remote_id])
            elif party.bank_account_id in gone:
                # Bill.com would send a check instead, to an address that somebody else may have changed.
                _hold(rows, domain, party)


def _note_account(rows: Rows, domain: Domain, party: Party, there: VendorBankAccount) -> None:
    if there.id == party.bank_account_id:
        return
    if party.bank_account_id is None:
        values = {
            "bank_account_id": there.id,
            "bank_last4": (there.account_number or "")[-4:] or None,
            "bank_changed_at": there.created_time or domain.clock.now(),
        }
        if rows.change(update(Party).where(Party.id == party.id, Party.bank_account_id.is_(None)).values(**values)):
            act = Act("bank_account_seen", "party", party.id, {"bank_account_id": there.id})
            record(rows, domain.clock, domain.organization_id, [act])
            return
        # Somebody else has just noted one, which may be another.
        if rows.first(select(Party.bank_account_id).where(Party.id == party.id)) == there.id:
            return
    _hold(rows, domain, party)


def _hold(rows: Rows, domain: Domain, party: Party) -> None:
    on = holds.HoldOn.row(holds.PARTY, party.id)
    holds.place(rows, domain.clock, domain.organization_id, on, reason=BANK_CHANGED, actor="engine")
