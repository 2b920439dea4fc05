"""The people of the organization: who may sign in, in which role, with or without a phone for codes.

seeded user ──signs in with the one password──> session
Crud/Create/User ──mail──> accept_invitation, by a person ──> may sign in
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from flask_billcom.simulator.errors import refusal

from .rights import ROLES

if TYPE_CHECKING:
    from flask_billcom.simulator.state.rows import Row
    from flask_billcom.simulator.world import World

__all__ = ["SEEDED", "accept_invitation", "seed_users", "user_of"]


class Seed(NamedTuple):
    """A user that the organization begins with, beside the one of the settings."""

    first_name: str
    last_name: str
    email: str
    role: str
    has_phone: bool


#: They sign in with the password of the settings.
SEEDED: Final = (
    Seed("Theo", "Accountant", "accountant@example.test", "Accountant", True),
    Seed("Ada", "Approver", "approver@example.test", "Approver", False),
    Seed("Petra", "Payer", "payer@example.test", "Payer", True),
    Seed("Cleo", "Clerk", "clerk@example.test", "Clerk", True),
    Seed("Audra", "Auditor", "auditor@example.test", "Auditor", False),
)


def seed_users(world: World) -> Row:
    """Make the roles and the first users, and return the administrator."""
    store, settings = world.store, world.settings
    profiles = {
        name: store.insert("Profile", world.now, name=name, type=kind, description=f"{name} role")
        for kind, name, _ in ROLES
    }
    world.rights = {profiles[name].id: rights for _, name, rights in ROLES}
    first = Seed("Olive", "Operator", settings.user_name, "Administrator", True)
    made = [_make(world, seed, profiles[seed.role]) for seed in (first, *SEEDED)]
    return made[0]


def _make(world: World, seed: Seed, profile: Row) -> Row:
    row = world.store.insert(
        "User",
        world.now,
        profileId=profile.id,
        firstName=seed.first_name,
        lastName=seed.last_name,
        name=f"{seed.first_name} {seed.last_name}",
        email=seed.email,
    )
    world.sessions.users[seed.email] = row.id
    if seed.has_phone:
        world.sessions.phones.add(row.id)
    return row


def accept_invitation(world: World, user: Row, *, has_phone: bool) -> None:
    """Let a user finish the sign-up that his mail asks for."""
    world.sessions.users[user["email"]] = user.id
    if has_phone:
        world.sessions.phones.add(user.id)


def user_of(world: World, user_name: str) -> Row:
    """Return the user who signs in under a name.

    :raises Refusal: BDC_1111 for one who is no longer active, BDC_1113 for one who has not finished his sign-up.
    """
    row_id = world.sessions.users.get(user_name)
    if row_id is None:
        raise refusal("BDC_1113")
    row = world.store["User"].by_id[row_id]
    if not row.is_active:
        raise refusal("BDC_1111", user_name, world.settings.org_id)
    return row
