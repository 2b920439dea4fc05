"""Keyed hashes of what was last told to Bill.com about a party, so that an update with nothing new is not sent.

The fields themselves are not kept. The hash is keyed, since names and addresses could be guessed and tried; its key
comes from the newest encryption key. After a change of keys a party that is changed may be told what it was told
before: one update too many, no more.
"""

from __future__ import annotations

import hashlib
import hmac

from flask_billcom.api.codec import to_wire
from flask_billcom.api.records import Customer, Vendor
from flask_billcom.api.wire import dumps
from flask_billcom.settings import Settings

_PURPOSE = b"billcom_party.mapped_digest"


def mapped_digest(settings: Settings, described: Customer | Vendor) -> str:
    """Return the keyed hash of a party as the app describes it."""
    root = settings.encryption_keys[0].reveal().encode()
    key = hmac.new(root, _PURPOSE, hashlib.sha256).digest()
    content = sorted(to_wire(described).items())
    return hmac.new(key, dumps(content).encode(), hashlib.sha256).hexdigest()
