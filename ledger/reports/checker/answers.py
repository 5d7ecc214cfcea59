"""Answers that follow money: where an interval went, what funded a payment or a piece, an account's moves."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

if __package__:
    from .moves import (
        ENDLESS,
        LEFT,
        LINE_OPENED,
        OUTSIDE,
        UNNAMED,
        Cash,
        Horizon,
        Leaf,
        Move,
        Stop,
        axis_of,
    )
    from .packs import Pack
    from .proofs import keccak, need
    from .sweeps import check_mixed, left
else:  # a copy in a pack, where Python shall leave no file of its own
    sys.dont_write_bytecode = True
    from sweeps import *  # type: ignore[import-not-found]  # noqa: F403

PROJECT = keccak(b"ProjectRegistered(uint32,uint32,address,uint8,bytes3,uint96,string,bytes32)")
Json = Mapping[str, Any]


def text_at(data: bytes, argument: int) -> str:
    """A string among an event's arguments."""
    start = int.from_bytes(data[32 * argument : 32 * argument + 32], "big")
    length = int.from_bytes(data[start : start + 32], "big")
    return data[start + 32 : start + 32 + length].decode()


def names_of(cash: Cash, axis: str) -> dict[str, str | None]:
    """What a budget line and its project were called when they were opened."""
    for _, (line, _, project), data in cash.pack.emitted(cash.controller, LINE_OPENED):
        if axis == axis_of("LINE", line):
            told = [d for _, (p, *_), d in cash.pack.emitted(cash.controller, PROJECT) if p == project]
            return {"line": text_at(data, 2), "project": text_at(told[0], 3) if told else None}
    return {"line": None, "project": None}


def sub_account(cash: Cash, axis: str) -> dict[str, Any]:
    """What an axis is for, as answers call it; of a purpose without a name in counters.json nothing."""
    kind = cash.kind(axis)
    return (
        {}
        if kind == UNNAMED
        else {"sub_account": {OUTSIDE: "general"}.get(kind, kind.lower().replace("_", " "))}
    )


def path(cash: Cash, leaf: Leaf, start: int, end: int) -> list[dict[str, Any]]:
    """The sub-accounts that fen `[start, end)` of a leaf stood on."""
    return [
        {
            "address": stop.axis,
            "start": str(start + stop.shift),
            "end": str(end + stop.shift),
            "tx": stop.move.tx if stop.move else None,
            "block": stop.move.block if stop.move else None,
            "document": stop.move.cited if stop.move else None,
            "refund_of": stop.refund_of or None,
            **sub_account(cash, stop.axis),
        }
        for stop in leaf.stops
    ]


def tiled(
    pack: Pack, told: Sequence[Any], leaves: Sequence[Leaf], start: int, end: int, name: str
) -> Iterator[tuple[Any, Leaf]]:
    """Each part of an answer with the leaf that has it. They tile `[start, end)`."""
    reached, at = start, 0
    for part in told:
        low, high = int(part["start"]), int(part["end"])
        pack.step = f"answer.json: {name} [{low}, {high})"
        need(low == reached < high, f"the one before it ends at {reached}")
        while at < len(leaves) and leaves[at].end <= low:
            at += 1
        need(at < len(leaves) and high <= leaves[at].end, "its fen did not all go the same way")
        need(part["amount"] == str(high - low), f"amount is {high - low}")
        yield part, leaves[at]
        reached = high
    need(reached == end, f"it ends before {end}")


def horizon_of(told: Json) -> Horizon:
    asked = told.get("horizon") or {}
    until, hops = asked.get("until"), asked.get("hops")
    need(until is None or str(until).isdigit(), "a day is no horizon that a pack proves; a block is")
    return Horizon(
        ENDLESS if hops is None else hops,
        int(asked.get("least", 1)),
        None if until is None else int(until),
    )


def need_whole(told: Json) -> None:
    need(horizon_of(told) == Horizon(), "by a rule that numbers no fen only a whole trace is proved")


# --- where money went -----------------------------------------------------------------------------------


def rest(cash: Cash, leaf: Leaf, start: int, end: int, told: Json) -> dict[str, Any]:
    """Where fen are now; at a conversion they end as the answer says (attested), on their way."""
    way, axis = path(cash, leaf, start, end), leaf.last.axis
    if told["horizon"] == "converted":
        return {"path": way[: len(told["path"])]}
    said: dict[str, Any] = {"path": way}
    if cash.kind(axis) != UNNAMED:
        ended = "cut" if leaf.why == "cut" else LEFT.get(cash.kind(axis))
        said |= {"account": cash.party(axis), "horizon": ended, **sub_account(cash, axis)}
    return said


