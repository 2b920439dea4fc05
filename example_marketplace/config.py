"""Settings of the shop: what `FLASK_...` variables say, and for the rest what a laptop needs.

    FLASK_... variables  >  simulator, SQLite file and made keys in the instance folder

With nothing set, the shop talks to a local Bill.com at its usual address and moves its play money. Point
`FLASK_BILLCOM_ENVIRONMENT` elsewhere and nothing of the simulator's sign-in is filled in, and no money moves before
`FLASK_BILLCOM_PAYMENTS_ENABLED` says so.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from flask import Flask

from flask_billcom.simulator.settings import Settings

INSTANCE_VARIABLE = "FLASK_INSTANCE_PATH"
SIMULATOR_ADDRESS = "http://127.0.0.1:8460"


def instance_path() -> str | None:
    """Return the absolute instance folder that the environment asks for, or none for Flask's own choice."""
    given = os.environ.get(INSTANCE_VARIABLE)
    return str(Path(given).absolute()) if given else None


def configure(app: Flask) -> None:
    """Fill the app's config; whatever the environment says wins."""
    instance = Path(app.instance_path)
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    app.config.from_prefixed_env()
    app.config.setdefault("BILLCOM_ENVIRONMENT", "simulator")
    given = app.config.get("SECRET_KEY") or kept_secret(instance / "secret.key", lambda: secrets.token_urlsafe(32))
    app.config["SECRET_KEY"] = str(given)  # one of digits alone arrives as a number
    for name, value in _defaults(instance).items():
        app.config.setdefault(name, value)
    if is_local(app):
        for name, value in _simulator().items():
            app.config.setdefault(name, value)
    if "BILLCOM_ENCRYPTION_KEYS" not in app.config:
        app.config["BILLCOM_ENCRYPTION_KEYS"] = [kept_secret(instance / "billcom.key", _fernet_key)]


def is_local(app: Flask) -> bool:
    """Tell whether Bill.com is a simulator on this machine."""
    return bool(app.config["BILLCOM_ENVIRONMENT"] == "simulator")


def _defaults(instance: Path) -> dict[str, Any]:
    return {
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SQLALCHEMY_DATABASE_URI": f"sqlite:///{instance / 'marketplace.sqlite'}",
        "BILLCOM_COLLECT": "charge",
        "BILLCOM_NUMBER_PREFIX": "OM-",
    }


def _simulator() -> dict[str, Any]:
    local = Settings()
    return {
        "BILLCOM_BASE_URL": f"{SIMULATOR_ADDRESS}/api/v2",
        "BILLCOM_USER_NAME": local.user_name,
        "BILLCOM_PASSWORD": local.password,
        "BILLCOM_DEV_KEY": local.dev_key,
        "BILLCOM_ORGANIZATION_ID": local.org_id,
        "BILLCOM_PAYMENTS_ENABLED": True,
        "BILLCOM_LINGER_S": 0,
    }


def _fernet_key() -> str:
    return Fernet.generate_key().decode()


def kept_secret(path: Path, make: Callable[[], str]) -> str:
    """Return the secret in a file that only its owner may read, making it the first time.

    The file appears whole or not at all, so that two processes that start at once agree on one secret.
    """
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(make())
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()
