"""constraints.txt against pyproject.toml: a changed dependency without `make pins` is noticed here."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PINS = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines())
VERSIONS = {canonicalize_name(name): version for name, version in PINS.items()}


def wanted() -> list[Requirement]:
    shop = (ROOT / "example_marketplace/requirements.txt").read_text().splitlines()
    texts = [
        *PROJECT["dependencies"],
        *(text for extra in PROJECT["optional-dependencies"].values() for text in extra),
        *(line for line in shop if line and not line.startswith("#")),
    ]
    requirements = [Requirement(text) for text in texts]
    own = canonicalize_name(PROJECT["name"])
    return [each for each in requirements if canonicalize_name(each.name) != own and _applies_on_linux(each)]


def _applies_on_linux(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"sys_platform": "linux", "extra": ""})


@pytest.mark.parametrize("requirement", wanted(), ids=str)
def test_each_dependency_is_pinned_to_a_version_that_it_allows(requirement: Requirement) -> None:
    pinned = VERSIONS[canonicalize_name(requirement.name)]

    assert requirement.specifier.contains(pinned, prereleases=True)


def test_the_package_caps_no_dependency_of_its_users() -> None:
    operators = {spec.operator for text in PROJECT["dependencies"] for spec in Requirement(text).specifier}

    assert operators <= {">="}


def test_pins_are_names_and_versions_and_nothing_else() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()

    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.+!-]+", line)] == []
