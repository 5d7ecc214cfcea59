"""What the checks look at: one block, the logs up to it, and calls at it. No index, no services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from typing import Any, Final, Protocol

from ledger.domain.history import Discovered, EventRow, Header, MoveRef, MoveRows
from ledger.errors import LedgerError
from ledger.ports import Contract, Deployment, Event

UNDECODED: Final = "(undecoded)"
"""The name of an event that the contract's ABI does not know, as the index has it."""

_AT_ONCE: Final = 200
_ANNOUNCED: Final = {
    "BondOffice.BondRegistered": ("token", "GreenBond"),
    "CashRegistry.CashListed": ("cash", "Cash"),
}
"""Events that announce a contract: the argument with its address, and the name of its ABI."""


class HeaderLike(Protocol):
    """The header of a block; times in UTC seconds."""

    @property
    def number(self) -> int: ...

    @property
    def hash(self) -> str: ...

    @property
    def timestamp(self) -> int: ...


class Watched(Protocol):
    """A chain as far as checking needs it; `ledger.chain.ChainClient` is one."""

    @property
    def chain_id(self) -> int: ...

    def block_number(self) -> int: ...

    def header(self, block: int | None = None) -> HeaderLike: ...

    def headers(self, numbers: Iterable[int]) -> Sequence[HeaderLike]: ...

    def know(self, *contracts: Contract) -> None: ...

    def logs(
        self, first: int, last: int, addresses: Sequence[str] | None = None
    ) -> Iterator[Mapping[str, Any]]: ...

    def decode(self, log: Mapping[str, Any]) -> Event | None: ...

    def call_many(
        self, calls: Sequence[tuple[Contract, str, Sequence[Any]]], block: int | None = None
    ) -> Sequence[Any]: ...


class Rows(Protocol):
    """The index's rows, to be compared; `ledger.store`'s snapshot is one."""

    def progress(self) -> Header | None: ...

    def addresses(self, first: int = 0) -> list[str]: ...

    def cashes(self) -> list[str]: ...

    def discovered(self) -> list[Discovered]: ...

    def timestamps(self, blocks: Iterable[int]) -> dict[int, int]: ...

    def moves(self, cash: str, after: int = -1, up_to: int | None = None) -> MoveRows: ...

    def move_refs(self, places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], MoveRef]: ...

    def events(
        self, after: int = -1, up_to: int | None = None, contracts: Sequence[str] | None = None
    ) -> list[EventRow]: ...


@dataclass(frozen=True, slots=True)
class Seen:
    """One event: which contract's, with its arguments by name, and where it stands in the chain."""

    contract: str
    where: Contract
    name: str
    args: Mapping[str, Any]
    block: int
    log: int
    tx: str

    @property
    def place(self) -> tuple[int, int]:
        """Its order in the chain."""
        return self.block, self.log

    def number(self, argument: str) -> int:
        """An argument that is an integer: an id, an amount or an offset."""
        return int(self.args[argument])


class View:
    """Everything up to one block. `events` are in chain order."""

    def __init__(self, chain: Watched, deployment: Deployment, header: HeaderLike) -> None:
        self._chain = chain
        self._start = deployment.start_block
        self.chain_id = chain.chain_id
        self.block, self.block_hash = header.number, header.hash
        self.contracts: dict[str, Contract] = dict(deployment.contracts)
        found = [*self._read(self.contracts)]
        self.announced = self._announced(found)
        if self.announced:
            self.contracts |= self.announced
            found += self._read(self.announced)
        self.events = tuple(sorted(found, key=lambda event: event.place))
        self._of: dict[str, list[Seen]] = defaultdict(list)
        for event in self.events:
            self._of[f"{event.contract}.{event.name}"].append(event)

    def _read(self, contracts: Mapping[str, Contract]) -> Iterator[Seen]:
        named = {one.address.lower(): name for name, one in contracts.items()}
        self._chain.know(*contracts.values())
        for log in self._chain.logs(self._start, self.block, list(named)):
            name = named[log["address"].lower()]
            event = self._chain.decode(log)
            said, args = (event.name, event.args) if event else (UNDECODED, _raw(log))
            block, index = int(log["blockNumber"], 16), int(log["logIndex"], 16)
            yield Seen(name, contracts[name], said, args, block, index, str(log["transactionHash"]))

    def _announced(self, found: Iterable[Seen]) -> dict[str, Contract]:
        """Contracts that others announced and that the deployment's records do not have."""
        known = {one.address for one in self.contracts.values()}
        fresh: dict[str, Contract] = {}
        for event in found:
            argument, abi = _ANNOUNCED.get(f"{event.contract}.{event.name}", ("", ""))
            if abi and event.args[argument] not in known:
                fresh[f"{abi} {event.args[argument]}"] = Contract(abi, event.args[argument])
        return fresh

    def of(self, *names: str) -> Iterator[Seen]:
        """The events of these names (`Contract.Event`), in chain order."""
        if len(names) == 1:
            return iter(self._of.get(names[0], ()))
        return merge(*(self._of.get(name, ()) for name in names), key=lambda event: event.place)

    def cashes(self) -> list[str]:
        """Names of every ledger cash, those listed after the deployment too."""
        return [name for name, one in self.contracts.items() if one.abi == "Cash"]

    def cash_named(self, address: str) -> str:
        """Name of a ledger cash by its address; KeyError for anything else."""
        for name in self.cashes():
            if self.contracts[name].address.lower() == address.lower():
                return name
        raise KeyError(address)

    def call(self, contract: str, function: str, *args: Any) -> Any:
        return self.ask(contract, function, [args])[0]

    def ask(self, contract: str, function: str, arguments: Sequence[Sequence[Any]]) -> list[Any]:
        """Many reads of one function, at the block, a few hundred a request."""
        where = self.contracts[contract]
        found: list[Any] = []
        for first in range(0, len(arguments), _AT_ONCE):
            calls = [(where, function, one) for one in arguments[first : first + _AT_ONCE]]
            found += self._chain.call_many(calls, self.block)
        return found

    def ask_each(self, contract: str, function: str, arguments: Sequence[Sequence[Any]]) -> list[Any]:
        """As `ask`, with the refusal in the place of an answer that the contract refuses."""
        try:
            return self.ask(contract, function, arguments)
        except LedgerError:
            return [self._answer_or_refusal(contract, function, one) for one in arguments]

    def _answer_or_refusal(self, contract: str, function: str, args: Sequence[Any]) -> Any:
        try:
            return self.call(contract, function, *args)
        except LedgerError as refusal:
            return refusal

    def headers(self, blocks: Iterable[int]) -> dict[int, HeaderLike]:
        """The chain's own headers of these blocks, by number."""
        wanted = sorted(set(blocks))
        found: dict[int, HeaderLike] = {}
        for first in range(0, len(wanted), _AT_ONCE):
            some = self._chain.headers(wanted[first : first + _AT_ONCE])
            found |= {header.number: header for header in some}
        return found


def look(chain: Watched, deployment: Deployment) -> View:
    """The chain as it stands now: every question is then asked of that one block."""
    return View(chain, deployment, chain.header(chain.block_number()))


def tag(value: bytes) -> str:
    """A hash as people and the index read it."""
    return "0x" + bytes(value).hex()


def _raw(log: Mapping[str, Any]) -> dict[str, Any]:
    return {"topics": list(log["topics"]), "data": log["data"]}
