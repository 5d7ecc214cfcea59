"""The delayed powers from Python and the command line: two keys, the published delay, and not before."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ledger import Ledger, cli
from ledger.bootstrap.testing import PASSPHRASE
from ledger.domain.purposes import module_id
from ledger.errors import BadInput, ContractRefusal, NotFound
from ledger.services.powers import argument
from tests.anvil import anvil
from tests.integration.test_services_people import refused

DELAY = dt.timedelta(days=2)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Ledger]:
    """On a chain whose clock can be set forward; the embedded one's cannot."""
    environment = {"passphrase": PASSPHRASE, "state": tmp_path}
    with anvil("--base-fee", "0", "--gas-price", "0") as url:
        from ledger.bootstrap.opening import DeployOptions, deploy_configured
        from ledger.config import Settings

        settings = Settings(**environment, url=url, deployments=tmp_path / "records")
        deploy_configured(settings, DeployOptions())
        with Ledger.open(settings) as ledger:
            yield ledger


def ask(ledger: Ledger, *words: str) -> dict[str, Any]:
    """The JSON answer of the command on the embedded ledger's state folder."""
    environment = {key: None for key in os.environ if key.startswith("GREENLEDGER_")}
    given = {**environment, "GREENLEDGER_PASSPHRASE": PASSPHRASE}
    state = str(ledger.records.folder.parent.parent)
    run = CliRunner().invoke(cli.app, ["--state", state, "changes", *words, "--json"], env=given)
    assert run.exit_code == 0, run.exception
    answer: dict[str, Any] = json.loads(run.stdout)
    return answer


@pytest.mark.spec("POW-1")
def test_an_upgrade_before_its_time_is_refused_and_acts_after_it(elsewhere: Ledger) -> None:
    code = elsewhere.records["CreditLines"].args[0]
    proposed = elsewhere.changes.propose("CreditLines", "upgradeToAndCall", code, b"")
    with refused("WrongState"):
        elsewhere.changes.execute(proposed.change)
    elsewhere.changes.approve(proposed.change)
    with refused("ChangeNotReady"):
        elsewhere.changes.execute(proposed.change)
    pending = elsewhere.changes.change(proposed.change)
    assert (pending.contract, pending.function, pending.state) == (
        "CreditLines",
        "upgradeToAndCall",
        "approved",
    )
    assert pending.ready_at and pending.ready_at > dt.datetime.now(dt.UTC) + DELAY - dt.timedelta(minutes=5)
    elsewhere.client.rpc.call("evm_increaseTime", int(DELAY.total_seconds()))
    elsewhere.changes.execute(proposed.change)
    assert elsewhere.changes.all(pending=True) == ()
    assert [one.state for one in elsewhere.changes.all()] == ["executed"]


@pytest.mark.spec("POW-1")
def test_one_key_changes_nothing(ledger: Ledger) -> None:
    for who in ("guardian", "deployer"):
        with refused("NotParty"):
            ledger.changes.propose("Proceeds", "setDuty", ledger.session.address(who), b"BONDS", by=who)
    proposed = ledger.changes.propose("Proceeds", "setDuty", "0x" + "12" * 20, module_id("BONDS"))
    with refused("NotParty"):
        ledger.changes.approve(proposed.change, by="operator")
    ledger.changes.cancel(proposed.change, by="guardian")
    with refused("WrongState"):
        ledger.changes.approve(proposed.change)


def test_only_contracts_here_and_their_functions_can_be_proposed(ledger: Ledger) -> None:
    with pytest.raises(NotFound):
        ledger.changes.propose("Nothing", "setDuty")
    with pytest.raises(NotFound):
        ledger.changes.propose("Proceeds", "setNothing", 1)
    with pytest.raises(BadInput):
        ledger.changes.propose("Proceeds", "setDuty", "no address", b"")
    with pytest.raises(NotFound):
        ledger.changes.change(7_000)


@pytest.mark.spec("POW-1")
def test_the_command_proposes_approves_lists_and_cancels(ledger: Ledger) -> None:
    done = ask(ledger, "propose", "Proceeds", "setDuty", "@Maturity", "#BONDS")
    change = str(done["change"])
    (pending,) = ask(ledger, "list")["changes"]
    maturity = ledger.session.deployment["Maturity"].address
    assert (pending["contract"], pending["function"]) == ("Proceeds", "setDuty")
    assert pending["arguments"] == {"module": maturity, "duty": "BONDS"}
    ask(ledger, "approve", change)
    assert ask(ledger, "show", change)["ready_at"]
    with pytest.raises(ContractRefusal, match="ChangeNotReady"):
        CliRunner().invoke(
            cli.app,
            ["--state", str(ledger.records.folder.parent.parent), "changes", "execute", change],
            env={"GREENLEDGER_PASSPHRASE": PASSPHRASE},
            catch_exceptions=False,
        )
    ask(ledger, "cancel", change, "--by", "guardian")
    assert ask(ledger, "list")["changes"] == []
    assert [one["state"] for one in ask(ledger, "list", "--all")["changes"]] == ["cancelled"]


def test_arguments_are_written_as_people_write_them(ledger: Ledger) -> None:
    session = ledger.session
    assert argument(session, "@BondOffice") == session.deployment["BondOffice"].address
    assert argument(session, "@operator") == session.address("operator")
    assert argument(session, "#BONDS") == module_id("BONDS")
    assert argument(session, "0x") == b"" and argument(session, "0x0102") == b"\1\2"
    assert argument(session, "0x" + "12" * 20) == "0x" + "12" * 20
    assert [argument(session, text) for text in ("7", "true", "[1, 2]", "text")] == [7, True, [1, 2], "text"]
