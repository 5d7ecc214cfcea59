"""The chain client: contracts by name, on any EVM network that speaks JSON-RPC."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger.chain.abi import Abis, checksummed
from ledger.chain.logs import read_logs
from ledger.chain.nonces import Nonces
from ledger.chain.rpc import Rpc
from ledger.chain.sending import BlockTimes, Draft, OnSigned, Sender
from ledger.errors import ContractRefusal, HistoryUnavailable, LedgerError, NotFound, RpcError
from ledger.ports import Contract, Event, Mined, Signer

if TYPE_CHECKING:
    from web3 import Web3

Json = dict[str, Any]
Block = int | str | None
"""A block's number, its hash, or None for the latest."""

_NO_SUCH_METHOD = -32601
_STATE_GONE = (
    "out of range",
    "outofrange",
    "missing trie node",
    "pruned",
    "historical state",
    "state not available",
)


@dataclass(frozen=True)
class Act:
    """One act of a batch, as `ChainClient.send` takes it."""

    signer: Signer
    contract: Contract
    function: str
    args: Sequence[Any] = ()
    gas: int | None = None


@dataclass(frozen=True)
class Header:
    """What a block is known by. `fields` is the block as the node gave it, without its transactions'
    contents."""

    number: int
    hash: str
    parent: str
    timestamp: int  # UTC seconds
    fields: Json


