"""What every command shares: where it prints, what was configured, and the open ledger."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError

from ledger import tables
from ledger.config import Settings
from ledger.domain.dates import date_of, parse_day
from ledger.errors import BadInput

if TYPE_CHECKING:  # it loads every service: only a command that opens one waits for that
    from ledger import Ledger

out = tables.console()
err = tables.console(stderr=True)
_given: dict[str, Any] = {}

Who = Annotated[str, typer.Option("--as", help="who acts: the name of an account here")]
Json = Annotated[
    bool, typer.Option("--json", help="machine-readable: amounts are integer strings in minor units")
]


def give(**named: object) -> None:
    """Remembers what the command line named; what it did not name is left to the other settings."""
    _given.clear()
    _given.update({key: value for key, value in named.items() if value is not None})


def given(name: str) -> Any:
    """What the command line itself named; None where it named nothing."""
    return _given.get(name)


def settings() -> Settings:
    """The settings of this run. BadInput for one that cannot be right, by its name."""
    try:
        return Settings(**_given)
    except ValidationError as failure:
        first = failure.errors(include_url=False, include_input=False)[0]
        name = ".".join(map(str, first["loc"]))
        raise BadInput(f"the setting {name} cannot be right", who=name, needed=first["msg"]) from None


@contextmanager
def opened() -> Iterator[Ledger]:
    """The configured ledger. A query never makes a new one: an empty folder is an error that says so."""
    chosen = settings()
    if chosen.url is None and not (chosen.state / "deployments").exists():
        raise BadInput(
            f"there is no ledger in {chosen.state}",
            needed="`greenledger deploy` makes one, `greenledger demo` one with a story; or name it: --state",
        )
    from ledger import Ledger

    with Ledger.open(chosen) as ledger:
        yield ledger


def read_file(path: Path) -> bytes:
    """The bytes of a file that the command line named."""
    if not path.is_file():
        raise BadInput("there is no such file", had=str(path), needed="a file")
    return path.read_bytes()


def read_day(text: str) -> dt.date:
    """A date written YYYY-MM-DD."""
    return date_of(parse_day(text))


def finish(json_: bool, sentence: str, /, **answer: Any) -> None:
    """What an act came to: a sentence for people, its facts for machines."""
    show(answer) if json_ else out.print(sentence)


def show(answer: Mapping[str, Any]) -> None:
    """One JSON document on standard output, nothing else."""
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2, default=str))


def named(ledger: Ledger, answer: Any) -> Any:
    """An answer with participants' names where it has their accounts: for tables, never for machines."""
    names = ledger.session.index().names()

    def said(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: said(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [said(one) for one in value]
        return names.get(value, value) if isinstance(value, str) else value

    return said(answer)
