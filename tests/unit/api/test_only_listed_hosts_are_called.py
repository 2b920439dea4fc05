"""The address that Login names is used only if it is, letter for letter, on the list of its environment."""

from __future__ import annotations

import pytest

from flask_billcom.api import check_endpoint, default_base_url, endpoints
from flask_billcom.errors import ConfigurationError

LOOPBACK = "http://127.0.0.1:8625/api/v2"


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ("production", "https://api.bill.com/api/v2"),
        ("sandbox", "https://api-stage.bill.com/api/v2"),
        ("sandbox", "https://api-sandbox.bill.com/api/v2"),
        ("sandbox", "https://app-stage.bill.com/api/v2"),
    ],
)
def test_bill_coms_own_addresses_pass(environment: str, address: str) -> None:
    assert check_endpoint(address, environment) == address
    assert check_endpoint(f"{address}/", environment) == address


@pytest.mark.parametrize("environment", ["production", "sandbox"])
@pytest.mark.parametrize(
    "address",
    [
        "http://api.bill.com/api/v2",
        "http://api-stage.bill.com/api/v2",
        "https://bill.com.evil/api/v2",
        "https://api.bill.com.evil.test/api/v2",
        "https://api.bill.com@evil.test/api/v2",
        "https://user:pass@api.bill.com/api/v2",
        "https://api.bill.com:8443/api/v2",
        "https://api.bill.com:443/api/v2",
        "https://api.bi11.com/api/v2",
        "https://api.bill.com./api/v2",
        "https://xapi.bill.com/api/v2",
        "https://192.0.2.7/api/v2",
        "https://[::1]/api/v2",
        "https://API.BILL.COM/api/v2",
        "https://api.bill.com/api/v3",
        "https://api.bill.com/api/v2/../../evil",
        "https://api.bill.com/api/v2#@evil",
        "https://api.bill.com/api/v2//",
        "//api.bill.com/api/v2",
        "http://127.0.0.1:8625/api/v2",
        "",
        None,
    ],
)
def test_every_other_address_is_refused(environment: str, address: str) -> None:
    with pytest.raises(ConfigurationError):
        check_endpoint(address, environment)


@pytest.mark.parametrize(
    ("environment", "address"),
    [("sandbox", "https://api.bill.com/api/v2"), ("production", "https://api-stage.bill.com/api/v2")],
)
def test_the_other_environments_address_is_refused(environment: str, address: str) -> None:
    with pytest.raises(ConfigurationError, match=environment):
        check_endpoint(address, environment)


def test_the_simulator_is_pinned_to_its_own_address() -> None:
    assert check_endpoint(LOOPBACK, "simulator", LOOPBACK) == LOOPBACK
    for other in ("http://127.0.0.1:8626/api/v2", "http://127.0.0.2:8625/api/v2", "https://api.bill.com/api/v2"):
        with pytest.raises(ConfigurationError):
            check_endpoint(other, "simulator", LOOPBACK)


@pytest.mark.parametrize("base_url", ["http://localhost:1/api/v2", "http://[::1]:1/api/v2", "http://127.8.9.1/api/v2"])
def test_the_simulator_may_be_anywhere_on_this_machine(base_url: str) -> None:
    assert endpoints("simulator", base_url) == {base_url}


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8460", "http://127.0.0.1:8460/api/v3"])
def test_the_simulators_address_without_the_path_of_the_api_is_refused_with_an_example(base_url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"end in /api/v2, such as http://127\.0\.0\.1:8460/api/v2"):
        endpoints("simulator", base_url)


@pytest.mark.parametrize(
    "base_url",
    [
        "http://192.0.2.7/api/v2",
        "https://api.bill.com/api/v2",
        "http://127.0.0.1@evil.test/",
        "http://127.0.0.1:x/",
        "",
        None,
    ],
)
def test_the_simulator_is_nowhere_else(base_url: str) -> None:
    with pytest.raises(ConfigurationError):
        endpoints("simulator", base_url)


def test_an_unknown_environment_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        endpoints("staging")
    with pytest.raises(ConfigurationError):
        default_base_url("simulator")
    assert default_base_url("sandbox") == "https://api-stage.bill.com/api/v2"
