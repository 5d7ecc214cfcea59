"""Money outside the ledger that an answer shows beside what is proved: who said it, and that it stands.

What a leg says stays attested. Proved is that its attester said so on this chain, and had not taken it back.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

if __package__:
    from .packs import Pack, bits, slot_of, values_of
    from .proofs import hexed, keccak, need, word
else:  # a copy in a pack, where Python shall leave no file of its own
    sys.dont_write_bytecode = True
    from packs import *  # type: ignore[import-not-found]  # noqa: F403

_LEG = (
    b"(uint32,address,bytes3,uint8,uint32,uint112,address,address,bytes32,bytes32,uint64,"
    b"string,string,string,string,string,string))"
)
ATTESTED = keccak(b"LegAttested(uint64,address,uint32," + _LEG)
REPORTED = keccak(b"LegReported(uint64,address,address," + _LEG)
CONFIRMED = keccak(b"LegConfirmed(uint64,address)")
LEGS_SLOT, STANDS = 1, 2


def check_legs(pack: Pack, told: Mapping[str, Any] | None) -> None:
    """`attested` of an answer: each leg on its ways was attested and stands; its sums are its own."""
    if told is None:
        return
    pack.step = "answer.json: attested"
    need(told["standing"] == "attested", "legs are attested and never proved")
    reached, states = 0, {"held": 0, "spent": 0, "returned": 0}
    for one in told["intervals"]:
        start, end = int(one["start"]), int(one["end"])
        need(start == reached < end, f"interval [{start}, {end}): the one before it ends at {reached}")
        states[one["state"]] += end - start
        reached = end
    if "raised" in told:
        need(str(reached) == told["raised"], f"what was raised there is {reached}")
        pack.same(told, {"states": {state: str(amount) for state, amount in states.items()}}, "attested")
    for one in (*told["intervals"], *told["continuations"]):
        for stop in one["path"]:
            check_leg(pack, stop)


def check_leg(pack: Pack, stop: Mapping[str, Any]) -> None:
    pack.step = f"answer.json: attested: leg {stop['leg']}"
    address = pack.facts["legs"]
    said = [values for number, values in contents(pack, address) if number == stop["leg"]]
    need(said, "no receipt has it")
    state = bits(pack.word(address, slot_of(LEGS_SLOT, stop["leg"]), f"leg {stop['leg']}"), 160, 8)
    need(state == STANDS, "it is not attested, or was taken back")
    pack.same(stop, {"bank_reference": hexed(word(said[0][9])), "document": hexed(word(said[0][10]))})
    amount = int(stop["end"]) - int(stop["start"])
    need(amount <= said[0][6], f"it is of {said[0][6]}, not of {amount}")


def contents(pack: Pack, address: str) -> Iterator[tuple[int, list[int]]]:
    """What each leg says, with the receipt that put it in force among the pack's acts."""
    confirmed = {topics[0] for _, topics, _ in pack.emitted(address, CONFIRMED)}
    for event in (ATTESTED, REPORTED):
        for _, topics, data in pack.emitted(address, event):
            if event == ATTESTED or topics[0] in confirmed:
                yield topics[0], values_of(data)
