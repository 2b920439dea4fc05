"""Buyers as Customers, sellers as Vendors.

The natural key is our own and stands in `shortName`; a name or an e-mail address is never taken for one. Whether an
update has anything to say is told by a keyed hash of the fields last sent: the fields themselves are not kept.

Source: https://developersupport.bill.com/hc/en-us/articles/208182666-Customer
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select, update

from flask_billcom.api import requests as wire
from flask_billcom.api.envelope import Reply
from flask_billcom.api.query import Sort, since
from flask_billcom.api.records import Customer, Vendor
from flask_billcom.audit import Act, record
from flask_billcom.engine.kinds import (
    Absent,
    Applied,
    Finding,
    Needless,
    Policy,
    Ready,
    Refusal,
    Remote,
    Rendered,
    Wait,
)
from flask_billcom.engine.reads import Reads
from flask_billcom.engine.timing import DIFFERENCE_RETRY
from flask_billcom.errors import MappingError
from flask_billcom.marketplace import strays
from flask_billcom.marketplace.agreement.witness import Witness
from flask_billcom.marketplace.context import Domain
from flask_billcom.marketplace.counterparties.digests import mapped_digest
from flask_billcom.marketplace.numbers import own_key
from flask_billcom.marketplace.strays import Stray
from flask_billcom.models import Operation, Party
from flask_billcom.models.parties import Role
from flask_billcom.store import Rows

from .base import BULK, BaseKind, by_operation, digest_of, earliest_attempt, parse_created

RECORDS: Mapping[Role, type[Customer | Vendor]] = {Role.CUSTOMER: Customer, Role.VENDOR: Vendor}
NEEDS_DATA, NEEDS_MATCH, DIFFERENCE = "needs_data", "needs_match", "difference"
ACTIVE = "1"


class PartyKind(BaseKind):
    """What creating and updating share."""

    batch_size = BULK
    verb: str

    def __init__(self, domain: Domain, role: Role) -> None:
        super().__init__(domain)
        self.role = role
        self.record_type = RECORDS[role]
        self.name = f"{self.verb}_{role}"
        self.endpoint = f"Bulk/Crud/{self.verb.capitalize()}/{self.record_type.__name__}"

    def _parties(self, rows: Rows, operations: Sequence[Operation]) -> dict[UUID, Party]:
        ids = [operation.subject_id for operation in operations]
        return {party.id: party for party in rows.all(select(Party).where(Party.id.in_(ids)))}

    def _render_one(self, party: Party) -> Customer | Vendor:
        described = self.domain.mapping.render_party(party.role, party.local_type, party.local_id)
        described = replace(described, short_name=own_key(self.domain.settings.number_prefix, party))
        if isinstance(described, Vendor) and described.enabled_combine_payments is None:
            # Bill.com combines by default; a payment for each bill is what the setting promises.
            return replace(described, enabled_combine_payments=self.domain.settings.combine_payments)
        return described

    def parse(self, reply: Reply, ready: Sequence[Ready]) -> Sequence[Remote | Refusal | None]:
        """Return what the answer says at each place; each must repeat our own key."""
        return parse_created(reply, ready, self.record_type, lambda obj: obj.get("shortName"))


class CreateParty(PartyKind):
    """Make a party known to Bill.com."""

    verb = "create"
    policy = Policy(Absent.RESEND, resends=2, fenced=True)

    def __init__(self, domain: Domain, role: Role) -> None:
        super().__init__(domain, role)
        self._witness = Witness(domain, [role])

    @classmethod
    def of_customers(cls, domain: Domain) -> CreateParty:
        """Return the kind that makes Customers."""
        return cls(domain, Role.CUSTOMER)

    @classmethod
    def of_vendors(cls, domain: Domain) -> CreateParty:
        """Return the kind that makes Vendors."""
        return cls(domain, Role.VENDOR)

    def render(self, rows: Rows, operations: Sequence[Operation]) -> Sequence[Rendered]:
        """Return each party as its mapping function describes it now."""
        parties = self._parties(rows, operations)
        prefix = self.domain.settings.number_prefix
        there = strays.known(rows, self.organization_id, self.role, [own_key(prefix, p) for p in parties.values()])
        return [self._ready(operation, parties[operation.subject_id], there) for operation in operations]

    def _ready(self, operation: Operation, party: Party, there: Mapping[str, Stray]) -> Rendered:
        if party.remote_id is not None:
            return Needless(operation, "the party is known to Bill.com already")
        if self._needs_match(party):
            message = "nobody has said yet whether Bill.com knows him: run `flask billcom parties match`"
            return Wait(operation, NEEDS_MATCH, {"message": message}, again=DIFFERENCE_RETRY)
        stray = there.get(own_key(self.domain.settings.number_prefix, party))
        if stray is not None:
            return Wait(operation, DIFFERENCE, stray.as_evidence(), again=DIFFERENCE_RETRY)
        try:
            described = self._render_one(party)
        except MappingError as error:
            return Wait(operation, NEEDS_DATA, {"message": str(error)}, again=DIFFERENCE_RETRY)
        key = described.short_name
        digest = digest_of(self.organization_id, self.name, operation.natural_key, key)
        return Ready(operation, described, digest, echo=key)

    def _needs_match(self, party: Party) -> bool:
        """Return whether a person has to say first that Bill.com does not know a party that the app describes."""
        if not self.domain.settings.confirm_new_parties or party.confirmed_new_at is not None:
            return False
        return any(each.cls.__name__ == party.local_type for each in self.domain.mapping.registry.parties[self.role])

    def check(self, reads: Reads, ready: Sequence[Ready]) -> Sequence[Rendered]:  # noqa: ARG002
        """Return all, after a look whether a lost timeline has made some; then a hold keeps them from being claimed."""
        self._witness.look()
        return ready

    def request(self, ready: Sequence[Ready], now: datetime) -> wire.Call:  # noqa: ARG002
        """Return one bulk call."""
        return wire.bulk_create([item.payload for item in ready])

    def find(self, reads: Reads, operations: Sequence[Operation]) -> Mapping[UUID, Finding]:
        """Return what carries our keys among everything made since our first attempt."""
        with self.domain.store.read() as rows:
            parties = self._parties(rows, operations)
        keys = {own_key(self.domain.settings.number_prefix, parties[o.subject_id]): o.id for o in operations}
        found: dict[UUID, list[Remote]] = {operation.id: [] for operation in operations}
        server_date = None
        start = earliest_attempt(operations)
        since_then = [since("created_time", start)]
        for page in reads.pages(self.record_type, filters=since_then, sort=[Sort("created_time")]):
            server_date = page.server_date
            for party in page.records:
                if party.short_name in keys:
                    # One that was merged lives on as another.
                    gone = party.is_active != ACTIVE and party.merged_into_id is None
                    found[keys[party.short_name]].append(Remote(party.id, party, party.created_time, gone=gone))
        return {
            row: Finding(
                _once(matches), [m.record.is_active == ACTIVE for m in _once(matches)], server_date, since=start
            )
            for row, matches in found.items()
        }

    def apply(self, rows: Rows, applied: Sequence[Applied]) -> None:
        """Keep the ids that Bill.com gave; what waited for them goes on with the next sweep."""
        now = self.domain.clock.now()
        table = Party.__table__
        rows.execute(
            update(table)  # type: ignore[arg-type]
            .where(table.c.id == bindparam("row"), table.c.remote_id.is_(None))
            .values(remote_id=bindparam("remote")),
            [{"row": row, "remote": item.remote.remote_id} for row, item in by_operation(applied).items()],
        )
        record(
            rows,
            self.domain.clock,
            self.organization_id,
            [
                Act(
                    "party_created",
                    "party",
                    item.operation.subject_id,
                    {"role": self.role, "remote_id": item.remote.remote_id, "at": now.isoformat()},
                )
                for item in applied
            ],
        )


class UpdateParty(PartyKind):
    """Tell Bill.com how the app describes a party now."""

    verb = "update"
    policy = Policy(Absent.REPEAT, fenced=False)
    dated = False

    @classmethod
    def of_customers(cls, domain: Domain) -> UpdateParty:
        """Return the kind that updates Customers."""
        return cls(domain, Role.CUSTOMER)

    @classmethod
    def of_vendors(cls, domain: Domain) -> UpdateParty:
        """Return the kind that updates Vendors."""
        return cls(domain, Role.VENDOR)

    def render(self, rows: Rows, operations: Sequence[Operation]) -> Sequence[Rendered]:
        """Return each party that the app describes otherwise than what was last sent."""
        parties = self._parties(rows, operations)
        return [self._ready(operation, parties[operation.subject_id]) for operation in operations]

    def _ready(self, operation: Operation, party: Party) -> Rendered:
        if party.remote_id is None:
            return Needless(operation, "the party is described when it is created")
        try:
            described = self._render_one(party)
        except MappingError as error:
            return Wait(operation, NEEDS_DATA, {"message": str(error)}, again=DIFFERENCE_RETRY)
        hashed = mapped_digest(self.domain.settings, described)
        if hashed == party.mapped_digest:
            return Needless(operation, "nothing that Bill.com is told has changed")
        return Ready(operation, replace(described, id=party.remote_id), hashed, echo=described.short_name)

    def request(self, ready: Sequence[Ready], now: datetime) -> wire.Call:  # noqa: ARG002
        """Return one bulk call."""
        return wire.bulk_update([item.payload for item in ready])

    def parse(self, reply: Reply, ready: Sequence[Ready]) -> Sequence[Remote | Refusal | None]:
        """Return what the answer says at each place; an update makes no object, so it keeps no id of one."""
        said = super().parse(reply, ready)
        return [Remote(None, each.record) if isinstance(each, Remote) else each for each in said]

    def find(self, reads: Reads, operations: Sequence[Operation]) -> Mapping[UUID, Finding]:
        """Return no match: what a party is told may be told again, so only the waiting time counts."""
        with self.domain.store.read() as rows:
            parties = self._parties(rows, operations)
        found = {}
        for operation in operations:
            _, server_date = reads.dated(self.record_type, parties[operation.subject_id].remote_id or "")
            found[operation.id] = Finding(server_date=server_date)
        return found

    def apply(self, rows: Rows, applied: Sequence[Applied]) -> None:
        """Remember the hash of what was sent."""
        table = Party.__table__
        rows.execute(
            update(table)  # type: ignore[arg-type]
            .where(table.c.id == bindparam("row"))
            .values(mapped_digest=bindparam("hash")),
            [{"row": row, "hash": item.digest} for row, item in by_operation(applied).items()],
        )
        record(
            rows,
            self.domain.clock,
            self.organization_id,
            [Act("party_updated", "party", item.operation.subject_id, {"role": self.role}) for item in applied],
        )


def _once(matches: Sequence[Remote]) -> list[Remote]:
    """Return each object once, although offsets may show it on two pages."""
    return list({match.remote_id: match for match in matches}.values())
