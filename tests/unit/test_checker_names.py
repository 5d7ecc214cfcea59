"""The checker repeats names of the contracts, since it may import nothing: they are the same names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.domain import purposes
from ledger.reports.checker import answers, bonds, legs, pieces, pools, statements
from ledger.reports.checker import moves as checker
from ledger.reports.checker.moves import Move
from ledger.reports.checker.proofs import keccak

ABI = Path(__file__).resolve().parents[2] / "ledger" / "chain" / "abi"
WHO = "0x" + "5A" * 20


LEG = (
    "(uint32,address,bytes3,uint8,uint32,uint112,address,address,bytes32,bytes32,uint64,"
    "string,string,string,string,string,string)"
)


def told(one: Any) -> str:
    """The type of an argument; of a struct, those of its parts."""
    inner = ",".join(told(part) for part in one.get("components", ()))
    return (f"({inner})" if inner else str(one["type"])) + " indexed" * one.get("indexed", False)


def compiled(contract: str, name: str) -> str:
    """An event's signature with what is indexed marked, from the shipped artifact."""
    abi = json.loads((ABI / f"{contract}.json").read_bytes())["abi"]
    [event] = [entry for entry in abi if entry["type"] == "event" and entry["name"] == name]
    types = [told(one) for one in event["inputs"]]
    return f"{name}({','.join(types)})"


@pytest.mark.parametrize(
    ("contract", "event", "topic"),
    [
        (
            "Cash",
            "Moved(address indexed,address indexed,uint256,uint256,uint256,bytes32)",
            checker.MOVED,
        ),
        (
            "Proceeds",
            "Refunded(uint32 indexed,uint32 indexed,address indexed,uint256,uint256,uint256,bytes32)",
            checker.REFUNDED,
        ),
        (
            "Proceeds",
            "LineOpened(uint32 indexed,uint32 indexed,uint32 indexed,uint96,bool,string)",
            checker.LINE_OPENED,
        ),
        (
            "Proceeds",
            "ProjectRegistered(uint32 indexed,uint32 indexed,address indexed,"
            "uint8,bytes3,uint96,string,bytes32)",
            answers.PROJECT,
        ),
        (
            "Proceeds",
            "Placed(uint32 indexed,uint32 indexed,address indexed,uint256,uint256,uint32,string,bytes32)",
            bonds.PLACED,
        ),
        (
            "Proceeds",
            "PlacementReturned(uint32 indexed,uint32 indexed,uint256,uint256,uint256,uint256,bytes32)",
            checker.RETURNED,
        ),
        (
            "Proceeds",
            "LossMadeGood(uint32 indexed,uint32 indexed,address indexed,uint256,uint256,uint256,bytes32)",
            checker.MADE_GOOD,
        ),
        ("Proceeds", "PlacementLost(uint32 indexed,uint32 indexed,uint256,uint256,bytes32)", bonds.LOST),
        ("GreenBond", "Transfer(address indexed,address indexed,uint256)", statements.TRANSFER),
        ("Legs", "LegConfirmed(uint64 indexed,address indexed)", legs.CONFIRMED),
        ("Legs", f"LegAttested(uint64 indexed,address indexed,uint32 indexed,{LEG})", legs.ATTESTED),
        ("Legs", f"LegReported(uint64 indexed,address indexed,address indexed,{LEG})", legs.REPORTED),
    ],
)
def test_events_are_read_as_the_contracts_write_them(contract: str, event: str, topic: bytes) -> None:
    assert compiled(contract, event.split("(")[0]) == event
    assert keccak(event.replace(" indexed", "").encode()) == topic


def test_axes_are_those_of_the_domain_and_so_of_the_contract() -> None:
    found = {
        checker.axis_of("ORIGIN", 7): purposes.origin(7),
        checker.axis_of("COST", 7): purposes.cost(7),
        checker.axis_of("POOL", 7): purposes.pool(7),
        checker.axis_of("LINE", 3): purposes.budget_line(3),
        checker.axis_of("ENCUMBRANCE", 2**63): purposes.encumbrance(2**63),
        checker.axis_of("ESCROW", 7, WHO): purposes.escrow(7, WHO),
        checker.axis_of("CLAIM", WHO): purposes.claim(WHO),
    }
    for axis, purpose in found.items():
        assert axis == purposes.axis_of(purposes.PROCEEDS, purpose).lower()
    others = {
        checker.axis_of("SOURCE"): (purposes.CASH, purposes.source()),
        checker.axis_of("REDEMPTION", WHO): (purposes.CASH, purposes.redemption(WHO)),
        checker.axis_of("SETTLEMENT", 5): (purposes.MATURITY, purposes.settlement(5)),
        checker.axis_of("SERVICE", 5): (purposes.SERVICE, purposes.service(5)),
        checker.axis_of("ASSET_POOL", 5): (purposes.POOLS, purposes.asset_pool(5)),
        checker.axis_of("TRANCHE", 5, 1): (purposes.POOLS, purposes.tranche(5, 1)),
        checker.axis_of("CLAIM", WHO, module="POOLS"): (purposes.POOLS, purposes.claim(WHO)),
    }
    for axis, named in others.items():
        assert axis == purposes.axis_of(*named).lower()


def test_slots_are_those_of_the_compiled_contracts() -> None:
    wanted = {
        "Cash": {"_axes": checker.AXES_SLOT, "controllerOf": checker.CONTROLLERS_SLOT},
        "PieceBook": {"_pieces": pieces.PIECES_SLOT, "_receivables": pieces.RECEIVABLES_SLOT},
        "AssetPools": {"_pools": pools.POOLS_SLOT, "_pieces": pools.POOL_PIECES_SLOT},
        "GreenBond": {"_holdings": statements.HOLDINGS_SLOT},
        "Legs": {"_legs": legs.LEGS_SLOT},
    }
    for contract, slots in wanted.items():
        layout = json.loads((ABI / f"{contract}.json").read_bytes())["storageLayout"]["storage"]
        found = {entry["label"]: int(entry["slot"]) for entry in layout}
        assert {label: found[label] for label in slots} == slots


def test_every_field_of_a_move_is_in_the_pack() -> None:
    order = "block tx_index log_index tx cash from_axis to_axis amount out_offset in_offset document"
    assert " ".join(Move._fields) == order
