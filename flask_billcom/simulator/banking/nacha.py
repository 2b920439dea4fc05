"""Why banks send electronic payments back: return codes of the Automated Clearing House.

https://www.nacha.org/rules
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CODES", "checked"]

CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "R01": "insufficient funds",
        "R02": "account closed",
        "R03": "no account, or the holder cannot be found",
        "R04": "invalid account number",
        "R05": "unauthorized debit of a person's account by a company",
        "R06": "returned as the sending bank asked",
        "R07": "authorization revoked",
        "R08": "payment stopped",
        "R09": "uncollected funds",
        "R10": "the holder says that it is not authorized",
        "R11": "not in line with the authorization",
        "R12": "branch sold to another bank",
        "R13": "routing number not qualified",
        "R14": "representative payee deceased",
        "R15": "beneficiary or holder deceased",
        "R16": "account frozen",
        "R17": "record could not be processed",
        "R20": "not a transaction account",
        "R21": "invalid company identification",
        "R22": "invalid individual number",
        "R23": "credit refused by the receiver",
        "R24": "duplicate entry",
        "R29": "the company says that it is not authorized",
        "R31": "permissible return",
        "R33": "return of a check conversion",
    }
)


def checked(code: str) -> str:
    """Return a return code.

    :raises ValueError: there is no such code.
    """
    if code not in CODES:
        raise ValueError(f"there is no return code {code!r}; there are {', '.join(CODES)}")
    return code
