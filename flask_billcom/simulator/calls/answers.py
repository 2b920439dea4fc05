"""Answers as JSON text: plain values, rows and amounts, without a float anywhere."""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as quoted
from typing import Final

from flask_billcom.simulator.errors import Refusal
from flask_billcom.simulator.state.rows import Row, dollars, render

__all__ = ["Cents", "Raw", "envelope", "refused", "to_json"]


class Raw(str):
    """JSON text that is written as it is."""

    __slots__ = ()


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
    if isinstance(value, Raw):
        return value
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


def envelope(text: str, place: str = "inside") -> str:
    """Return a success with that JSON text as its data.

    :param place: "inside" response_data, "beside" it, or "both".
    """
    head = '"response_status":0,"response_message":"Success"'
    if place == "inside" or text == "{}":
        return f'{{{head},"response_data":{text}}}'
    beside = f"{{{head},{text[1:-1]}"
    return f'{beside},"response_data":{text}}}' if place == "both" else f"{beside}}}"


def refused(error: Refusal, code: str = "") -> str:
    """Return an error envelope.

    :param code: stands in for the refusal's own code.
    """
    return (
        '{"response_status":1,"response_message":"Error","response_data":'
        f'{{"error_code":"{code or error.code}","error_message":{quoted(error.text)}}}}}'
    )
