"""Where logs and headers come from: any EVM node's JSON-RPC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ledger.domain.history import Header
from ledger.errors import FalseAnswer, RpcError
from ledger.indexer.blooms import header_hash

Log = Mapping[str, Any]
"""A log as JSON-RPC gives it: hexadecimal strings, `removed` never true."""


class LogSource(Protocol):
    """What the indexer asks a node."""

    def get_logs(self, addresses: Sequence[str], first: int, last: int) -> Sequence[Log]:
        """All logs of the addresses in the blocks `first` to `last`, both included, in chain order."""

    def headers(self, numbers: Sequence[int]) -> Sequence[Header | None]:
        """Headers by number, None where the chain has no such block."""

    def head(self) -> int:
        """The number of the latest block."""


class Rpc(Protocol):
    """The part of a JSON-RPC client that is needed here."""

    def call(self, method: str, *params: Any) -> Any: ...

    def batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> Sequence[Any]: ...


class RpcSource:
    """A `LogSource` over JSON-RPC. A range that the node refuses is halved, down to one block.

    Every header is hashed again. Permissioned chains have headers of other forms: where the first one seen
    does not hash as Ethereum's do, none is expected to, and only their links are compared.
    """

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc
        self._sealed: bool | None = None

    def get_logs(self, addresses: Sequence[str], first: int, last: int) -> Sequence[Log]:
        wanted = {"fromBlock": hex(first), "toBlock": hex(last), "address": list(addresses)}
        try:
            found: Sequence[Log] = self._rpc.call("eth_getLogs", wanted)
        except RpcError:
            if first == last:
                raise
            middle = (first + last) // 2
            return [*self.get_logs(addresses, first, middle), *self.get_logs(addresses, middle + 1, last)]
        return found

    def headers(self, numbers: Sequence[int]) -> Sequence[Header | None]:
        answers = self._rpc.batch([("eth_getBlockByNumber", (hex(number), False)) for number in numbers])
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        given = [answer for answer in answers if answer is not None]
        if self._sealed is None and given:
            self._sealed = _is_its_hash(given[0])
        for answer in given if self._sealed else ():
            if not _is_its_hash(answer):
                raise FalseAnswer(
                    "the node gives a block whose header does not hash to what it says",
                    who=f"block {int(answer['number'], 16)}",
                    had=header_hash(answer),
                    needed=answer["hash"],
                )
        return [_header(number, answer) for number, answer in zip(numbers, answers, strict=True)]

    def head(self) -> int:
        return int(self._rpc.call("eth_blockNumber"), 16)


def _header(number: int, answer: Mapping[str, Any] | None) -> Header | None:
    if answer is None:
        return None
    had = int(answer["number"], 16)
    if had != number:
        raise FalseAnswer("the node gives another block than asked", had=had, needed=number)
    bloom = answer.get("logsBloom")
    return Header(
        number,
        answer["hash"],
        answer["parentHash"],
        int(answer["timestamp"], 16),
        None if bloom is None else bytes.fromhex(bloom[2:]),
    )


def _is_its_hash(answer: Mapping[str, Any]) -> bool:
    return header_hash(answer) == str(answer["hash"])
