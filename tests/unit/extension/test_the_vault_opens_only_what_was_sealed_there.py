from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_billcom.errors import ConfigurationError, TokenUnreadable
from flask_billcom.vault import Vault, generate_key, key_id

OLD, NEW, OTHER = generate_key(), generate_key(), generate_key()
PLACE = "billcom_session.token/00801ORGANIZATION001/7"
VAULT = Vault([NEW, OLD])


@given(st.text())
def test_what_goes_in_comes_out(secret: str) -> None:
    sealed = VAULT.seal(PLACE, secret)

    assert VAULT.open(PLACE, sealed) == secret
    assert sealed.startswith(f"{key_id(NEW)}.")


@pytest.mark.parametrize(
    "place",
    [
        "billcom_session.token/00801ORGANIZATION001/8",
        "billcom_session.token/00801ORGANIZATION002/7",
        "billcom_session.mfa/00801ORGANIZATION001/7",
    ],
)
def test_a_ciphertext_that_was_moved_is_refused(place: str) -> None:
    with pytest.raises(TokenUnreadable, match=r"made for another place; somebody moved it.*session login"):
        VAULT.open(place, VAULT.seal(PLACE, "token"))


def test_a_place_that_begins_like_another_is_another() -> None:
    with pytest.raises(TokenUnreadable, match="another place"):
        VAULT.open("a", VAULT.seal("a/b", "token"))


def test_older_keys_still_read_and_the_newest_writes() -> None:
    sealed = Vault([OLD]).seal(PLACE, "token")

    assert VAULT.needs_rotation(sealed)
    assert VAULT.open(PLACE, sealed) == "token"
    rotated = VAULT.rotate(PLACE, sealed)
    assert not VAULT.needs_rotation(rotated)
    assert VAULT.rotate(PLACE, rotated) == rotated
    assert Vault([NEW]).open(PLACE, rotated) == "token"


def test_without_its_key_it_says_which_one_to_bring_back() -> None:
    sealed = Vault([OTHER]).seal(PLACE, "token")

    with pytest.raises(TokenUnreadable, match=f"{key_id(OTHER)}.*append that key again, or sign in anew") as refused:
        VAULT.open(PLACE, sealed)

    assert OTHER not in str(refused.value)
    assert key_id(NEW) in str(refused.value)


@pytest.mark.parametrize("place_of_cut", [9, 12, 60, -1])
def test_a_damaged_one_is_refused(place_of_cut: int) -> None:
    sealed = VAULT.seal(PLACE, "token")

    with pytest.raises(TokenUnreadable, match="is damaged"):
        VAULT.open(PLACE, sealed[:place_of_cut])


@given(st.text())
def test_anything_else_is_refused_and_not_shown(stored: str) -> None:
    with pytest.raises(TokenUnreadable):
        VAULT.open(PLACE, stored)


def test_keys_that_are_none_are_refused_unseen() -> None:
    with pytest.raises(ConfigurationError, match="BILLCOM_ENCRYPTION_KEYS is missing"):
        Vault([])
    with pytest.raises(ConfigurationError, match="no key") as refused:
        Vault(["swordfish"])
    assert "swordfish" not in str(refused.value)


def test_it_shows_names_of_keys_only() -> None:
    assert repr(VAULT) == f"Vault({key_id(NEW)}, {key_id(OLD)})"
    assert NEW not in repr(VAULT)
