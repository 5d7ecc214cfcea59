"""A pack's checker, read with the chain at hand: what it asks for is what the pack must have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ledger.errors import BadInput
from ledger.reports.checker.moves import AXES_SLOT, Gap
from ledger.reports.checker.packs import slot_of
from ledger.reports.checker.pieces import Hole
from ledger.reports.checker.proofs import Wrong, hexed, rlp_decode, unhex
from ledger.reports.checker.verify_pack import KINDS
from ledger.reports.sources import EvidenceChain, Json, Place, account_places, act_places
from ledger.reports.wire import header_rlp

_SLOTS_AT_ONCE: Final = 128
MOST_TRANSACTIONS: Final = 20_000
"""In one pack: beyond that it would be a copy of the ledger, and take hours to check."""


class State:
    """Words of storage at one block, fetched as they are asked for; each with its proof."""

    def __init__(self, chain: EvidenceChain, block: int) -> None:
        self._chain, self._block = chain, block
        self._accounts: dict[str, Json] = {}
        self._words: dict[tuple[str, str], Json] = {}
        self._used: dict[str, dict[str, None]] = {}

    def expect(self, cash: str | None, axes: Mapping[str, Any]) -> None:
        """That the counters of these will be asked for: many at once are fetched faster."""
        if cash:
            self._fetch(cash, [hexed(slot_of(AXES_SLOT, axis)) for axis in axes])

    def word(self, contract: str, slot: bytes) -> int:
        """One word, which the pack will have."""
        key = hexed(slot)
        self._fetch(contract, [key])
        self._used.setdefault(contract, {})[key] = None
        return int(self._words[contract, key]["value"], 16)

    def proofs(self) -> list[Json]:
        """As `counters.json` has them."""
        return [
            {
                "address": contract,
                "code_hash": self._accounts[contract]["codeHash"],
                "account_proof": self._accounts[contract]["accountProof"],
                "words": [self._told(contract, key) for key in keys],
            }
            for contract, keys in self._used.items()
        ]

    def _told(self, contract: str, key: str) -> Json:
        found = self._words[contract, key]
        return {"slot": key, "value": hex(int(found["value"], 16)), "proof": found["proof"]}

    def _fetch(self, contract: str, keys: list[str]) -> None:
        fresh = [key for key in dict.fromkeys(keys) if (contract, key) not in self._words]
        for at in range(0, len(fresh), _SLOTS_AT_ONCE):
            some = fresh[at : at + _SLOTS_AT_ONCE]
            account = self._chain.proof(contract, [int(key, 16) for key in some], self._block)
            self._accounts[contract] = account
            for key, found in zip(some, account["storageProof"], strict=True):
                self._words[contract, key] = found


class MostMissing:
    """Fetches what a checker misses, once: what is missing then is missing in the chain."""

    def __init__(self, chain: EvidenceChain, first: int, last: int) -> None:
        self._chain, self._first, self._last = chain, first, last
        self._asked: set[tuple[str, Any]] = set()

    def of(self, wrong: Wrong) -> list[Place]:
        """The transactions that may have what is missing; none when they were fetched before."""
        if isinstance(wrong, Gap):
            key: tuple[str, Any] = (wrong.cash, wrong.axis)
        elif isinstance(wrong, Hole):
            key = (wrong.book, wrong.receivable)
        else:
            return []
        if key in self._asked:
            return []
        self._asked.add(key)
        find: Any = account_places if isinstance(wrong, Gap) else act_places
        found: list[Place] = find(self._chain, *key, self._first, self._last)
        return found


class Rehearsal:
    """One reading of the answer by the checker of its kind."""

    def __init__(
        self,
        kind: str,
        answer: Json,
        facts: Json,
        headers: Mapping[int, Json],
        receipts: Mapping[Place, Json],
        state: State,
    ) -> None:
        if len(receipts) > MOST_TRANSACTIONS:
            raise BadInput("too much is mixed for one pack", had=len(receipts), needed=MOST_TRANSACTIONS)
        self._pack = KINDS[kind]({})
        self._pack.facts = dict(facts)
        for number, fields in headers.items():
            encoded = header_rlp(fields)
            self._pack.blocks[number] = [unhex(fields["hash"]), *rlp_decode(encoded)]
        self._pack.logs = sorted(
            (log for part in receipts.values() for log in _logs(part)), key=lambda log: log[0]
        )
        self._answer, self._state = answer, state

    @property
    def rows(self) -> dict[tuple[int, int, int], dict[str, Any]]:
        """The acts that the answer follows from."""
        return self._pack.rows

    def run(self, missing: MostMissing) -> list[Place]:
        """What has to be fetched before another reading; empty when the answer follows.

        Raises:
            Wrong: when it does not.
        """
        pack: Any = self._pack
        pack.load = self._load
        pack.word = self._word
        try:
            self._pack.check_kind()
        except Wrong as wrong:
            more = missing.of(wrong)
            if not more:
                raise Wrong(f"{self._pack.step}: {wrong}") from None
            return more
        return []

    def _load(self, name: str) -> Any:
        self._pack.step = name
        return self._answer

    def _word(self, contract: str, slot: bytes, what: str) -> int:
        return self._state.word(contract, slot)


def _logs(part: Json) -> list[tuple[tuple[int, int, int], str, Any]]:
    place = (part["block"], part["tx_index"])
    return [
        (
            (*place, position),
            part["tx"],
            [unhex(log["address"].lower()), [unhex(topic) for topic in log["topics"]], unhex(log["data"])],
        )
        for position, log in enumerate(part["logs"])
    ]
