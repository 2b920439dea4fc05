"""What is committed works on any machine: no host of a package registry, no path and no user of one machine."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[2]
NOT_ELSEWHERE = {
    "an address of a package index": re.compile(r"(index-url|find-links|trusted-host)[ =]|https?://[^\s\"']+/simple\b"),
    "a folder of one machine": re.compile(r"(?<![\w.$}/-])/(work|home|root|Users|mnt|opt)/[\w.-]"),
    "the file scheme": re.compile(r"file:///[\w.-]"),
}
PUBLIC = {"pypi.org", "files.pythonhosted.org"}


def committed() -> Iterator[tuple[str, str]]:
    """Yield path and text of each text file that git knows, this one aside."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]  # the tests may run as somebody else than its owner
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.split("\0"):
        path = ROOT / name
        if not name or not path.is_file() or path == Path(__file__):
            continue
        content = path.read_bytes()
        if b"\0" not in content:
            yield name, content.decode()


def registry_hosts() -> set[str]:
    """Return the hosts from which pip installs on this machine, the public ones aside."""
    listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True)
    return {
        host for url in re.findall(r"https?://[^\s'\"]+", listed.stdout) if (host := urlsplit(url).hostname)
    } - PUBLIC


def offences(content: str, patterns: dict[str, re.Pattern[str]]) -> list[str]:
    return [f"{what}: {found[0]}" for what, pattern in patterns.items() for found in pattern.finditer(content)]


def test_no_committed_file_names_a_registry_or_a_path_of_one_machine() -> None:
    hosts = {f"the registry {host}": re.compile(re.escape(host)) for host in registry_hosts()}

    found = {name: offences(content, NOT_ELSEWHERE | hosts) for name, content in committed()}

    assert {name: what for name, what in found.items() if what} == {}


@pytest.mark.parametrize(
    "planted",
    [
        "pip install --index-url https://example.invalid/x",
        "package @ https://mirror.example.invalid/simple/package",
        'path = "/home/somebody/project"',
        "see /root/notes.txt",
        "wheel @ file:///srv/wheels",
    ],
)
def test_the_search_finds_what_was_planted(planted: str) -> None:
    assert offences(planted, NOT_ELSEWHERE)


@pytest.mark.parametrize(
    "harmless", ["docs/work/plan", "https://flask.palletsprojects.com/", "/billcom/home", "/usr/lib/x"]
)
def test_the_search_leaves_ordinary_text_alone(harmless: str) -> None:
    assert not offences(harmless, NOT_ELSEWHERE)


def test_the_search_reads_the_repository() -> None:
    assert {"pyproject.toml", "Makefile", "flask_billcom/__init__.py"} <= {name for name, _ in committed()}
