"""What a person confirms about a party, after asking by another way than Bill.com or e-mail.

    bank account   the one that Bill.com shows now is his: payouts go on after the days of a new account
    match          this customer or vendor is he: after a merge, or where somebody else had made him
    new            Bill.com does not know him: he is made there, where the settings ask for that

A stolen sign-in would change the bank account first, so a hold on it is released by nothing else. A party that was
merged or deactivated is not worked for until a person says who he is now.

Acts: bank_account_confirmed, match_confirmed, new_party_confirmed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.exc import IntegrityError

from flask_billcom.api.query import equals
from flask_billcom.api.records import Customer, Vendor, VendorBankAccount
from flask_billcom.audit import Act, record
from flask_billcom.engine.decisions import DIFFERENCE, NotPossible, Person
from flask_billcom.engine.operations import following, plan
from flask_billcom.marketplace import holds
from flask_billcom.marketplace.settlement.papers import CREATE_PARTY
from flask_billcom.models import OPEN_LANE, Document, Operation, OperationState, Party
from flask_billcom.models.parties import Role
from flask_billcom.store import Rows

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

NEEDS_MATCH = "needs_match"
BANK_CHANGED = "bank account changed at Bill.com"
ACTIVE = "1"


def confirm_bank_account(domain: Domain, party_id: UUID, person: Person) -> str:
    """Take the bank account that Bill.com shows for a seller as his, and return its last four digits.

    :raises NotPossible: the seller is not known at Bill.com, or has no active bank account or several there.
    """
    with domain.store.read() as rows:
        party = _party(rows, domain, party_id)
    if party.role != Role.VENDOR or party.remote_id is None:
        raise NotPossible("only the bank account of a seller whom Bill.com knows is confirmed")
    account = _account(domain, party.remote_id)
    with domain.store.write() as rows:
        last4 = (account.account_number or "")[-4:]
        rows.change(
            update(Party)
            .where(Party.id == party_id)
            .values(bank_account_id=account.id, bank_last4=last4 or None, bank_changed_at=domain.clock.now())
        )
        on = holds.HoldOn.row(holds.PARTY, party_id)
        holds.release(rows, domain.clock, domain.organization_id, on, actor=person.name, reason=BANK_CHANGED)
        detail = {"bank_account_id": account.id, "reason": person.reason, "second": person.second}
        act = Act("bank_account_confirmed", "party", party_id, detail, person.name)
        record(rows, domain.clock, domain.organization_id, [act])
    return last4


def confirm_match(domain: Domain, party_id: UUID, remote_id: str, person: Person) -> int:
    """Take a customer or vendor at Bill.com for one of our parties, and return how many operations were planned anew.

    What was tried before names the former one, so that it is given up and planned again; what is under way or in doubt
    stays what it is. A seller's bank account counts as changed now.

    :raises NotPossible: Bill.com does not know it, it is not active, it is another party of ours, or the party is
        being made there at this moment.
    """
    with domain.store.read() as rows:
        party = _party(rows, domain, party_id)
        _refuse_under_way(rows, domain, party)
    _refuse_gone(domain, party, remote_id)
    values: dict[str, Any] = {
        "remote_id": remote_id,
        "is_active": True,
        "merged_into": None,
        "mapped_digest": None,
    }
    if party.role == Role.VENDOR and party.remote_id != remote_id:
        account = _accounts(domain, remote_id)
        only = account[0] if len(account) == 1 else None
        values |= {
            "bank_account_id": None if only is None else only.id,
            "bank_last4": None if only is None else (only.account_number or "")[-4:] or None,
            "bank_changed_at": domain.clock.now(),
        }
    try:
        with domain.store.write() as rows:
            rows.change(update(Party).where(Party.id == party_id).values(**values))
            _give_up_making(rows, domain, party_id)
            _refuse_under_way(rows, domain, party)  # again: it may have been claimed until a moment ago
            renewed = _renew(rows, domain, party_id) if party.remote_id != remote_id else 0
            detail = {
                "remote_id": remote_id,
                "was": party.remote_id,
                "renewed": renewed,
                "reason": person.reason,
                "second": person.second,
            }
            act = Act("match_confirmed", "party", party_id, detail, person.name)
            record(rows, domain.clock, domain.organization_id, [act])
    except IntegrityError:
        raise NotPossible(f"{remote_id} is another {party.role} of ours") from None
    return renewed


def confirm_new(domain: Domain, party_id: UUID, person: Person) -> bool:
    """Say that Bill.com does not know a party, so that it is made there, and return whether that is new.

    :raises NotPossible: it is known there.
    """
    now = domain.clock.now()
    with domain.store.write() as rows:
        party = _party(rows, domain, party_id)
        if party.remote_id is not None:
            raise NotPossible(f"Bill.com knows it as {party.remote_id}")
        unset = (Party.id == party_id, Party.confirmed_new_at.is_(None))
        if not rows.change(update(Party).where(*unset).values(confirmed_new_at=now)):
            return False
        rows.change(
            update(Operation)
            .where(
                Operation.subject_id == party_id,
                Operation.state == OperationState.PLANNED,
                Operation.parked == NEEDS_MATCH,
            )
            .values(parked=None, evidence=None, not_before=now)
        )
        detail = {"role": party.role, "reason": person.reason, "second": person.second}
        act = Act("new_party_confirmed", "party", party_id, detail, person.name)
        record(rows, domain.clock, domain.organization_id, [act])
    return True


def _refuse_under_way(rows: Rows, domain: Domain, party: Party) -> None:
    """Refuse while a call may be making the party: it would be there twice, and one of them nobody's."""
    if party.remote_id is not None:
        return
    state = rows.first(
        _making(domain, party.id).with_only_columns(Operation.state).where(Operation.state.in_(OPEN_LANE))
    )
    if state is not None:
        raise NotPossible(
            f"it is being made at Bill.com ({state}); wait, or decide about that with `flask billcom ops resolve`"
        )


