"""`trace payment`: what funded a payment, back to the mint.

Every source is an interval of the payment; together they tile it. `bond`, `origin_start`, `project` and
`investor` name the bond nearest to the payment on the way back, where there is one. On general accounts the
rule is first in, first out, and named so in the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ledger.domain.history import MoveRef
from ledger.domain.intervals import Interval, tiles
from ledger.errors import BadInput, NotFound
from ledger.tracing.axes import Axis, Kind
from ledger.tracing.columns import MoveColumns
from ledger.tracing.hops import Json, path, place, rows_of, who
from ledger.tracing.walk import Flow, Horizon, Why, backward
from ledger.tracing.world import World

_PAID_TO = frozenset({Kind.GENERAL, Kind.CLAIM})


class SeveralPayments(BadInput):
    """One transaction made several payments. `had` lists them as `TX:LOG payee amount`."""

    code = "several-payments"


@dataclass(frozen=True, slots=True)
class _Move:
    """One cash move of the transaction that was asked for."""

    cash: str
    columns: MoveColumns
    row: int
    ref: MoveRef
    source: Axis
    target: Axis

    @property
    def amount(self) -> int:
        return int(self.columns.rows.amount[self.row])

    @property
    def is_payment(self) -> bool:
        return self.target.kind in _PAID_TO and self.source.kind is not Kind.SOURCE


def payment_trace(world: World, tx: str, log: int | None = None, horizon: Horizon | None = None) -> Json:
    """The answer of `greenledger trace payment TX[:LOG] --json`; shape in docs/specs.md.

    Args:
        tx: transaction hash.
        log: index in its block, needed when there are several payments; any cash move may be named.

    Raises:
        BadInput: malformed hash. NotFound: no such move. SeveralPayments: naming them.
    """
    move = _choose(_moves(world, tx), tx, log)
    rows, columns = move.columns.rows, move.columns
    first = int(rows.out_offset[move.row])
    flow = backward(
        columns,
        int(rows.from_axis[move.row]),
        first,
        first + move.amount,
        side=world.incoming(move.cash),
        horizon=horizon or Horizon(),
    )
    world.load(columns, rows_of(flow))
    sources = [_source(world, move, flow, leaf, first) for leaf in range(len(flow.leaves))]
    return _answer(world, move, sources, complete=_is_complete(flow, move.amount, first))


def _answer(world: World, move: _Move, sources: list[Json], *, complete: bool) -> Json:
    code, digits = world.currency(move.cash)
    payee = world.books.party(move.target.party) if move.target.party else None
    return {
        "chain_id": world.history.chain_id,
        "as_of_block": world.header.number,
        "block": move.ref.block,
        "block_hash": world.header.hash,
        "rule": "fifo",
        "tx": move.ref.tx,
        "log": move.ref.log,
        "amount": str(move.amount),
        "currency": code,
        "minor_unit": digits,
        "payer": who(world.books.party(move.source.party) if move.source.party else None),
        "payee": payee.name if payee else None,
        "payee_account": payee.account if payee else None,
        "illustrative": payee.illustrative if payee else False,
        "document": move.ref.document,
        "sources": sources,
        "complete": complete,
    }


def _moves(world: World, tx: str) -> list[_Move]:
    found = []
    for cash, block, log in world.history.moves_of(_checked(tx)):
        if block <= world.header.number:
            found.append(_move(world, cash, block, log))
    return found


def _checked(tx: str) -> str:
    digits = tx.lower().removeprefix("0x")
    if len(digits) != 64 or any(digit not in "0123456789abcdef" for digit in digits):
        raise BadInput("not a transaction hash", had=tx, needed="0x and 64 hexadecimal digits")
    return "0x" + digits


def _move(world: World, cash: str, block: int, log: int) -> _Move:
    columns = world.columns(cash)
    rows = columns.rows
    (row,) = np.flatnonzero((rows.block == block) & (rows.log == log))
    world.load(columns, np.array([row]))
    meanings = world.meanings()
    source, target = meanings[int(rows.from_axis[row])], meanings[int(rows.to_axis[row])]
    return _Move(cash, columns, int(row), world.ref(columns, int(row)), source, target)


def _choose(moves: list[_Move], tx: str, log: int | None) -> _Move:
    if log is not None:
        named = [move for move in moves if move.ref.log == log]
        if not named:
            raise NotFound(
                f"{tx} moved no cash at log {log}", who=tx, had=[m.ref.log for m in moves], needed=log
            )
        return named[0]
    if not moves:
        raise NotFound(f"{tx} moved no cash", who=tx)
    candidates = [move for move in moves if move.is_payment] or moves
    if len(candidates) > 1:
        listed = [_listed(move) for move in candidates]
        raise SeveralPayments(f"{tx} made {len(listed)} payments", who=tx, had=listed, needed="TX:LOG")
    return candidates[0]


def _listed(move: _Move) -> str:
    return f"{place(move.ref)} {move.target.party or move.target.kind.value} {move.amount}"


def _is_complete(flow: Flow, amount: int, first: int) -> bool:
    """Every fen was followed back to its mint."""
    leaves = flow.leaves
    ends = zip(leaves.start.tolist(), leaves.amount.tolist(), strict=True)
    whole = tiles(
        (Interval(start, start + length) for start, length in ends), Interval(first, first + amount)
    )
    return whole and bool((leaves.why == Why.STOP).all())


def _source(world: World, move: _Move, flow: Flow, leaf: int, first: int) -> Json:
    start, amount = int(flow.leaves.start[leaf]), int(flow.leaves.amount[leaf])
    return {
        "start": str(start - first),
        "end": str(start - first + amount),
        "amount": str(amount),
        **_origin(world, flow, leaf, start, amount),
        "end_of_trace": _end(world, flow, leaf),
        "path": path(world, move.columns, flow, leaf, start, amount),
    }


def _end(world: World, flow: Flow, leaf: int) -> str:
    if int(flow.leaves.why[leaf]) == Why.CUT:
        return "cut"
    kind = world.meanings()[flow.axis(leaf)].kind
    return "minted" if kind is Kind.SOURCE else kind.value


def _origin(world: World, flow: Flow, leaf: int, start: int, amount: int) -> dict[str, Any]:
    """The nearest bond on the way back, with the origin numbers, the project and the investor."""
    books, found = (
        world.books,
        dict.fromkeys(("bond", "label", "origin_start", "origin_end", "project", "line")),
    )
    investor = None
    for node in flow.path(leaf):
        meaning = world.meanings()[int(flow.nodes.axis[node])]
        if meaning.kind is Kind.LINE and found["line"] is None:
            line = books.lines[meaning.line]
            found |= {"line": line.label, "project": books.projects[line.project].label}
        if meaning.kind is Kind.ORIGIN:
            at = flow.number(node, start)
            found |= {"bond": meaning.bond, "label": books.bonds[meaning.bond].label}
            found |= {"origin_start": str(at), "origin_end": str(at + amount)}
        if meaning.kind is Kind.ESCROW and found["bond"] is not None:
            investor = books.party(meaning.party)
            break
    return {**found, "investor": who(investor)}
