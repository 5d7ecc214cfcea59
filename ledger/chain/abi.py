"""The contracts' interfaces as shipped in ledger/chain/abi: encoding, decoding, and errors by selector."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError, EncodingError
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from ledger.errors import BadInput, ContractRefusal, NotFound

Json = dict[str, Any]

ABI_FOLDER = Path(__file__).parent / "abi"
_PANICS = {  # Solidity's own numbers
    0x01: "assertion", 0x11: "overflow", 0x12: "division by zero", 0x21: "bad enum", 0x31: "empty pop",
    0x32: "index out of range", 0x41: "out of memory", 0x51: "call of an unset function",
}  # fmt: skip
_OWN_NAMES = {"Error": "RevertedWithWords", "Panic": "ContractPanic"}  # as codes, "error" would say nothing
_BUILT_IN = (
    {"type": "error", "name": "Error", "inputs": [{"name": "message", "type": "string"}]},
    {"type": "error", "name": "Panic", "inputs": [{"name": "number", "type": "uint256"}]},
)


def canonical_type(part: Json) -> str:
    """`tuple[]` with its components written out: `(address,uint256)[]`."""
    kind: str = part["type"]
    if not kind.startswith("tuple"):
        return kind
    inner = ",".join(canonical_type(component) for component in part["components"])
    return f"({inner}){kind.removeprefix('tuple')}"


def signature(entry: Json) -> str:
    """`transfer(address,uint256)`, of a function, an event or an error."""
    return f"{entry['name']}({','.join(canonical_type(part) for part in entry['inputs'])})"


def selector(entry: Json) -> bytes:
    return _selector(signature(entry))


@lru_cache(maxsize=65536)
def _selector(signature: str) -> bytes:
    return keccak(text=signature)[:4]


@lru_cache(maxsize=65536)
def checksummed(address: str) -> str:
    """EIP-55."""
    return str(to_checksum_address(address))


def shaped(part: Json, value: Any) -> Any:
    """A decoded value as it is handed on: addresses in EIP-55, structs as mappings, bytes as bytes."""
    kind: str = part["type"]
    if kind.endswith("]"):
        inner = {**part, "type": kind[: kind.rindex("[")]}
        return [shaped(inner, one) for one in value]
    if kind == "tuple":
        return _named(part["components"], value)
    return checksummed(value) if kind == "address" else value


def flattened(part: Json, value: Any) -> Any:
    """The other way round: structs may be given as mappings or as sequences."""
    kind: str = part["type"]
    if kind.endswith("]"):
        inner = {**part, "type": kind[: kind.rindex("[")]}
        return [flattened(inner, one) for one in value]
    if kind != "tuple":
        return value
    components = part["components"]
    if isinstance(value, Mapping):
        _check_names(components, value)
        value = [value[component["name"]] for component in components]
    if len(value) != len(components):
        raise BadInput("A struct has another number of fields", had=len(value), needed=len(components))
    return tuple(flattened(component, one) for component, one in zip(components, value, strict=True))


def encode_values(parts: Sequence[Json], values: Sequence[Any], what: str) -> bytes:
    """ABI-encode. BadInput names the act whose arguments do not fit."""
    if len(values) != len(parts):
        raise BadInput(f"{what} takes another number of arguments", had=len(values), needed=len(parts))
    flat = [flattened(part, value) for part, value in zip(parts, values, strict=True)]
    try:
        return encode([canonical_type(part) for part in parts], flat)
    except (EncodingError, TypeError, ValueError, OverflowError) as failure:
        raise BadInput(f"The arguments of {what} do not fit: {failure}", who=what) from failure


def decode_values(parts: Sequence[Json], data: bytes) -> list[Any]:
    values = decode([canonical_type(part) for part in parts], data)
    return [shaped(part, value) for part, value in zip(parts, values, strict=True)]


@dataclass(frozen=True)
class Artifact:
    """One compiled contract or interface."""

    name: str
    abi: Sequence[Json]
    bytecode: str
    deployed_bytecode: str

    @classmethod
    def read(cls, path: Path) -> Artifact:
        """Read once by a process, as long as the file stays as it is."""
        stat = path.stat()
        return cls._parsed(path, stat.st_mtime_ns, stat.st_size)

    @classmethod
    @lru_cache(maxsize=1024)
    def _parsed(cls, path: Path, written: int, size: int) -> Artifact:
        content = json.loads(path.read_text())
        return cls(
            content["contractName"],
            content["abi"],
            content.get("bytecode", ""),
            content.get("deployedBytecode", ""),
        )

    @property
    def is_interface(self) -> bool:
        return len(self.bytecode) <= len("0x")

    def entries(self, kind: str) -> list[Json]:
        return [entry for entry in self.abi if entry["type"] == kind]

    @cached_property
    def _functions(self) -> dict[str, list[Json]]:
        """By name, and by `name(types)`."""
        found: dict[str, list[Json]] = {}
        for entry in self.entries("function"):
            for name in (entry["name"], signature(entry)):
                found.setdefault(name, []).append(entry)
        return found

    @cached_property
    def errors(self) -> dict[bytes, Json]:
        """By selector."""
        return {selector(entry): entry for entry in self.entries("error")}

    @cached_property
    def events(self) -> dict[tuple[str, int], Json]:
        """By first topic and number of topics (ERC-20's and ERC-721's Transfer differ in the latter
        alone)."""
        return {
            (_hex(keccak(text=signature(entry))), 1 + sum(part["indexed"] for part in entry["inputs"])): entry
            for entry in self.entries("event")
        }

    def function(self, name: str, arguments: int) -> Json:
        """By name, or by `name(types)` where a name is overloaded and the number of arguments does not
        tell."""
        found = self._functions.get(name, [])
        if len(found) > 1:
            found = [entry for entry in found if len(entry["inputs"]) == arguments]
        if not found:
            raise NotFound(f"{self.name} has no function {name} with {arguments} arguments", who=self.name)
        if len(found) > 1:
            raise BadInput(
                f"{self.name} has several functions {name}; name one as name(types)", who=self.name
            )
        return found[0]

    def only(self, name: str) -> Json:
        """The one function of that name, or of that `name(types)`."""
        found = self._functions.get(name, [])
        if not found:
            raise NotFound(f"{self.name} has no function {name}", who=self.name)
        if len(found) > 1:
            raise BadInput(
                f"{self.name} has several functions {name}; name one as name(types)", who=self.name
            )
        return found[0]

    def selector_of(self, name: str) -> bytes:
        return selector(self.only(name))

    def word_of(self, name: str, parameter: str) -> int:
        """Which word of a call's arguments a parameter is, 1 the first. NotFound for one that is no word."""
        words = enumerate(_words(self.only(name)["inputs"]), 1)
        found = next((place for place, word in words if word == parameter), None)
        if found is None:
            raise NotFound(f"{self.name}.{name} has no argument {parameter} of one word", who=parameter)
        return found

    def encode_call(self, name: str, values: Sequence[Any]) -> str:
        entry = self.function(name, len(values))
        return _hex(selector(entry) + encode_values(entry["inputs"], values, f"{self.name}.{name}"))

    def decode_call(self, data: bytes) -> tuple[str, Json] | None:
        """(function, arguments by name) of a call's data; None where no function of ours reads it."""
        for entry in self.entries("function"):
            if selector(entry) == data[:4]:
                try:
                    values = decode_values(entry["inputs"], data[4:])
                except (DecodingError, ValueError):
                    return None
                return entry["name"], _readable(entry["inputs"], values)
        return None

    def named(self, four: bytes) -> str | None:
        """The function that a selector names; None where there is no such function."""
        return next((one["name"] for one in self.entries("function") if selector(one) == four), None)

    def decode_answer(self, name: str, arguments: int, data: str) -> Any:
        """None, one value, or a tuple of values; a struct is a mapping."""
        entry = self.function(name, arguments)
        try:
            values = decode_values(entry["outputs"], bytes.fromhex(data[2:]))
        except DecodingError as failure:
            raise NotFound(
                f"There is no {self.name} at that address: it gives {data[:66]}", who=name
            ) from failure
        if not values:
            return None
        return values[0] if len(values) == 1 else tuple(values)

    def encode_creation(self, values: Sequence[Any]) -> str:
        """The data of the transaction that creates it."""
        if self.is_interface:
            raise BadInput(f"{self.name} is an interface and cannot be deployed", who=self.name)
        constructor: Json = next(iter(self.entries("constructor")), {"inputs": []})
        return (
            self.bytecode + encode_values(constructor["inputs"], values, f"{self.name}'s constructor").hex()
        )


