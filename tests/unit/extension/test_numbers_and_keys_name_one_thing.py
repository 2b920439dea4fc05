from __future__ import annotations

import string
import uuid
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from flask_billcom.errors import MappingError
from flask_billcom.marketplace.numbers import LONGEST, document_number, id_of_key, is_hashed, own_key_of
from flask_billcom.marketplace.shop.identity import key_text, parse_key
from flask_billcom.models.parties import Role

PREFIXES = st.text(string.ascii_uppercase + "-", min_size=1, max_size=7)
SELLERS = st.none() | st.integers(1, 999)


@given(PREFIXES, st.text(min_size=1, max_size=200), SELLERS)
def test_a_number_fits_and_is_plain(prefix: str, reference: str, seller: int | None) -> None:
    number = document_number(prefix, reference, seller)

    assert len(number) <= LONGEST
    assert number.startswith(prefix)
    assert number.isascii()
    assert number.isprintable()


@pytest.mark.parametrize(
    ("reference", "seller", "number"),
    [
        ("1042", None, "FB-1042"),
        ("1042", 2, "FB-1042-2"),
        ("x" * 18, None, "FB-" + "x" * 18),
        ("x" * 19, None, "FB-BUHSGT7LFU"),
        ("x" * 18, 1, "FB-N4ZCN537AM-1"),
        ("order 7", None, "FB-B7EJ7CXBSO"),
    ],
)
def test_long_or_odd_references_become_ten_characters_of_their_hash(
    reference: str, seller: int | None, number: str
) -> None:
    assert document_number("FB-", reference, seller) == number
    assert is_hashed(number, "FB-", reference) is (reference not in number)


@given(st.text(string.digits + "-", min_size=1, max_size=12), st.text(string.digits + "-", min_size=1, max_size=12))
def test_two_sales_never_share_a_number(one: str, other: str) -> None:
    bills = {document_number("FB-", one, seller) for seller in (1, 2, 11)}

    assert one == other or not bills & {document_number("FB-", other, seller) for seller in (1, 2, 11)}
    assert one == other or document_number("FB-", one) != document_number("FB-", other)


def test_another_attempt_gives_another_number() -> None:
    assert len({document_number("FB-", "x" * 40, 1, attempt=attempt) for attempt in range(10)}) == 10


def test_a_party_has_a_key_of_its_own_for_each_role() -> None:
    party = uuid.UUID("01890af4-7c0e-7cc3-98c4-dc0c0c07398f")

    assert own_key_of("FB-", Role.CUSTOMER, party) == "FB-CAGEQV5D4BZ6MHGGE3QGAYBZZR4"
    assert own_key_of("FB-", Role.VENDOR, party).startswith("FB-V")
    assert id_of_key("FB-", own_key_of("FB-", Role.VENDOR, party)) == party


@pytest.mark.parametrize("name", ["FB-C", "FB-Chloé", "FB-Vienna", "FB-V" + "A" * 8, "FB-V" + "A" * 27])
def test_a_short_name_that_only_begins_like_a_key_is_nobodys(name: str) -> None:
    assert id_of_key("FB-", name) is None


class Base(DeclarativeBase):
    pass


class Stall(Base):
    __tablename__ = "stall"
    market: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid(), primary_key=True)


STALLS = st.tuples(st.text(), st.integers(), st.dates(), st.uuids())


@given(STALLS)
def test_a_composite_key_comes_back(key: tuple[Any, ...]) -> None:
    assert parse_key(Stall, key_text(key)) == key


@given(STALLS, STALLS)
def test_two_keys_never_read_alike(one: tuple[Any, ...], other: tuple[Any, ...]) -> None:
    assert (one == other) == (key_text(one) == key_text(other))


@pytest.mark.parametrize("part", [1.5, b"x", True, None])
def test_other_types_of_keys_are_refused(part: Any) -> None:
    with pytest.raises(MappingError, match="not supported; use int, text, UUID or date"):
        key_text([part])
