"""Logs to rows, by ABI. Cash moves take a short cut: they have a fixed form and are by far the most."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_hash.auto import keccak

from ledger.domain.history import LARGEST, EventRow, IntArray, MoveLogs
from ledger.domain.purposes import address_bytes, checksum
from ledger.errors import BadInput, LedgerError
from ledger.indexer.source import Log

Abi = Sequence[Mapping[str, Any]]
Reader = Callable[[bytes], Any]
"""From one word to what JSON can hold of it; ValueError when the word is no value of its type."""

UNDECODED: Final = "(undecoded)"
"""The name under which a log is kept that the contract's ABI does not know. Nothing is dropped."""

_MOVED: Final = "Moved(address,address,uint256,uint256,uint256,bytes32)"
_WORD: Final = 32
_COURTESY: Final = frozenset({("Cash", "Transfer"), ("PieceBook", "Transfer")})
"""Events for wallets that say again what `Moved`, `PieceMoved` and their like have said with more."""


class MalformedLog(LedgerError):
    """A log that is not what its contract's ABI says. `who` is its place in the chain."""

    code = "malformed-log"


class CounterTooLarge(BadInput):
    """A counter of an axis that does not fit in 63 bits."""

    code = "counter-too-large"


@dataclass(frozen=True, slots=True)
class EventSpec:
    """One event of an ABI, ready to decode."""

    name: str
    indexed: tuple[Mapping[str, Any], ...]
    plain: tuple[Mapping[str, Any], ...]
    types: tuple[str, ...]
    topics: tuple[tuple[str, Reader], ...]
    words: tuple[tuple[str, Reader], ...] | None

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> EventSpec:
        """From an entry of an ABI."""
        indexed = tuple(p for p in entry["inputs"] if p["indexed"])
        plain = tuple(p for p in entry["inputs"] if not p["indexed"])
        types = tuple(_canonical(p) for p in plain)
        readers = [(p["name"], word_reader(kind)) for p, kind in zip(plain, types, strict=True)]
        words = tuple((name, reader) for name, reader in readers if reader is not None)
        topics = tuple((p["name"], word_reader(p["type"]) or _hashed) for p in indexed)
        return cls(entry["name"], indexed, plain, types, topics, words if len(words) == len(plain) else None)

    def decode(self, log: Log) -> dict[str, Any]:
        """The arguments by name, as JSON can hold them."""
        told = log["topics"][1:]
        args = {name: read(_word(topic)) for (name, read), topic in zip(self.topics, told, strict=True)}
        data = bytes.fromhex(log["data"][2:])
        if self.words is None:
            values = decode(self.types, data)
            return args | {p["name"]: _plain(p, v) for p, v in zip(self.plain, values, strict=True)}
        if len(data) < _WORD * len(self.words):
            raise ValueError(f"{len(data)} bytes for {len(self.words)} words")
        for at, (name, read) in enumerate(self.words):
            args[name] = read(data[_WORD * at : _WORD * at + _WORD])
        return args


