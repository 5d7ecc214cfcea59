"""What a pack about one account proves: every move into and out of it, and so its balance at any time."""

from __future__ import annotations

import sys
from typing import Any

if __package__:
    from .fates import Move
    from .packs import OUTSIDE, CashPack
    from .proofs import need
else:  # a copy in a pack, where Python shall leave no file of its own
    sys.dont_write_bytecode = True
    from packs import *  # type: ignore[import-not-found]  # noqa: F403


class AccountPack(CashPack):
    """A participant's whole statement in one ledger cash."""

    kind = "account"
    subject = ("account", "cash")

    def ours(self) -> list[str]:
        account = str(self.facts["account"])
        need(self.purposes.get(account) == [OUTSIDE], f"{account} is not given as an account")
        return [account]

    def check_answer(self) -> None:
        """Names of parties, and fields beyond those compared here, are attested."""
        answer, balance = self.load("answer.json"), 0
        into, out = self.counters[self.facts["account"]]
        for field, value in (("in", into), ("out", out), ("balance", into - out)):
            need(answer[field] == str(value), f"{field} is {value}")
        need(len(answer["moves"]) == len(self.moves), f"there are {len(self.moves)} moves")
        for row, move in zip(answer["moves"], self.moves):  # noqa: B905  as long as each other; Python 3.9
            self.step = f"answer.json: {move}"
            sign = 1 if move.to_axis == self.facts["account"] else -1
            balance += sign * move.amount
            for field, had in {**self.expected(move), "balance": str(balance)}.items():
                need(row[field] == had, f"{field} is {had}")

    def expected(self, move: Move) -> dict[str, Any]:
        into = move.to_axis == self.facts["account"]
        return {
            "block": move.block,
            "tx": move.tx,
            "direction": "in" if into else "out",
            "other": move.from_axis if into else move.to_axis,
            "amount": str(move.amount),
            "offset": str(move.in_offset if into else move.out_offset),
            "document": move.document,
        }
