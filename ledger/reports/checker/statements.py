"""A participant's whole statement: its money in each cash, its units of each bond, its claims on others."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

if __package__:
    from .answers import sub_account
    from .moves import UNNAMED, Cash
    from .packs import Pack, bits, slot_of
    from .pieces import STATES, Piece, Receivable
    from .proofs import hexed, keccak, need, word
else:  # a copy in a pack, where Python shall leave no file of its own
    sys.dont_write_bytecode = True
    from answers import *  # type: ignore[import-not-found]  # noqa: F403
    from pieces import *  # type: ignore[import-not-found]  # noqa: F403

TRANSFER = keccak(b"Transfer(address,address,uint256)")
HOLDINGS_SLOT = 3
Json = Mapping[str, Any]


class StatementPack(Pack):
    """`statement`, between two blocks. Which cashes, bonds and receivables there are is as counters.json
    says: of each that it names, nothing is missing."""

    kind = "statement"
    subject = ("account",)

    def check_kind(self) -> None:
        answer = self.load("answer.json")
        last = {name: answer["last"][name] for name in ("block", "block_hash")}
        self.check_place(answer | last)
        self.account = str(self.facts["account"])
        self.first = -1 if answer["first"] is None else int(answer["first"]["block"])
        self.check_cash(answer["cash"])
        units = {one["bond"]: one for one in answer["units"]}
        for one in self.facts["units"]:
            self.step = f"answer.json: units of bond {one['bond']}"
            self.same_or_none(units.pop(one["bond"], None), self.units(one["token"]))
        need(not units, f"counters.json does not name the units of {', '.join(map(str, units))}")
        claims = {one["receivable"]: one for one in answer["pieces"]}
        for number in self.facts["receivables"]:
            self.same_or_none(claims.pop(str(number), None), self.claims(number))
        need(not claims, f"counters.json does not name {', '.join(claims)}")

    def same_or_none(self, told: Any, proved: Json | None) -> None:
        need((told is None) == (proved is None), "left out, or without cause")
        if proved is not None:
            self.same(told, dict(proved))

    # --- money ---

    def check_cash(self, told: Sequence[Any]) -> None:
        sections = {(one["cash"].lower(), one["address"].lower()): one for one in told}
        need(len(sections) == len(told), "a sub-account is told twice")
        for address in self.facts["cashes"]:
            cash = Cash(self, address)
            mine = {self.account, *(axis for axis in cash.purposes if self.is_own(cash, axis))}
            for axis in sorted(mine):
                self.step = f"answer.json: {axis} of {cash.address}"
                self.same_or_none(sections.pop((cash.address, axis), None), self.money(cash, axis))
        need(not sections, f"counters.json does not name {sorted(sections)}")

    def is_own(self, cash: Cash, axis: str) -> bool:
        return cash.kind(axis) in ("CLAIM", "REDEMPTION") and cash.party(axis) == self.account

    def money(self, cash: Cash, axis: str) -> Json | None:
        into, out = cash.counters(cash.whole(axis))
        if not into:
            return None
        opening, balance, rows = 0, 0, []
        for move in cash.moves:
            if axis in (move.from_axis, move.to_axis):
                gains = move.to_axis == axis
                balance += move.amount if gains else -move.amount
                if move.block <= self.first:
                    opening = balance
                    continue
                other = move.from_axis if gains else move.to_axis
                known = {} if cash.kind(other) == UNNAMED else {"account": cash.party(other)}
                rows.append({
                    "block": move.block,
                    "tx": move.tx,
                    "received": str(move.amount if gains else 0),
                    "paid": str(0 if gains else move.amount),
                    "balance": str(balance),
                    "document": move.cited,
                    "counterpart": {**known, **sub_account(cash, other)},
                })  # fmt: skip
        received, paid = (sum(int(str(row[name])) for row in rows) for name in ("received", "paid"))
        sums = {"opening": opening, "received": received, "paid": paid, "closing": into - out}
        return {**{name: str(amount) for name, amount in sums.items()}, "moves": rows}

    # --- units ---

    def units(self, token: str) -> Json | None:
        """Units are counted by the holder's word in the state; two transfers that undo each other would not
        be missed."""
        balance, opening, rows = 0, 0, []
        seen = False
        for place, topics, data in self.emitted(token, TRANSFER):
            source, target = (hexed(word(topic)[12:]) for topic in topics[:2])
            gain = int.from_bytes(data[:32], "big") * ((target == self.account) - (source == self.account))
            if not gain:
                continue
            balance, seen = balance + gain, True
            if place[0] <= self.first:
                opening = balance
                continue
            other = source if gain > 0 else target
            rows.append({
                "block": place[0],
                "received": str(max(gain, 0)),
                "given": str(max(-gain, 0)),
                "balance": str(balance),
                "counterpart": {"account": other if int(other, 16) else None},
            })  # fmt: skip
        held = bits(self.word(token, slot_of(HOLDINGS_SLOT, self.account), f"units in {token}"), 0, 64)
        need(held == balance, f"the transfers come to {balance}, and {held} are held")
        return {"opening": str(opening), "closing": str(balance), "moves": rows} if seen else None

    # --- claims on others ---

    def claims(self, number: int) -> Json | None:
        book = self.facts["book"]
        now = Receivable(self, book, number).pieces
        was = Receivable(self, book, number, self.first).pieces
        self.step = f"answer.json: receivable {number}"
        changes = []
        for start, piece in sorted(now.items()):
            before = next((one for at, one in was.items() if at <= start < one.end), None)
            if self.holds(before) != self.holds(piece):
                changes.append(self.change(start, before, piece))
        held = {name: sum(one.end - at for at, one in book_.items() if self.holds(one))
                for name, book_ in (("opening", was), ("closing", now))}  # fmt: skip
        if not changes and not any(held.values()):
            return None
        gained = sum(int(one["amount"]) for one in changes if self.holds(now[int(one["start"])]))
        lost = sum(int(one["amount"]) for one in changes) - gained
        sums = {**held, "gained": gained, "lost": lost}
        return {**{name: str(amount) for name, amount in sums.items()}, "changes": changes}

    def holds(self, piece: Piece | None) -> bool:
        return piece is not None and piece.is_live and piece.holder == self.account

    def change(self, start: int, before: Piece | None, after: Piece) -> dict[str, Any]:
        seen = len(before.steps) if before else 0
        return {
            "start": str(start),
            "end": str(after.end),
            "amount": str(after.end - start),
            "before": told(before),
            "after": told(after),
            "documents": [step[2] for step in after.steps[seen:]],
        }


def told(piece: Piece | None) -> dict[str, Any] | None:
    return piece and {"holder": {"account": piece.holder}, "state": STATES[piece.state & 7]}
