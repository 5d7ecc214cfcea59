"""Statements signed off chain (EIP-712), bound to one chain and one contract.

The type strings are those of `Documents`, `Frameworks`, `Impact`, `Financing`, `Maturity` and `Trades`; all
their fields are static, so a digest is the hash of plain words. `TypedData.as_dict` is the form wallets ask
for (`eth_signTypedData_v4`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Final, cast

from eth_hash.auto import keccak

from ledger.domain.purposes import WORD, address_bytes

NAME: Final = "Green Ledger"
VERSION: Final = "1"

_DOMAIN: Final = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
)


@dataclass(frozen=True, slots=True)
class Statement:
    """Base of what is signed. Subclasses list their fields in the order of the contract's type string."""

    TYPES: ClassVar[tuple[tuple[str, str], ...]] = ()

    @classmethod
    def type_string(cls) -> str:
        """As in the contract: `Name(type field,...)`."""
        return f"{cls.__name__}({','.join(f'{kind} {name}' for name, kind in cls.TYPES)})"

    def values(self) -> tuple[Any, ...]:
        """The fields in order, as a contract call takes the struct."""
        return tuple(getattr(self, f.name) for f in fields(self))

    def message(self) -> dict[str, Any]:
        """The fields by their Solidity names."""
        return {name: value for (name, _), value in zip(self.TYPES, self.values(), strict=True)}

    def struct_hash(self) -> bytes:
        """`hashStruct` of EIP-712."""
        words = [encode_word(kind, value) for (_, kind), value in zip(self.TYPES, self.values(), strict=True)]
        return keccak(b"".join([keccak(self.type_string().encode("ascii")), *words]))


@dataclass(frozen=True, slots=True)
class Obligation(Statement):
    """`IDocuments.Obligation`: `total` in fen, `date` a day number, `attester` zero if the payee signs."""

    TYPES: ClassVar = (
        ("fingerprint", "bytes32"),
        ("document", "bytes32"),
        ("kind", "uint8"),
        ("currency", "bytes3"),
        ("total", "uint96"),
        ("date", "uint32"),
        ("payer", "address"),
        ("payee", "address"),
        ("attester", "address"),
    )
    fingerprint: bytes
    document: bytes
    kind: int
    currency: bytes
    total: int
    date: int
    payer: str
    payee: str
    attester: str


@dataclass(frozen=True, slots=True)
class Review(Statement):
    """`IFrameworks.Review`: an external review of exactly one content hash; `valid_until` is its last day."""

    TYPES: ClassVar = (
        ("framework", "uint32"),
        ("contentHash", "bytes32"),
        ("verifier", "address"),
        ("kind", "uint8"),
        ("outcome", "uint8"),
        ("shade", "uint8"),
        ("validUntil", "uint32"),
        ("document", "bytes32"),
        ("reasons", "bytes32"),
        ("nonce", "uint64"),
    )
    framework: int
    content_hash: bytes
    verifier: str
    kind: int
    outcome: int
    shade: int
    valid_until: int
    document: bytes
    reasons: bytes
    nonce: int


@dataclass(frozen=True, slots=True)
class Validation(Statement):
    """`IImpact.Validation`: a verifier's word on one impact report, bound to its content."""

    TYPES: ClassVar = (
        ("report", "uint32"),
        ("contentHash", "bytes32"),
        ("verifier", "address"),
        ("outcome", "uint8"),
        ("document", "bytes32"),
        ("nonce", "uint64"),
    )
    report: int
    content_hash: bytes
    verifier: str
    outcome: int
    document: bytes
    nonce: int


@dataclass(frozen=True, slots=True)
class Finding(Statement):
    """`IUndertakings.Finding`: a validator's judgement of one report of one occurrence."""

    TYPES: ClassVar = (
        ("framework", "uint32"),
        ("index", "uint8"),
        ("occurrence", "uint32"),
        ("round", "uint32"),
        ("report", "bytes32"),
        ("value", "uint128"),
        ("validator", "address"),
        ("outcome", "uint8"),
        ("document", "bytes32"),
    )
    framework: int
    index: int
    occurrence: int
    round: int
    report: bytes
    value: int
    validator: str
    outcome: int
    document: bytes


