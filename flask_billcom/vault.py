"""Encryption of what is stored, bound to its place.

    seal(place, secret)   <key id>.<Fernet token of "place, zero byte, secret">
    open(place, stored)   finds the key by its id, decrypts, and compares the place that it finds inside

A ciphertext moved to another row, column or organization decrypts but names another place, and is refused. The newest
key writes; all configured keys read, so that keys can be changed without downtime.

Source of the format inside: https://github.com/fernet/spec/blob/master/Spec.md
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken

from .api.secret import Secret, reveal
from .errors import ConfigurationError, TokenUnreadable

_ID_LENGTH = 8
_END_OF_PLACE = "\0"


def generate_key() -> str:
    """Return a new random key for `BILLCOM_ENCRYPTION_KEYS`."""
    return Fernet.generate_key().decode()


def key_id(key: Secret | str) -> str:
    """Return the short public name of a key: the start of its SHA-256."""
    return hashlib.sha256(reveal(key).encode()).hexdigest()[:_ID_LENGTH]


class Vault:
    """Seals and opens texts with a ring of keys.

    :param keys: Fernet keys, newest first.
    :raises ConfigurationError: there is none, or one is no Fernet key.
    """

    def __init__(self, keys: Sequence[Secret | str]) -> None:
        if not keys:
            raise ConfigurationError("BILLCOM_ENCRYPTION_KEYS is missing; run `flask billcom keys generate`")
        try:
            self._ring = {key_id(key): Fernet(reveal(key)) for key in keys}
        except ValueError:
            raise ConfigurationError(
                "BILLCOM_ENCRYPTION_KEYS holds something that is no key; make one with `flask billcom keys generate`"
            ) from None
        self._newest = key_id(keys[0])

    def __repr__(self) -> str:
        return f"Vault({', '.join(self._ring)})"

    def seal(self, place: str, secret: str) -> str:
        """Return the ciphertext of a secret for one place.

        :param place: where it will be stored, such as `billcom_session.token/<organization>/<generation>`.
        """
        token = self._ring[self._newest].encrypt(f"{place}{_END_OF_PLACE}{secret}".encode())
        return f"{self._newest}.{token.decode()}"

    def open(self, place: str, stored: str) -> str:
        """Return the secret that was sealed for a place.

        :raises TokenUnreadable: its key is gone, it is damaged, or it was sealed for another place.
        """
        name, _, token = stored.partition(".")
        fernet = self._ring.get(name)
        if fernet is None:
            raise TokenUnreadable(
                f"{place} was encrypted with a key that BILLCOM_ENCRYPTION_KEYS does not hold (key id "
                f"{_shown(name)}, known: {', '.join(self._ring)}); append that key again, or sign in anew with "
                "`flask billcom session login`"
            )
        try:
            content = fernet.decrypt(token.encode()).decode()
        except (InvalidToken, ValueError):
            raise TokenUnreadable(f"{place} is damaged; sign in anew with `flask billcom session login`") from None
        sealed_for, _, secret = content.partition(_END_OF_PLACE)
        if sealed_for != place:
            raise TokenUnreadable(
                f"{place} holds a ciphertext that was made for another place; somebody moved it. "
                "Find out who, then sign in anew with `flask billcom session login`"
            )
        return secret

    def has_key_of(self, stored: str) -> bool:
        """Return whether a ciphertext was made with one of the configured keys, as far as it says."""
        return stored.partition(".")[0] in self._ring

    def needs_rotation(self, stored: str) -> bool:
        """Return whether a ciphertext was made with another than the newest key."""
        return stored.partition(".")[0] != self._newest

    def rotate(self, place: str, stored: str) -> str:
        """Return the ciphertext made anew with the newest key, or as it is if that made it.

        :raises TokenUnreadable: as `open`.
        """
        return self.seal(place, self.open(place, stored)) if self.needs_rotation(stored) else stored


def _shown(name: str) -> str:
    """Return a key id as found in a row, which may hold anything."""
    return name if len(name) == _ID_LENGTH and name.isalnum() else "unreadable"
