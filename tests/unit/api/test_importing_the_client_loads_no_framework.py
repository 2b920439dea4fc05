"""The client stands on the error tree and the money alone."""

from __future__ import annotations

import subprocess
import sys

import pytest

CHECK = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"flask", "sqlalchemy", "flask_sqlalchemy", "werkzeug", "cryptography", "holidays"}:
            raise ImportError(f"{name} must not be needed")
sys.meta_path.insert(0, Refuse())
import %s
ours = {name for name in sys.modules if name.startswith("flask_billcom.")}
beside = {name for name in ours if not name.startswith("flask_billcom.api")}
assert beside <= {"flask_billcom.errors", "flask_billcom.money"}, beside
"""


@pytest.mark.parametrize("module", ["flask_billcom.api", "flask_billcom.api.__main__", "flask_billcom.api.coverage"])
def test_it_imports_where_no_framework_can_be_imported(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", CHECK % module], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def test_its_public_names_are_those_that_it_lists() -> None:
    from flask_billcom import api

    assert len(set(api.__all__)) == len(api.__all__)
    public = {name for name, value in vars(api).items() if isinstance(value, type) and not name.startswith("_")}
    assert public <= set(api.__all__) <= set(vars(api))
