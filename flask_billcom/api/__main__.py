"""`python -m flask_billcom.api`: any call of API v2 from a shell, with the credentials of the environment.

BILLCOM_ENVIRONMENT   sandbox (as shipped), production or simulator
BILLCOM_BASE_URL      address of the simulator
BILLCOM_USER_NAME, BILLCOM_PASSWORD, BILLCOM_DEV_KEY, BILLCOM_ORGANIZATION_ID
BILLCOM_MFA_ID, BILLCOM_DEVICE_ID   a remembered device, for calls that need trust
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from flask_billcom.errors import BillcomError, ConfigurationError

from .cli import DONE, REFUSED, Shell, run
from .client import Client
from .hosts import default_base_url, endpoints
from .secret import Secret
from .sessions import PasswordSession, list_orgs
from .transport import Transport

NEEDED = ("USER_NAME", "PASSWORD", "DEV_KEY", "ORGANIZATION_ID")


def client_of(environment: Mapping[str, str]) -> Client:
    """Return the client that variables of the environment describe; nothing is sent yet.

    :param environment: variables by name, `BILLCOM_…`.
    :raises ConfigurationError: one is missing or wrong; it is named, its value is not shown.
    """
    transport = transport_of(environment, *NEEDED)
    session = PasswordSession(
        transport,
        environment["BILLCOM_USER_NAME"],
        Secret(environment["BILLCOM_PASSWORD"]),
        environment["BILLCOM_ORGANIZATION_ID"],
        mfa_id=environment.get("BILLCOM_MFA_ID") or None,
        device_id=environment.get("BILLCOM_DEVICE_ID") or None,
    )
    return Client(transport, session)


def transport_of(environment: Mapping[str, str], *needed: str) -> Transport:
    """Return the transport that variables of the environment describe.

    :param needed: the names that must be set, without `BILLCOM_`.
    :raises ConfigurationError: one is missing or wrong; it is named, its value is not shown.
    """
    missing = [f"BILLCOM_{name}" for name in needed if not environment.get(f"BILLCOM_{name}")]
    if missing:
        raise ConfigurationError(f"set {', '.join(missing)}")
    kind = environment.get("BILLCOM_ENVIRONMENT", "sandbox")
    base_url = environment.get("BILLCOM_BASE_URL") if kind == "simulator" else None
    allowed = endpoints(kind, base_url)
    dev_key = Secret(environment["BILLCOM_DEV_KEY"])
    return Transport(base_url or default_base_url(kind), dev_key=dev_key, allowed_hosts=allowed)


def list_organizations(environment: Mapping[str, str]) -> int:
    """Print the organizations that the user may sign in to."""
    try:
        transport = transport_of(environment, "USER_NAME", "PASSWORD", "DEV_KEY")
        password = Secret(environment["BILLCOM_PASSWORD"])
        for found in list_orgs(transport, user_name=environment["BILLCOM_USER_NAME"], password=password):
            print(f"{found.org_id}  {found.name}")
    except BillcomError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return REFUSED
    return DONE


def ask(question: str) -> bool:
    """Ask a person at the terminal; no answer is a no."""
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def main() -> int:
    """Carry out the command line of this process."""
    if sys.argv[1:] == ["orgs"]:
        return list_organizations(os.environ)
    shell = Shell(client=lambda: client_of(os.environ), out=sys.stdout, err=sys.stderr, confirm=ask)
    try:
        return run(sys.argv[1:], shell)
    except BrokenPipeError:
        return REFUSED


if __name__ == "__main__":
    sys.exit(main())
