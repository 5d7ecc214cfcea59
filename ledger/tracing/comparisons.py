"""`trace compare` of what is no bond: a project, an interval of a sub-account, a receivable, an asset pool.

Each is the same question at two blocks, laid over each other by the numbers of its own fen, as
`ledger.tracing.compare` does with a bond's: amounts `before` and `after`, what `moved`, what stayed. What a
participant had at two dates is its statement (`ledger.tracing.partystatement`).

    project:    {chain_id, project, label, category, rule, before, after, lines: [as of a bond, of one line],
                 totals: [{currency, minor_unit, before, after, unchanged, moved_amount}]}
    interval:   {chain_id, cash, currency, minor_unit, rule, sub_account, name, address, party, account,
                 illustrative, start, end, before, after, places: […, before, after, change], unchanged,
                 moved_amount, moved: [{…, tx, log, block, documents}]}
    receivable: {chain_id, receivable, currency, minor_unit, obligor, supplier, face, rule: null, before,
                 after, states, holders, unchanged, moved_amount, moved: [{…, documents}]}
    pool:       {chain_id, pool, name, currency, minor_unit, rule: null, before, after, sums, pieces: [{piece,
                 receivable, start, end, amount, before, after}]}

`before` and `after` are `{block, block_hash, as_of, amount}`. A pool's pieces are in it whole, so they are
compared by number, and listed where their state there changed; `sums` are its figures, each with `change`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ledger.domain.questions import MOST_PARTS, IntervalQuestion
from ledger.errors import BadInput, NotFound
from ledger.tracing.assetpools import pool_show
from ledger.tracing.compare import compare, overlaid, require_order, side
from ledger.tracing.hops import Json, who
from ledger.tracing.interval import interval_trace
from ledger.tracing.pieces import Book, Piece
from ledger.tracing.spending import project_trace
from ledger.tracing.world import World

_HEAD: Final = ("chain_id", "block", "block_hash", "as_of", "rule")
_RESTS: Final = ("party", "account", "sub_account", "name", "horizon")
_POOL: Final = ("face", "price", "collected")
_TRANCHE: Final = ("subscribed", "interest", "principal", "rest", "outstanding")


# --- a project --------------------------------------------------------------------------------------------


def compare_project(earlier: World, later: World, project: int | str) -> Json:
    """Every budget line of a project at two blocks. NotFound, BadInput as for its trace."""
    after = project_trace(later, project)
    try:
        before = project_trace(earlier, after["project"])
    except NotFound:
        before = {**earlier.head(), "rule": after["rule"], "sections": []}
    require_order(before, after)
    had = {one["line_id"]: one for one in before["sections"]}
    lines = [_line(before, had.get(one["line_id"]), after, one) for one in after["sections"]]
    return {
        **{key: after[key] for key in ("chain_id", "project", "label", "category", "rule")},
        "before": {key: before[key] for key in ("block", "block_hash", "as_of")},
        "after": {key: after[key] for key in ("block", "block_hash", "as_of")},
        "lines": lines,
        "totals": _totals(lines),
    }


def _line(before: Json, had: Json | None, after: Json, has: Json) -> Json:
    """A line that was not there before had nothing."""
    was = had or {**has, "intervals": []}
    earlier, later = ({key: one[key] for key in _HEAD} for one in (before, after))
    return compare(was | earlier, has | later, has["line_id"])


def _totals(lines: Sequence[Json]) -> list[Json]:
    found: dict[tuple[str, int], list[int]] = {}
    for one in lines:
        sums = found.setdefault((one["currency"], one["minor_unit"]), [0, 0, 0, 0])
        told = (one["before"]["amount"], one["after"]["amount"], one["unchanged"], one["moved_amount"])
        for at, amount in enumerate(told):
            sums[at] += int(amount)
    names = ("before", "after", "unchanged", "moved_amount")
    return [
        {"currency": code, "minor_unit": digits} | dict(zip(names, map(str, sums), strict=True))
        for (code, digits), sums in found.items()
    ]


# --- an interval ------------------------------------------------------------------------------------------


def compare_interval(earlier: World, later: World, asked: IntervalQuestion) -> Json:
    """Where fen of a sub-account were at two blocks; those that came later have no place before."""
    whole = replace(asked, direction="forward", rule="fifo", after=0, limit=MOST_PARTS)
    after = interval_trace(later, whole)
    before = _earlier(earlier, replace(whole, end=int(after["end"])), after)
    require_order(before, after)
    if after["next"] is not None or before["next"] is not None:
        raise BadInput("too many parts to compare", had=after["count"], needed=MOST_PARTS)
    facts = ("chain_id", "cash", "currency", "minor_unit", "rule", "sub_account", "name", "address", "party")
    return {
        **{key: after[key] for key in (*facts, "account", "illustrative", "start", "end")},
        "before": side(before, before["parts"]),
        "after": side(after, after["parts"]),
        **overlaid(before["parts"], after["parts"], _RESTS, {"places": _RESTS}, _brought),
    }


def _earlier(earlier: World, asked: IntervalQuestion, after: Json) -> Json:
    """The same fen, as far as they had come by then."""
    nothing = {**earlier.head(), "parts": [], "next": None}
    axis = earlier.axis(after["address"])
    if axis is None or after["cash"] not in earlier.books.currencies:
        return nothing
    came = earlier.columns(after["cash"]).counters(axis)[0]
    end = min(int(after["end"]), came)
    return (
        interval_trace(earlier, replace(asked, cash=after["cash"], end=end)) if asked.start < end else nothing
    )


def _brought(part: Json | None) -> Json:
    last = part["path"][-1] if part else dict.fromkeys(("tx", "log", "block", "document"))
    documents = [last["document"]] if last["document"] else []
    return {key: last[key] for key in ("tx", "log", "block")} | {"documents": documents}


# --- a receivable -----------------------------------------------------------------------------------------


def compare_receivable(earlier: World, later: World, receivable: int) -> Json:
    """Who held which fen of a receivable at two blocks, and in which state. NotFound."""
    found = later.books.receivable(receivable)
    before, after = earlier.head(), later.head()
    require_order(before, after)
    code, digits = later.currency(found.cash)
    was, now = (_pieces(later, world.books.pieces.get(receivable)) for world in (earlier, later))

    def changed(part: Json | None) -> Json:
        return {"documents": [step.document for step in part["steps"][_known(was, part) :]] if part else []}

    sums = {"states": ("state",), "holders": ("holder", "account")}
    return {
        "chain_id": after["chain_id"],
        "receivable": str(found.id),
        "currency": code,
        "minor_unit": digits,
        "obligor": who(later.books.party(found.obligor)),
        "supplier": who(later.books.party(found.supplier)),
        "face": str(found.face),
        "rule": None,
        "before": side(before, was),
        "after": side(after, now),
        **overlaid(was, now, ("holder", "account", "state"), sums, changed),
    }


def _known(was: Sequence[Json], part: Json) -> int:
    """Steps that the earlier piece had already: pieces are only ever cut, so it contains the later one."""
    had = next((one for one in reversed(was) if int(one["start"]) <= int(part["start"])), None)
    return len(had["steps"]) if had else 0


def _pieces(world: World, book: Book | None) -> list[Json]:
    return [_piece(world, piece) for piece in book.in_order()] if book else []


def _piece(world: World, piece: Piece) -> Json:
    return {
        "start": str(piece.start),
        "end": str(piece.end),
        "amount": str(piece.end - piece.start),
        "holder": world.books.party(piece.holder).name,
        "account": piece.holder,
        "state": piece.state.name.lower(),
        "steps": piece.steps,
    }


# --- an asset pool ----------------------------------------------------------------------------------------


def compare_pool(earlier: World, later: World, pool: int) -> Json:
    """What an asset pool held, collected and paid at two blocks. NotFound."""
    after = pool_show(later, pool)
    require_order(earlier.head(), later.head())
    before = pool_show(earlier, pool) if pool in earlier.books.asset_pools.pools else None
    inside = [_inside(world, pool) for world in (earlier, later)]
    return {
        **{key: after[key] for key in ("chain_id", "pool", "name", "currency", "minor_unit")},
        "rule": None,
        "before": side(earlier.head(), list(inside[0].values())),
        "after": side(later.head(), list(inside[1].values())),
        "sums": list(_sums(before, after)),
        "pieces": list(_changed(*inside)),
    }


def _inside(world: World, pool: int) -> dict[int, Json]:
    found = world.books.asset_pools.pools.get(pool)
    return {
        number: {
            "piece": number,
            "receivable": str(piece.receivable),
            "start": str(piece.start),
            "end": str(piece.end),
            "amount": str(piece.face if piece.inside else 0),
            "state": piece.state.name.lower(),
        }
        for number, piece in (found.pieces.items() if found else ())
    }


def _changed(was: dict[int, Json], now: dict[int, Json]) -> list[Json]:
    lines = []
    for number, one in now.items():
        had = was[number]["state"] if number in was else None
        if had != one["state"]:
            named = {key: one[key] for key in ("piece", "receivable", "start", "end")}
            amount = str(int(one["end"]) - int(one["start"]))
            lines.append({**named, "amount": amount, "before": had, "after": one["state"]})
    return lines


def _sums(before: Json | None, after: Json) -> list[Json]:
    """The pool's own figures, then each tranche's."""
    lines = [_figure(None, name, before[name] if before else None, after[name]) for name in _POOL]
    for at, tranche in enumerate(after["tranches"]):
        had = before["tranches"][at] if before and at < len(before["tranches"]) else None
        lines += [_figure(at, name, had[name] if had else None, tranche[name]) for name in _TRANCHE]
    return lines


def _figure(tranche: int | None, name: str, before: str | None, after: str) -> Json:
    was, now = int(before or 0), int(after)
    told = {"before": str(was), "after": str(now), "change": str(now - was)}
    return {"tranche": tranche, "figure": name, **told}
