"""The settings: typed, frozen, read once by one reader.

    app.config / FLASK_BILLCOM_... --read_settings()--> Settings --> everything else

Each field says its key (`BILLCOM_` and the field's name), how it is read, what it means and what it protects. Values
come from Python, from JSON or as plain text, so an all-digit password may arrive as an int. An error names the key and
never the value.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from decimal import Decimal
from types import MappingProxyType
from typing import Any, cast
from zoneinfo import ZoneInfo

from . import readers
from .api.hosts import endpoints
from .api.secret import Secret
from .errors import ConfigurationError
from .schedule import Schedule

PREFIX = "BILLCOM_"
_WAYS = {"encryption_keys": ": make one with `flask billcom keys generate`"}
"""How to get what is missing, where that is no matter of looking it up."""
SIMULATOR, SANDBOX, PRODUCTION = ENVIRONMENTS = ("simulator", "sandbox", "production")
OWN_ACCOUNTS = ("own", "shipping", "tax", "service_charge")
"""Uses of an own line's account; a line that names none, or whose use has no account, is `own`."""
ACCOUNTS = ("income", "fee", *OWN_ACCOUNTS, "seller_clearing", "deposit")
"""What a chart-of-account id can be given for: sellers' lines on invoices, fees on bills, own lines, bills, and where
money that was received elsewhere lies."""
COLLECTIONS = ("send", "charge", "none")
"""How an invoice is collected."""
BOOKS = (
    "buyer_receivable",
    "provider_clearing_in",
    "bank",
    "seller_payable",
    "seller_reserved",
    "payout_scheduled",
    "provider_clearing_out",
    "payout_returned",
    "fee_income",
    "own_income",
    "buyer_credit",
    "refund_payable",
    "seller_clawback",
    "return_loss",
    "provider_fees",
    "write_off",
)
"""The accounts of the books; `ledger.Account` has the same, two floors above."""


