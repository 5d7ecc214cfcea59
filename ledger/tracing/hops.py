"""How paths are told: one entry for each sub-account the money stood on."""

from __future__ import annotations

from typing import Any

import numpy as np

from ledger.domain.history import IntArray, MoveRef
from ledger.tracing.axes import Axis, Kind
from ledger.tracing.books import Party
from ledger.tracing.columns import MoveColumns
from ledger.tracing.walk import Flow
from ledger.tracing.world import World

Json = dict[str, Any]


def place(ref: MoveRef) -> str:
    """`TX:LOG`, as `trace payment` takes it."""
    return f"{ref.tx}:{ref.log}"


def rows_of(flow: Flow) -> IntArray:
    """Every move that the paths of a flow mention."""
    edges = flow.nodes.edge[flow.nodes.edge >= 0]
    return np.concatenate((flow.side.row[edges], flow.side.refund[edges]))


def path(world: World, columns: MoveColumns, flow: Flow, leaf: int, start: int, amount: int) -> list[Json]:
    """The sub-accounts that fen `[start, start + amount)` of the question stood on, in the order of the walk.

    Each: `{sub_account, name, address, start, end, tx, log, block, document, refund_of}`. `start` and `end`
    are the numbers on that sub-account. The move is the one by which the money came there (walking forward)
    or left from there (walking backward); null where the question began. `refund_of` is the payment `TX:LOG`
    that the move reversed, or null.
    """
    return [_hop(world, columns, flow, node, start, amount) for node in flow.path(leaf)]


def _hop(world: World, columns: MoveColumns, flow: Flow, node: int, start: int, amount: int) -> Json:
    axis, at = int(flow.nodes.axis[node]), flow.number(node, start)
    meaning = world.meanings()[axis]
    return {
        "sub_account": meaning.kind.value,
        "name": name(world, meaning),
        "address": columns.axes[axis],
        "start": str(at),
        "end": str(at + amount),
        **_move(world, columns, flow, node),
    }


def _move(world: World, columns: MoveColumns, flow: Flow, node: int) -> Json:
    ref, reversed_ = arrival(world, columns, flow, node), reversal(world, columns, flow, node)
    return {
        "tx": ref.tx if ref else None,
        "log": ref.log if ref else None,
        "block": ref.block if ref else None,
        "document": ref.document if ref else None,
        "refund_of": place(reversed_) if reversed_ else None,
    }


def arrival(world: World, columns: MoveColumns, flow: Flow, node: int) -> MoveRef | None:
    """The move that a node's edge stands for: the refund itself where there was one."""
    edge = int(flow.nodes.edge[node])
    if edge < 0:
        return None
    refund = int(flow.side.refund[edge])
    return world.ref(columns, refund if refund >= 0 else int(flow.side.row[edge]))


def reversal(world: World, columns: MoveColumns, flow: Flow, node: int) -> MoveRef | None:
    """The payment that a node's edge reversed, if it is a refund."""
    edge = int(flow.nodes.edge[node])
    if edge < 0 or int(flow.side.refund[edge]) < 0:
        return None
    return world.ref(columns, int(flow.side.row[edge]))


def name(world: World, axis: Axis) -> str | None:
    """What people call a sub-account; None for one that no event has explained."""
    books = world.books
    bond = books.bonds[axis.bond].label if axis.bond in books.bonds else ""
    names = {
        Kind.SOURCE: "settlement bank",
        Kind.ORIGIN: f"proceeds of {bond}",
        Kind.POOL: f"pool of {bond}",
        Kind.COST: f"issue costs of {bond}",
        Kind.LINE: books.lines[axis.line].label if axis.line in books.lines else None,
        Kind.ENCUMBRANCE: f"encumbrance for receivable {axis.receivable}",
        Kind.SETTLEMENT: f"paid in for receivable {axis.receivable}",
    }
    return names.get(axis.kind) or (books.party(axis.party).name if axis.party else None)


def who(party: Party | None) -> Json:
    """`{party, account, illustrative}`; nulls for nobody."""
    if party is None:
        return {"party": None, "account": None, "illustrative": False}
    return {"party": party.name, "account": party.account, "illustrative": party.illustrative}
