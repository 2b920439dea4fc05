"""Document numbers and our own keys of parties.

    FB-1042          the invoice of sale 1042
    FB-1042-2        the bill of its second seller
    FB-4K7QX2M9TB-2  the same for a reference too long for 21 characters
    FB-1042-R1       the bill that pays the buyer back for the first refund of it
    FB-V06A3...      a vendor's short name: prefix, C or V, and the party's row id

A number is what a person sees on the invoice and what finds the document again after a lost answer. It is never reused.

Wire: https://developersupport.bill.com/hc/en-us/articles/208155056-Invoice
"""

from __future__ import annotations

import base64
import hashlib
import re
from uuid import UUID

from flask_billcom.models import Party
from flask_billcom.models.parties import Role

LONGEST = 21
"""Most characters of a document number."""
_HASH_CHARACTERS = 10
_PLAIN = re.compile(r"[0-9A-Za-z._/-]+")
_LETTERS = {Role.CUSTOMER: "C", Role.VENDOR: "V"}


def document_number(prefix: str, reference: str, seller: int | None = None, *, attempt: int = 0) -> str:
    """Return the number of a sale's invoice, or of the bill of one of its sellers.

    :param seller: which seller of the sale, counted from one in order of its lines; None for the invoice.
    :param attempt: above zero where an earlier hash of another reference came out the same.
    """
    return _number(prefix, reference, "" if seller is None else f"-{seller}", attempt)


def refund_number(prefix: str, reference: str, place: int, *, attempt: int = 0) -> str:
    """Return the number of the bill that pays a buyer back.

    :param reference: of the sale.
    :param place: which refund of the sale, counted from one.
    """
    return _number(prefix, reference, f"-R{place}", attempt)


def _number(prefix: str, reference: str, suffix: str, attempt: int) -> str:
    plain = f"{prefix}{reference}{suffix}"
    if len(plain) <= LONGEST and _PLAIN.fullmatch(reference) and not attempt:
        return plain
    return f"{prefix}{_hashed(reference, attempt)}{suffix}"


def is_hashed(number: str, prefix: str, reference: str) -> bool:
    """Return whether a number holds the hash of its reference, so that another one could have the same."""
    return not number.startswith(prefix + reference)


def own_key(prefix: str, party: Party) -> str:
    """Return the short name under which a party is found at Bill.com: prefix, C or V, 26 base-32 characters."""
    return own_key_of(prefix, Role(party.role), party.id)


def own_key_of(prefix: str, role: Role, party_id: UUID) -> str:
    """Return the short name of the party with a row id."""
    return f"{prefix}{_LETTERS[role]}{_base32(party_id.bytes)}"


def id_of_key(prefix: str, key: str) -> UUID | None:
    """Return the row id that a short name of ours carries, or None where it carries none."""
    try:
        content = base64.b32decode(key[len(prefix) + 1 :] + "=" * 6)
    except ValueError:
        return None
    return UUID(bytes=content) if len(content) == 16 else None  # noqa: PLR2004 - a UUID


def _hashed(reference: str, attempt: int) -> str:
    content = reference if not attempt else f"{reference}\0{attempt}"
    return _base32(hashlib.sha256(content.encode()).digest())[:_HASH_CHARACTERS]


def _base32(content: bytes) -> str:
    return base64.b32encode(content).decode().rstrip("=")
