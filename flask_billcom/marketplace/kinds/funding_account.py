"""The bank account that pays the sellers: the one in the settings, else the organization's default one, looked up once.

Source: https://developer.bill.com/v2/reference/org-basic-listbankaccount
"""

from __future__ import annotations

from flask_billcom.api.records import BankAccount
from flask_billcom.engine.noted import value_of
from flask_billcom.engine.reads import Reads
from flask_billcom.errors import ConfigurationError
from flask_billcom.marketplace.context import Domain
from flask_billcom.models import Mark

MARK = "funding_account"
VERIFIED, ACTIVE = "1", "1"


def funding_account(domain: Domain, reads: Reads | None) -> str:
    """Return the id of the account that pays.

    :param reads: None where nothing may be read; the account was then looked up before.
    :raises ConfigurationError: there is none that could pay.
    """
    if domain.settings.funding_account_id:
        return domain.settings.funding_account_id
    with domain.store.read() as rows:
        known = value_of(rows, domain.organization_id, MARK)
    if known is not None:
        return known
    if reads is None:
        raise ConfigurationError("no funding account is known; set BILLCOM_FUNDING_ACCOUNT_ID")
    return _remember(domain, _default_account(reads))


def _default_account(reads: Reads) -> str:
    accounts = [a for a in reads.page(BankAccount).records if a.is_active == ACTIVE and a.status == VERIFIED]
    default = [a for a in accounts if a.primary_ap] or accounts
    if len(default) != 1 or default[0].id is None:
        raise ConfigurationError(
            f"{len(default)} verified bank accounts at Bill.com could pay sellers; set BILLCOM_FUNDING_ACCOUNT_ID"
        )
    return default[0].id


def _remember(domain: Domain, account_id: str) -> str:
    values = {
        "organization_id": domain.organization_id,
        "name": MARK,
        "value": account_id,
        "updated_at": domain.clock.now(),
    }
    with domain.store.write() as rows:
        rows.insert_new(Mark, [values])
    return account_id
