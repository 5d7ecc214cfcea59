"""Sending: sign with the next nonce, hand to the network, wait for the block, say why when refused.

Nothing here assumes that a block is made for each transaction, that one process sends, or that an answer
arrives. A raw transaction may be sent any number of times, for it can be mined once only. So a lost answer is
met by sending the same bytes again, and another nonce is used only once it is certain that the first can
never count.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import rlp  # type: ignore[import-untyped]
from eth_account import Account
from eth_utils.crypto import keccak

from ledger.chain.accounts import refuse_public_account
from ledger.chain.nonces import Nonces, Note, Turn
from ledger.chain.rpc import Call, Rpc
from ledger.errors import (
    BadInput,
    ChainUnavailable,
    Conflict,
    LedgerError,
    ReceiptTimeout,
    RpcError,
    TransactionRejected,
)
from ledger.ports import Signer

Json = dict[str, Any]

_ALREADY_THERE = (
    "already known",
    "already imported",
    "alreadyknown",
    "known transaction",
    "already in mempool",
)
_NONCE_USED = ("nonce too low", "nonce is too low", "invalid nonce", "oldnonce")
_NONCE_PENDING = ("replacement transaction", "could not replace", "replacement fee", "replacementnotallowed")
_NO_TRANSACTION = "0x" + "00" * 32
# Each is lost to whoever sends faster just then; a busy stranger wins eight in a row now and then.
_ATTEMPTS = 64
_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 0.32  # not money: seconds between two looks
_RESEND_AFTER = 5  # seconds without a receipt after which a transaction is handed to the network again


@dataclass(frozen=True)
class Draft:
    """A transaction without fee and nonce. `to` None creates a contract. `gas` None is found by
    simulation."""

    signer: Signer
    to: str | None
    data: str
    value: int = 0  # wei: native coin, for fees only
    gas: int | None = None

    def as_call(self) -> Json:
        call: Json = {"from": self.signer.address, "data": self.data}
        if self.to is not None:
            call["to"] = self.to
        if self.value:
            call["value"] = hex(self.value)
        return call


@dataclass(frozen=True)
class Signed:
    """A signed transaction, which may be sent any number of times. `raw` is 0x-hexadecimal."""

    sender: str
    nonce: int
    hash: str
    raw: str

    @classmethod
    def from_raw(cls, raw: str) -> Signed:
        """BadInput for anything that is no signed transaction."""
        try:
            data = bytes.fromhex(raw.removeprefix("0x"))
            typed = (
                data[0] < 0x80
            )  # EIP-2718: a type, then chain id and nonce; before it the nonce came first
            nonce = rlp.decode(data[1:])[1] if typed else rlp.decode(data)[0]
            sender = str(Account.recover_transaction(data))
        except (ValueError, TypeError, IndexError, rlp.exceptions.RLPException) as failure:
            raise BadInput("This is no signed transaction", had=raw[:20]) from failure
        return cls(sender, int.from_bytes(nonce, "big"), "0x" + keccak(data).hex(), "0x" + data.hex())


OnSigned = Callable[[Signed], None]
"""Called before a transaction leaves: whoever keeps `raw` can finish the act after a crash."""


class Sender:
    """Sends for any number of accounts over one connection.

    `timeout` is how long to wait for a block, `patience` how long to go on asking a chain that does not
    answer; both in seconds. `finality_depth` is how many blocks must follow before a block counts.
    """

    def __init__(
        self,
        rpc: Rpc,
        nonces: Nonces,
        chain_id: int,
        *,
        finality_depth: int,
        timeout: float,
        patience: float,
        public_accounts: bool,
        times: BlockTimes,
    ) -> None:
        self._rpc = rpc
        self._nonces = nonces
        self._chain_id = chain_id
        self._finality_depth = finality_depth
        self._timeout = timeout
        self._patience = patience
        self._public_accounts = public_accounts
        self._times = times

    def send(self, drafts: Sequence[Draft], on_signed: OnSigned | None = None) -> list[Signed]:
        """Hand these to the network in this order. Raises what simulating them raises, before any is sent."""
        if not self._public_accounts:
            for draft in drafts:
                refuse_public_account(draft.signer.address)
        with ExitStack() as held:
            turns = {
                address: held.enter_context(self._nonces.turn(address))
                for address in sorted({draft.signer.address for draft in drafts})  # one order: no deadlock
            }
            fees, ready, nonces = self._simulated(drafts, turns)
            return self._in_turn(ready, fees, nonces, turns, on_signed)

    def receipts(self, sent: Sequence[Signed]) -> list[Json]:
        """The receipts, once their blocks count. ReceiptTimeout names the first that is still missing."""
        deadline = time.monotonic() + self._timeout
        resend_at = time.monotonic() + _RESEND_AFTER
        found: dict[str, Json] = {}
        pause = _FIRST_PAUSE
        while True:
            missing = [one for one in sent if one.hash not in found]
            found |= self._settled([one.hash for one in missing])
            missing = [one for one in missing if one.hash not in found]
            if not missing:
                return [found[one.hash] for one in sent]
            if time.monotonic() > deadline:
                raise ReceiptTimeout(
                    f"{missing[0].hash} is in no block after {self._timeout} s", who=missing[0].hash
                )
            if time.monotonic() > resend_at:
                resend_at = time.monotonic() + _RESEND_AFTER
                self._check_alive(missing, self._hand_over(missing))
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def resend(self, raw: str) -> Json:
        """The receipt of a transaction that may or may not have been sent before.

        Raises Conflict when it can never be mined because its nonce went to another: the act did not happen.
        """
        sent = Signed.from_raw(raw)
        self._check_alive([sent], self._hand_over([sent]))
        return self.receipts([sent])[0]

    def _simulated(
        self, drafts: Sequence[Draft], turns: Mapping[str, Turn]
    ) -> tuple[Json, list[Draft], dict[str, int]]:
        """Fees, the drafts with the gas that they need, and the accounts' next nonces: all in one question.

        Raises RpcError for the first that would revert.
        """
        unknown = [draft for draft in drafts if draft.gas is None]
        calls: list[Call] = [
            ("eth_gasPrice", ()),
            ("eth_getBlockByNumber", ("latest", False)),
            ("eth_maxPriorityFeePerGas", ()),
            *(("eth_estimateGas", (draft.as_call(),)) for draft in unknown),
        ]
        asked = _nonce_calls(turns)
        answers = self._patiently([*calls, *asked])
        price, block, tip, *estimates = answers[: len(calls)]
        _raise_first(price, block, *estimates)
        limit = int(block["gasLimit"], 16)
        estimated = iter(estimates)
        ready = [
            draft
            if draft.gas is not None
            else replace(draft, gas=with_margin(int(next(estimated), 16), limit))
            for draft in drafts
        ]
        fees = fee_fields(int(price, 16), block.get("baseFeePerGas"), tip)
        return fees, ready, _next_nonces(turns, answers[len(calls) :])

    def _in_turn(
        self,
        drafts: Sequence[Draft],
        fees: Json,
        nonces: dict[str, int],
        turns: Mapping[str, Turn],
        on_signed: OnSigned | None,
    ) -> list[Signed]:
        sent: dict[int, Signed] = {}
        left = list(enumerate(drafts))
        for _ in range(_ATTEMPTS):
            signed = self._signed([draft for _, draft in left], fees, nonces, on_signed)
            outcomes = self._hand_over(signed)
            taken = [not _lost_its_nonce(outcome) for outcome in outcomes]
            sent |= {place: one for (place, _), one, ok in zip(left, signed, taken, strict=True) if ok}
            _note(turns, [one for one, outcome in zip(signed, outcomes, strict=True) if outcome is None])
            _raise_rejection(signed, outcomes)
            left = [pair for pair, ok in zip(left, taken, strict=True) if not ok]
            if not left:
                return [sent[place] for place in range(len(drafts))]
            nonces = _next_nonces(turns, self._patiently(_nonce_calls(turns)))
        raise Conflict(
            "Another program sends for this account without taking turns", who=left[0][1].signer.address
        )

    def _signed(
        self, drafts: Sequence[Draft], fees: Json, nonces: dict[str, int], on_signed: OnSigned | None
    ) -> list[Signed]:
        signed = []
        for draft in drafts:
            address = draft.signer.address
            signed.append(self._sign(draft, fees, nonces[address]))
            nonces[address] += 1
        for one in signed if on_signed else ():
            assert on_signed is not None
            on_signed(one)
        return signed

    def _sign(self, draft: Draft, fees: Json, nonce: int) -> Signed:
        transaction: Json = {
            "chainId": self._chain_id,
            "nonce": nonce,
            "gas": draft.gas,
            "value": draft.value,
            "data": draft.data,
            **fees,
        }
        if draft.to is not None:
            transaction["to"] = draft.to
        raw = draft.signer.sign_transaction(transaction)
        return Signed(draft.signer.address, nonce, "0x" + keccak(raw).hex(), "0x" + raw.hex())

    def _hand_over(self, signed: Sequence[Signed]) -> list[RpcError | None]:
        """For each: None when the network has it, else why not. Asks again, with the same bytes, for lost
        answers."""
        calls: list[Call] = [("eth_sendRawTransaction", (one.raw,)) for one in signed]
        answers = self._patiently(calls)
        outcomes = [None if isinstance(answer, str) else _refusal(answer) for answer in answers]
        return [
            None if _lost_its_nonce(outcome) and not self._is_lost(one) else outcome
            for one, outcome in zip(signed, outcomes, strict=True)
        ]

    def _is_lost(self, one: Signed) -> bool:
        """Whether its nonce went to another transaction for good, so that it can never be mined.

        A node that refuses the nonce may have it from an earlier sending of ours whose answer was lost. So
        wait until a node that has seen the nonce used says, in the same answer, that it does not know ours.
        """
        deadline = time.monotonic() + self._timeout
        while True:
            known, count = self._patiently(
                [
                    ("eth_getTransactionByHash", (one.hash,)),
                    ("eth_getTransactionCount", (one.sender, "latest")),
                ]
            )
            if isinstance(known, dict):
                return False
            if isinstance(count, str) and int(count, 16) > one.nonce:
                return True
            if time.monotonic() > deadline:
                raise ReceiptTimeout(
                    f"{one.hash} waits behind another transaction of its nonce", who=one.hash
                )
            time.sleep(_LONGEST_PAUSE)

    def _check_alive(self, signed: Sequence[Signed], outcomes: Sequence[RpcError | None]) -> None:
        for one, outcome in zip(signed, outcomes, strict=True):
            if _lost_its_nonce(outcome):
                raise Conflict(
                    "The account's nonce went to another transaction: this act did not happen", who=one.hash
                )

    def _settled(self, hashes: Sequence[str]) -> dict[str, Json]:
        """Receipts by hash, of those whose block has enough successors and is still the chain's."""
        calls: list[Call] = [("eth_getTransactionReceipt", (one,)) for one in hashes]
        head, *receipts = self._patiently([("eth_getBlockByNumber", ("latest", False)), *calls])
        if not isinstance(head, dict):
            return {}
        self._times.learn(head)
        deepest = int(head["number"], 16) - self._finality_depth
        return {
            receipt["transactionHash"]: receipt
            for receipt in receipts
            if isinstance(receipt, dict)
            and receipt.get("blockNumber")
            and int(receipt["blockNumber"], 16) <= deepest
        }

    def _patiently(self, calls: Sequence[Call]) -> list[Any]:
        """The answers; go on asking while the chain does not answer at all, for as long as patience lasts."""
        deadline = time.monotonic() + self._patience
        while True:
            try:
                return self._rpc.batch(calls)
            except ChainUnavailable:
                if time.monotonic() > deadline:
                    raise
            time.sleep(_LONGEST_PAUSE)


