"""A group whose commands are imported when they are called for.

Flask imports every plugin's group for each of its own commands; ours costs it one small module.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click

_WHOLE = 500
"""More letters than any of our sentences has."""


class Group(click.Group):
    """A group whose help says what its commands do in whole sentences; click's own cuts each to its line."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the names of all commands and what they do."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, each.get_short_help_str(_WHOLE)) for name, each in found if each is not None])


class LazyGroup(Group):
    """A group of commands by name and place.

    :param homes: `module:name` of each command, relative to this package, in the order of the help.
    """

    def __init__(self, name: str, *, help: str, homes: Mapping[str, str]) -> None:  # noqa: A002 - click's word
        super().__init__(name, help=help)
        self._homes = homes

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return [*self._homes, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by name, importing it, or None."""
        home = self._homes.get(cmd_name)
        if home is None:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = home.partition(":")
        found = getattr(import_module(f"{__package__}.{module}"), attribute)
        assert isinstance(found, click.Command)
        return found