class Decoder:
    """Knows which contract stands at which address, and every event of each."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._specs: dict[str, dict[tuple[str, int], EventSpec]] = {}

    def add(self, address: str, name: str, abi: Abi) -> None:
        """From now on the logs of `address` are read as those of contract `name`."""
        self._names[address.lower()] = name
        if name not in self._specs:
            self._specs[name] = event_specs(abi)

    @property
    def addresses(self) -> list[str]:
        """All addresses whose logs are read."""
        return list(self._names)

    def knows(self, address: str) -> bool:
        """True when the logs of this address are read."""
        return address.lower() in self._names

    def split(self, logs: Sequence[Log]) -> tuple[list[Log], list[Log]]:
        """Cash moves, and everything else; wallets' courtesies are left out."""
        moves: list[Log] = []
        others: list[Log] = []
        for log in logs:
            if log["topics"][:1] == [MOVED] and self._names[log["address"].lower()] == "Cash":
                moves.append(log)
            elif not self._is_courtesy(log):
                others.append(log)
        return moves, others

    def event(self, log: Log) -> EventRow:
        """One log that is no cash move.

        Raises:
            MalformedLog: when the event is known and its data are not.
        """
        spec, contract = self._spec(log), self._names[log["address"].lower()]
        if spec is None:
            name, args = UNDECODED, {"topics": list(log["topics"]), "data": log["data"]}
        else:
            name, args = spec.name, _decoded(spec, log)
        block, index = int(log["blockNumber"], 16), int(log["logIndex"], 16)
        address = _checksummed(log["address"])
        return EventRow(block, log["transactionHash"], index, address, contract, name, args)

    def _spec(self, log: Log) -> EventSpec | None:
        topics = log["topics"]
        specs = self._specs[self._names[log["address"].lower()]]
        return specs.get((topics[0], len(topics))) if topics else None

    def _is_courtesy(self, log: Log) -> bool:
        spec = self._spec(log)
        return spec is not None and (self._names[log["address"].lower()], spec.name) in _COURTESY


def event_specs(abi: Abi) -> dict[tuple[str, int], EventSpec]:
    """The events of an ABI by first topic and number of topics."""
    specs = {}
    for entry in abi:
        if entry["type"] == "event" and not entry.get("anonymous"):
            spec = EventSpec.of(entry)
            signature = f"{entry['name']}({','.join(map(_canonical, entry['inputs']))})"
            specs[_topic_of(signature), 1 + len(spec.indexed)] = spec
    return specs


def word_reader(kind: str) -> Reader | None:
    """How one word is read as a value of this type; None for what is not one word long.

    Nearly every argument is one word. Read so, at its fixed place, it costs a twentieth of what a general
    decoder needs, which the rest still takes; what no contract would write is refused as strictly.
    """
    if kind == "address":
        return _address
    if kind == "bool":
        return lambda word: bool(_below(word, 2))
    if kind.startswith("uint") and kind[4:].isdigit():
        bits = int(kind[4:])
        return lambda word: _below(word, 1 << bits)
    if kind.startswith("int") and kind[3:].isdigit():
        half = 1 << int(kind[3:]) - 1
        return lambda word: _within(word, half)
    if kind.startswith("bytes") and kind[5:].isdigit():
        size = int(kind[5:])
        return lambda word: _left(word, size)
    return None


def move_logs(logs: Sequence[Log]) -> MoveLogs:
    """Cash moves, all at once: addresses cut from topics, four words of data as columns.

    Raises:
        MalformedLog: when one is not of the form of `Moved`.
        CounterTooLarge: when a number does not fit.
    """
    words = _words(logs)
    amount, out_offset, in_offset = (_numbers(words[:, i], logs) for i in range(3))
    _require_ends_fit(amount, np.maximum(out_offset, in_offset), logs)
    cited = np.any(words[:, 3], axis=1)
    papers = words[:, 3].tobytes()
    documents = [papers[_WORD * at : _WORD * at + _WORD] if some else None for at, some in enumerate(cited)]
    return MoveLogs(
        cash=[_checksummed(log["address"]) for log in logs],
        tx=_hashes([log["transactionHash"] for log in logs]),
        from_axis=[word[12:] for word in _hashes([log["topics"][1] for log in logs])],
        to_axis=[word[12:] for word in _hashes([log["topics"][2] for log in logs])],
        document=documents,
        block=np.array([int(log["blockNumber"], 16) for log in logs], dtype=np.int64),
        log=np.array([int(log["logIndex"], 16) for log in logs], dtype=np.int64),
        amount=amount,
        out_offset=out_offset,
        in_offset=in_offset,
    )


def place(log: Log) -> str:
    """Where a log stands, for people."""
    return f"block {int(log['blockNumber'], 16)}, log {int(log['logIndex'], 16)}"


