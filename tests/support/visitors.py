"""People who use the example shop through its pages, by HTTP and with its CSRF tokens."""

from __future__ import annotations

import re
from typing import Self

from flask import Flask
from werkzeug.test import TestResponse

from example_marketplace import sample

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="csrf_token"')


class Visitor:
    """Somebody with a browser: keeps cookies, sends the token of the page that he was on."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()

    def signed_in(self, email: str, password: str = sample.PASSWORD) -> Self:
        """Sign in."""
        answer = self.post("/sign-in", on="/sign-in", email=email, password=password)
        assert answer.status_code == 302, answer.text
        return self

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path)

    def post(self, path: str, *, on: str, token: str | None = None, **form: str) -> TestResponse:
        """Send a form of a page."""
        return self.client.post(path, data={"csrf_token": token if token is not None else self.token(on), **form})

    def token(self, page: str) -> str:
        """Return the CSRF token of a page, or nothing where it has no form."""
        found = _TOKEN.search(self.get(page).text)
        return (found[1] or found[2]) if found else ""