class ChainClient:
    """Reads and acts. Safe to share between threads; several processes may send for one account.

    `url` may be a function (`EmbeddedChain.locate`): it is asked again whenever the connection breaks.
    `finality_depth` is the number of blocks after which this network takes none back. `contracts` are those
    whose events are to be named by their contract. `public_accounts` allows Anvil's own, on the embedded
    chain only. `lock_folder` must be the same for all processes of this machine that sign for one account.

    Contracts' refusals arrive as ContractRefusal; no answer as ChainUnavailable; arguments that do not fit as
    BadInput; an unknown name, or an address without that contract, as NotFound.
    """

    def __init__(
        self,
        url: str | Callable[[], str],
        *,
        finality_depth: int = 0,
        abis: Abis | None = None,
        contracts: Iterable[Contract] = (),
        public_accounts: bool = False,
        lock_folder: Path | None = None,
        timeout: float = 120,
        patience: float = 20,
    ) -> None:
        self.rpc = Rpc(url)
        self.abis = abis or Abis()
        self._finality_depth = finality_depth
        self._public_accounts = public_accounts
        self._lock_folder = (
            lock_folder or Path(tempfile.gettempdir()) / f"greenledger-{os.getuid()}" / "nonces"
        )
        self._timeout = timeout
        self._patience = patience
        self._known: dict[str, str] = {}
        self._has_block_receipts = True
        self._times = BlockTimes()
        self.know(*contracts)

    # --- reading

    @cached_property
    def chain_id(self) -> int:
        return int(self.rpc.call("eth_chainId"), 16)

    @cached_property
    def genesis_hash(self) -> str:
        return self.header(0).hash

    @cached_property
    def web3(self) -> Web3:
        """For what is not offered here: web3 over the same connection."""
        from ledger.chain.web3_provider import web3_over

        return web3_over(self.rpc)

    def block_number(self) -> int:
        """The latest block; it may still be taken back."""
        return int(self.rpc.call("eth_blockNumber"), 16)

    def final_block(self) -> int:
        """The latest block that stays."""
        return max(0, self.block_number() - self._finality_depth)

    def call(self, contract: Contract, function: str, args: Sequence[Any] = (), block: Block = None) -> Any:
        """Read. None, one value or a tuple; a struct is a mapping. Raises ContractRefusal when it reverts."""
        return self.call_many([(contract, function, args)], block)[0]

    def call_many(
        self, calls: Sequence[tuple[Contract, str, Sequence[Any]]], block: Block = None
    ) -> list[Any]:
        """Several reads of one block in one request."""
        asked = [self._as_call(contract, function, args) for contract, function, args in calls]
        answers = self.rpc.batch([("eth_call", (call, _tag(block))) for call in asked])
        return [
            self._decoded(contract, function, args, answer)
            for (contract, function, args), answer in zip(calls, answers, strict=True)
        ]

    def may(self, signer: Signer, contract: Contract, function: str, args: Sequence[Any] = ()) -> None:
        """Simulate an act without sending it. Raises the ContractRefusal that sending it would meet now."""
        call = {**self._as_call(contract, function, args), "from": signer.address}
        answer = self.rpc.batch([("eth_call", (call, "latest"))])[0]
        if isinstance(answer, LedgerError):
            raise self._explained(answer, contract.abi)

    def encode(self, contract: Contract, function: str, args: Sequence[Any] = ()) -> bytes:
        """The call's data, as a contract that forwards it takes it."""
        return bytes.fromhex(self.abis[contract.abi].encode_call(function, args)[2:])

    def decode_call(self, contract: Contract, data: bytes) -> tuple[str, Json] | None:
        """What such data calls, with the arguments as people read them; None where there is no such
        function."""
        return self.abis[contract.abi].decode_call(data)

    def named(self, contract: Contract, four: bytes) -> str | None:
        """The function that a selector names; None where there is no such function."""
        return self.abis[contract.abi].named(four)

    def selector(self, contract: Contract, function: str) -> bytes:
        """The four bytes that name a function. Raises NotFound; BadInput where the name is overloaded."""
        return self.abis[contract.abi].selector_of(function)

    def word(self, contract: Contract, function: str, parameter: str) -> int:
        """Which word of a call's arguments a parameter is, 1 the first; `q.net` is a struct's field."""
        return self.abis[contract.abi].word_of(function, parameter)

    def events(self, contract: Contract, block: int) -> tuple[Event, ...]:
        """What one contract told in one block, in order."""
        self.know(contract)
        logs = self.logs(block, block, [contract.address])
        return tuple(event for log in logs if (event := self.decode(log)) is not None)

    def told(
        self, contract: Contract, event: str, first: int, indexed: Sequence[str | None] = ()
    ) -> Iterator[Event]:
        """All events of one name from block `first` on, in order. `indexed` names accounts, one for each
        indexed argument in turn, None for any."""
        self.know(contract)
        accounts = [None if one is None else "0x" + one[2:].lower().rjust(64, "0") for one in indexed]
        topics = [self.abis.topic(contract.abi, event), *accounts]
        logs = self.logs(first, self.block_number(), [contract.address], topics)
        return (found for log in logs if (found := self.decode(log)) is not None)

    def header(self, block: Block = None) -> Header:
        """Raises NotFound."""
        method = (
            "eth_getBlockByHash" if isinstance(block, str) and len(block) == 66 else "eth_getBlockByNumber"
        )
        where = block if isinstance(block, str) else _tag(block)
        fields = self.rpc.call(method, where, False)
        if fields is None:
            raise NotFound("The chain has no such block", who=block)
        return _header(fields)

    def headers(self, numbers: Iterable[int]) -> list[Header]:
        """Several in one request. Raises NotFound."""
        answers = self.rpc.batch([("eth_getBlockByNumber", (hex(number), False)) for number in numbers])
        for answer in answers:
            if not isinstance(answer, dict):
                raise answer if isinstance(answer, LedgerError) else NotFound("The chain has no such block")
        return [_header(fields) for fields in answers]

    def logs(
        self,
        first: int,
        last: int,
        addresses: Sequence[str] | None = None,
        topics: Sequence[Any] | None = None,
    ) -> Iterator[Json]:
        """Raw logs of the blocks `first` to `last`, both included, in order; by as large ranges as the node
        allows."""
        return read_logs(self.rpc, first, last, addresses, topics)

    def proof(self, address: str, slots: Sequence[str | int], block: Block = None) -> Json:
        """What eth_getProof answers: an account, and storage slots, proved from that block's state root."""
        keys = [slot if isinstance(slot, str) else f"0x{slot:064x}" for slot in slots]
        answer = self.rpc.batch([("eth_getProof", (address, keys, _tag(block)))])[0]
        if isinstance(answer, LedgerError):
            raise self._explained(answer, None)
        proof: Json = answer
        return proof

    def code(self, address: str, block: Block = None) -> str:
        return str(self.rpc.call("eth_getCode", address, _tag(block)))

    def storage(self, address: str, slot: int, block: Block = None) -> int:
        return int(self.rpc.call("eth_getStorageAt", address, f"0x{slot:064x}", _tag(block)), 16)

    def receipts(self, block: int) -> list[Json]:
        """All receipts of a block, in order: in one question where the node offers that."""
        if self._has_block_receipts:
            try:
                return list(self.rpc.call("eth_getBlockReceipts", hex(block)) or [])
            except RpcError as error:
                if not _is_unknown_method(error):
                    raise
                self._has_block_receipts = False
        hashes = self.header(block).fields["transactions"]
        answers = self.rpc.batch([("eth_getTransactionReceipt", (one,)) for one in hashes])
        for answer in answers:
            if not isinstance(answer, dict):
                raise (
                    answer if isinstance(answer, LedgerError) else NotFound("A receipt is missing", who=block)
                )
        return answers

    def transaction(self, tx: str) -> Json:
        """As the node gives it. Raises NotFound."""
        found = self.rpc.call("eth_getTransactionByHash", tx)
        if found is None:
            raise NotFound("The chain has no such transaction", who=tx)
        return dict(found)

    def receipt(self, tx: str) -> Json:
        """As the node gives it. Raises NotFound."""
        found = self.rpc.call("eth_getTransactionReceipt", tx)
        if found is None:
            raise NotFound("The chain has no such transaction in a block", who=tx)
        return dict(found)

    def mined(self, tx: str) -> Mined:
        """A transaction that is in a block, with its events. Raises NotFound, and ContractRefusal when it
        failed."""
        return self._outcome(self.receipt(tx))

    def know(self, *contracts: Contract) -> None:
        """Name these contracts' events after them from now on."""
        self._known |= {contract.address.lower(): contract.abi for contract in contracts}

    def decode(self, log: Mapping[str, Any]) -> Event | None:
        """A raw log as an event; None for one that no contract of ours emits.

        Where several have the event and the address was never made known, `contract` is empty.
        """
        found = self.abis.decode_log(log, self._known.get(log["address"].lower()))
        if found is None:
            return None
        return Event(
            found.artifact, found.name, found.args, int(log["logIndex"], 16), checksummed(log["address"])
        )

    # --- acting

    def send(
        self,
        signer: Signer,
        contract: Contract,
        function: str,
        args: Sequence[Any] = (),
        *,
        gas: int | None = None,
        on_signed: OnSigned | None = None,
    ) -> Mined:
        """Act, and wait until the block counts. Simulated first, unless `gas` is given: a refusal costs
        nothing.

        `on_signed` gets the transaction before it leaves; what it keeps can be given to `finish` after a
        crash.
        """
        return self._send(
            [self._draft(Act(signer, contract, function, args, gas))], [contract.abi], on_signed
        )[0]

    def send_many(self, acts: Sequence[Act], *, on_signed: OnSigned | None = None) -> list[Mined]:
        """Several acts of any accounts in one request and this order. Raises the first refusal, after all are
        mined.

        Each is simulated alone on the latest block, so an act that rests on an earlier one needs its `gas`
        given.
        """
        outcomes = self.outcomes(acts, on_signed=on_signed)
        for outcome in outcomes:
            if isinstance(outcome, ContractRefusal):
                raise outcome
        return [outcome for outcome in outcomes if isinstance(outcome, Mined)]

    def outcomes(
        self, acts: Sequence[Act], *, on_signed: OnSigned | None = None
    ) -> list[Mined | ContractRefusal]:
        """As `send_many`, with the refusals in their places."""
        return self._outcomes(
            [self._draft(act) for act in acts], [act.contract.abi for act in acts], on_signed
        )

    def deploy(self, signer: Signer, name: str, args: Sequence[Any] = (), *, gas: int | None = None) -> Mined:
        """Create a contract; `created` is its address, which is known from now on."""
        draft = Draft(signer, None, self.abis[name].encode_creation(args), gas=gas)
        mined = self._send([draft], [name], None)[0]
        assert mined.created is not None
        self.know(Contract(name, mined.created))
        return mined

    def pay(self, signer: Signer, to: str, wei: int) -> Mined:
        """Give another account native coin, on a network where gas has a price."""
        return self._send([Draft(signer, to, "0x", value=wei)], [None], None)[0]

    def finish(self, raw: str) -> Mined:
        """Bring an act to its end that may or may not have been sent before a crash. Harmless when it had
        been.

        Raises Conflict when it can no longer happen, since its nonce went to another: it may then be done
        anew.
        """
        return self._outcome(self._sender.resend(raw))

    # --- inside

    @cached_property
    def _sender(self) -> Sender:
        # Two chains may share an id (every fresh state folder does), but not a first block.
        nonces = Nonces(self._lock_folder / f"{self.chain_id}-{self.genesis_hash[2:18]}")
        return Sender(
            self.rpc,
            nonces,
            self.chain_id,
            finality_depth=self._finality_depth,
            timeout=self._timeout,
            patience=self._patience,
            public_accounts=self._public_accounts,
            times=self._times,
        )

    def _as_call(self, contract: Contract, function: str, args: Sequence[Any]) -> Json:
        return {"to": contract.address, "data": self.abis[contract.abi].encode_call(function, args)}

    def _draft(self, act: Act) -> Draft:
        data = self.abis[act.contract.abi].encode_call(act.function, act.args)
        return Draft(act.signer, act.contract.address, data, gas=act.gas)

    def _send(
        self, drafts: Sequence[Draft], names: Sequence[str | None], on_signed: OnSigned | None
    ) -> list[Mined]:
        mined = []
        for outcome in self._outcomes(drafts, names, on_signed):
            if isinstance(outcome, ContractRefusal):
                raise outcome
            mined.append(outcome)
        return mined

    def _outcomes(
        self, drafts: Sequence[Draft], names: Sequence[str | None], on_signed: OnSigned | None
    ) -> list[Mined | ContractRefusal]:
        if not drafts:
            return []
        try:
            sent = self._sender.send(drafts, on_signed)
        except RpcError as error:
            raise self._explained(error, names[0] if len(names) == 1 else None) from None
        receipts = self._sender.receipts(sent)
        return [self._mined_or_refused(receipt, name) for receipt, name in zip(receipts, names, strict=True)]

    def _mined_or_refused(self, receipt: Json, name: str | None) -> Mined | ContractRefusal:
        return self._mined(receipt) if int(receipt["status"], 16) else self._why(receipt, name)

    def _outcome(self, receipt: Json) -> Mined:
        outcome = self._mined_or_refused(receipt, None)
        if isinstance(outcome, ContractRefusal):
            raise outcome
        return outcome

    def _mined(self, receipt: Json) -> Mined:
        created = receipt.get("contractAddress")
        return Mined(
            tx=receipt["transactionHash"],
            block=int(receipt["blockNumber"], 16),
            block_hash=receipt["blockHash"],
            timestamp=self._timestamp(receipt["blockHash"]),
            gas_used=int(receipt["gasUsed"], 16),
            created=checksummed(created) if created else None,
            events=tuple(event for log in receipt["logs"] if (event := self.decode(log)) is not None),
        )

    def _why(self, receipt: Json, name: str | None) -> ContractRefusal:
        """Do it again on the state it met, or nearly: a receipt says that it failed, but not why."""
        tx, number = receipt["transactionHash"], int(receipt["blockNumber"], 16)
        sent = self.rpc.call("eth_getTransactionByHash", tx)
        call = {"from": sent["from"], "data": sent["input"], "value": sent["value"], "gas": sent["gas"]}
        if sent.get("to"):
            call["to"] = sent["to"]
        for block in (number, number - 1):
            answer = self.rpc.batch([("eth_call", (call, hex(block)))])[0]
            if isinstance(answer, RpcError) and (data := revert_data(answer)) is not None:
                return self.abis.refusal(data, name or self._known.get((sent.get("to") or "").lower()), tx)
        out_of_gas = int(receipt["gasUsed"], 16) * 64 >= int(sent["gas"], 16) * 63
        return ContractRefusal(
            "OutOfGas" if out_of_gas else "ReasonlessRefusal", contract=name, transaction=tx
        )

    def _decoded(self, contract: Contract, function: str, args: Sequence[Any], answer: Any) -> Any:
        if isinstance(answer, LedgerError):
            raise self._explained(answer, contract.abi)
        return self.abis[contract.abi].decode_answer(function, len(args), answer)

    def _explained(self, error: LedgerError, name: str | None) -> LedgerError:
        if not isinstance(error, RpcError):
            return error
        data = revert_data(error)
        if data is not None:
            return self.abis.refusal(data, name)
        if any(words in error.message.lower() for words in _STATE_GONE):
            return HistoryUnavailable(error.message)
        return error

    def _timestamp(self, block_hash: str) -> int:
        known = self._times.get(block_hash)
        return self._times.learn(self.header(block_hash).fields) if known is None else known


def revert_data(error: RpcError) -> str | None:
    """The data a contract reverted with, wherever this kind of node puts it; None when it was no revert."""
    data = error.data
    while isinstance(data, dict):
        data = data.get("data") or data.get("result")
    if isinstance(data, str):
        found = data.removeprefix("Reverted ").strip()
        if found.startswith("0x"):
            return found
    return "0x" if "revert" in error.message.lower() else None


def _tag(block: Block) -> str | Json:
    if block is None:
        return "latest"
    if isinstance(block, int):
        return hex(block)
    return {"blockHash": block} if len(block) == 66 else block


def _header(fields: Json) -> Header:
    return Header(
        int(fields["number"], 16), fields["hash"], fields["parentHash"], int(fields["timestamp"], 16), fields
    )


def _is_unknown_method(error: RpcError) -> bool:
    said = error.message.lower()
    return error.number == _NO_SUCH_METHOD or "not supported" in said or "does not exist" in said
