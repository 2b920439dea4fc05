"""Tokens lie encrypted, each bound to its place, and change to the newest key."""

from __future__ import annotations

import pytest

from flask_billcom.engine.sessions import State
from flask_billcom.errors import (
    TokenUnreadable,
)
from flask_billcom.models import Session as SessionRow
from flask_billcom.store import Store
from flask_billcom.vault import generate_key
from tests.unit.engine.planned import OTHERS
from tests.unit.engine.sessions.generations import change, confirm, put, rotating
from tests.unit.engine.workshop import KEYS, Workshop


def test_a_token_opens_only_at_its_own_place(shop: Workshop) -> None:
    shop.sessions.live()
    row = shop.generations()[0]
    put(shop, 2, token_enc=row.token_enc, mfa_enc=row.token_enc)
    moved = shop.generations()[1]

    with pytest.raises(TokenUnreadable, match=f"billcom_session.token/{shop.organization_id}/2 holds"):
        shop.sessions.token(moved)
    with pytest.raises(TokenUnreadable, match=f"billcom_session.mfa/{shop.organization_id}/2 holds"):
        shop.sessions.remembered_device(moved)
    with pytest.raises(TokenUnreadable):
        shop.sessions.token(SessionRow(gen=3))
    with pytest.raises(TokenUnreadable):
        shop.sessions.remembered_device(SessionRow(gen=3))


def test_stored_tokens_are_encrypted_with_the_newest_key(shop: Workshop) -> None:
    confirm(shop)
    put(shop, 2, state=State.REFRESHING)
    before = next(row for row in shop.generations() if row.organization_id != OTHERS)
    put(shop, 1, organization_id=OTHERS, token_enc=before.token_enc)
    token, device = shop.sessions.token(before).reveal(), shop.sessions.remembered_device(before).reveal()
    new = generate_key()

    assert rotating(shop, [new, *KEYS]).rotate_keys() == 2
    assert shop.sessions.rotate_keys() == 0

    after = next(row for row in shop.generations() if row.organization_id != OTHERS)
    assert [row.token_enc for row in shop.generations() if row.organization_id == OTHERS] == [before.token_enc]
    rotating(shop, [new])
    assert (shop.sessions.token(after).reveal(), shop.sessions.remembered_device(after).reveal()) == (token, device)


def test_a_token_that_changed_meanwhile_is_left_as_it_is(shop: Workshop, store: Store) -> None:
    shop.sessions.live()
    seen = shop.generations()[0]
    rotating(shop, [generate_key(), *KEYS])
    change(shop, 1, token_enc="fresh")

    with store.write() as rows:
        assert shop.sessions._rotate(rows, seen, "token", seen.token_enc) == 0
    assert shop.generations()[0].token_enc == "fresh"
