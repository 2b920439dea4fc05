from __future__ import annotations

import subprocess
import sys

import pytest

import flask_billcom


@pytest.mark.parametrize("name", flask_billcom.__all__)
def test_each_public_name_is_there(name: str) -> None:
    getattr(flask_billcom, name)

    assert name in dir(flask_billcom)


def test_another_name_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Billcon'"):
        flask_billcom.Billcon  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import flask_billcom", ["flask", "sqlalchemy", "requests"]),
        ("from flask_billcom import AlreadySettled, Customer", ["flask", "sqlalchemy"]),
        ("import flask_billcom.api", ["flask", "sqlalchemy"]),
        ("import flask_billcom.simulator", ["flask", "sqlalchemy"]),
    ],
)
def test_importing_one_loads_no_more_than_it_needs(statement: str, absent: list[str]) -> None:
    program = f"import sys; {statement}; print([name for name in {absent!r} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout.strip() == "[]"
