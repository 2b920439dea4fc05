"""Answers as JSON text: plain values, rows and amounts, without a float anywhere."""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as quoted
from typing import Final

from flask_billcom.simulator.errors import Refusal
from flask_billcom.simulator.rows import Row, dollars, render

__all__ = ["Cents", "envelope", "refused", "to_json"]


class Cents(int):
    """Cents that are written as dollars with two decimals."""

    __slots__ = ()


_CONSTANTS: Final = {None: "null", True: "true", False: "false"}


def to_json(value: object) -> str:  # noqa: PLR0911 - one line per sort of value
    """Return the JSON text of an answer.

    :raises TypeError: it holds something that the wire has no form for.
    """
    if isinstance(value, Row):
        return render(value)
    if isinstance(value, str):
        return quoted(value)
    if value is None or isinstance(value, bool):
        return _CONSTANTS[value]
    if isinstance(value, Cents):
        return dollars(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join([f"{quoted(key)}:{to_json(each)}" for key, each in value.items()]) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join([to_json(each) for each in value]) + "]"
    raise TypeError(f"no JSON form for {type(value).__name__}")


def envelope(text: str) -> str:
    """Return a success with that JSON text as its data."""
    return f'{{"response_status":0,"response_message":"Success","response_data":{text}}}'


def refused(error: Refusal) -> str:
    """Return an error envelope."""
    return (
        '{"response_status":1,"response_message":"Error","response_data":'
        f'{{"error_code":"{error.code}","error_message":{quoted(error.text)}}}}}'
    )
