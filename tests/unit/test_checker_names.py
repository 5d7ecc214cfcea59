"""The checker repeats names of the contracts, since it may import nothing: they are the same names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger.domain import purposes
from ledger.reports import sources
from ledger.reports.checker import bonds
from ledger.reports.checker import packs as checker
from ledger.reports.checker.fates import Move
from ledger.reports.checker.proofs import keccak

ABI = Path(__file__).resolve().parents[2] / "ledger" / "chain" / "abi"
WHO = "0x" + "5A" * 20


def compiled(contract: str, name: str) -> str:
    """An event's signature with what is indexed marked, from the shipped artifact."""
    abi = json.loads((ABI / f"{contract}.json").read_bytes())["abi"]
    [event] = [entry for entry in abi if entry["type"] == "event" and entry["name"] == name]
    types = [one["type"] + " indexed" * one["indexed"] for one in event["inputs"]]
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
            bonds.LINE_OPENED,
        ),
        (
            "Proceeds",
            "ProjectRegistered(uint32 indexed,uint32 indexed,address indexed,"
            "uint8,bytes3,uint96,string,bytes32)",
            bonds.PROJECT,
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
        ("Proceeds", "Encumbered(uint32 indexed,uint32 indexed,uint64 indexed,uint256)", sources.ENCUMBERED),
        (
            "Proceeds",
            "EncumbrancePaid(uint32 indexed,uint64 indexed,address indexed,uint64,uint64,bool)",
            sources.ENCUMBRANCE_PAID,
        ),
        ("BondOffice", "Booked(uint32 indexed,address indexed,uint64,uint256)", sources.BOOKED),
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


def test_every_field_of_a_move_is_in_the_pack() -> None:
    order = "block tx_index log_index tx from_axis to_axis amount out_offset in_offset document"
    assert " ".join(Move._fields) == order
