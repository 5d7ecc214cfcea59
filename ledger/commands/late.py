"""Groups of commands that are made when one of theirs is asked for: all of them take half a second.

Typer reads the signature of every command before it runs one. A late group stands in the tree with its name
and its help; whoever looks at its commands has them made.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, MutableMapping
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group


class LateGroup(TyperGroup):
    """A group with a Typer of its own, `source`, whose commands it makes once, when they are looked at."""

    source: typer.Typer

    def __init__(self, **given: Any) -> None:
        self._made: MutableMapping[str, Any] | None = None
        self._then: list[Callable[[Any], None]] = []
        super().__init__(**given)

    @property
    def commands(self) -> MutableMapping[str, Any]:
        if self._made is None:
            self._made = get_group(self.source).commands
            for do in self._then:
                self._tell(do)
        return self._made

    @commands.setter
    def commands(self, none: MutableMapping[str, Any]) -> None:
        """Typer gives what it made of the empty Typer that stands for `source`: nothing."""

    def when_made(self, do: Callable[[Any], None]) -> None:
        """Does this with each of its commands: now, where they are made already."""
        self._then.append(do)
        if self._made is not None:
            self._tell(do)

    def _tell(self, do: Callable[[Any], None]) -> None:
        for command in (self._made or {}).values():
            do(command)


def add_late(root: typer.Typer, group: typer.Typer, name: str) -> None:
    """As `root.add_typer(group, name=name)`, but late."""
    hollow = copy.copy(group)
    hollow.registered_commands, hollow.registered_groups = [], []
    root.add_typer(hollow, name=name, cls=type("LateGroup", (LateGroup,), {"source": group}))
