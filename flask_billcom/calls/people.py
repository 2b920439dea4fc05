"""Who decides about money: one person, or two where the house says so."""

from __future__ import annotations

from flask_billcom.engine.decisions import NotPossible, Person
from flask_billcom.state import AppState


def agreed(state: AppState, actor: str, reason: str, second: str | None) -> Person:
    """Return who decides, and why.

    :raises NotPossible: a second person has to agree, or a name or the reason is missing.
    """
    if state.settings.approvers > 1 and second is None:
        raise NotPossible("two people decide about money here (BILLCOM_APPROVERS); name the second one")
    return Person(actor, reason, second)