@dataclass(frozen=True)
class DecodedLog:
    """`artifact` is empty where several contracts have the event and the address is not known."""

    artifact: str
    name: str
    args: Json


class Abis:
    """All artifacts of a folder, by contract name. Read when first asked for."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders or (ABI_FOLDER,)
        self._read: dict[str, Artifact] = {}

    def names(self) -> list[str]:
        files = (file for folder in self._folders for file in folder.glob("*.json"))
        return sorted({file.stem for file in files if file.stem[0].isupper()})

    def __getitem__(self, name: str) -> Artifact:
        if name not in self._read:
            self._read[name] = self._find(name)
        return self._read[name]

    def refusal(
        self, data: str, contract: str | None = None, transaction: str | None = None
    ) -> ContractRefusal:
        """The error that a contract's revert data stands for, whichever contract it came from."""
        raw = bytes.fromhex(data.removeprefix("0x"))
        entry = self._errors.get(raw[:4])
        args: Json
        name, args = ("UnknownRefusal", {"data": data}) if raw else ("ReasonlessRefusal", {})
        if entry is not None:
            with suppress(DecodingError):  # a chance match of four bytes stays unknown
                args = _readable(entry["inputs"], decode_values(entry["inputs"], raw[4:]))
                name = entry["name"]
        if name == "Panic":
            args["meaning"] = _PANICS.get(int(args["number"]), "unknown")
        name = _OWN_NAMES.get(name, name)
        return ContractRefusal(name, args, contract=contract, data=data, transaction=transaction)

    def decode_log(self, log: Mapping[str, Any], artifact: str | None = None) -> DecodedLog | None:
        """One log as JSON-RPC gives it; None when no interface here has such an event."""
        if not log["topics"]:
            return None
        key = (log["topics"][0], len(log["topics"]))
        if artifact is not None:  # one contract's events are enough: not all have to be read
            own = self[artifact].events.get(key)
            return None if own is None else DecodedLog(artifact, own["name"], _event_args(own, log))
        candidates = self._events.get(key, {})
        if not candidates:
            return None
        entry = next(iter(candidates.values()))
        concrete = [name for name in candidates if not self[name].is_interface] or list(candidates)
        return DecodedLog(concrete[0] if len(concrete) == 1 else "", entry["name"], _event_args(entry, log))

    def topic(self, artifact: str, event: str) -> str:
        """The first topic of an event, for a log filter."""
        for entry in self[artifact].entries("event"):
            if event in (entry["name"], signature(entry)):
                return _hex(keccak(text=signature(entry)))
        raise NotFound(f"{artifact} has no event {event}", who=artifact)

    def _find(self, name: str) -> Artifact:
        for folder in self._folders:
            path = folder / f"{name}.json"
            if path.exists():
                return Artifact.read(path)
        raise NotFound(f"There is no contract named {name}", who=name)

    @cached_property
    def _errors(self) -> dict[bytes, Json]:
        """Libraries' and callees' errors surface through any contract, so all are known everywhere."""
        found = {selector(entry): entry for entry in _BUILT_IN}
        for name in self.names():
            found |= self[name].errors
        return found

    @cached_property
    def _events(self) -> dict[tuple[str, int], dict[str, Json]]:
        """As an artifact's own `events`, of all: every artifact that has one."""
        found: dict[tuple[str, int], dict[str, Json]] = {}
        for name in self.names():
            for key, entry in self[name].events.items():
                found.setdefault(key, {})[name] = entry
        return found


