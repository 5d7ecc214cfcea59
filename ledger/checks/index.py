"""IDX-1: the read model's rows are the chain's logs, one for one, up to the block where the index stands."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, Final

from ledger.checks.view import Rows, Seen, View, tag
from ledger.domain.history import Header

_COURTESY: Final = {("Cash", "Transfer"), ("PieceBook", "Transfer")}
"""Events for wallets, which say again what others say with more: the index keeps none of them."""

Place = tuple[int, int]
Row = tuple[Any, ...]


def same(view: View, rows: Rows) -> Generator[str, None, str]:
    """An index that waits for finality is compared as far as it goes."""
    tip = rows.progress()
    wrong = _off_the_chain(view, tip)
    if tip is None or wrong is not None:
        yield wrong or "the index knows nothing yet"
        return "the index is not on this chain"
    seen = [event for event in view.events if event.block <= tip.number]
    moves = {event.place: _move(event) for event in seen if _is_move(event)}
    events = {event.place: _event(event) for event in seen if not _is_move(event) and not _is_courtesy(event)}
    yield from _compared("move", moves, dict(_kept_moves(view, rows, tip.number)))
    yield from _compared("event", events, dict(_kept_events(rows, tip.number)))
    yield from _timestamps(view, rows, {block for block, _ in (*moves, *events)})
    yield from _contracts(view, rows, tip.number)
    behind = view.block - tip.number
    lag = f", {behind} behind the head" if behind else ""
    return f"{len(moves)} moves and {len(events)} events as on the chain, at block {tip.number}{lag}"


def _off_the_chain(view: View, tip: Header | None) -> str | None:
    if tip is None or tip.number > view.block:
        return f"the index stands at {tip.number if tip else 'nothing'}, the chain at block {view.block}"
    here = view.headers([tip.number])[tip.number].hash
    wrong = f"the index stands on block {tip.number} {tip.hash}, the chain has {here}"
    return None if here == tip.hash else wrong


def _compared(
    kind: str, chain: Mapping[Place, Row], index: Mapping[Place, Row]
) -> Generator[str, None, None]:
    for block, log in sorted({*chain, *index}):
        had, needed = index.get((block, log)), chain.get((block, log))
        if had != needed:
            where = f"{kind} in block {block} log {log}"
            yield f"{where}: {had or 'nothing'} in the index, {needed or 'nothing'} on the chain"


def _timestamps(view: View, rows: Rows, blocks: set[int]) -> Generator[str, None, None]:
    kept = rows.timestamps(blocks)
    for block, header in view.headers(blocks).items():
        if kept.get(block) != header.timestamp:
            yield f"block {block}: time {kept.get(block)} in the index, {header.timestamp} on the chain"


def _contracts(view: View, rows: Rows, block: int) -> Generator[str, None, None]:
    kept = {one.address for one in rows.discovered() if one.block <= block}
    needed = {event.where.address for event in view.events if event.contract in view.announced}
    if not needed <= kept or not kept <= {one.address for one in view.announced.values()}:
        yield f"announced contracts {sorted(kept)} in the index, {sorted(needed)} on the chain"


# --- one form for both -----------------------------------------------------------------------------------


def _is_move(event: Seen) -> bool:
    return event.where.abi == "Cash" and event.name == "Moved"


def _is_courtesy(event: Seen) -> bool:
    return (event.where.abi, event.name) in _COURTESY


def _move(event: Seen) -> Row:
    args, document = event.args, bytes(event.args["document"])
    numbers = tuple(event.number(name) for name in ("amount", "outOffset", "inOffset"))
    sides = event.where.address, args["fromAxis"], args["toAxis"]
    return *sides, *numbers, event.tx, tag(document) if any(document) else None


def _kept_moves(view: View, rows: Rows, block: int) -> Generator[tuple[Place, Row], None, None]:
    axes = rows.addresses()
    cashes = {view.contracts[name].address for name in view.cashes()} | set(rows.cashes())
    for cash in sorted(cashes):
        columns = [column.tolist() for column in rows.moves(cash, up_to=block).columns()]
        places = list(zip(*columns[:2], strict=True))
        refs = rows.move_refs(places)
        for place, from_, to, *numbers in zip(places, *columns[2:], strict=True):
            ref = refs[place]
            yield place, (cash, axes[from_], axes[to], *numbers, ref.tx, ref.document)


def _event(event: Seen) -> Row:
    return event.where.address, event.where.abi, event.name, event.tx, _plain(event.args)


def _kept_events(rows: Rows, block: int) -> Generator[tuple[Place, Row], None, None]:
    for row in rows.events(up_to=block):
        yield (row.block, row.log), (row.address, row.contract, row.name, row.tx, _plain(row.args))


def _plain(value: Any) -> Any:
    """Bytes as hexadecimal text, structs as dicts, numbers as they are."""
    if isinstance(value, bytes):
        return tag(value)
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value
