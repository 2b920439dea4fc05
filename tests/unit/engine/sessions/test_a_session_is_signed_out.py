"""Signing out ends the session at Bill.com, and here."""

from __future__ import annotations

from tests.unit.engine.sessions.generations import asked, states
from tests.unit.engine.workshop import Workshop


def test_signing_out_ends_the_session_there_and_takes_it_out_of_use(shop: Workshop) -> None:
    end_point = shop.sessions.live().end_point
    heard = asked(shop)
    shop.sessions.logout("ann")

    assert [(path, is_signed_in, there) for path, _, is_signed_in, there in heard] == [("Logout.json", True, end_point)]
    assert shop.journal() == ["Login", "Logout"]
    assert states(shop) == [(1, "fenced")]
    assert [act[:6] for act in shop.acts()][-1] == ("signed_out", "session", 0, {}, "ann", shop.organization_id)
    shop.sessions.expired(1)
    shop.sessions.logout("ann")
    assert shop.journal() == ["Login", "Logout"]


def test_without_a_session_nobody_signs_out(shop: Workshop) -> None:
    shop.sessions.logout("ann")

    assert (shop.journal(), shop.acts()) == ([], [])
