"""Notice that a mapped buyer or seller has changed, in the flush that writes the change.

Only columns of the object's own row are seen. What a mapping function takes from elsewhere, or what is changed by a
bulk statement, is told with `billcom.sync_party(obj)`.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from .freezing import PartyKey
from .mapping import Registry


def changed_parties(registry: Registry, session: Session) -> list[PartyKey]:
    """Return the parties whose objects are written by the flush under way."""
    return [
        PartyKey(role, *registry.party(role, obj, session))
        for obj in session.dirty
        if (roles := registry.roles_of(obj)) and session.is_modified(obj, include_collections=False)
        for role in roles
    ]