# --- what money was before ------------------------------------------------------------------------------


def source(cash: Cash, leaf: Leaf, start: int, end: int, told: Json) -> dict[str, Any]:
    """What funded fen `[start, end)` of a walk back: to the mint, past the nearest bond."""
    way = path(cash, leaf, start, end)
    if told["end_of_trace"] == "converted":
        return {"path": way[: len(told["path"])]}
    kinds = [cash.kind(stop.axis) for stop in leaf.stops]
    said: dict[str, Any] = {
        "path": way,
        "end_of_trace": "cut" if leaf.why == "cut" else "minted",
        "bond": None,
    }
    if "ORIGIN" in kinds:
        step = kinds.index("ORIGIN")
        origin = leaf.stops[step]
        lines = [stop.axis for stop in leaf.stops[:step] if cash.kind(stop.axis) == "LINE"]
        escrow = [cash.party(stop.axis) for stop in leaf.stops[step:] if cash.kind(stop.axis) == "ESCROW"]
        said |= {"bond": cash.bond_of(origin.axis), "investor": {"account": escrow[0] if escrow else None}}
        said |= {"origin_start": str(start + origin.shift), "origin_end": str(end + origin.shift)}
        said |= names_of(cash, lines[0] if lines else "")
    return said


def check_sources(
    cash: Cash,
    told: Json,
    axis: str,
    start: int,
    end: int,
    row: int | None,
    first: int,
    rule: str,
    horizon: Horizon,
) -> None:
    """The sources of numbers `[start, end)` of an axis, which left it with the move `row`."""
    pack = cash.pack
    if rule == "fifo":
        leaves = cash.walk(axis, start, end, back=True, horizon=horizon)
        moved = [leaf._replace(start=leaf.start - first, end=leaf.end - first) for leaf in leaves]
        for part, leaf in tiled(pack, told["sources"], moved, start - first, end - first, "source"):
            low, high = int(part["start"]) + first, int(part["end"]) + first
            pack.same(part, source(cash, leaf, low, high, part))
        cut = sum(leaf.end - leaf.start for leaf in leaves if leaf.why == "cut")
        pack.step = "answer.json"
        pack.same(told, {"cut": str(cut), "complete": all(leaf.why == "end" for leaf in leaves)})
        return
    starts = [(row, axis, end - start)] if row is not None else left(cash, axis, start, end)
    check_mixed(cash, told["sources"], starts, rule)
    need(told["cut"] == "0" and told["complete"] is True, "it denies that it is complete")


# --- kinds -----------------------------------------------------------------------------------------------


class AccountPack(Pack):
    """Every move into and out of one account, in one ledger cash, and so its balance at any time."""

    kind = "account"
    subject = ("account", "cash")

    def check_kind(self) -> None:
        cash, account = Cash(self, self.facts["cash"]), self.facts["account"]
        into, out = cash.counters(cash.whole(account))
        answer = self.load("answer.json")
        self.check_place(answer)
        balance, rows = 0, []
        for move in cash.moves:
            if account in (move.from_axis, move.to_axis):
                balance += move.amount if move.to_axis == account else -move.amount
                rows.append(account_row(move, account, balance))
        self.same(answer, {"in": str(into), "out": str(out), "balance": str(into - out), "moves": rows})


def account_row(move: Move, account: str, balance: int) -> dict[str, Any]:
    into = move.to_axis == account
    return {
        "block": move.block,
        "tx": move.tx,
        "direction": "in" if into else "out",
        "other": move.from_axis if into else move.to_axis,
        "amount": str(move.amount),
        "offset": str(move.in_offset if into else move.out_offset),
        "balance": str(balance),
        "document": move.document,
    }


def move_at(cash: Cash, place: str) -> int:
    """A move by block/transaction/log, as counters.json names it."""
    found = [at for at, move in enumerate(cash.moves) if move.place == place]
    need(found, f"the payment {place} is missing")
    return found[0]


