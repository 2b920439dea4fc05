"""Which addresses are Bill.com's: an exact list, nothing computed.

Login answers with the address for all later calls, and that address is only text from the network. It is used if it
is, letter for letter, one of the list of its own environment; a look-alike, another port, a user name before the host
or the other environment's host gets no request at all.

Wire: https://developer.bill.com/v2/docs/api-response-format
"""

from __future__ import annotations

import ipaddress
from typing import Literal
from urllib.parse import urlsplit

from flask_billcom.errors import ConfigurationError

Environment = Literal["simulator", "sandbox", "production"]

HOSTS: dict[str, tuple[str, ...]] = {
    "production": ("api.bill.com",),
    "sandbox": ("api-stage.bill.com", "api-sandbox.bill.com", "app-stage.bill.com"),
}
"""Exact host names by environment; the first one is where Login goes."""

API_PATH = "/api/v2"


def default_base_url(environment: str) -> str:
    """Return where Login goes in an environment.

    :raises ConfigurationError: the environment is not sandbox or production.
    """
    if environment not in HOSTS:
        raise ConfigurationError("the environment must be sandbox or production; a simulator needs its own base URL")
    return f"https://{HOSTS[environment][0]}{API_PATH}"


def endpoints(environment: str, base_url: str | None = None) -> frozenset[str]:
    """Return every address that calls of an environment may go to.

    :param environment: simulator, sandbox or production.
    :param base_url: the simulator's own address; left out for the others.
    :raises ConfigurationError: the environment is unknown, or the simulator is not on this machine.
    """
    if environment == "simulator":
        return frozenset({_local(base_url or "")})
    if environment not in HOSTS:
        raise ConfigurationError("the environment must be simulator, sandbox or production")
    return frozenset(f"https://{host}{API_PATH}" for host in HOSTS[environment])


def check_endpoint(api_end_point: str, environment: str, base_url: str | None = None) -> str:
    """Return the address that Login answered, once it is known to belong to the environment.

    :param api_end_point: `apiEndPoint` of the answer.
    :raises ConfigurationError: it is any other address; nothing may be sent to it.
    """
    address = api_end_point.removesuffix("/") if isinstance(api_end_point, str) else ""
    if address not in endpoints(environment, base_url):
        raise ConfigurationError(
            f"Login named an address that does not belong to the {environment} environment; nothing was sent to it. "
            "Check the environment and the address of the service."
        )
    return address


def _local(base_url: str) -> str:
    address = base_url.removesuffix("/")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise ConfigurationError("the simulator's base URL cannot be read") from None
    host = parts.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    plain = f"{parts.scheme}://{shown}{'' if port is None else f':{port}'}{parts.path}"
    is_plain = parts.scheme in {"http", "https"} and plain == address and _is_loopback(host)
    if not is_plain or not address.endswith(API_PATH):
        raise ConfigurationError(
            f"the simulator's base URL must be on this machine and end in {API_PATH}, such as "
            f"http://127.0.0.1:8460{API_PATH}"
        )
    return address


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
