"""How the answers of a walk are told: sub-accounts by name, moves by their place in the chain."""

from __future__ import annotations

from copy import copy
from typing import Any

import numpy as np

from ledger.domain.history import IntArray, MoveRef
from ledger.tracing.axes import Axis, Kind
from ledger.tracing.books import Party
from ledger.tracing.columns import MoveColumns
from ledger.tracing.walk import Flow
from ledger.tracing.world import World

Json = dict[str, Any]


class Trail:
    """One leaf of a walk: the sub-accounts its fen stood on, in the order of the walk.

    The moves of the flow must be loaded first (`World.load` with `rows_of`).
    """

    def __init__(self, world: World, columns: MoveColumns, flow: Flow, leaf: int) -> None:
        self._world = world
        self._columns = columns
        self._flow = flow
        self._nodes = flow.path(leaf)
        self.start = int(flow.leaves.start[leaf])
        self.amount = int(flow.leaves.amount[leaf])
        meanings = world.meanings()
        self.axes = [meanings[int(flow.nodes.axis[node])] for node in self._nodes]

    def part(self, start: int, end: int) -> Trail:
        """The same way for some of its fen."""
        narrowed = copy(self)
        narrowed.start, narrowed.amount = start, end - start
        return narrowed

    @property
    def last(self) -> Axis:
        """Where the fen ended."""
        return self.axes[-1]

    def number(self, step: int, start: int) -> int:
        """The number that fen `start` of the question has at a step of the path."""
        return self._flow.number(self._nodes[step], start)

    def move(self, step: int) -> MoveRef | None:
        """The move of a step, the refund itself where there was one; None where the question began."""
        edge = int(self._flow.nodes.edge[self._nodes[step]])
        if edge < 0:
            return None
        refund = int(self._flow.side.refund[edge])
        return self._world.ref(self._columns, refund if refund >= 0 else int(self._flow.side.row[edge]))

    def row(self, step: int) -> int:
        """The row of the move of a step, which must not be where the question began."""
        return int(self._flow.side.row[int(self._flow.nodes.edge[self._nodes[step]])])

    def reversed_by(self, step: int) -> MoveRef | None:
        """The payment that a step's refund reversed; None for other moves."""
        edge = int(self._flow.nodes.edge[self._nodes[step]])
        if edge < 0 or int(self._flow.side.refund[edge]) < 0:
            return None
        return self._world.ref(self._columns, int(self._flow.side.row[edge]))

    def path(self, start: int, amount: int) -> list[Json]:
        """The sub-accounts that fen `[start, start + amount)` of the question stood on.

        Each: `{sub_account, name, address, start, end, tx, log, block, document, refund_of}`. `start` and
        `end` are the numbers on that sub-account. The move is the one by which the money came there (walking
        forward) or left from there (walking backward); null where the question began. `refund_of` is the
        payment `TX:LOG` that the move reversed, or null.
        """
        return [self._hop(step, start, amount) for step in range(len(self._nodes))]

    def _hop(self, step: int, start: int, amount: int) -> Json:
        at, reversed_ = self.number(step, start), self.reversed_by(step)
        return {
            "sub_account": self.axes[step].kind.value,
            "name": name(self._world, self.axes[step]),
            "address": self._columns.axes[int(self._flow.nodes.axis[self._nodes[step]])],
            "start": str(at),
            "end": str(at + amount),
            **where(self.move(step)),
            "refund_of": place(reversed_) if reversed_ else None,
        }


def rows_of(flow: Flow) -> IntArray:
    """Every move that the paths of a flow mention."""
    edges = flow.nodes.edge[flow.nodes.edge >= 0]
    return np.concatenate((flow.side.row[edges], flow.side.refund[edges]))


def place(ref: MoveRef) -> str:
    """`TX:LOG`, as `trace payment` takes it."""
    return f"{ref.tx}:{ref.log}"


def where(ref: MoveRef | None) -> Json:
    """`{tx, log, block, document}`; nulls for no move."""
    if ref is None:
        return dict.fromkeys(("tx", "log", "block", "document"))
    return {"tx": ref.tx, "log": ref.log, "block": ref.block, "document": ref.document}


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
        Kind.RETURNED: f"unused proceeds of {bond} on their way back",
        Kind.INCOME: f"placement income of {bond}",
        Kind.SERVICE: f"payment {axis.payment} of {bond}",
        Kind.ASSET_POOL: f"asset pool {axis.asset_pool}",
        Kind.TRANCHE: f"tranche {axis.tranche} of asset pool {axis.asset_pool}",
        Kind.SETTLEMENT: f"paid in for receivable {axis.receivable}",
    }
    return names.get(axis.kind) or (books.party(axis.party).name if axis.party else None)


def who(party: Party | None) -> Json:
    """`{party, account, illustrative}`; nulls for nobody."""
    if party is None:
        return {"party": None, "account": None, "illustrative": False}
    return {"party": party.name, "account": party.account, "illustrative": party.illustrative}
