"""The commands that this package adds to `greenledger`: `serve` and `token`.

`ledger` never imports `api`, so the command line finds them by the entry point `greenledger.commands`. What
they need is imported when they run: the command line must start fast.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.words import say

if TYPE_CHECKING:
    from ledger.config import Settings


def register(app: typer.Typer, settings: Callable[[], Settings]) -> None:
    """Adds the commands. `settings` gives what the command line was told."""

    @app.command()
    def serve(
        host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
        port: Annotated[int, typer.Option(help="port to listen on", min=0, max=65535)] = 8000,
    ) -> None:
        """Serves the HTTP API; its description is at /openapi.json. Tokens: `greenledger token`."""
        from api.app import run

        _require_ledger(settings())
        run(settings(), host, port)

    @app.command()
    def token(
        participant: Annotated[str, typer.Argument(help="account name here, address, USCC:… or LEI:…")],
        revoke: Annotated[bool, typer.Option("--revoke", help="take back all its tokens instead")] = False,
        json_: Annotated[bool, typer.Option("--json", help="machine-readable")] = False,
    ) -> None:
        """Makes a bearer token for an organisation. It is shown once; only its hash is kept."""
        answer = _revoked(settings(), participant) if revoke else _issued(settings(), participant)
        if json_:
            typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))
        elif revoke:
            typer.echo(say("{count} taken back", count=answer["revoked"]))
        else:
            typer.echo(answer["token"])


def _require_ledger(settings: Settings) -> None:
    from ledger.errors import BadInput

    if settings.url is None and not (settings.state / "deployments").exists():
        raise BadInput(
            f"there is no ledger in {settings.state}",
            needed="`greenledger deploy` makes one; or name it with --state",
        )


def _account(settings: Settings, participant: str) -> str:
    """The address of an admitted participant, or of the operator; NotFound for anybody else."""
    from ledger import Ledger

    _require_ledger(settings)
    with Ledger.open(settings) as ledger:
        account = ledger.session.address(participant)
        if account != ledger.session.read("Powers", "operator"):
            ledger.books.participant(account)
    return account


def _issued(settings: Settings, participant: str) -> dict[str, str]:
    from api.tokens import TokenBook

    account = _account(settings, participant)
    return {"participant": participant, "account": account, "token": TokenBook(settings.state).issue(account)}


def _revoked(settings: Settings, participant: str) -> dict[str, str | int]:
    from api.tokens import TokenBook

    account = _account(settings, participant)
    return {
        "participant": participant,
        "account": account,
        "revoked": TokenBook(settings.state).revoke(account),
    }