def _words(parts: Sequence[Json], within: str = "") -> Iterator[str]:
    """A name for each word of the arguments' head; empty for what has no value of its own there."""
    for part in parts:
        name = within + part["name"]
        if _is_dynamic(part) or part["type"].endswith("]"):
            yield from [""] * _head_size(part)
        elif part["type"] == "tuple":
            yield from _words(part["components"], name + ".")
        else:
            yield name


def _is_dynamic(part: Json) -> bool:
    kind: str = part["type"]
    if kind in ("string", "bytes") or kind.endswith("[]"):
        return True
    if kind.endswith("]"):
        return _is_dynamic({**part, "type": kind[: kind.rindex("[")]})
    return kind == "tuple" and any(map(_is_dynamic, part["components"]))


def _head_size(part: Json) -> int:
    """Words: one, the offset, for what is dynamic; all of it for an array of fixed length."""
    kind: str = part["type"]
    if _is_dynamic(part):
        return 1
    if kind.endswith("]"):
        inner = {**part, "type": kind[: kind.rindex("[")]}
        return int(kind[kind.rindex("[") + 1 : -1]) * _head_size(inner)
    return sum(map(_head_size, part["components"])) if kind == "tuple" else 1


def _event_args(entry: Json, log: Mapping[str, Any]) -> Json:
    indexed = [part for part in entry["inputs"] if part["indexed"]]
    others = [part for part in entry["inputs"] if not part["indexed"]]
    values = {
        part["name"]: _topic_value(part, bytes.fromhex(topic[2:]))
        for part, topic in zip(indexed, log["topics"][1:], strict=True)
    }
    decoded = decode_values(others, bytes.fromhex(log["data"][2:]))
    values |= {part["name"]: value for part, value in zip(others, decoded, strict=True)}
    return {part["name"]: values[part["name"]] for part in entry["inputs"]}


def _topic_value(part: Json, topic: bytes) -> Any:
    """An indexed string, array or struct is only there as its hash."""
    is_hashed = part["type"] in ("string", "bytes") or part["type"].endswith("]") or part["type"] == "tuple"
    return topic if is_hashed else decode_values([part], topic)[0]


def _named(parts: Sequence[Json], values: Sequence[Any]) -> Json:
    return {
        part["name"] or str(place): shaped(part, value)
        for place, (part, value) in enumerate(zip(parts, values, strict=True))
    }


def _readable(parts: Sequence[Json], values: Sequence[Any]) -> Json:
    """An error's arguments for people: bytes as hexadecimal, or as the word they spell (`what` = "BOND")."""
    return {
        part["name"] or str(place): _spelled(value) if isinstance(value, bytes) else value
        for place, (part, value) in enumerate(zip(parts, values, strict=True))
    }


def _spelled(value: bytes) -> str:
    word = value.rstrip(b"\0")
    if word and word.isascii() and word.decode().isprintable():
        return word.decode()
    return _hex(value)


def _check_names(components: Sequence[Json], value: Mapping[str, Any]) -> None:
    needed = {component["name"] for component in components}
    if set(value) != needed:
        raise BadInput("A struct has other fields", had=sorted(value), needed=sorted(needed))


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
