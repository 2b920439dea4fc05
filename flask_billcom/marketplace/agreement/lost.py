"""What was lost between us and Bill.com: looked for once a day, and by a person after a backup was restored.

    sweep    documents made at Bill.com since the last sweep that carry our prefix: strays are remembered and told;
             those that somebody has deleted since are forgotten; parties that were merged or deactivated meanwhile;
             parties of ours that we have forgotten, also where nobody is about to be made
    resume   everything that carries our mark, documents and parties; then what the witness stopped goes on

Nothing is adopted here: what is remembered as a stray is not made again, and a person decides about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from flask_billcom.api.query import Filter, Sort, one_of, since
from flask_billcom.audit import Act, record
from flask_billcom.engine.noted import value_of
from flask_billcom.marketplace import strays
from flask_billcom.marketplace.counterparties.known import chunks
from flask_billcom.marketplace.kinds.watch import watch_customers, watch_vendors
from flask_billcom.marketplace.strays import RESTORED, Stray
from flask_billcom.models import Hold, Mark, Operation, OperationState
from flask_billcom.models.parties import Role

from .witness import Witness, look_again

if TYPE_CHECKING:
    from flask_billcom.marketplace.context import Domain

MARK = "sweep:documents"
EVERY = timedelta(days=1)
SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Resumed:
    """What a person's look after a restored backup found.

    :param strays: what Bill.com has with our mark and no row of ours has made; none of it is made again.
    :param released: holds of the witness that were released.
    """

    strays: tuple[Stray, ...]
    released: int


def sweep(domain: Domain) -> int:
    """Look for strays among the documents made since the last sweep, once a day, and return how many are new."""
    now = domain.clock.now()
    with domain.store.read() as rows:
        text = value_of(rows, domain.organization_id, MARK)
        first = (
            rows.first(
                select(func.min(Operation.created_at)).where(
                    Operation.organization_id == domain.organization_id, Operation.state == OperationState.DONE
                )
            )
            if text is None
            else None
        )
    last = datetime.fromisoformat(text) if text is not None else first
    if last is None or (text is not None and last <= now < last + EVERY):
        return 0
    found = 0
    for sort in ("invoice", "bill"):
        for page in _pages(domain, sort, min(last, now) - SKEW):
            found += len(_take_in(domain, page))
    _forget_deleted(domain)
    Witness(domain, (Role.CUSTOMER, Role.VENDOR)).look_now()
    watch_vendors(domain, domain.reads)
    watch_customers(domain, domain.reads)
    _passed(domain, now)
    return found


def resume(domain: Domain, *, actor: str, reason: str) -> Resumed:
    """Read everything that carries our mark, remember what no row has made, and end the witness's holds.

    :param actor: who decides, for the audit trail.
    :param reason: what was found and done about it.
    """
    for sort in strays.SORTS:
        for page in _pages(domain, sort, None):
            _take_in(domain, page)
    clock, organization_id = domain.clock, domain.organization_id
    with domain.store.write() as rows:
        released = rows.all(
            update(Hold)
            .where(
                Hold.organization_id == organization_id,
                Hold.released_at.is_(None),
                Hold.reason.endswith(RESTORED, autoescape=True),
            )
            .values(released_at=clock.now(), released_by=actor)
            .returning(Hold.id)
        )
        acts = [Act("hold_released", "hold", each, {"reason": reason}, actor) for each in released]
        left = tuple(strays.unexplained(rows, organization_id))
        acts.append(Act("resumed", "organization", None, {"reason": reason, "strays": len(left)}, actor))
        record(rows, clock, organization_id, acts)
    return Resumed(left, len(released))


def _pages(domain: Domain, sort: str, from_: datetime | None) -> Iterator[list[Stray]]:
    filters: list[Filter] = [] if from_ is None else [since("created_time", from_)]
    for page in domain.reads.pages(strays.SORTS[sort], filters=filters, sort=[Sort("created_time")]):
        yield list(strays.of_page(sort, domain.settings.number_prefix, page.records))


def _take_in(domain: Domain, page: list[Stray]) -> list[Stray]:
    """Remember the strays of a page and return those that are new."""
    with domain.store.write() as rows:
        compared = strays.sort_out(rows, domain.organization_id, domain.settings.number_prefix, page)
        look_again(rows, domain, compared.again)
        found = [*compared.strays, *compared.duplicates]
        return strays.note(rows, domain.clock, domain.organization_id, found)


def _forget_deleted(domain: Domain) -> None:
    """Forget the strays that Bill.com shows as deleted; one that it does not list may be on its way there.

    One that was paid when it was deleted stays: made again it would be paid twice.
    """
    with domain.store.read() as rows:
        remembered = strays.unexplained(rows, domain.organization_id)
    for sort, record_type in strays.SORTS.items():
        ours = {each.remote_id: each for each in remembered if each.sort == sort}
        for ids in chunks(sorted(ours)):
            page = domain.reads.page(record_type, filters=[one_of("id", ids)])
            gone = [ours[each.id] for each in page.records if each.id in ours and strays.is_gone(each)]
            if gone:
                with domain.store.write() as rows:
                    strays.forget(rows, domain.clock, domain.organization_id, gone)


def _passed(domain: Domain, now: datetime) -> None:
    mark = (Mark.organization_id == domain.organization_id, Mark.name == MARK)
    value = now.isoformat()
    with domain.store.write() as rows:
        rows.insert_new(
            Mark,
            [{"organization_id": domain.organization_id, "name": MARK, "value": value, "updated_at": now}],
        )
        rows.change(update(Mark).where(*mark).values(value=value, updated_at=now))