class PaymentPack(Pack):
    """`trace payment`: what funded a payment, back to the mint."""

    kind = "payment"
    subject = ("cash",)

    def check_kind(self) -> None:
        cash = Cash(self, self.facts["cash"])
        self.at = move_at(cash, self.facts["payment"])
        self.payment = move = cash.moves[self.at]
        answer = self.load("answer.json")
        self.check_place(answer | {"cash": self.facts["cash"]})
        said = {"block": move.block, "tx": move.tx, "amount": str(move.amount), "document": move.cited}
        payer, payee = cash.party(move.from_axis), cash.party(move.to_axis)
        known = {axis for axis in (move.from_axis, move.to_axis) if cash.kind(axis) != UNNAMED}
        said |= {"payer": {"account": payer}} if move.from_axis in known else {}
        said |= {"payee_account": payee} if move.to_axis in known else {}
        self.same(answer, said)
        if answer["rule"] != "fifo":
            need_whole(answer)
        first = move.out_offset
        ends = (first, first + move.amount)
        check_sources(cash, answer, move.from_axis, *ends, self.at, first, answer["rule"], horizon_of(answer))

    def found(self) -> dict[str, Any]:
        return {"payment": self.payment.place, "amount": self.payment.amount}


class FundingPack(Pack):
    """`trace piece`: the bond money behind a piece, fen for fen, and what its financiers paid with."""

    kind = "piece"
    subject = ("receivable",)

    def check_kind(self) -> None:
        cash, answer = Cash(self, self.facts["cash"]), self.load("answer.json")
        self.check_place(answer)
        start, end, rule = int(answer["start"]), int(answer["end"]), answer["rule"]
        self.same(answer, {"amount": str(end - start)})
        axis, behind = axis_of("ENCUMBRANCE", int(answer["receivable"])), answer["encumbered"]
        came = cash.counters(axis)[0]
        need((behind is None) == (came == 0), f"a bond locked {came} for it")
        if behind is not None:
            self.same(behind, {"amount": str(end - start)}, "encumbered")
            check_sources(cash, behind, axis, start, end, None, 0, rule, horizon_of(answer))
        places = self.facts["purchases"]
        need(len(places) == len(answer["purchases"]), f"there are {len(places)} purchases")
        for place, told in zip(places, answer["purchases"]):  # noqa: B905
            at = move_at(cash, place)
            move = cash.moves[at]
            said = {"tx": move.tx, "amount": str(move.amount), "payee": {"account": cash.party(move.to_axis)}}
            self.same(told, said | {"financier": {"account": cash.party(move.from_axis)}}, "purchase")
            first = move.out_offset
            check_sources(
                cash, told, move.from_axis, first, first + move.amount, at, first, rule, horizon_of(answer)
            )
        if rule != "fifo":
            need_whole(answer)


class RestingPack(Pack):
    """`trace idle --party`: what rests with a participant, and since when."""

    kind = "resting"
    subject = ("account",)

    def check_kind(self) -> None:
        account, answer = str(self.facts["account"]), self.load("answer.json")
        self.check_place(answer)
        sections = {(one["cash"].lower(), one["address"].lower()): one for one in answer["sections"]}
        need(len(sections) == len(answer["sections"]), "a sub-account is told twice")
        for address in self.facts["cashes"]:
            cash = Cash(self, address)
            for axis in sorted({account, *(axis for axis in cash.purposes if cash.party(axis) == account)}):
                self.check_section(cash, axis, sections.pop((cash.address, axis), None))
        need(not sections, f"counters.json does not name {sorted(sections)}")

    def check_section(self, cash: Cash, axis: str, told: Any) -> None:
        into, out = cash.counters(axis)
        self.step = "answer.json"
        need((told is None) == (into == out), f"{into - out} rest on {axis} of {cash.address}")
        if told is not None:
            self.same(told, {"amount": str(into - out), **sub_account(cash, axis)})
            came = cash.cut(axis, out, into, back=True)
            leaves = [
                Leaf(low, high, (Stop(axis, 0, cash.moves[at]),)) for low, high, at in came if at is not None
            ]
            for part, leaf in tiled(self, told["intervals"], leaves, out, into, f"{axis} interval"):
                assert leaf.last.move is not None
                self.same(part, waits(self, leaf.last.move, leaf.last.move))


def waits(pack: Pack, received: Move, since: Move) -> dict[str, Any]:
    """How long fen have waited, in seconds; days follow business dates, which are attested."""
    age = pack.time(pack.head) - pack.time(received.block)
    came = {"block": received.block, "time": pack.time(received.block)}
    stands = {"block": since.block, "time": pack.time(since.block), "tx": since.tx}
    return {"age_seconds": age, "received": came, "since": stands}
