"""Deployment on networks not ours: any block time, several senders, crashes; and a proof that notices."""

from __future__ import annotations

import itertools
import os
import random
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from ledger.bootstrap import DeploymentPlan, DeployOptions, deploy, deployment_of, prove, status
from ledger.bootstrap.deploying import Deployer, recorded_plan
from ledger.bootstrap.opening import DEPLOYER
from ledger.bootstrap.plan import CashPlan
from ledger.bootstrap.proof import Check
from ledger.chain.client import ChainClient
from ledger.chain.deployments import Deployments
from ledger.crypto.keystore import KeyStore
from ledger.crypto.signer import LocalSigner
from ledger.domain.purposes import PROCEEDS, module_id
from ledger.errors import BadInput, Conflict, ContractRefusal, NotAllowed, NotFound
from scripts import verify_deployment
from tests.anvil import anvil

CHEAP = 2**10


class Site:
    """One network with a keystore and a folder for records."""

    def __init__(self, url: str, folder: Path) -> None:
        self.folder = folder
        self.client = ChainClient(url, lock_folder=folder / "nonces")
        self.keys = KeyStore.open(folder / "keys", "for tests", cost=CHEAP)
        self.records = Deployments(folder / "records")

    def deploy(self, options: DeployOptions | None = None, report: Callable[[str], None] = print) -> None:
        deploy(self.client, self.keys, self.records, options, report)

    def sent(self) -> int:
        """How many transactions the deployer ever sent."""
        address = self.keys.address_of(DEPLOYER)
        return int(self.client.rpc.call("eth_getTransactionCount", address, "pending"), 16)

    def faults(self) -> list[Check]:
        return [check for check in prove(self.client, self.records) if not check.ok]


def steps(site: Site) -> int:
    """Transactions that one deployment takes: creations, powers, and the constitution."""
    plan = recorded_plan(site.records)
    assert plan is not None
    return len(plan.creations()) + len(plan.wires()) + 1


@pytest.mark.spec("DEP-1")
def test_blocks_each_second_and_several_senders(tmp_path: Path) -> None:
    """No automine, no sole sender: others send all the while, and every contract stands as planned."""
    with anvil("--block-time", "1") as url:
        site = Site(url, tmp_path)
        stop = threading.Event()
        others = threading.Thread(target=_send_all_the_while, args=(url, tmp_path, stop))
        others.start()
        try:
            site.deploy(DeployOptions(replay=True))
        finally:
            stop.set()
            others.join()
        assert site.faults() == []
        assert site.sent() == steps(site)
        assert int(site.client.rpc.call("eth_getTransactionCount", _OTHER.address, "latest"), 16) > 3


_OTHER = LocalSigner(b"\x07" * 32)


def _send_all_the_while(url: str, folder: Path, stop: threading.Event) -> None:
    client = ChainClient(url, lock_folder=folder / "nonces")
    client.rpc.call("anvil_setBalance", _OTHER.address, hex(10**20))
    while not stop.is_set():
        client.pay(_OTHER, _OTHER.address, 1)


@pytest.fixture(scope="module")
def automined() -> Iterator[str]:
    with anvil() as url:
        yield url


