"""Each entrance imports first in a process that has imported none of ours, and the light ones stay light."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in (ROOT / "flask_billcom").rglob("*.py")
    if path.stem == "__init__" or not path.stem.startswith("_")
)
PACKAGES = {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "flask_billcom").rglob("__init__.py")}
ENTRANCES = [name for name in MODULES if name in PACKAGES or name.count(".") == 1]
"""What somebody outside imports first: every package, and the modules beside them."""
# Others' packages are loaded once; each of our modules then gets a fork that has seen none of ours.
IN_FORKS = """
import importlib, os, sys, traceback
import cryptography.fernet, flask, flask_sqlalchemy, holidays, requests, sqlalchemy.orm

assert not [name for name in sys.modules if name.startswith("flask_billcom")]
failed = []
for name in sys.argv[1:]:
    if child := os.fork():
        failed += [name] * (os.waitpid(child, 0)[1] != 0)
        continue
    try:
        importlib.import_module(name)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
print(failed)
"""
WITHOUT = """
import importlib, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"flask", "flask_sqlalchemy", "sqlalchemy"}:
            raise ModuleNotFoundError(f"{name} is not installed here", name=name)

sys.meta_path.insert(0, Refuse())
for name in sys.argv[1:]:
    importlib.import_module(name)
print(sorted(name for name in sys.modules if name.startswith("flask_billcom")))
"""


def run(code: str, *names: str) -> str:
    command = [sys.executable, "-W", "error", "-c", code, *names]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip() + done.stderr


def under(package: str) -> list[str]:
    return [name for name in MODULES if name == package or name.startswith(f"{package}.")]


def test_every_entrance_imports_where_none_of_ours_was_imported_before() -> None:
    assert len(ENTRANCES) > 20

    assert run(IN_FORKS, *ENTRANCES) == "[]"


@pytest.mark.parametrize("package", ["flask_billcom.api", "flask_billcom.simulator"])
def test_it_imports_where_flask_and_sqlalchemy_cannot_be_imported(package: str) -> None:
    assert under(package)

    assert package in run(WITHOUT, *under(package))


def test_the_package_with_tables_does_not_import_there() -> None:
    with pytest.raises(AssertionError, match="sqlalchemy is not installed here"):
        run(WITHOUT, "flask_billcom.models")


def test_the_simulator_loads_nothing_else_of_the_package() -> None:
    loaded = run(WITHOUT, *under("flask_billcom.simulator"))

    assert [name for name in eval(loaded) if not name.startswith("flask_billcom.simulator")] == ["flask_billcom"]


def test_importing_the_package_loads_none_of_its_parts() -> None:
    assert run(WITHOUT, "flask_billcom") == "['flask_billcom']"
