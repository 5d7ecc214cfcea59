"""Who holds which power, read from the live chain."""

from __future__ import annotations

from typing import Any

from ledger.bootstrap.deploying import is_wired, recorded_plan
from ledger.bootstrap.plan import POWERS, Ref, Wire
from ledger.chain.client import ChainClient
from ledger.chain.deployments import Deployments
from ledger.errors import NotFound
from ledger.ports import Contract

_PENDING = {1: "proposed", 2: "approved"}
_POWER_VIEWS = ("operator", "guardian", "delay", "constituted", "deployer")


def status(client: ChainClient, records: Deployments) -> dict[str, Any]:
    """What stands where, and who can do what.

    Returns:
        chain_id, block, replay, business_date: where and when; the date as a day number.
        contracts: {name: {address, kind, block, implementation?}}
        powers: {operator, guardian, delay, constituted, deployer}; the delay in seconds.
        changes: [{id, target, state, ready_at}] proposed and not executed yet; `ready_at` in UTC seconds.
        cashes: {name: {currency, bank, supply}}; the supply in minor units.
        held: [{power, target, holder, in_force}], what contracts may do to each other.
    """
    plan = recorded_plan(records)
    if plan is None:
        raise NotFound("the ledger is not deployed there", who=str(records.folder))
    participants = records.contract("Participants")
    powers = records.contract(POWERS)
    views = client.call_many([(powers, view, ()) for view in _POWER_VIEWS])
    return {
        "chain_id": client.chain_id,
        "block": client.block_number(),
        "replay": client.call(participants, "replay"),
        "business_date": client.call(participants, "today"),
        "contracts": {name: _contract(records, name) for name in records.names()},
        "powers": dict(zip(_POWER_VIEWS, views, strict=True)),
        "changes": _changes(client, powers),
        "cashes": {cash.record: _cash(client, records, cash.record) for cash in plan.cashes},
        "held": [
            {
                "power": wire.what,
                "target": wire.target,
                "holder": _holder(wire),
                "in_force": is_wired(client, records, wire),
            }
            for wire in plan.wires()
        ],
    }


def _holder(wire: Wire) -> str | None:
    return next((given.name for given in wire.args if isinstance(given, Ref)), None)


def _changes(client: ChainClient, powers: Contract) -> list[dict[str, Any]]:
    """Proposed or approved, and neither cancelled nor executed."""
    ids = range(1, int(client.call(powers, "count")) + 1)
    found = client.call_many([(powers, "change", (one,)) for one in ids]) if ids else []
    return [
        {
            "id": one,
            "target": change["target"],
            "state": _PENDING[change["state"]],
            "ready_at": change["readyAt"] or None,
        }
        for one, change in zip(ids, found, strict=True)
        if change["state"] in _PENDING
    ]


def _contract(records: Deployments, name: str) -> dict[str, Any]:
    found = records[name]
    return {"address": found.address, "kind": found.kind, "block": found.block, **found.more}


def _cash(client: ChainClient, records: Deployments, name: str) -> dict[str, Any]:
    contract = records.contract(name)
    currency, bank, supply = client.call_many(
        [(contract, view, ()) for view in ("currency", "bank", "totalSupply")]
    )
    return {"currency": bytes(currency).decode("ascii"), "bank": bank, "supply": supply}
