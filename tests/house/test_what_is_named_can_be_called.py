"""Pages, messages and the README name commands and options that exist, and one page lists every command."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from flask_billcom.cli import billcom_cli
from flask_billcom.settings import describe

ROOT = Path(__file__).parents[2]
GROUPS = r"(?:ops|pay|books|parties|session|keys|audit|files)"
"""Groups that are named without `flask billcom` before them as well."""
NAMED = re.compile(
    rf"(?:flask(?:\s--app\s\S+)?\sbillcom\s+|`(?={GROUPS}\s))([a-z][a-z-]*(?:\s+[a-z][a-z-]*)*)([^`\"\n]*)"
)
"""A command with its arguments: up to the end of the quotation, or of the line."""
ELSEWHERE = {"BILLCOM_MFA_ID", "BILLCOM_LIVE_USER_NAME"}
"""What looks like a setting: of the API's own shell, and of the contract tests."""


def _commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from _commands(found, (*path, name))


COMMANDS = dict(_commands(billcom_cli))


def _texts() -> list[Path]:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.rst"), *ROOT.glob("docs/*.md")]
    code = [*(ROOT / "flask_billcom").rglob("*"), *(ROOT / "example_marketplace").rglob("*")]
    return sorted(pages) + sorted(path for path in code if path.suffix in {".py", ".html"})


def _misnamed(text: str) -> list[str]:
    """Return the commands and options in a text that do not exist."""
    wrong = []
    for words, rest in NAMED.findall(text):
        named = tuple(words.split())
        path = next((named[:length] for length in range(len(named), 0, -1) if named[:length] in COMMANDS), None)
        if path is None:
            wrong.append(" ".join(named))
            continue
        known = {name for parameter in COMMANDS[path].params for name in parameter.opts} | {"--help"}
        takes_all = COMMANDS[path].context_settings.get("ignore_unknown_options", False)
        wrong += [
            f"{' '.join(path)} {each}" for each in re.findall(r"--[a-z-]+", rest) if not takes_all | (each in known)
        ]
    return wrong


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("run `flask billcom pay run --dry-run`, or `ops list --stuck`", []),
        ("run ``flask billcom\nops resolve``", []),
        ("``flask --app shop billcom tick``", []),
        ("run `flask billcom ops`", ["ops"]),
        ("run `flask billcom pay everybody`", ["pay everybody"]),
        ("run `pay everybody`", ["pay everybody"]),
        ("run `flask billcom pay run --at-once`", ["pay run --at-once"]),
    ],
)
def test_what_is_not_there_is_noticed(text: str, wrong: list[str]) -> None:
    assert _misnamed(text) == wrong


def test_every_command_that_is_named_exists() -> None:
    found = {str(path.relative_to(ROOT)): _misnamed(path.read_text(encoding="utf-8")) for path in _texts()}

    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_one_page_lists_every_command() -> None:
    table, _, _ = (ROOT / "docs/commands.rst").read_text(encoding="utf-8").partition("``--help`` after any")
    listed = [each for each in re.findall(r"``([^`]+)``", table) if each[0].isalpha() and not each.startswith("flask")]
    heads = [re.split(r" [^a-z]", each)[0] for each in listed]

    assert _misnamed("".join(f"`flask billcom {each}`" for each in listed)) == []
    assert [" ".join(path) for path in COMMANDS if " ".join(path) not in heads] == []


def test_every_setting_that_is_named_exists() -> None:
    settings = {each.key for each in describe()} | ELSEWHERE
    named = {
        (each, str(path.relative_to(ROOT)))
        for path in _texts()
        for each in re.findall(r"BILLCOM_[A-Z][A-Z_]*[A-Z]", path.read_text(encoding="utf-8"))
    }

    assert {each for each in named if each[0] not in settings} == set()
