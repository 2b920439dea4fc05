"""A small caller in process: real forms in, real JSON out, without any HTTP library."""

from __future__ import annotations

import json
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from flask_billcom.simulator.service import Simulator

__all__ = ["Answer", "Refused", "Wire"]


class Refused(Exception):  # noqa: N818 - an answer that is looked for
    """An error envelope.

    :param code: its code.
    :param text: its message.
    :param http: the HTTP status that it came with.
    """

    def __init__(self, code: str, text: str, http: int) -> None:
        super().__init__(code, text, http)
        self.code, self.text, self.http = code, text, http

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"


class Answer:
    """A raw answer."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Any:  # noqa: ANN401
        """Take status and headers, as WSGI servers do."""
        del exc_info
        self.status, self.headers = int(status[:3]), dict(headers)
        return lambda data: data


class Wire:
    """Calls a simulator as a client would.

    :param simulator: whom it calls.
    """

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.session_id = ""
        self.mfa_id = ""

    def request(self, method: str, target: str, body: bytes = b"", kind: str = "", **headers: str) -> Answer:
        """Make one HTTP request."""
        url = urlsplit(target)
        answer = Answer()
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": url.path,
            "QUERY_STRING": url.query,
            "CONTENT_TYPE": kind,
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": "api-stage.bill.com",
            "SERVER_PORT": "443",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.url_scheme": "https",
            "wsgi.input": BytesIO(body),
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }
        answer.body = b"".join(self.simulator(environ, answer.start))
        return answer

    def post(self, path: str, data: object = None, **form: str) -> Answer:
        """Post a form to a path below /api/v2."""
        fields = {"devKey": self.simulator.settings.dev_key, **form}
        if self.session_id:
            fields.setdefault("sessionId", self.session_id)
        if data is not None:
            fields["data"] = data if isinstance(data, str) else json.dumps(data)
        target = path if path.startswith("/") else f"/api/v2/{path}.json"
        return self.request("POST", target, urlencode(fields).encode(), "application/x-www-form-urlencoded")

    def __call__(self, path: str, data: object = None, **form: str) -> Any:  # noqa: ANN401 - what it answers
        """Make a call and return its data.

        :raises Refused: it was answered by an error envelope.
        """
        answer = self.post(path, data, **form)
        found = json.loads(answer.body, parse_float=Decimal)
        if found["response_status"]:
            error = found["response_data"]
            raise Refused(error["error_code"], error["error_message"], answer.status)
        return found["response_data"]

    def upload(self, name: str, content: bytes, object_id: str) -> Any:  # noqa: ANN401
        """Upload a file as multipart."""
        mark = "simulated-boundary"
        data = json.dumps({"id": object_id, "fileName": name})
        fields = {"devKey": self.simulator.settings.dev_key, "sessionId": self.session_id, "data": data}
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in fields.items()
        ]
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        body = b"".join(parts) + head + content + f"\r\n--{mark}--\r\n".encode()
        kind = f"multipart/form-data; boundary={mark}"
        answer = self.request("POST", "/api/v2/UploadAttachment.json", body, kind)
        found = json.loads(answer.body)
        if found["response_status"]:
            raise Refused(found["response_data"]["error_code"], found["response_data"]["error_message"], answer.status)
        return found["response_data"]

    def control(self, path: str, body: object) -> Any:  # noqa: ANN401
        """Make a call of the control side.

        :raises ValueError: it was refused.
        """
        found = json.loads(self.request("POST", f"/simulator/{path}", json.dumps(body).encode()).body)
        if "error" in found:
            raise ValueError(found["error"])
        return found

    def sign_in(self, **form: str) -> None:
        """Open a session."""
        known = self.simulator.settings
        self.session_id = ""
        fields = {"userName": known.user_name, "password": known.password, "orgId": known.org_id, **form}
        self.session_id = self("Login", **fields)["sessionId"]

    def trust(self) -> None:
        """Confirm the device, and remember it."""
        challenge = self("MFAChallenge", {"useBackup": False})["challengeId"]
        code = self.simulator.settings.mfa_code
        answer = self(
            "MFAAuthenticate",
            {"challengeId": challenge, "token": code, "deviceId": "d", "machineName": "m", "rememberMe": True},
        )
        self.mfa_id = answer["mfaId"]

    def again(self) -> None:
        """Sign in anew with the remembered device."""
        self.sign_in(mfaId=self.mfa_id, deviceId="d")

    def create(self, entity: str, values: dict[str, Any], **beside: object) -> Any:  # noqa: ANN401
        """Create an object."""
        return self(f"Crud/Create/{entity}", {"obj": {"entity": entity, **values}, **beside})

    def other(self, name: str) -> Wire:
        """Return a caller signed in as another user."""
        found = Wire(self.simulator)
        found.sign_in(userName=f"{name}@example.test")
        return found
