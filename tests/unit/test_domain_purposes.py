"""Purpose ids and axes equal what Solidity's `abi.encode` gives, by an encoder that is not ours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak
from eth_utils.address import to_checksum_address

from ledger.domain import purposes

LIBRARY = Path(__file__).parents[2] / "contracts" / "libraries" / "Purposes.sol"
HOLDER = "0x00000000000000000000000000000000DeaDBeef"


def solidity(name: str, types: list[str], values: list[object]) -> bytes:
    return keccak(encode(["string", *types], [name, *values]))


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        (purposes.source(), solidity("SOURCE", [], [])),
        (purposes.redemption(HOLDER), solidity("REDEMPTION", ["address"], [HOLDER])),
        (purposes.escrow(7, HOLDER), solidity("ESCROW", ["uint256", "address"], [7, HOLDER])),
        (purposes.origin(7), solidity("ORIGIN", ["uint256"], [7])),
        (purposes.cost(7), solidity("COST", ["uint256"], [7])),
        (purposes.pool(7), solidity("POOL", ["uint256"], [7])),
        (purposes.budget_line(9), solidity("LINE", ["uint256"], [9])),
        (purposes.encumbrance(1 << 63), solidity("ENCUMBRANCE", ["uint256"], [1 << 63])),
        (purposes.settlement(3), solidity("SETTLEMENT", ["uint256"], [3])),
        (purposes.asset_pool(4), solidity("ASSET_POOL", ["uint256"], [4])),
        (purposes.tranche(4, 2), solidity("TRANCHE", ["uint256", "uint256"], [4, 2])),
        (purposes.claim(HOLDER), solidity("CLAIM", ["address"], [HOLDER])),
    ],
)
def test_purpose_ids(ours: bytes, expected: bytes) -> None:
    assert ours == expected


def test_axis_addresses_are_a_prefix_and_a_hash_of_module_and_purpose() -> None:
    expected = keccak(encode(["bytes32", "bytes32"], [purposes.PROCEEDS, purposes.pool(1)]))[-16:]
    axis = purposes.axis_of(purposes.PROCEEDS, purposes.pool(1))
    assert axis == to_checksum_address(b"axis" + expected)
    assert purposes.is_purpose(axis) and not purposes.is_purpose(HOLDER)


def test_every_purpose_of_the_library_is_here() -> None:
    text = LIBRARY.read_text(encoding="utf-8")
    names = {
        re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower() for name in re.findall(r"function (\w+)\(", text)
    }
    assert names <= set(dir(purposes))
    for module in re.findall(r'bytes32 internal constant (\w+) = "\w+"', text):
        assert getattr(purposes, module) == module.encode().ljust(32, b"\0")


def test_addresses_must_be_twenty_bytes() -> None:
    with pytest.raises(ValueError, match="not an address"):
        purposes.address_bytes("0x00")
