"""Headers, transactions and receipts as the chain hashes them, from the fields that JSON-RPC names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from eth_hash.auto import keccak

from ledger.errors import BadInput
from ledger.reports.tries import Rlp, rlp

Json = Mapping[str, Any]

_HEADER: Final = (
    "parentHash sha3Uncles miner stateRoot transactionsRoot receiptsRoot logsBloom "
    "#difficulty #number #gasLimit #gasUsed #timestamp extraData mixHash nonce"
)
_LATER: Final = (
    "#baseFeePerGas withdrawalsRoot #blobGasUsed #excessBlobGas parentBeaconBlockRoot requestsHash"
)
"""Fields that forks added, in order; a header has the first of them up to some point."""

_FEES: Final = "#chainId #nonce #maxPriorityFeePerGas #maxFeePerGas #gas to #value input @accessList"
_TRANSACTION: Final = {
    0: "#nonce #gasPrice #gas to #value input #v #r #s",
    1: "#chainId #nonce #gasPrice #gas to #value input @accessList #yParity #r #s",
    2: f"{_FEES} #yParity #r #s",
    3: f"{_FEES} #maxFeePerBlobGas *blobVersionedHashes #yParity #r #s",
    4: f"{_FEES} ~authorizationList #yParity #r #s",
}
"""By EIP-2718 type. `#` marks an integer, `@` an access list, `*` a list of hashes, `~` authorisations."""
_AUTHORISATION: Final = "#chainId address #nonce #yParity #r #s"


class UnsupportedChain(BadInput):
    """The chain hashes headers, receipts or transactions not as Ethereum does: no pack can prove it."""

    code = "unsupported-chain"


def header_rlp(fields: Json) -> bytes:
    """A block's header.

    Raises:
        UnsupportedChain: when its hash is not the keccak256 of these fields.
    """
    later = [name for name in _LATER.split() if fields.get(name.lstrip("#")) is not None]
    encoded = rlp(_fields(fields, " ".join([_HEADER, *later])))
    if keccak(encoded) != _bytes(fields["hash"]):
        raise UnsupportedChain(
            "the hash of a block is not that of Ethereum's header fields",
            who=_number(fields["number"]),
            had="0x" + keccak(encoded).hex(),
            needed=fields["hash"],
        )
    return encoded


def transaction_bytes(fields: Json) -> bytes:
    """A transaction as its block's trie holds it.

    Raises:
        UnsupportedChain: for a type unknown here, or when its hash is not the keccak256 of its fields.
    """
    kind = _number(fields.get("type", 0))
    if kind not in _TRANSACTION:
        raise UnsupportedChain(f"transactions of type {kind} are not known", who=fields["hash"], had=kind)
    encoded = _typed(kind, rlp(_fields(fields, _TRANSACTION[kind])))
    if keccak(encoded) != _bytes(fields["hash"]):
        raise UnsupportedChain("the hash of a transaction is not that of its fields", who=fields["hash"])
    return encoded


def receipt_bytes(fields: Json) -> bytes:
    """A receipt as its block's trie holds it."""
    outcome = _field(fields, "#status") if fields.get("status") is not None else _bytes(fields["root"])
    logs = [[_bytes(log["address"]), _hashes(log["topics"]), _bytes(log["data"])] for log in fields["logs"]]
    body = rlp([outcome, _field(fields, "#cumulativeGasUsed"), _bytes(fields["logsBloom"]), logs])
    return _typed(_number(fields.get("type", 0)), body)


def _typed(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + body if kind else body


def _fields(fields: Json, names: str) -> Rlp:
    return [_field(fields, name) for name in names.split()]


def _field(fields: Json, name: str) -> Rlp:
    value = fields.get(name.lstrip("#@*~"))
    if name[0] == "#":
        number = _number(value)
        return number.to_bytes((number.bit_length() + 7) // 8, "big")
    if name[0] == "@":
        return [[_bytes(entry["address"]), _hashes(entry["storageKeys"])] for entry in value or []]
    if name[0] == "~":
        return [_fields(entry, _AUTHORISATION) for entry in value or []]
    return _hashes(value or []) if name[0] == "*" else _bytes(value)


def _hashes(values: Sequence[Any]) -> Rlp:
    return [_bytes(value) for value in values]


def _number(value: Any) -> int:
    return int(value, 16) if isinstance(value, str) else int(value)


def _bytes(value: Any) -> bytes:
    """From `0x…`, from bytes, or from nothing (a transaction that creates a contract has no `to`)."""
    return bytes.fromhex(value[2:]) if isinstance(value, str) else bytes(value or b"")