def _setting(
    read: Callable[[Any], Any],
    doc: str,
    *,
    protects: str = "",
    default: Any = MISSING,  # noqa: ANN401 - any type
) -> Any:  # noqa: ANN401
    metadata = {"read": read, "doc": doc, "protects": protects}
    if default is MISSING:
        return field(metadata=metadata)
    if isinstance(default, Mapping):
        return field(default_factory=lambda: default, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that an app can set; see `describe()` for the same as a table."""

    environment: str = _setting(
        readers.one_of(*ENVIRONMENTS),
        "Which Bill.com this app talks to: simulator, sandbox or production.",
        protects="A database is bound to the environment that it was first used with.",
    )
    user_name: str = _setting(readers.text, "The user who signs in, an e-mail address.")
    password: Secret = _setting(  # noqa: RUF009 - makes a field
        readers.secret, "The password of that user.", protects="Masked wherever it is shown."
    )
    dev_key: Secret = _setting(  # noqa: RUF009 - makes a field
        readers.secret, "The developer key.", protects="Masked wherever it is shown."
    )
    organization_id: str = _setting(
        readers.remote_id, "The organization at Bill.com; starts with 008.", protects="Part of every row's key."
    )
    encryption_keys: tuple[Secret, ...] = _setting(
        readers.encryption_keys,
        "Keys for stored session tokens, newest first; make one with `flask billcom keys generate`.",
        protects="A stolen database holds no usable token; the first key writes, all of them read.",
    )
    base_url: str | None = _setting(
        readers.optional(readers.text),
        "Address of the local simulator, such as http://127.0.0.1:8460/api/v2; only with the simulator.",
        protects="Credentials never go to a host that is not Bill.com's or this machine.",
        default=None,
    )
    device_id: str = _setting(
        readers.limited_text(100),
        "The name under which a person's MFA confirmation is remembered; must stay the same.",
        default="flask_billcom",
    )
    runner: str | None = _setting(
        readers.optional(readers.one_of("thread", "external")),
        "Who calls tick(): a thread of this process, or a worker, Celery or cron. "
        "Left out: thread in debug mode, else external.",
        default=None,
    )
    payments_enabled: bool = _setting(
        readers.flag,
        "Whether money may move at all.",
        protects="Nothing is charged or paid before you say so.",
        default=False,
    )
    collect: str = _setting(
        readers.one_of(*COLLECTIONS),
        "How an invoice is collected: sent with a payment link, charged to an authorized account, or not by us.",
        default="send",
    )
    release: str = _setting(
        readers.one_of("when_funded", "on_settlement"),
        "When sellers may be paid: once the buyer's money is safe, or at once.",
        protects="Paying out money that the buyer's bank takes back.",
        default="when_funded",
    )
    return_days: int = _setting(
        readers.whole(0, 90),
        "Bank days that a buyer's payment must have been paid before it counts as funded.",
        protects="ACH debits can come back for some days.",
        default=5,
    )
    hold_days: int = _setting(
        readers.whole(0, 365),
        "Calendar days that a payout waits once its sale may be paid out: funded, or with on_settlement settled.",
        protects="Time for complaints and refunds.",
        default=0,
    )
    bank_change_hold_days: int = _setting(
        readers.whole(0, 90),
        "Bank days without payouts after a seller's bank account changed.",
        protects="Payouts to a thief's account.",
        default=3,
    )
    payout_schedule: Schedule = _setting(  # noqa: RUF009 - makes a field
        readers.schedule,
        "Days of payout runs: daily, weekly:fri, monthly:15, monthly:last or manual.",
        default=Schedule("daily"),
    )
    minimum_payout_cents: int = _setting(readers.cents, "Smallest payout to a seller, in cents.", default=0)
    funding_account_id: str | None = _setting(
        readers.optional(readers.remote_id),
        "Bank account of the organization that payouts are made from; left out: its primary one.",
        default=None,
    )
    float_cents: int = _setting(
        readers.cents,
        "What a payout run may exceed confirmed collections by, in cents.",
        protects="A run that the funding account cannot cover.",
        default=0,
    )
    run_cap_cents: int | None = _setting(
        readers.optional(readers.cents),
        "Largest total of one payout run, in cents; none for no limit.",
        protects="How much a mistake can cost.",
        default=None,
    )
    seller_day_cap_cents: int | None = _setting(
        readers.optional(readers.cents),
        "Largest total paid to one seller on one day, in cents; none for no limit.",
        protects="How much a stolen seller account can cost.",
        default=None,
    )
    reserve_percent: Decimal = _setting(  # noqa: RUF009 - makes a field
        readers.percent,
        "Share of a seller's earnings kept back against refunds, in percent.",
        protects="Refunds that a seller's balance does not cover.",
        default=Decimal(0),
    )
    refund_fee: str = _setting(
        readers.one_of("proportional", "keep"),
        "What becomes of the fee when money goes back: it goes back in proportion, or the marketplace keeps it and the "
        "seller bears it all.",
        default="proportional",
    )
    approval_threshold_cents: int | None = _setting(
        readers.optional(readers.cents),
        "Payout runs, fines and bonuses of at least this many cents wait for approval; none for no approval.",
        protects="Large payouts and adjustments by one person alone.",
        default=None,
    )
    approvers: int = _setting(readers.whole(1, 2), "How many people must approve such a run or adjustment.", default=1)
    reminder_days: tuple[int, ...] = _setting(
        readers.days, "Days after the due date on which an unpaid invoice is sent again.", default=()
    )
    combine_payments: bool = _setting(
        readers.flag, "Whether Bill.com puts all bills of a seller in a run into one payment.", default=False
    )
    confirm_new_parties: bool = _setting(
        readers.flag,
        "Whether a buyer or seller is made at Bill.com only after a person has said that it does not know him yet.",
        protects="A second customer or vendor for somebody whom Bill.com knows already.",
        default=False,
    )
    due_days: int = _setting(readers.whole(0, 365), "Days from an invoice's date to its due date.", default=0)
    number_prefix: str = _setting(
        readers.number_prefix,
        "Start of every document number; never empty.",
        protects="Tells our documents from those made by hand or by other apps.",
        default="FB-",
    )
    timezone: str = _setting(
        readers.timezone,
        "Time zone of invoice dates and schedules; bank cut-offs are always Pacific.",
        default="America/Los_Angeles",
    )
    chart_of_accounts: Mapping[str, str] = _setting(
        readers.accounts(ACCOUNTS),
        f"Chart-of-account ids for lines of invoices and bills, by use: {', '.join(ACCOUNTS)}.",
        default=MappingProxyType({}),
    )
    journal_accounts: Mapping[str, str] = _setting(
        readers.names(BOOKS),
        "What the accountant calls each account of our books, for the exported journal; our own names where left out.",
        default=MappingProxyType({}),
    )
    concurrency: int = _setting(
        readers.whole(1, 3),
        "Calls in flight at once; fewer than 3 where other apps share key and organization.",
        protects="BDC_1322, too many calls at once.",
        default=3,
    )
    linger_s: float = _setting(
        readers.number(0, 3600), "Seconds that a new operation waits for others to share its call.", default=2.0
    )
    hourly_reserve: float = _setting(
        readers.number(0, 0.9),
        "Share of the hourly calls kept for reads.",
        protects="Looking up unknown outcomes never starves.",
        default=0.05,
    )
    landing_s: float = _setting(
        readers.number(0, 86_400),
        "Longest time in seconds from sending a request to its landing at Bill.com.",
        protects="Sending again what is still on its way.",
        default=600.0,
    )
    list_lag_s: float = _setting(
        readers.number(0, 86_400),
        "Longest time in seconds until a change shows in lists.",
        protects="Sending again what is there but not yet listed.",
        default=120.0,
    )
    grace_margin_s: float = _setting(
        readers.number(0, 86_400),
        "Seconds added to both, for clocks that differ.",
        protects="Sending again too early.",
        default=180.0,
    )
    max_lines: int | None = _setting(
        readers.optional(readers.whole(1, 1000)),
        "Most lines that Bill.com takes on one document; a sale that needs more is refused as it is settled.",
        protects="An invoice or bill that could never be made.",
        default=None,
    )

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of invoice dates and schedules."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class Description:
    """One setting, for the documentation.

    :param default: as text; `required` where there is none.
    """

    key: str
    type: str
    default: str
    doc: str
    protects: str


def describe() -> Iterator[Description]:
    """Yield every setting with its type, default, meaning and what it protects."""
    for each in fields(Settings):
        yield Description(
            key=_key(each),
            type=str(each.type),
            default=_shown_default(each),
            doc=each.metadata["doc"],
            protects=each.metadata["protects"],
        )


def defaults() -> dict[str, Any]:
    """Return the keys that may be left out, with their defaults."""
    return {_key(each): _default(each) for each in fields(Settings) if not _is_required(each)}


def read_settings(config: Mapping[str, Any]) -> Settings:
    """Return the settings found in an app's configuration.

    :param config: a mapping with `BILLCOM_...` keys; other keys are ignored.
    :raises ConfigurationError: settings are missing, wrong, misspelled or contradict each other; all of them are named.
    """
    problems = list(_misspelled(config))
    values: dict[str, Any] = {}
    for each in fields(Settings):
        key = _key(each)
        raw = config.get(key)
        if raw is None or raw == "":
            if _is_required(each):
                problems.append(f"{key} is missing{_WAYS.get(each.name, '')}")
            continue
        try:
            values[each.name] = cast("Callable[[Any], Any]", each.metadata["read"])(raw)
        except (TypeError, ValueError) as error:
            problems.append(f"{key} {error}")
    if not problems:
        settings = Settings(**values)
        problems = list(_contradictions(settings))
        if not problems:
            return settings
    # Raised out here, from None: the cause of a reader's error may hold the value.
    raise ConfigurationError("; ".join(problems)) from None


def _key(each: Field[Any]) -> str:
    return PREFIX + each.name.upper()


def _is_required(each: Field[Any]) -> bool:
    return each.default is MISSING and each.default_factory is MISSING


def _default(each: Field[Any]) -> Any:  # noqa: ANN401 - of any type
    return each.default if each.default_factory is MISSING else each.default_factory()


def _shown_default(each: Field[Any]) -> str:
    if _is_required(each):
        return "required"
    default = _default(each)
    return "none" if default is None else str(default) or "empty" if default not in ((), {}) else "empty"


def _misspelled(config: Mapping[str, Any]) -> Iterator[str]:
    known = {_key(each) for each in fields(Settings)}
    for key in sorted(key for key in config if key.startswith(PREFIX) and key not in known):
        near = difflib.get_close_matches(key, known, n=1)
        yield f"{key} is no setting" + (f", did you mean {near[0]}?" if near else "")


def _contradictions(settings: Settings) -> Iterator[str]:
    if settings.environment == SIMULATOR:
        if settings.base_url is None:
            yield "BILLCOM_BASE_URL is missing: the simulator needs its address"
        else:
            try:
                endpoints(SIMULATOR, settings.base_url)
            except ConfigurationError as error:
                yield f"BILLCOM_BASE_URL is wrong: {error}"
    elif settings.base_url is not None:
        yield f"BILLCOM_BASE_URL must be left out: the addresses of {settings.environment} are fixed"
    minimum = settings.minimum_payout_cents
    for name in ("run_cap_cents", "seller_day_cap_cents"):
        cap = getattr(settings, name)
        if cap is not None and cap < max(minimum, 1):
            yield f"{PREFIX}{name.upper()} is below BILLCOM_MINIMUM_PAYOUT_CENTS: nothing could ever be paid"
