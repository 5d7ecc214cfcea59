"""Tokens: hashes alone are kept, a revocation counts at once, and the command line makes them."""

from __future__ import annotations

import json
import stat
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from api.tokens import TokenBook
from ledger import cli
from ledger.bootstrap.testing import PASSPHRASE, illustrative_lei
from ledger.errors import Conflict, LedgerError

if TYPE_CHECKING:
    from tests.api.world import Api

ACCOUNT, OTHER = "0x" + "1" * 40, "0x" + "2" * 40


def test_a_token_names_its_account_and_is_nowhere_on_disk(tmp_path: Path) -> None:
    book = TokenBook(tmp_path)
    token = book.issue(ACCOUNT)
    assert book.account_of(token) == ACCOUNT and len(token) > 40
    (file,) = [path for path in (tmp_path / "api").iterdir() if path.suffix == ".json"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert token not in file.read_text() and token.removeprefix("glt_") not in file.read_text()


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: t + "x", str.lower, lambda t: "", lambda t: t * 9]
)
def test_what_was_not_issued_names_nobody(tmp_path: Path, change: object) -> None:
    book = TokenBook(tmp_path)
    assert book.account_of(change(book.issue(ACCOUNT))) is None  # type: ignore[operator]


def test_a_revocation_by_another_process_counts_at_once(tmp_path: Path) -> None:
    server, command = TokenBook(tmp_path), TokenBook(tmp_path)
    first, second, third = command.issue(ACCOUNT), command.issue(ACCOUNT), command.issue(OTHER)
    assert [server.account_of(one) for one in (first, second, third)] == [ACCOUNT, ACCOUNT, OTHER]
    assert command.revoke(ACCOUNT) == 2
    assert [server.account_of(one) for one in (first, second, third)] == [None, None, OTHER]
    assert command.revoke(ACCOUNT) == 0


def test_tokens_made_at_once_are_all_kept(tmp_path: Path) -> None:
    made: list[str] = []
    threads = [
        threading.Thread(target=lambda: made.append(TokenBook(tmp_path).issue(ACCOUNT))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    book = TokenBook(tmp_path)
    assert len(set(made)) == 8 and all(book.account_of(token) == ACCOUNT for token in made)


def test_a_damaged_file_is_named_and_lets_nobody_in(tmp_path: Path) -> None:
    book = TokenBook(tmp_path)
    token = book.issue(ACCOUNT)
    (tmp_path / "api" / "tokens.json").write_text("{")
    with pytest.raises(Conflict, match="damaged"):
        book.account_of(token)


# --- the command -----------------------------------------------------------------------------------------


def command(api: Api, *words: str) -> str:
    environment = {"GREENLEDGER_PASSPHRASE": PASSPHRASE}
    run = CliRunner().invoke(
        cli.app, ["--state", str(api.state), "token", *words], env=environment, catch_exceptions=False
    )
    assert run.exit_code == 0
    return run.stdout.strip()


@pytest.mark.parametrize("named", ["Investor", illustrative_lei("Investor")])
def test_the_command_makes_a_token_and_takes_it_back(lived: Api, named: str) -> None:
    answer = json.loads(command(lived, named, "--json"))
    headers = {"Authorization": f"Bearer {answer['token']}"}
    me = lived.client.get("/v1/me", headers=headers)
    assert me.json()["account"] == answer["account"] == lived.account("Investor")
    assert lived.client.get("/v1/me", headers={"Authorization": f"bearer {command(lived, named)}"}).is_success
    lived.forget("Investor")
    taken = json.loads(command(lived, named, "--revoke", "--json"))
    assert taken["revoked"] >= 2
    assert lived.client.get("/v1/me", headers=headers).status_code == 401


def test_the_operator_has_a_token_too(lived: Api) -> None:
    me = lived.client.get("/v1/me", headers={"Authorization": f"Bearer {command(lived, 'operator')}"})
    assert me.json()["operator"] is True


@pytest.mark.parametrize("stranger", ["nobody", "deployer", "LEI:nonsense"])
def test_a_stranger_gets_no_token(lived: Api, stranger: str) -> None:
    with pytest.raises(LedgerError):
        command(lived, stranger)


def test_there_is_no_token_without_a_ledger(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="there is no ledger"):
        CliRunner().invoke(
            cli.app, ["--state", str(tmp_path / "none"), "token", "Issuer"], catch_exceptions=False
        )
    assert not (tmp_path / "none").exists()