@pytest.fixture(scope="module")
def shared(automined: str, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A finished deployment for tests that only read."""
    return _deployed(automined, tmp_path_factory.mktemp("shared"))


@pytest.fixture
def deployed(shared: Site, tmp_path: Path) -> Iterator[Site]:
    """The same deployment for one test to spoil: the chain is put back, records and nonces are its own."""
    for folder in ("keys", "records"):
        shutil.copytree(shared.folder / folder, tmp_path / folder)
    rpc = shared.client.rpc
    before = rpc.call("evm_snapshot")
    yield Site(rpc.url, tmp_path)
    assert rpc.call("evm_revert", before)


def _deployed(url: str, folder: Path) -> Site:
    site = Site(url, folder)
    site.deploy()
    return site


def test_a_finished_deployment_is_not_touched_again(shared: Site) -> None:
    before = {path.name: path.read_bytes() for path in shared.records.folder.glob("*.json")}
    count = shared.sent()
    shared.deploy(DeployOptions(replay=True), report=_nothing_to_report)
    assert shared.sent() == count == steps(shared)
    assert {path.name: path.read_bytes() for path in shared.records.folder.glob("*.json")} == before


def _nothing_to_report(message: str) -> None:
    raise AssertionError(f"a finished deployment has nothing to do, but: {message}")


def test_records_say_what_stands_where(shared: Site) -> None:
    record = shared.records["Proceeds"]
    assert record.kind == "proxy" and record.more["implementation"] == record.args[0]
    receipt = shared.client.receipt(record.tx)
    assert int(receipt["blockNumber"], 16) == record.block
    assert receipt["contractAddress"].lower() == record.address.lower()
    assert shared.records["Cash-JPY"].args[4] == 0
    found = deployment_of(shared.records, shared.client.chain_id, "here")
    assert set(found.cashes()) == {"Cash-CNY", "Cash-JPY", "Cash-EUR", "Cash-USD"}
    assert not any(name.endswith("-implementation") for name in found.contracts)


def test_status_names_powers_and_holders(shared: Site) -> None:
    said = status(shared.client, shared.records)
    assert said["powers"]["operator"] == shared.keys.address_of("operator")
    assert said["powers"]["guardian"] == shared.keys.address_of("guardian")
    assert said["powers"]["constituted"] is True
    assert said["cashes"]["Cash-JPY"] == {
        "currency": "JPY",
        "bank": shared.keys.address_of("settlement bank"),
        "supply": 0,
    }
    assert said["held"] and all(power["in_force"] for power in said["held"])


@pytest.mark.spec("POW-1")
def test_status_shows_a_change_until_it_is_gone(deployed: Site) -> None:
    client, powers = deployed.client, deployed.records.contract("Powers")
    target = deployed.records.contract("Documents")
    data = bytes.fromhex(client.abis["Documents"].encode_call("setUser", ("0x" + "ab" * 20, True))[2:])
    client.send(deployed.keys.signer("operator"), powers, "propose", (target.address, data))
    [change] = status(client, deployed.records)["changes"]
    assert (change["target"], change["state"], change["ready_at"]) == (target.address, "proposed", None)
    client.send(deployed.keys.signer("guardian"), powers, "approve", (change["id"],))
    [change] = status(client, deployed.records)["changes"]
    assert change["state"] == "approved" and change["ready_at"] > client.header().timestamp
    with pytest.raises(ContractRefusal, match="ChangeNotReady"):
        client.send(deployed.keys.signer("operator"), powers, "execute", (change["id"],))
    client.send(deployed.keys.signer("guardian"), powers, "cancel", (change["id"],))
    assert status(client, deployed.records)["changes"] == []


@pytest.mark.spec("POW-1")
def test_the_deployer_keeps_no_power(shared: Site) -> None:
    powers = shared.records.contract("Powers")
    deployer = shared.keys.signer(DEPLOYER)
    target = shared.records.contract("Documents").address
    for function, args in (("wire", (target, b"")), ("constitute", (target, powers.address, 9999))):
        with pytest.raises(ContractRefusal) as refused:
            shared.client.send(deployer, powers, function, args)
        assert refused.value.name == "AlreadyConstituted"


# --- crashes ---------------------------------------------------------------------------------------------


class Crash(BaseException):
    """Stands for the process being gone: nothing catches it."""


@pytest.mark.parametrize("step", [0, 3, 9, 20])
@pytest.mark.spec("DEP-1")
def test_a_crash_between_sending_and_recording_repeats_nothing(
    automined: str, tmp_path: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(automined, tmp_path)
    count = itertools.count()
    write = Deployments.write

    def crash(self: Deployments, record: object) -> None:
        if next(count) == step:
            raise Crash
        write(self, record)  # type: ignore[arg-type]

    monkeypatch.setattr(Deployments, "write", crash)
    with pytest.raises(Crash):
        site.deploy()
    monkeypatch.undo()
    site.deploy()
    assert site.faults() == []
    assert site.sent() == steps(site)


def test_killed_at_any_instant_it_is_finished_by_running_it_again(automined: str, tmp_path: Path) -> None:
    """SIGKILL at random instants until a run comes through; nothing is deployed twice."""
    command = [sys.executable, "-m", "scripts.deploy", "--url", automined, "--state", str(tmp_path / "state")]
    command += ["--deployments", str(tmp_path / "records")]
    environment = {**os.environ, "GREENLEDGER_PASSPHRASE": "for tests"}
    randomly = random.Random(20250102)
    killed = 0
    for _ in range(2):
        run = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert run.stdout is not None
        for line in itertools.islice(run.stdout, randomly.randrange(1, 12)):
            assert line
        time.sleep(randomly.random() / 20)
        run.send_signal(signal.SIGKILL)
        killed += run.wait() == -signal.SIGKILL
        run.stdout.close()
    last = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert last.returncode == 0, last.stdout + last.stderr
    assert killed == 2
    client, records = ChainClient(automined), Deployments(tmp_path / "records")
    plan = recorded_plan(records)
    assert plan is not None
    assert [check for check in prove(client, records) if not check.ok] == []
    deployer = client.call(records.contract("Powers"), "deployer")
    assert int(client.rpc.call("eth_getTransactionCount", deployer, "latest"), 16) == (
        len(plan.creations()) + len(plan.wires()) + 1
    )


# --- refusals --------------------------------------------------------------------------------------------


def test_records_of_another_chain_are_refused(shared: Site, tmp_path: Path) -> None:
    with anvil("--timestamp", "1700000000") as other:
        client = ChainClient(other, lock_folder=tmp_path)
        with pytest.raises(Conflict):
            deploy(client, shared.keys, shared.records)


def test_operator_and_guardian_are_two_keys() -> None:
    account = "0x" + "11" * 20
    with pytest.raises(BadInput):
        DeploymentPlan(account, account, (CashPlan("CNY", account),))


@pytest.mark.parametrize("cashes", [(), (CashPlan("CNY", "0x1"), CashPlan("CNY", "0x2"))])
def test_each_cash_has_a_name_of_its_own(cashes: tuple[CashPlan, ...]) -> None:
    with pytest.raises(BadInput):
        DeploymentPlan("0x" + "11" * 20, "0x" + "22" * 20, cashes)


def test_a_key_that_everybody_knows_is_refused(automined: str, tmp_path: Path) -> None:
    public = bytes.fromhex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
    site = Site(automined, tmp_path)
    accounts = [LocalSigner(secrets.token_bytes(32)).address for _ in range(3)]
    plan = DeploymentPlan(accounts[0], accounts[1], (CashPlan("CNY", accounts[2]),))
    with pytest.raises(NotAllowed):
        Deployer(site.client, LocalSigner(public), plan, site.records).run()
    assert site.records.names() == []


def test_where_nothing_was_deployed(automined: str, tmp_path: Path) -> None:
    site = Site(automined, tmp_path)
    for ask in (prove, status):
        with pytest.raises(NotFound):
            ask(site.client, site.records)


# --- the proof notices -----------------------------------------------------------------------------------


def test_other_code_is_noticed(deployed: Site) -> None:
    address = deployed.records["PieceBook"].address
    code = bytearray.fromhex(deployed.client.code(address)[2:])
    code[200] ^= 1
    deployed.client.rpc.call("anvil_setCode", address, "0x" + code.hex())
    assert "code of PieceBook" in {check.id for check in deployed.faults()}


def test_another_immutable_is_noticed(deployed: Site) -> None:
    """Immutables are in the code: whoever bends one changes the code's hash, or the argument's view."""
    address = deployed.records["Cash-CNY"].address
    bank = deployed.keys.address_of("settlement bank")[2:].lower()
    code = deployed.client.code(address).replace(bank, "11" * 20)
    deployed.client.rpc.call("anvil_setCode", address, code)
    assert {"code of Cash-CNY", "arguments of Cash-CNY"} <= {check.id for check in deployed.faults()}


def test_another_implementation_is_noticed(deployed: Site) -> None:
    slot = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc"
    proxy, other = deployed.records["Proceeds"], deployed.records["Maturity"].args[0]
    value = "0x" + other[2:].lower().rjust(64, "0")
    deployed.client.rpc.call("anvil_setStorageAt", proxy.address, slot, value)
    assert "arguments of Proceeds" in {check.id for check in deployed.faults()}


_LOOSE = (5, 9, 9, 0, 1, 900, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("target", "function", "args", "noticed"),
    [
        ("Proceeds", "setDuty", ("X", module_id("BONDS")), "no other powers"),
        ("Documents", "setUser", ("X", True), "no other powers"),
        ("PieceBook", "setModule", ("X", 9, 8), "no other powers"),
        ("Cash-CNY", "setController", (PROCEEDS, "X"), "Proceeds controls its purposes on Cash-CNY"),
        ("Cash-CNY", "setController", (module_id("OTHER"), "X"), "no other powers"),
        ("Programmes", "set", (1, _LOOSE), "programme 1 of receivables"),
    ],
)
@pytest.mark.spec("DEP-1")
def test_a_power_nobody_planned_is_noticed(
    deployed: Site, target: str, function: str, args: tuple[object, ...], noticed: str
) -> None:
    stranger = "0x" + "ab" * 20
    _as_powers(deployed, target, function, tuple(stranger if one == "X" else one for one in args))
    assert noticed in {check.id for check in deployed.faults()}


def test_a_power_given_and_taken_away_again_is_no_fault(deployed: Site) -> None:
    stranger = "0x" + "ab" * 20
    _as_powers(deployed, "Documents", "setUser", (stranger, True))
    _as_powers(deployed, "Documents", "setUser", (stranger, False))
    assert deployed.faults() == []


def _as_powers(site: Site, target: str, function: str, args: tuple[object, ...]) -> None:
    """As if the delayed powers had done it: this chain lets a test act for any address."""
    contract, powers = site.records.contract(target), site.records.contract("Powers")
    rpc = site.client.rpc
    rpc.call("anvil_impersonateAccount", powers.address)
    rpc.call("anvil_setBalance", powers.address, hex(10**20))
    data = site.client.abis[contract.abi].encode_call(function, args)
    tx = rpc.call("eth_sendTransaction", {"from": powers.address, "to": contract.address, "data": data})
    assert int(_receipt(site.client, tx)["status"], 16) == 1


def _receipt(client: ChainClient, tx: str) -> dict[str, str]:
    for _ in range(100):  # even an Anvil that mines at once may answer before it has
        with suppress(NotFound):
            return client.receipt(tx)
        time.sleep(0.05)
    raise AssertionError(f"{tx} was not mined")


@pytest.mark.spec("DEP-1")
def test_the_script_says_so_by_its_exit_status(deployed: Site, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--url", deployed.client.rpc.url, "--deployments", str(deployed.records.folder)]
    assert verify_deployment.main(arguments) == 0
    assert "checks hold" in capsys.readouterr().out
    deployed.client.rpc.call("anvil_setCode", deployed.records["Documents"].address, "0x00")
    assert verify_deployment.main(arguments) == 1
    assert "NOT SO  code of Documents" in capsys.readouterr().out
    assert verify_deployment.main([*arguments[:2], "--deployments", "/nonexistent"]) == 1
