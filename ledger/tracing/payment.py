"""`trace payment`: what funded a payment, back to the mint.

Every source is an interval of the payment; together they tile it. `bond`, `origin_start`, `project` and
`investor` name the bond nearest to the payment on the way back, where there is one. On general accounts the
rule is first in, first out, and named so in the answer.

By the rules that number no fen, a source is a bond, or money that was minted to somebody and passed no bond's
books: `[{bond, label, end_of_trace, party, account, illustrative, sub_account, name, horizon, least, most}]`,
as `ledger.tracing.holders` tells them.

The answer (amounts and numbers of fen are integer strings in minor units):

    {chain_id, as_of_block, as_of_block_hash, rule, horizon, block, tx, log, amount, currency, minor_unit,
     payer, payee, payee_account, illustrative, document,
     sources: [{start, end, amount, bond, label, origin_start, origin_end, project, line, investor,
                end_of_trace, path}], cut, complete}

`block` is the payment's, `as_of_block` the index's. `cut`: fen beyond the horizon that was asked for.
`complete`: the sources tile the payment and every fen was followed to its mint. `path` runs from the payment
back (`ledger.tracing.hops`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ledger.domain.history import MoveRef
from ledger.domain.intervals import Interval, tiles
from ledger.domain.limits import UNLIMITED, Limits
from ledger.errors import BadInput, NotFound
from ledger.tracing.axes import Axis, Kind
from ledger.tracing.books import Party
from ledger.tracing.columns import MoveColumns
from ledger.tracing.holders import require_rule
from ledger.tracing.holders import sources as sources_by
from ledger.tracing.hops import Json, Trail, place, rows_of, who
from ledger.tracing.shares import Rule
from ledger.tracing.sweep import Start
from ledger.tracing.walk import Flow, Horizon, Why, backward, require_range
from ledger.tracing.world import World

_PAID_TO: Final = frozenset({Kind.GENERAL, Kind.CLAIM})
_ENDS: Final = {Kind.SOURCE: "minted"}


class SeveralPayments(BadInput):
    """One transaction made several payments. `had` lists them as `TX:LOG payee amount`."""

    code = "several-payments"


@dataclass(frozen=True, slots=True)
class CashMove:
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


def payment_trace(
    world: World,
    tx: str,
    log: int | None = None,
    rule: str = Rule.FIFO,
    limits: Limits = UNLIMITED,
) -> Json:
    """The answer of `greenledger trace payment TX[:LOG] --json`, in the shape given above.

    Args:
        tx: transaction hash.
        log: index in its block, needed when there are several payments; any cash move may be named.
        rule: how money is followed where it mixes: fifo, prorata or bounds.
        limits: how far it is followed.

    Raises:
        BadInput: malformed hash. NotFound: no such move. SeveralPayments: naming them.
    """
    chosen = Rule.named(rule)
    require_rule(chosen, limits)
    move = _choose(_moves(world, tx), tx, log)
    found = funding_of(world, move, chosen, limits)
    asked = {"hops": limits.hops, "until": limits.until, "least": str(limits.least)}
    return _answer(world, move) | {"rule": chosen.value, "horizon": asked} | found


def move_show(world: World, tx: str, log: int | None = None) -> Json:
    """One cash move with its numbers: `{cash, bank, currency, minor_unit, block, tx, log, amount, document,
    payer, payee, left, came}`. `payer` and `payee` are `{sub_account, account}`; its fen left the one as
    `[left, left + amount)` and came to the other as `[came, came + amount)`.

    Raises:
        As `payment_trace`.
    """
    move = _choose(_moves(world, tx), tx, log)
    code, digits = world.currency(move.cash)
    rows = move.columns.rows
    sides = {"payer": move.source, "payee": move.target}
    return {
        "cash": move.cash,
        "bank": world.books.banks[move.cash],
        "currency": code,
        "minor_unit": digits,
        "block": move.ref.block,
        "tx": move.ref.tx,
        "log": move.ref.log,
        "amount": str(move.amount),
        "document": move.ref.document,
        **{
            side: {"sub_account": one.kind.value, "account": one.party or None} for side, one in sides.items()
        },
        "left": str(rows.out_offset[move.row]),
        "came": str(rows.in_offset[move.row]),
    }


def funding_of(world: World, move: CashMove, rule: Rule, limits: Limits) -> Json:
    """`{sources, cut, complete}` of one move."""
    horizon = world.horizon(move.cash, limits, backward=True)
    return _numbered(world, move, horizon) if rule is Rule.FIFO else _mixed(world, move, rule, horizon)


def payments_of(world: World, tx: str, payer: str) -> list[CashMove]:
    """What an account paid in one transaction."""
    return [move for move in _moves(world, tx) if move.is_payment and move.source.party == payer]


def _numbered(world: World, move: CashMove, horizon: Horizon) -> Json:
    """First in, first out: intervals that tile the payment."""
    rows, columns = move.columns.rows, move.columns
    first = int(rows.out_offset[move.row])
    flow = backward(
        columns,
        int(rows.from_axis[move.row]),
        first,
        first + move.amount,
        side=world.incoming(move.cash),
        horizon=horizon,
    )
    world.load(columns, rows_of(flow))
    sources = [
        source_of(world, Trail(world, columns, flow, leaf), first, cut=int(flow.leaves.why[leaf]) == Why.CUT)
        for leaf in range(len(flow.leaves))
    ]
    proved = {"cut": str(flow.cut()), "complete": _is_complete(flow, move.amount, first)}
    return {"sources": sources} | proved


def _mixed(world: World, move: CashMove, rule: Rule, horizon: Horizon) -> Json:
    """Amounts by source; `cut` is what was cut at most."""
    rows, axis = move.columns.rows, int(move.columns.rows.from_axis[move.row])
    first = int(rows.out_offset[move.row])
    require_range(first, first + move.amount, move.columns.counters(axis)[0])
    start = Start(move.row, axis, move.amount)
    found = sources_by(world, move.cash, move.columns, rule, [start], horizon)
    cut = sum(int(source["most"]) for source in found if source["end_of_trace"] == "cut")
    least, most = (sum(int(source[key]) for source in found) for key in ("least", "most"))
    return {"sources": found, "cut": str(cut), "complete": least <= move.amount <= most and not cut}


def _answer(world: World, move: CashMove) -> Json:
    code, digits = world.currency(move.cash)
    payee = world.books.party(move.target.party) if move.target.party else None
    return {
        "chain_id": world.history.chain_id,
        "as_of_block": world.header.number,
        "as_of_block_hash": world.header.hash,
        "block": move.ref.block,
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
    }


def _moves(world: World, tx: str) -> list[CashMove]:
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


def _move(world: World, cash: str, block: int, log: int) -> CashMove:
    columns = world.columns(cash)
    rows, row = columns.rows, world.row_at(cash, block, log)
    world.load(columns, np.array([row]))
    meanings = world.meanings()
    source, target = meanings[int(rows.from_axis[row])], meanings[int(rows.to_axis[row])]
    return CashMove(cash, columns, row, world.ref(columns, row), source, target)


def _choose(moves: list[CashMove], tx: str, log: int | None) -> CashMove:
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


def _listed(move: CashMove) -> str:
    return f"{place(move.ref)} {move.target.party or move.target.kind.value} {move.amount}"


def _is_complete(flow: Flow, amount: int, first: int) -> bool:
    """Every fen was followed back to its mint."""
    leaves = flow.leaves
    ends = zip(leaves.start.tolist(), leaves.amount.tolist(), strict=True)
    whole = tiles(
        (Interval(start, start + length) for start, length in ends), Interval(first, first + amount)
    )
    return whole and bool((leaves.why == Why.STOP).all())


def source_of(world: World, trail: Trail, first: int, *, cut: bool) -> Json:
    """One leaf of a walk back; its numbers begin at `first`."""
    return {
        "start": str(trail.start - first),
        "end": str(trail.start - first + trail.amount),
        "amount": str(trail.amount),
        **_origin(world, trail),
        "end_of_trace": "cut" if cut else _ENDS.get(trail.last.kind, trail.last.kind.value),
        "path": trail.path(trail.start, trail.amount),
    }


def _origin(world: World, trail: Trail) -> Json:
    """The nearest bond on the way back, with the origin numbers, the project and the investor."""
    kinds = [axis.kind for axis in trail.axes]
    if Kind.ORIGIN not in kinds:
        nothing = ("bond", "label", "origin_start", "origin_end", "project", "line")
        return {**dict.fromkeys(nothing), "investor": who(None)}
    step = kinds.index(Kind.ORIGIN)
    bond, at = world.books.bonds[trail.axes[step].bond], trail.number(step, trail.start)
    return {
        "bond": bond.id,
        "label": bond.label,
        "origin_start": str(at),
        "origin_end": str(at + trail.amount),
        **_project(world, trail.axes[:step]),
        "investor": who(_investor(world, trail.axes[step:])),
    }


def _project(world: World, nearer: list[Axis]) -> Json:
    """The budget line that paid, on the bond's side of the payment; nulls for issue costs."""
    line = next((world.books.lines[axis.line] for axis in nearer if axis.kind is Kind.LINE), None)
    if line is None:
        return {"project": None, "line": None}
    return {"project": world.books.projects[line.project].label, "line": line.label}


def _investor(world: World, further: list[Axis]) -> Party | None:
    return next((world.books.party(axis.party) for axis in further if axis.kind is Kind.ESCROW), None)
