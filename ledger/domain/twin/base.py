"""What every twin contract shares: refusals by name, events in order, a clock, checked integers."""

from __future__ import annotations

from dataclasses import dataclass, field, is_dataclass
from typing import Any, Final

from ledger.domain.purposes import module_id
from ledger.errors import LedgerError, kebab

NOBODY: Final = "0x" + "0" * 40
ZERO_HASH: Final = bytes(32)
DAY: Final = 86_400
_OVERFLOW: Final = 0x11

word = module_id


class Refusal(LedgerError):
    """A refused act: the contract's error by name, with its arguments in order. Nothing has changed."""

    status = "refused"

    def __init__(self, name: str, *values: object) -> None:
        super().__init__(f"{name}({', '.join(map(str, values))})", code=kebab(name))
        self.name = name
        self.values = values


@dataclass(frozen=True, slots=True)
class Event:
    """One log: who emitted it, its name, and its arguments in the order of the contract's declaration."""

    emitter: str
    name: str
    values: tuple[object, ...]


@dataclass(slots=True)
class Stage:
    """What the contracts of one deployment share: UTC seconds and block number of the next act, the events so
    far, who holds the powers."""

    chain_id: int
    operator: str
    powers: str
    timestamp: int = 0
    block: int = 0
    events: list[Event] = field(default_factory=list)


class Contract:
    """Base of the twin contracts. Acts take the sender first, then the arguments of the Solidity function."""

    def __init__(self, stage: Stage, address: str) -> None:
        self.stage = stage
        self.address = address

    def emit(self, name: str, *values: object) -> None:
        self.stage.events.append(Event(self.address, name, values))

    def only_powers(self, sender: str) -> None:
        if sender != self.stage.powers:
            raise Refusal("NotPowers", sender, self.stage.powers)


class Module(Contract):
    """A contract behind a proxy; neighbours call in by the duty that the delayed powers gave them."""

    def __init__(self, stage: Stage, address: str) -> None:
        super().__init__(stage, address)
        self.duties: dict[str, bytes] = {}

    def only_duty(self, sender: str, duty: str) -> None:
        if self.duties.get(sender, ZERO_HASH) != word(duty):
            raise Refusal("NotModule", sender, word(duty))

    def set_duty(self, sender: str, module: str, duty: bytes) -> None:
        self.only_powers(sender)
        self.duties[module] = duty
        self.emit("DutySet", module, duty)


def plain(struct: Any) -> tuple[Any, ...]:
    """A slotted dataclass as the contracts give a struct: its fields in order, nested structs alike."""
    values = (getattr(struct, name) for name in struct.__slots__)
    return tuple(plain(value) if is_dataclass(value) else value for value in values)


def fits(value: int, bits: int) -> int:
    """The value, or the panic that checked arithmetic gives when it does not fit `uint<bits>`."""
    if not 0 <= value < 1 << bits:
        raise Refusal("Panic", _OVERFLOW)
    return value