def _give_up_making(rows: Rows, domain: Domain, party_id: UUID) -> None:
    """Cancel the operation that would make the party: it is there."""
    ids = rows.all(_making(domain, party_id).with_only_columns(Operation.id))
    rows.change(
        update(Operation)
        .where(Operation.id.in_(ids), Operation.state == OperationState.PLANNED)
        .values(state=OperationState.CANCELLED, evidence={"message": "a person has said who it is"})
    )


def _making(domain: Domain, party_id: UUID) -> Select[Any]:
    return select(Operation).where(
        Operation.organization_id == domain.organization_id,
        Operation.subject_id == party_id,
        Operation.kind.in_(tuple(CREATE_PARTY.values())),
    )


def _refuse_gone(domain: Domain, party: Party, remote_id: str) -> None:
    record_type: type[Customer | Vendor] = Vendor if party.role == Role.VENDOR else Customer
    there = domain.reads.one(record_type, remote_id)
    if there is None:
        raise NotPossible(f"Bill.com knows no {party.role} {remote_id}")
    if there.is_active != ACTIVE or there.merged_into_id is not None:
        raise NotPossible(f"the {party.role} {remote_id} is not active at Bill.com, or was merged itself")


def _account(domain: Domain, vendor_id: str) -> VendorBankAccount:
    found = _accounts(domain, vendor_id)
    if len(found) != 1:
        raise NotPossible(f"Bill.com shows {len(found)} active bank accounts of this seller, not one")
    return found[0]


def _accounts(domain: Domain, vendor_id: str) -> list[VendorBankAccount]:
    page = domain.reads.page(VendorBankAccount, filters=[equals("vendor_id", vendor_id)])
    return [each for each in page.records if each.vendor_id == vendor_id and each.is_active == ACTIVE]


def _renew(rows: Rows, domain: Domain, party_id: UUID) -> int:
    """Plan again, with the next generation, what names the former customer or vendor."""
    documents = select(Document.id).where(Document.party_id == party_id)
    old: list[Operation] = rows.all(
        select(Operation)
        .where(
            Operation.organization_id == domain.organization_id,
            Operation.subject_id.in_(documents),
            Operation.state == OperationState.PLANNED,
            Operation.digest.is_not(None),
        )
        .order_by(Operation.id)
    )
    rows.change(
        update(Operation)
        .where(Operation.id.in_([each.id for each in old]), Operation.state == OperationState.PLANNED)
        .values(state=OperationState.CANCELLED, evidence={"message": "it names a party that is another one now"})
    )
    plans = [
        following(
            each,
            amount_cents=each.amount_cents,
            parked=None if each.parked == DIFFERENCE else each.parked,
            not_before=each.not_before,
        )
        for each in old
    ]
    plan(rows, domain.clock, domain.organization_id, plans)
    return len(plans)


def _party(rows: Rows, domain: Domain, party_id: UUID) -> Party:
    found: Party | None = rows.first(
        select(Party).where(Party.id == party_id, Party.organization_id == domain.organization_id)
    )
    if found is None:
        raise NotPossible("there is no such party")
    return found
