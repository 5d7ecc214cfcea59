"""`trace project` and `trace line`: where the money of a budget line is, or of all lines of a project.

A project may be paid by several bonds, each in its own cash, so the answer has one section a line, and
sums by currency. In a section the intervals are those of `ledger.tracing.bond`, by the bond's origin
numbers: what is on the line, locked from it, or was paid from it. Together they are what was allocated to
the line and did not go back (`allocated`, reckoned from the moves between pool and line alone);
`conserved` says so.

    {chain_id, block, block_hash, as_of, view, rule, horizon, project, label, category,
     sections: [{bond, label, issuer, line_id, line, currency, minor_unit, allocated, states, conserved,
                 holders, intervals}],
     totals: [{currency, minor_unit, allocated, states}]}
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from ledger.domain.history import IntArray
from ledger.domain.limits import UNLIMITED, Limits
from ledger.errors import BadInput, NotFound
from ledger.tracing import axes
from ledger.tracing.axes import Kind
from ledger.tracing.bond import line_intervals
from ledger.tracing.books import Line, Project
from ledger.tracing.columns import Side
from ledger.tracing.conserved import STATES, states_of
from ledger.tracing.holders import require_rule
from ledger.tracing.hops import Json, who
from ledger.tracing.shares import Rule
from ledger.tracing.world import World

_BUDGET: Final = frozenset({Kind.POOL, Kind.LINE, Kind.RETURNED})
"""Where allocated money comes from, and goes back to."""


def project_trace(
    world: World, project: int | str, view: str = "cash", rule: str = Rule.FIFO, limits: Limits = UNLIMITED
) -> Json:
    """The answer of `greenledger trace project PROJECT --json`; by number or label.

    Raises:
        NotFound: unknown project. BadInput: unknown view or rule, or a label that several have.
    """
    found = _project(world, project)
    lines = [line for line in world.books.lines.values() if line.project == found.id]
    return _answer(world, found, lines, view, rule, limits)


def line_trace(
    world: World, line: int, view: str = "cash", rule: str = Rule.FIFO, limits: Limits = UNLIMITED
) -> Json:
    """The answer of `greenledger trace line LINE --json`: the same with one section. NotFound."""
    found = world.books.lines.get(line)
    if found is None:
        raise NotFound(f"there is no budget line {line}", who=line)
    return _answer(world, world.books.projects[found.project], [found], view, rule, limits)


def _project(world: World, named: int | str) -> Project:
    known = world.books.projects
    number = int(named) if isinstance(named, int) or named.isdecimal() else 0
    if number in known:
        return known[number]
    found = [project for project in known.values() if project.label == named]
    if not found:
        raise NotFound(f"there is no project {named}", who=named)
    if len(found) > 1:
        had = [project.id for project in found]
        raise BadInput(f"several projects are labelled {named}", had=had, needed="a number")
    return found[0]


def _answer(
    world: World, project: Project, lines: Sequence[Line], view: str, rule: str, limits: Limits
) -> Json:
    if view not in ("cash", "economic"):
        raise BadInput("unknown view", had=view, needed="cash or economic")
    chosen = Rule.named(rule)
    require_rule(chosen, limits)
    sections = [_section(world, line, view, chosen, limits) for line in lines]
    return {
        **world.head(),
        "view": view,
        "rule": chosen.value,
        "horizon": {"hops": limits.hops, "until": limits.until, "least": str(limits.least)},
        "project": project.id,
        "label": project.label,
        "category": world.books.category(project),
        "sections": sections,
        "totals": _totals(sections),
    }


def _section(world: World, line: Line, view: str, rule: Rule, limits: Limits) -> Json:
    bond = world.books.bonds[line.bond]
    intervals, held = line_intervals(world, bond, line.id, view, rule, limits) if bond.closed else ([], [])
    allocated = allocated_to(world, line)
    code, digits = world.currency(bond.cash)
    states = states_of(intervals)
    return {
        "bond": bond.id,
        "label": bond.label,
        "issuer": who(world.books.party(bond.issuer)),
        "line_id": line.id,
        "line": line.label,
        "currency": code,
        "minor_unit": digits,
        "allocated": str(allocated),
        "states": {state: str(amount) for state, amount in states.items()},
        "conserved": sum(states.values()) == allocated,
        "holders": held,
        "intervals": intervals,
    }


def allocated_to(world: World, line: Line) -> int:
    """What came to a line from the bond's pool or another line, less what went back; from the moves alone."""
    axis = world.axis(axes.line_axis(line.id))
    if axis is None:
        return 0
    columns = world.columns(world.books.bonds[line.bond].cash)
    budget = np.array([meaning.kind in _BUDGET for meaning in world.meanings()], dtype=np.bool_)
    return _among(columns.incoming, axis, budget) - _among(columns.outgoing, axis, budget)


def _among(side: Side, axis: int, budget: Any) -> int:
    moves = slice(int(side.first[axis]), int(side.first[axis + 1]))
    amounts: IntArray = side.amount[moves][budget[side.far_axis[moves]]]
    return int(amounts.sum())


def _totals(sections: Sequence[Json]) -> list[Json]:
    found: dict[tuple[str, int], list[Json]] = {}
    for section in sections:
        found.setdefault((section["currency"], section["minor_unit"]), []).append(section)
    return [
        {
            "currency": code,
            "minor_unit": digits,
            "allocated": str(sum(int(one["allocated"]) for one in some)),
            "states": {state: str(sum(int(one["states"][state]) for one in some)) for state in STATES},
        }
        for (code, digits), some in found.items()
    ]
