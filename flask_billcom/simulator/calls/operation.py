"""What an operation is: how it is carried out, who may call it, and what it rests on.

An operation takes the world and a call and returns what stands under `response_data`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask_billcom.simulator.access.sessions import Session
    from flask_billcom.simulator.world import World

__all__ = ["NO_FILES", "Call", "Operation", "with_data", "with_session"]

NO_FILES: Final[Mapping[str, tuple[str, bytes]]] = MappingProxyType({})


class Call(NamedTuple):
    """One call as an operation sees it.

    :param files: parts of a multipart body by name: file name and content.
    """

    data: Mapping[str, Any]
    form: Mapping[str, str]
    session: Session | None
    base_url: str
    files: Mapping[str, tuple[str, bytes]] = NO_FILES


class Operation(NamedTuple):
    """One verb.

    :param run: carries it out.
    :param evidence: documented, recorded or assumed.
    :param needs: "session", "password" or "nothing".
    :param is_protected: needs MFA trust.
    :param sends_mail: counts towards the limit of messages.
    :param right: what the user's role must allow, if anything; see `rights`.
    :param switch: the switch that lets it exist, if there is one.
    :param is_beside: its answer's keys were documented beside `response_status`; see switch `network_answers`.
    """

    run: Callable[[World, Call], Any]
    evidence: str = "documented"
    needs: str = "session"
    is_protected: bool = False
    sends_mail: bool = False
    right: str = ""
    switch: str = ""
    is_beside: bool = False


def with_data(run: Callable[[World, Mapping[str, Any]], Any]) -> Callable[[World, Call], Any]:
    """Return a way to carry out what only needs a call's data."""
    return lambda world, call: run(world, call.data)


def with_session(
    run: Callable[[World, Session, Mapping[str, Any]], dict[str, Any]],
) -> Callable[[World, Call], dict[str, Any]]:
    """Return a way to carry out what needs to know who is signed in."""

    def carried_out(world: World, call: Call) -> dict[str, Any]:
        assert call.session is not None
        return run(world, call.session, call.data)

    return carried_out
