"""Proving a live deployment by reading: code, constructor arguments, powers, and that there are no others.

Nothing is taken from the deployment but addresses: code is compared with the shipped artifacts, arguments
with the contracts' own views, and every power that was ever given, by its events, with the plan.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from ledger.bootstrap.deploying import code_hash, is_wired, recorded_plan, resolved
from ledger.bootstrap.plan import POWERS, Creation, DeploymentPlan, Wire
from ledger.chain.abi import ABI_FOLDER
from ledger.chain.client import ChainClient
from ledger.chain.deployments import Deployments
from ledger.errors import LedgerError, NotFound

# keccak256("eip1967.proxy.implementation") - 1, where ERC-1967 says that a proxy keeps its implementation
_IMPLEMENTATION_SLOT = 0x360894A13BA1A3210667C828492DB98DCA3E2076CC3735A920A3CA505D382BBC


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `detail` says what was found when it is not ok."""

    id: str
    ok: bool
    detail: str = ""


def prove(client: ChainClient, records: Deployments) -> list[Check]:
    """Every check of a deployment; reads only. NotFound when nothing was deployed there."""
    plan = recorded_plan(records)
    if plan is None:
        raise NotFound("the ledger is not deployed there", who=str(records.folder))
    client.know(*(records.contract(creation.name) for creation in plan.creations()))
    prover = _Prover(client, records, plan)
    return [_checked(name, look) for name, look in prover.looks()]


def _checked(name: str, look: Callable[[], str]) -> Check:
    try:
        fault = look()
    except LedgerError as error:
        fault = error.message
    return Check(name, not fault, fault)


class _Prover:
    """Each look returns what is wrong, or nothing."""

    def __init__(self, client: ChainClient, records: Deployments, plan: DeploymentPlan) -> None:
        self._client = client
        self._records = records
        self._plan = plan

    def looks(self) -> Iterator[tuple[str, Callable[[], str]]]:
        for creation in self._plan.creations():
            yield f"code of {creation.name}", partial(self._code, creation)
            yield f"arguments of {creation.name}", partial(self._arguments, creation)
        for wire in self._plan.wires():
            yield wire.what, partial(self._wire, wire)
        yield "constitution", self._constitution
        yield "no other powers", self._others

    # --- code --------------------------------------------------------------------------------------------

    def _code(self, creation: Creation) -> str:
        record = self._records[creation.name]
        live = self._client.code(record.address)
        if code_hash(live) != record.code_hash:
            return f"{record.address} has code {code_hash(live)}, the record says {record.code_hash}"
        if masked(creation.artifact, live) != shipped_code(creation.artifact):
            return f"the code at {record.address} is not the shipped {creation.artifact}"
        return ""

    def _arguments(self, creation: Creation) -> str:
        if creation.kind == "proxy":
            return self._implementation(creation)
        address = self._records.contract(creation.name)
        planned = resolved(creation.args, self._records)
        for name, expected in zip(constructor_names(creation.artifact), planned, strict=True):
            had = self._client.call(address, name.rstrip("_"))
            if had != expected:
                return f"{creation.name} has {name.rstrip('_')} {had!r}, planned was {expected!r}"
        return ""

    def _implementation(self, creation: Creation) -> str:
        record = self._records[creation.name]
        slot = self._client.storage(record.address, _IMPLEMENTATION_SLOT)
        expected = resolved(creation.args[0], self._records)
        return (
            "" if slot == int(expected, 16) else f"{creation.name} runs {slot:#042x}, planned was {expected}"
        )

    # --- powers ------------------------------------------------------------------------------------------

    def _wire(self, wire: Wire) -> str:
        return "" if is_wired(self._client, self._records, wire) else "the chain says otherwise"

    def _constitution(self) -> str:
        powers, plan = self._records.contract(POWERS), self._plan
        views = ("constituted", "operator", "guardian", "delay")
        had = self._client.call_many([(powers, view, ()) for view in views])
        expected = [True, plan.operator, plan.guardian, plan.delay]
        return "" if had == expected else f"{dict(zip(views, had, strict=True))}, planned was {expected}"

    def _others(self) -> str:
        """A power in force that the plan does not know."""
        planned = {self._planned(wire) for wire in self._plan.wires()}
        others = sorted(map(str, set(self._in_force().items()) - planned))
        return "" if not others else f"not planned: {others}"

    def _in_force(self) -> dict[Holding, str]:
        """What every holder was last given, from the events since the first block; nothing taken away is
        here."""
        last: dict[Holding, str] = {}
        creations = self._plan.creations()
        addresses = [self._records.contract(creation.name).address for creation in creations]
        start = min(self._records[creation.name].block for creation in creations)
        for log in self._client.logs(start, self._client.block_number(), addresses):
            event = self._client.decode(log)
            if event is not None and event.name in _GIVEN:
                holder, given = _GIVEN[event.name]
                last[event.address, event.name, str(event.args[holder])] = str(event.args[given])
        return {holding: given for holding, given in last.items() if given not in _NOTHING}

    def _planned(self, wire: Wire) -> tuple[Holding, str] | None:
        """The event that giving this power leaves; None for those that leave none."""
        if wire.function not in _EVENTS:
            return None
        event, holder, given = _EVENTS[wire.function]
        args = resolved(wire.args, self._records)
        address = self._records.contract(wire.target).address
        return (address, event, str(args[holder])), str(args[given])


Holding = tuple[str, str, str]
"""Contract, event, and who or what the power was given to."""

_GIVEN = {
    "DutySet": ("module", "duty"),
    "UserSet": ("module", "allowed"),
    "ModuleSet": ("module", "permissions"),
    "ControllerSet": ("module", "controller"),
    "CashListed": ("cash", "cash"),
    "KeeperSet": ("module", "keeper"),
    "KindSet": ("kind", "kind"),
    "CatalogueSet": ("code", "code"),
}
_EVENTS = {
    "setDuty": ("DutySet", 0, 1),
    "setUser": ("UserSet", 0, 1),
    "setModule": ("ModuleSet", 0, 2),
    "setController": ("ControllerSet", 0, 1),
    "list": ("CashListed", 0, 0),
    "setKeeper": ("KeeperSet", 0, 1),
    "setKind": ("KindSet", 0, 0),
    "setCatalogue": ("CatalogueSet", 0, 0),
}
_NOTHING = {str(bytes(32)), "False", "0", "0x" + "00" * 20}
"""How an event says that a power was taken away."""


@lru_cache
def _artifact(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((ABI_FOLDER / f"{name}.json").read_text())
    return content


def constructor_names(artifact: str) -> list[str]:
    """Names of the constructor's parameters; each contract has a view of that name, less the underscore."""
    for entry in _artifact(artifact)["abi"]:
        if entry["type"] == "constructor":
            return [part["name"] for part in entry["inputs"]]
    return []


def shipped_code(artifact: str) -> str:
    """The artifact's runtime code with its immutables blanked."""
    return masked(artifact, _artifact(artifact)["deployedBytecode"])


def masked(artifact: str, code: str) -> str:
    """Runtime code with the artifact's immutables blanked: they differ from deployment to deployment."""
    raw = bytearray.fromhex(code.removeprefix("0x"))
    for places in _artifact(artifact)["immutableReferences"].values():
        for place in places:
            raw[place["start"] : place["start"] + place["length"]] = bytes(place["length"])
    return raw.hex()