def _words(logs: Sequence[Log]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Shape (logs, 4, 32)."""
    for log in logs:
        if len(log["data"]) != 2 + 8 * _WORD or len(log["topics"]) != 3:
            raise MalformedLog("not the form of a cash move", who=place(log))
    raw = bytes.fromhex("".join(log["data"][2:] for log in logs))
    return np.frombuffer(raw, dtype=np.uint8).reshape(-1, 4, _WORD)


def _hashes(texts: Sequence[str]) -> list[bytes]:
    """Words of 32 bytes from `0x…` texts."""
    raw = bytes.fromhex("".join([text[2:] for text in texts]))
    return [raw[at : at + _WORD] for at in range(0, len(raw), _WORD)]


def _numbers(words: np.ndarray[Any, np.dtype[np.uint8]], logs: Sequence[Log]) -> IntArray:
    large = words[:, :24].any(axis=1) | (words[:, 24] > 0x7F)
    if large.any():
        at = int(np.argmax(large))
        raise _too_large(logs[at], int.from_bytes(bytes(words[at]), "big"))
    return np.ascontiguousarray(words[:, 24:]).view(">i8").reshape(-1).astype(np.int64)


def _require_ends_fit(amount: IntArray, offset: IntArray, logs: Sequence[Log]) -> None:
    beyond = amount > LARGEST - offset
    if beyond.any():
        at = int(np.argmax(beyond))
        raise _too_large(logs[at], int(amount[at]) + int(offset[at]))


def _too_large(log: Log, had: int) -> CounterTooLarge:
    message = f"a counter of {log['address']} passes 2^63 - 1, the most that this index can hold"
    return CounterTooLarge(message, who=place(log), had=had, needed=LARGEST)


def _decoded(spec: EventSpec, log: Log) -> dict[str, Any]:
    try:
        return spec.decode(log)
    except (DecodingError, ValueError) as failure:
        raise MalformedLog(f"not a {spec.name}: {failure}", who=place(log)) from failure


def _word(topic: str) -> bytes:
    word = bytes.fromhex(topic[2:])
    if len(word) != _WORD:
        raise ValueError(f"a topic of {len(word)} bytes")
    return word


def _hashed(word: bytes) -> str:
    """An indexed string, array or struct is only there as its hash."""
    return "0x" + word.hex()


def _address(word: bytes) -> str:
    if any(word[:12]):
        raise ValueError(f"no address: 0x{word.hex()}")
    return _checksummed("0x" + word[12:].hex())


def _below(word: bytes, limit: int) -> int:
    number = int.from_bytes(word, "big")
    if number >= limit:
        raise ValueError(f"{number} is not below {limit}")
    return number


def _within(word: bytes, half: int) -> int:
    number = int.from_bytes(word, "big", signed=True)
    if not -half <= number < half:
        raise ValueError(f"{number} is not within {half} of zero")
    return number


def _left(word: bytes, size: int) -> str:
    if any(word[size:]):
        raise ValueError(f"more than {size} bytes: 0x{word.hex()}")
    return "0x" + word[:size].hex()


def _plain(part: Mapping[str, Any], value: Any) -> Any:
    kind = part["type"]
    if kind.endswith("]"):
        inner = {**part, "type": kind[: kind.rindex("[")]}
        return [_plain(inner, one) for one in value]
    if kind == "tuple":
        return {p["name"]: _plain(p, one) for p, one in zip(part["components"], value, strict=True)}
    if kind == "address":
        return _checksummed(value)
    return "0x" + value.hex() if isinstance(value, bytes) else value


def _canonical(part: Mapping[str, Any]) -> str:
    kind: str = part["type"]
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(map(_canonical, part['components']))}){kind.removeprefix('tuple')}"


@lru_cache(maxsize=4096)
def _topic_of(signature: str) -> str:
    return "0x" + keccak(signature.encode()).hex()


@lru_cache(maxsize=65536)
def _checksummed(address: str) -> str:
    return checksum(address_bytes(address))


MOVED: Final = _topic_of(_MOVED)
