from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import flask_billcom
from flask_billcom.errors import ConfigurationError
from flask_billcom.schedule import Schedule
from flask_billcom.settings import Settings, defaults, describe, read_settings
from flask_billcom.vault import generate_key

KEY, OLDER = generate_key(), generate_key()
CANARY = "swordfish"

REQUIRED: dict[str, Any] = {
    "BILLCOM_ENVIRONMENT": "simulator",
    "BILLCOM_BASE_URL": "http://127.0.0.1:8625/api/v2",
    "BILLCOM_USER_NAME": "books@example.com",
    "BILLCOM_PASSWORD": CANARY,
    "BILLCOM_DEV_KEY": "key",
    "BILLCOM_ORGANIZATION_ID": "00801ORGANIZATION001",
    "BILLCOM_ENCRYPTION_KEYS": [KEY],
}


def read(**values: Any) -> Settings:
    given = {**REQUIRED, **{f"BILLCOM_{key.upper()}": value for key, value in values.items()}}
    return read_settings({key: value for key, value in given.items() if value is not None})


def from_environment(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for key, value in {**REQUIRED, "BILLCOM_ENCRYPTION_KEYS": KEY}.items():
        monkeypatch.setenv(f"FLASK_{key}", value)
    for name, text in variables.items():
        monkeypatch.setenv(f"FLASK_BILLCOM_{name.upper()}", text)
    app = Flask("app")
    app.config.from_prefixed_env()
    return read_settings(app.config)


def test_defaults_are_filled_in() -> None:
    settings = read()

    assert settings.payments_enabled is False
    assert settings.payout_schedule == Schedule("daily")
    assert settings.number_prefix == "FB-"
    assert settings.zone.key == "America/Los_Angeles"


@pytest.mark.parametrize("text", ["123456", "0123", "1", "-5", "12345678901234567890123456789"])
def test_an_all_digit_password_of_the_environment_stays_what_it_is(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    assert from_environment(monkeypatch, password=text).password.reveal() == text


@pytest.mark.parametrize("text", ["1e5", "1.50", "true", "NaN"])
def test_a_password_that_became_another_type_is_refused_with_the_way_to_quote_it(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    with pytest.raises(ConfigurationError, match=r"BILLCOM_PASSWORD was read as a number or a yes/no.*double quotes"):
        from_environment(monkeypatch, password=text)

    assert from_environment(monkeypatch, password=f'"{text}"').password.reveal() == text


def test_spaces_of_a_password_are_its_own() -> None:
    assert read(password=" a b ").password.reveal() == " a b "
    assert read(user_name=" books@example.com ").user_name == "books@example.com"


@pytest.mark.parametrize(
    "text", [f"{KEY},{OLDER}", f" {KEY} , {OLDER} ", f'["{KEY}", "{OLDER}"]'], ids=["commas", "spaces", "json"]
)
def test_keys_come_as_json_or_separated_by_commas(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    keys = from_environment(monkeypatch, encryption_keys=text).encryption_keys

    assert [key.reveal() for key in keys] == [KEY, OLDER]


def test_other_values_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = from_environment(
        monkeypatch,
        payments_enabled="true",
        reserve_percent="2.5",
        reminder_days="7,3",
        chart_of_accounts='{"fee": "0ca01000000000000001"}',
        payout_schedule="weekly:fri",
        run_cap_cents="500000",
        linger_s="0",
    )

    assert settings.payments_enabled is True
    assert settings.reserve_percent == Decimal("2.5")
    assert settings.reminder_days == (3, 7)
    assert settings.chart_of_accounts == {"fee": "0ca01000000000000001"}
    assert str(settings.payout_schedule) == "weekly:fri"
    assert (settings.run_cap_cents, settings.linger_s) == (500000, 0.0)


WRONG: dict[str, Any] = {
    "environment": "staging",
    "organization_id": "008-01",
    "encryption_keys": ["short"],
    "runner": "cron",
    "payments_enabled": "perhaps",
    "collect": "post",
    "release": "later",
    "return_days": -1,
    "hold_days": 1.5,
    "payout_schedule": "weekly:sun",
    "minimum_payout_cents": True,
    "float_cents": "12.50",
    "reserve_percent": 101,
    "approvers": 3,
    "reminder_days": "soon",
    "number_prefix": "LONGPREFIX",
    "timezone": "Mars/Olympus",
    "chart_of_accounts": {"tips": "0ca01000000000000001"},
    "concurrency": 4,
    "hourly_reserve": "nan",
    "landing_s": "inf",
    "max_lines": 0,
    "device_id": "x" * 101,
    "dev_key": "a\nb",
    "user_name": ["list"],
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_one_is_named_and_not_shown(name: str) -> None:
    value = WRONG[name]

    with pytest.raises(ConfigurationError, match=f"^BILLCOM_{name.upper()} ") as refused:
        read(**{name: value})

    assert not isinstance(value, str) or len(value) < 6 or value not in str(refused.value)
    assert refused.value.__cause__ is None


def test_the_prefix_is_never_empty() -> None:
    assert read(number_prefix="").number_prefix == "FB-"
    with pytest.raises(ConfigurationError, match="BILLCOM_NUMBER_PREFIX"):
        read(number_prefix=" ")


def test_all_that_is_missing_or_wrong_is_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as refused:
        read(password=None, dev_key="", approvers=9)

    assert str(refused.value).split("; ") == [
        "BILLCOM_PASSWORD is missing",
        "BILLCOM_DEV_KEY is missing",
        "BILLCOM_APPROVERS must be a whole number from 1 to 2",
    ]


def test_a_missing_key_is_named_with_the_command_that_makes_one() -> None:
    with pytest.raises(ConfigurationError, match=r"KEYS is missing: make one with `flask billcom keys generate`$"):
        read(encryption_keys=None)


def test_a_misspelled_one_is_named_with_what_was_meant() -> None:
    with pytest.raises(
        ConfigurationError, match="BILLCOM_PAYMENT_ENABLED is no setting, did you mean BILLCOM_PAYMENTS_E"
    ):
        read(payment_enabled=True)


@pytest.mark.parametrize("environment", ["sandbox", "production"])
def test_the_real_service_has_no_address_of_its_own(environment: str) -> None:
    assert read(environment=environment, base_url=None).environment == environment
    with pytest.raises(ConfigurationError, match="BILLCOM_BASE_URL must be left out"):
        read(environment=environment)


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/api/v2",
        "http://127.0.0.1.example.com/api/v2",
        "http://localhost@example.com/api/v2",
        "ftp://127.0.0.1/api/v2",
        "http://169.254.169.254/api/v2",
        "http://[::1/api/v2",
    ],
)
def test_the_simulator_is_on_this_machine(address: str) -> None:
    with pytest.raises(ConfigurationError, match="BILLCOM_BASE_URL is wrong"):
        read(base_url=address)


def test_the_simulator_needs_its_address() -> None:
    with pytest.raises(ConfigurationError, match="BILLCOM_BASE_URL is missing: the simulator needs its address"):
        read(base_url=None)


@pytest.mark.parametrize(
    "values",
    [
        {"run_cap_cents": 100, "minimum_payout_cents": 101},
        {"seller_day_cap_cents": 0},
    ],
)
def test_settings_that_contradict_each_other_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="nothing could ever be paid"):
        read(**values)


def test_secrets_are_masked() -> None:
    settings = read()

    assert CANARY not in repr(settings)
    assert KEY not in repr(settings)


def test_every_setting_says_what_it_is() -> None:
    described = list(describe())

    assert len({each.key for each in described}) == len(described) == len(Settings.__dataclass_fields__)
    assert all(each.doc.endswith(".") for each in described)
    assert {each.key for each in described if each.default != "required"} == set(defaults())
    assert {each.key for each in described if each.default == "required"} == set(REQUIRED) - {"BILLCOM_BASE_URL"}


def test_every_setting_is_read_by_something() -> None:
    """Or it would promise what nothing does."""
    package = Path(flask_billcom.__file__).parent
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in package.rglob("*.py")
        if path.name != "settings.py" and "simulator" not in path.relative_to(package).parts
    )

    assert [name for name in Settings.__dataclass_fields__ if not re.search(rf"settings\.{name}\b", code)] == []