class BlockTimes:
    """The timestamps of blocks met lately, by hash, so that they need not be asked for again."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, int] = OrderedDict()

    def learn(self, block: Mapping[str, Any]) -> int:
        self._known[block["hash"]] = timestamp = int(block["timestamp"], 16)
        while len(self._known) > 256:
            self._known.popitem(last=False)
        return timestamp

    def get(self, block_hash: str) -> int | None:
        return self._known.get(block_hash)


def with_margin(estimate: int, block_limit: int) -> int:
    """A quarter more than estimated, since what others do first can cost us more; never more than a block
    holds."""
    return min(estimate + estimate // 4 + 5_000, block_limit)


def fee_fields(gas_price: int, base_fee: str | None, tip: object) -> Json:
    """What to offer: nothing where gas is free, EIP-1559 where blocks have a base fee, else one price. In
    wei.

    Twice the base fee lets it rise for five full blocks before what was sent no longer suffices.
    """
    if gas_price == 0 or base_fee is None:
        return {"gasPrice": gas_price}
    base = int(base_fee, 16)
    priority = int(tip, 16) if isinstance(tip, str) else max(0, gas_price - base)
    return {"maxFeePerGas": 2 * base + priority, "maxPriorityFeePerGas": priority}


def _nonce_calls(turns: Mapping[str, Turn]) -> list[Call]:
    """For each account its count, and whether the network knows the last transaction that was noted."""
    calls: list[Call] = []
    for address, turn in turns.items():
        note = turn.note()
        calls.append(("eth_getTransactionCount", (address, "pending")))
        calls.append(("eth_getTransactionByHash", (note.last if note else _NO_TRANSACTION,)))
    return calls


def _next_nonces(turns: Mapping[str, Turn], answers: Sequence[Any]) -> dict[str, int]:
    """The network's counts; or past our own last transaction, where the network knows it but lags in
    counting."""
    nonces = {}
    for (address, turn), count, last in zip(turns.items(), answers[::2], answers[1::2], strict=True):
        _raise_first(count)
        note = turn.note()
        pending = int(count, 16)
        nonces[address] = max(pending, note.next_nonce) if note and isinstance(last, dict) else pending
    return nonces


def _raise_first(*answers: Any) -> None:
    for answer in answers:
        if isinstance(answer, LedgerError):
            raise answer


def _refusal(answer: Any) -> RpcError | None:
    if not isinstance(answer, RpcError):
        raise answer if isinstance(answer, LedgerError) else BadInput("Not a transaction's hash", had=answer)
    return None if _says(answer, _ALREADY_THERE) else answer


def _says(error: RpcError, any_of: Sequence[str]) -> bool:
    message = error.message.lower()
    return any(words in message for words in any_of)


def _lost_its_nonce(outcome: RpcError | None) -> bool:
    return outcome is not None and _says(outcome, (*_NONCE_USED, *_NONCE_PENDING))


def _raise_rejection(signed: Sequence[Signed], outcomes: Sequence[RpcError | None]) -> None:
    for one, outcome in zip(signed, outcomes, strict=True):
        if outcome is not None and not _lost_its_nonce(outcome):
            taken = [other.hash for other, why in zip(signed, outcomes, strict=True) if why is None]
            raise TransactionRejected(
                f"The network does not take {one.hash}: {outcome.message}",
                who=one.sender,
                had=taken,
            )


def _note(turns: Mapping[str, Turn], taken: Sequence[Signed]) -> None:
    for address, turn in turns.items():
        mine = [one for one in taken if one.sender == address]
        if mine:
            turn.used(Note(mine[-1].nonce + 1, mine[-1].hash))
