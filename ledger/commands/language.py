"""The language of one run, chosen before parsing, so that `--help` and words about wrong usage have it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from typer import rich_utils

from ledger.commands.common import settings
from ledger.commands.late import LateGroup
from ledger.errors import BadInput
from ledger.words import say, speak

LANGUAGES = ("en", "zh")


def choose(arguments: Sequence[str]) -> str:
    """`--lang` as given, else the settings' language: GREENLEDGER_LANGUAGE, the TOML file, the locale."""
    language = _named(arguments)
    if language not in LANGUAGES:  # none, or a wrong one, which the parser will refuse in a language we have
        try:
            language = settings().language
        except BadInput:
            language = "en"
    speak(language)
    return language


def _named(arguments: Sequence[str]) -> str | None:
    for at, argument in enumerate(arguments):
        if argument == "--lang":
            return next(iter(arguments[at + 1 :]), None)
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
    return None


def translate(command: Any) -> None:
    """Puts the help of a command and of all below it into the language of this run, once; of a late group's
    commands, when they are made.

    `Any`: the classes of commands are Typer's own and private.
    """
    rich_utils.OPTIONS_PANEL_TITLE = say("Options")
    rich_utils.ARGUMENTS_PANEL_TITLE = say("Arguments")
    rich_utils.COMMANDS_PANEL_TITLE = say("Commands")
    rich_utils.ERRORS_PANEL_TITLE = say("Error")
    rich_utils.ABORTED_TEXT = say("Aborted.")
    rich_utils.REQUIRED_LONG_STRING = say("[required]")
    rich_utils.DEFAULT_STRING = say("[default: {}]")
    rich_utils.RICH_HELP = say("Try [blue]'{command_path} {help_option}'[/] for help.")
    _translate(command)


def _translate(one: Any) -> None:
    if isinstance(one, LateGroup):
        one.when_made(_translate)
    else:
        for below in getattr(one, "commands", {}).values():
            _translate(below)
    one.context_class = _speaking(one.context_class)
    one.help, one.short_help, one.epilog = _said(one.help), _said(one.short_help), _said(one.epilog)
    for parameter in [*one.params, one.get_help_option(one.context_class(one))]:
        if getattr(parameter, "help", None):
            parameter.help = _said(parameter.help)


def tree(command: Any) -> Iterator[Any]:
    """A command and all below it."""
    yield command
    for below in getattr(command, "commands", {}).values():
        yield from tree(below)


def _said(text: str | None) -> str | None:
    return say(text) if text else text


def _speaking(context: Any) -> Any:
    """The same class of contexts, whose usage line speaks the language of this run."""

    class Formatter(context.formatter_class):  # type: ignore[misc]
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, say("Usage: ") if prefix is None else prefix)

    return type("Context", (context,), {"formatter_class": Formatter})