@dataclass(frozen=True, slots=True)
class Quote(Statement):
    """`IFinancing.Quote`: amounts in fen, rate a year, days as day numbers, `deadline` UTC seconds.

    `convention` as in `ledger.domain.discount`, `fee_payee` nobody where the financier keeps the fee.
    """

    TYPES: ClassVar = (
        ("receivable", "uint64"),
        ("pieceStart", "uint64"),
        ("sequence", "uint16"),
        ("start", "uint64"),
        ("end", "uint64"),
        ("holder", "address"),
        ("financier", "address"),
        ("ratePpm", "uint32"),
        ("convention", "uint8"),
        ("recourse", "bool"),
        ("fundingDay", "uint32"),
        ("endDay", "uint32"),
        ("discount", "uint64"),
        ("fee", "uint64"),
        ("feePayee", "address"),
        ("net", "uint64"),
        ("nonce", "uint256"),
        ("deadline", "uint64"),
    )
    receivable: int
    piece_start: int
    sequence: int
    start: int
    end: int
    holder: str
    financier: str
    rate_ppm: int
    convention: int
    recourse: bool
    funding_day: int
    end_day: int
    discount: int
    fee: int
    fee_payee: str
    net: int
    nonce: int
    deadline: int


@dataclass(frozen=True, slots=True)
class EarlyQuote(Statement):
    """`IMaturity.EarlyQuote`: a holder takes `amount` fen for its piece before the due date."""

    TYPES: ClassVar = (
        ("receivable", "uint64"),
        ("start", "uint64"),
        ("sequence", "uint16"),
        ("holder", "address"),
        ("amount", "uint64"),
        ("nonce", "uint256"),
        ("deadline", "uint64"),
    )
    receivable: int
    start: int
    sequence: int
    holder: str
    amount: int
    nonce: int
    deadline: int


@dataclass(frozen=True, slots=True)
class Trade(Statement):
    """`ITrades.Trade`: `price` in fen for all of the units, `nonce` the signer's, `deadline` UTC seconds."""

    TYPES: ClassVar = (
        ("bond", "uint32"),
        ("seller", "address"),
        ("buyer", "address"),
        ("units", "uint64"),
        ("price", "uint256"),
        ("nonce", "uint256"),
        ("deadline", "uint64"),
        ("document", "bytes32"),
    )
    bond: int
    seller: str
    buyer: str
    units: int
    price: int
    nonce: int
    deadline: int
    document: bytes


@dataclass(frozen=True, slots=True)
class AccountStatement(Statement):
    """What the keys of an account contract sign for it: the digest of the statement that it makes."""

    TYPES: ClassVar = (("digest", "bytes32"),)
    digest: bytes


@dataclass(frozen=True, slots=True)
class TypedData:
    """A statement addressed to one contract on one chain."""

    chain_id: int
    contract: str
    statement: Statement

    def digest(self) -> bytes:
        """What is signed: 32 bytes, equal to the contract's own digest view."""
        return keccak(b"\x19\x01" + self._domain_separator() + self.statement.struct_hash())

    def as_dict(self) -> dict[str, Any]:
        """The JSON form of EIP-712; bytes stay bytes."""
        name = type(self.statement).__name__
        return {
            "types": {"EIP712Domain": _members(_DOMAIN), name: _members(self.statement.TYPES)},
            "primaryType": name,
            "domain": dict(self._domain()),
            "message": self.statement.message(),
        }

    def _domain(self) -> Mapping[str, Any]:
        return {
            "name": NAME,
            "version": VERSION,
            "chainId": self.chain_id,
            "verifyingContract": self.contract,
        }

    def _domain_separator(self) -> bytes:
        values = self._domain()
        words = [encode_word(kind, values[name]) for name, kind in _DOMAIN]
        kinds = ",".join(f"{kind} {name}" for name, kind in _DOMAIN)
        return keccak(b"".join([keccak(f"EIP712Domain({kinds})".encode("ascii")), *words]))


def encode_word(kind: str, value: object) -> bytes:
    """One field as EIP-712 encodes it: 32 bytes.

    Raises:
        ValueError: when the value does not fit its type; nothing is ever cut off.
    """
    if kind == "string":
        return keccak(str(value).encode("utf-8"))
    if kind == "address":
        return address_bytes(str(value)).rjust(WORD, b"\0")
    if kind == "bool":
        return _unsigned(int(cast(bool, value)), 1)
    if kind.startswith("bytes"):
        return _fixed_bytes(cast(bytes, value), int(kind.removeprefix("bytes")))
    return _unsigned(cast(int, value), int(kind.removeprefix("uint")))


def _fixed_bytes(value: bytes, size: int) -> bytes:
    if len(value) != size:
        raise ValueError(f"{size} bytes needed, {len(value)} had")
    return value.ljust(WORD, b"\0")


def _unsigned(value: int, bits: int) -> bytes:
    if not 0 <= value < 1 << bits:
        raise ValueError(f"{value} does not fit uint{bits}")
    return value.to_bytes(WORD, "big")


def _members(types: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in types]
