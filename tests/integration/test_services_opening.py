"""Opening a ledger: the embedded one again, another network with its own pace, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ledger import Ledger
from ledger.bootstrap import DeployOptions, deploy_configured
from ledger.bootstrap.testing import CHEAP, PASSPHRASE, admit_cast, fresh_ledger
from ledger.config import Settings
from ledger.crypto.keystore import KeyStore, KeyStoreLocked
from ledger.errors import BadInput, NotFound
from ledger.reports.checker.verify_pack import verify_pack
from tests.anvil import anvil
from tests.integration import given_bond as given
from tests.integration.given_bond import yuan


def test_the_front_door_in_five_lines(staffed_template: Path, tmp_path: Path) -> None:
    with fresh_ledger(staffed_template, tmp_path / "ledger") as ledger:
        bond = given.bond(ledger, allocated=1_000).bond
        assert ledger.auditor.trace_bond(bond)["states"]["available"] == str(yuan(1_000).minor)


@pytest.mark.spec("EVD-1")
def test_a_pack_from_the_front_door_checks_offline(staffed_template: Path, tmp_path: Path) -> None:
    with fresh_ledger(staffed_template, tmp_path / "ledger") as ledger:
        found = given.bond(ledger, allocated=1_000)
        ledger.issuer.pay("Issuer", found.line, given.invoice(ledger, 300).fingerprint, yuan(300))
        pack = ledger.evidence_bond(found.bond, tmp_path / "pack", signers=["Auditor"])
        auditor = ledger.account("Auditor")
    assert verify_pack(pack, (auditor,))["ok"] is True
    moves = pack / "moves.json"
    moves.write_text(moves.read_text().replace('"30000"', '"30001"', 1))
    assert verify_pack(pack, (auditor,))["ok"] is False


def test_what_was_done_is_there_when_it_is_opened_again(staffed_template: Path, tmp_path: Path) -> None:
    with fresh_ledger(staffed_template, tmp_path / "ledger") as ledger:
        found = given.bond(ledger, allocated=1_000)
        before, document = (
            ledger.books.states(found.bond),
            ledger.documents.register("Issuer", b"file").document,
        )
    with Ledger.embedded(tmp_path / "ledger", passphrase=PASSPHRASE) as again:
        assert again.books.states(found.bond) == before
        assert again.documents.open("Issuer", document).content == b"file"
        again.issuer.deallocate("Issuer", found.line, yuan(1))


def test_two_open_one_embedded_ledger_at_once(staffed_template: Path, tmp_path: Path) -> None:
    with fresh_ledger(staffed_template, tmp_path / "ledger") as one:
        given.mint(one, "Investor", yuan(100))
        with (
            Ledger.embedded(tmp_path / "ledger", passphrase=PASSPHRASE) as other,
            ThreadPoolExecutor(2) as pool,
        ):
            acts = [
                pool.submit(ledger.cash.transfer, "Investor", "Issuer", 1_00, "CNY")
                for ledger in (one, other) * 5
            ]
            assert len({act.result().tx for act in acts}) == 10
        assert one.cash.balance("Issuer", "CNY") == 10_00


def test_the_embedded_chain_makes_its_own_passphrase(tmp_path: Path) -> None:
    with Ledger.embedded(tmp_path, keystore_cost=CHEAP) as ledger:
        ledger.account("somebody")
    kept = tmp_path / "passphrase"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert KeyStore.open(tmp_path / "keystore", kept.read_text()).has("somebody")
    with pytest.raises(KeyStoreLocked):
        Ledger.embedded(tmp_path, passphrase="another")


@pytest.fixture(scope="module")
def slow_chain() -> Iterator[str]:
    """An Anvil started by hand that makes a block each second, whoever sends."""
    with anvil("--block-time", "1") as url:
        yield url


def test_another_network_by_configuration_alone(slow_chain: str, tmp_path: Path) -> None:
    """No automine, several senders at once, the same acts and the same trace."""
    settings = Settings(
        url=slow_chain,
        network="ours",
        state=tmp_path,
        deployments=tmp_path / "records",
        passphrase=PASSPHRASE,
    )  # type: ignore[arg-type]
    KeyStore.open(tmp_path / "keystore", PASSPHRASE, cost=CHEAP)
    checks = deploy_configured(settings, DeployOptions(replay=False, banks={"CNY": "settlement bank"}))
    assert checks and all(check.ok for check in checks)
    with Ledger.connect(
        slow_chain, network="ours", deployment=tmp_path / "records", state=tmp_path, passphrase=PASSPHRASE
    ) as ledger:
        admit_cast(ledger, "settlement bank", "Investor", "Issuer", "Company")
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda who: given.mint(ledger, who, yuan(10)), ("Investor", "Issuer", "Company")))
            moves = [
                pool.submit(ledger.cash.transfer, who, to, 1_00, "CNY")
                for who, to in (("Investor", "Issuer"), ("Issuer", "Company"), ("Company", "Investor")) * 2
            ]
            assert len({move.result().tx for move in moves}) == 6
        assert [ledger.cash.balance(who, "CNY") for who in ("Investor", "Issuer", "Company")] == [10_00] * 3
        assert not ledger.books.replay()


def test_what_cannot_be_opened(slow_chain: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GREENLEDGER_PASSPHRASE", raising=False)
    monkeypatch.delenv("GREENLEDGER_PASSPHRASE_FILE", raising=False)
    with pytest.raises(BadInput):
        Ledger.connect(slow_chain, state=tmp_path)
    KeyStore.open(tmp_path / "keystore", PASSPHRASE, cost=CHEAP)
    with pytest.raises(NotFound):
        Ledger.connect(slow_chain, state=tmp_path, deployment=tmp_path / "none", passphrase=PASSPHRASE)
