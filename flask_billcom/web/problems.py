"""Errors as JSON, in the form of RFC 9457, each with a code for programs and a next step for people.

    {"title": "Forbidden", "status": 403, "code": "not_allowed", "detail": "...", "next_step": "..."}

Source: https://www.rfc-editor.org/rfc/rfc9457
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from flask import Response, jsonify
from werkzeug.exceptions import HTTPException

from flask_billcom.engine.decisions import NotPossible
from flask_billcom.engine.errors import NoCapacity
from flask_billcom.errors import (
    APIError,
    BillcomError,
    ConfigurationError,
    MappingError,
    NotReady,
    NotSettled,
    OutcomeUnknown,
    TransportError,
)
from flask_billcom.marketplace.lists import InvalidQuery


class Refused(Exception):  # noqa: N818 - named for what happened
    """A request that is not carried out.

    :param code: a word for programs.
    :param next_step: what whoever asks can do.
    """

    def __init__(self, status: HTTPStatus, code: str, detail: str, next_step: str) -> None:
        super().__init__(status, code, detail, next_step)
        self.status = status
        self.code = code
        self.detail = detail
        self.next_step = next_step

    def __str__(self) -> str:
        return self.detail


@dataclass(frozen=True, slots=True)
class Answer:
    """How one class of errors is answered."""

    error: type[BillcomError]
    status: HTTPStatus
    code: str
    next_step: str


ANSWERS = (
    Answer(InvalidQuery, HTTPStatus.BAD_REQUEST, "invalid_query", "correct the value named"),
    Answer(NotPossible, HTTPStatus.CONFLICT, "not_possible", "look at the operation again"),
    Answer(NotSettled, HTTPStatus.NOT_FOUND, "not_settled", "settle the order first"),
    Answer(NotReady, HTTPStatus.CONFLICT, "not_ready", "let the worker go on, then try again"),
    Answer(MappingError, HTTPStatus.CONFLICT, "mapping", "mend the mapping function or the object named"),
    Answer(NoCapacity, HTTPStatus.SERVICE_UNAVAILABLE, "no_capacity", "try again in a minute"),
    Answer(OutcomeUnknown, HTTPStatus.BAD_GATEWAY, "outcome_unknown", "look before doing it again"),
    Answer(TransportError, HTTPStatus.BAD_GATEWAY, "unreachable", "look before doing it again"),
    Answer(APIError, HTTPStatus.BAD_GATEWAY, "refused_by_billcom", "correct what Bill.com names"),
    Answer(ConfigurationError, HTTPStatus.INTERNAL_SERVER_ERROR, "configuration", "run `flask billcom doctor`"),
    Answer(BillcomError, HTTPStatus.INTERNAL_SERVER_ERROR, "error", "run `flask billcom doctor`"),
)
"""The first line that fits decides."""


def problem(status: int, code: str, detail: str, next_step: str | None = None) -> Response:
    """Return an error as JSON."""
    title = HTTPStatus(status).phrase
    response = jsonify({"title": title, "status": int(status), "code": code, "detail": detail, "next_step": next_step})
    response.status_code = status
    response.content_type = "application/problem+json"
    return response


def of_refusal(error: Refused) -> Response:
    """Return a refusal of our own as JSON."""
    return problem(error.status, error.code, error.detail, error.next_step)


def of_error(error: BillcomError) -> Response:
    """Return one of our errors as JSON; its message names the object, and never a secret."""
    answer = next(each for each in ANSWERS if isinstance(error, each.error))
    return problem(answer.status, answer.code, str(error), answer.next_step)


def of_http(error: HTTPException) -> Response:
    """Return an error of the framework as JSON, with its own headers such as `Allow`."""
    if error.response is not None or error.code is None:
        raise error
    phrase = HTTPStatus(error.code).phrase
    response = problem(error.code, phrase.lower().replace(" ", "_"), error.description or phrase)
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers.add(name, value)
    return response
