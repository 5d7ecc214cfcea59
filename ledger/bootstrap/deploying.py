"""Carrying out a deployment plan: resumable, in waves, on any network.

A contract's creation is kept, signed, before it leaves (`<Name>.sent`); its record is written once it is
mined. A run that finds a `.sent` file finishes that very transaction, so nothing is deployed twice. What
does not depend on each other is sent together and waits together: one block for a wave, whatever the
block time.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eth_utils.crypto import keccak

from ledger.bootstrap.plan import POWERS, Creation, DeploymentPlan, Ref, Wire
from ledger.chain.client import Act, ChainClient
from ledger.chain.deployments import Deployment, Deployments
from ledger.chain.sending import Draft, OnSigned
from ledger.crypto.files import write_private
from ledger.errors import Conflict, ContractRefusal
from ledger.ports import Mined, Signer

PLAN = "plan.json"
Report = Callable[[str], None]
_AT_ONCE = 8


class Deployer:
    """One deployment on one network; `folder` holds its records."""

    def __init__(
        self,
        client: ChainClient,
        signer: Signer,
        plan: DeploymentPlan,
        records: Deployments,
        report: Report = lambda _: None,
    ) -> None:
        self._client = client
        self._signer = signer
        self._plan = plan
        self._records = records
        self._report = report

    def run(self) -> None:
        """Creates what is missing, wires what is not wired, constitutes. Does nothing on a finished
        deployment.

        Conflict when the records belong to another chain, or when the deployment was constituted unfinished:
        from then on only the delayed powers change anything. Whether all is as planned is `proof`'s question.
        """
        with _one_at_a_time(self._records.folder):
            self._require_same_chain()
            if self._is_finished():
                return
            write_private(self._records.folder / PLAN, json.dumps(self._plan.to_json(), indent=2).encode())
            self._create_all()
            self._wire_all()
            self._constitute()

    def _is_finished(self) -> bool:
        names = set(self._records.names())
        complete = all(creation.name in names for creation in self._plan.creations())
        return complete and bool(self._client.call(self._records.contract(POWERS), "constituted"))

    # --- creating ----------------------------------------------------------------------------------------

    def _create_all(self) -> None:
        waiting = [creation for creation in self._plan.creations() if not self._is_recorded(creation.name)]
        while waiting:
            ready = [creation for creation in waiting if all(map(self._is_recorded, creation.needs()))]
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                for name in pool.map(self._create, ready):
                    self._report(f"created {name}")
            waiting = [creation for creation in waiting if creation not in ready]

    def _create(self, creation: Creation) -> str:
        args = resolved(creation.args, self._records)
        sent = self._records.folder / f"{creation.name}.sent"
        mined = self._finish(sent) if sent.exists() else None
        if mined is None:
            mined = self._send(creation, args, lambda signed: write_private(sent, signed.raw.encode()))
        assert mined.created is not None
        self._records.write(self._record(creation, args, mined, mined.created))
        sent.unlink(missing_ok=True)
        return creation.name

    def _send(self, creation: Creation, args: Sequence[Any], on_signed: OnSigned) -> Mined:
        data = self._client.abis[creation.artifact].encode_creation(args)
        draft = Draft(self._signer, None, data)
        # `deploy` does not hand out what it signed, and a creation may never be sent twice.
        return self._client._send([draft], [creation.artifact], on_signed)[0]

    def _finish(self, sent: Path) -> Mined | None:
        """The transaction that an earlier run had signed; None when it can never be mined."""
        try:
            return self._client.finish(sent.read_text())
        except Conflict:
            return None

    def _record(self, creation: Creation, args: Sequence[Any], mined: Mined, address: str) -> Deployment:
        more = {"implementation": args[0]} if creation.kind == "proxy" else {}
        return Deployment(
            name=creation.name,
            address=address,
            block=mined.block,
            tx=mined.tx,
            args=list(args),
            code_hash=code_hash(self._client.code(address)),
            kind=creation.kind,
            abi=creation.abi,
            more=more,
        )

    def _is_recorded(self, name: str) -> bool:
        return name in self._records.names()

    def _require_same_chain(self) -> None:
        """Records of a chain that is gone, or of another, must not be mistaken for this one's."""
        mine = {"chainId": self._client.chain_id, "genesis": self._client.genesis_hash}
        path = self._records.folder / "network.json"
        if not path.exists():
            path.write_text(json.dumps(mine, indent=2) + "\n")
        had = json.loads(path.read_text())
        if had != mine:
            raise Conflict(
                f"the records in {path.parent} belong to another chain: name another network or folder",
                who=str(path),
                had=had,
                needed=mine,
            )

    # --- wiring ------------------------------------------------------------------------------------------

    def _wire_all(self) -> None:
        missing = [wire for wire in self._plan.wires() if not self.is_wired(wire)]
        if not missing:
            return
        if self._client.call(self._records.contract(POWERS), "constituted"):
            raise Conflict(
                "the deployment is constituted: only its delayed powers can wire it now",
                had=[wire.what for wire in missing],
                needed="operator and guardian, and the delay",
            )
        self._client.send_many([self._wire_act(wire) for wire in missing])
        self._report(f"wired {len(missing)} powers")

    def is_wired(self, wire: Wire) -> bool:
        return is_wired(self._client, self._records, wire)

    def _wire_act(self, wire: Wire) -> Act:
        target = self._records.contract(wire.target)
        data = self._client.abis[target.abi].encode_call(wire.function, resolved(wire.args, self._records))
        powers = self._records.contract(POWERS)
        return Act(self._signer, powers, "wire", (target.address, bytes.fromhex(data[2:])))

    def _constitute(self) -> None:
        powers, plan = self._records.contract(POWERS), self._plan
        if self._client.call(powers, "constituted"):
            return
        self._client.send(self._signer, powers, "constitute", (plan.operator, plan.guardian, plan.delay))
        self._report("constituted: from here on changes take two roles and the delay")


def recorded_plan(records: Deployments) -> DeploymentPlan | None:
    """The plan that a deployment was begun with; None when none was begun. A resumed run keeps to it."""
    path = records.folder / PLAN
    return DeploymentPlan.from_json(json.loads(path.read_text())) if path.exists() else None


def resolved(value: Any, records: Deployments) -> Any:
    """The value with every Ref in it replaced by an address."""
    if isinstance(value, Ref):
        return records.contract(value.name).address
    if isinstance(value, tuple):
        return tuple(resolved(one, records) for one in value)
    return value


def is_wired(client: ChainClient, records: Deployments, wire: Wire) -> bool:
    """Whether the chain says that a power is as the plan gives it; what it does not know is not."""
    try:
        answer = client.call(records.contract(wire.target), wire.question, resolved(wire.asked, records))
    except ContractRefusal:
        return False
    return bool(answer == resolved(wire.expected, records))


def code_hash(code: str) -> str:
    """Keccak-256 of runtime code given as `0x…`."""
    return "0x" + keccak(hexstr=code).hex()


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Two runs on one folder take turns; the second finds the work done."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
