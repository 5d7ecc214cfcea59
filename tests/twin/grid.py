"""The grid of states, acts and callers (STATE-1): the table read, held against a world, drawn for readers."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ledger.domain.twin.base import Refusal
from ledger.sentences import SENTENCES
from tests.twin.ground import Ground
from tests.twin.machines import BY, MACHINES, Act, Machine, Scene

ROOT: Final = Path(__file__).parents[2]
TABLE: Final = ROOT / "tests" / "data" / "state_machines.toml"
PAGE: Final = ROOT / "docs" / "state-machines.md"
DONE: Final = "done"
LEADS: Final = "> "
OUTSIDERS: Final = frozenset({"operator", "guardian", "stranger"})
ABOUT: Final = frozenset({"by", "only", "others", "barred"})
GROUPS: Final = {
    "anyone": list(BY),
    "modules": [],
    "participants": [name for name in BY if name not in OUTSIDERS],
}


@dataclass(frozen=True)
class Row:
    """What the table says of one act."""

    by: str | list[str]
    only: Mapping[str, list[str]]
    others: frozenset[str]
    barred: frozenset[str]
    cells: Mapping[str, str]

    def rightful(self, state: str) -> list[str]:
        everywhere = GROUPS[self.by] if isinstance(self.by, str) else self.by
        return self.only.get(state, everywhere)

    def expected(self, state: str, who: str) -> frozenset[str]:
        """The outcomes that the table allows: `done`, or refusals by name."""
        cell = self.cells[state]
        own = DONE if cell.startswith(LEADS) else cell
        if who in self.rightful(state):
            return frozenset({own})
        return (self.others | {own}) - {DONE}


def table() -> dict[str, dict[str, Row]]:
    content: dict[str, dict[str, Any]] = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return {name: {act: _row(row) for act, row in acts.items()} for name, acts in content.items()}


def _row(row: Mapping[str, Any]) -> Row:
    others, barred = frozenset(row.get("others", ())), frozenset(row.get("barred", ["Suspended"]))
    cells = {k: v for k, v in row.items() if k not in ABOUT}
    return Row(row["by"], row.get("only", {}), others, barred, cells)


# --- trying ------------------------------------------------------------------------------------------------


def try_state(ground: Ground, name: str, state: str, callers: Collection[str] = tuple(BY)) -> int:
    """Every act by the rightful and all these callers in one state; returns the number of tries.

    What is refused changes nothing.
    """
    machine, rows, tries = MACHINES[name], table()[name], 0
    with ground.trying():
        scene = Scene(ground)
        machine.states[state](scene)
        assert machine.state_of(scene) == state, (name, state)
        ground.agrees()
        before = ground.world.views()
        for act, row in rows.items():
            for who in dict.fromkeys((*row.rightful(state)[:2], *callers)):
                found = _outcome(scene, machine.acts[act], who)
                assert found in row.expected(state, who), (name, state, act, who, found)
                tries += 1
        assert ground.world.views() == before, (name, state)
        for act, row in rows.items():
            if row.cells[state].startswith(LEADS):
                _led(scene, machine, act, row, state)
        if state in machine.passes:
            waited, then = machine.passes[state]
            ground.days_pass(waited)
            assert machine.state_of(scene) == then, (name, state)
    return tries


def _outcome(scene: Scene, act: Act, who: str) -> str:
    at = scene.at(act.module).address
    refusal = scene.ground.outcome(BY[who], at, act.function, *act.args(scene, BY[who]))
    return _known(refusal) if refusal else DONE


def _known(refusal: Refusal) -> str:
    """A reason that readers are told in words, and no accident."""
    assert refusal.name in SENTENCES and refusal.name != "Panic", refusal
    return refusal.name


def _led(scene: Scene, machine: Machine, act: str, row: Row, state: str) -> None:
    """Where the act leads whoever may; and whether the operator's suspension stops it."""
    call = machine.acts[act]
    for who in row.rightful(state)[:3]:
        with scene.ground.trying():
            scene.do(who, call.module, call.function, *call.args(scene, BY[who]))
            assert machine.state_of(scene) == row.cells[state].removeprefix(LEADS), (state, act, who)
        if row.by == "anyone":
            continue
        with scene.ground.trying():
            scene.suspend(who)
            assert _outcome(scene, call, who) in row.barred, (state, act, who)


# --- drawing -----------------------------------------------------------------------------------------------

HEAD: Final = """# State machines of the receivable side, and of alerts

Made from `tests/data/state_machines.toml`, which `tests/unit/test_state_machines.py` tries out: every act,
in every state, by every caller (STATE-1). A cell says where the act leads whoever may do it, or how it is
refused even then. Everybody else is refused as the last column says, or as the cell does. A suspended
participant is refused, but for the acts marked ✳, which only pay, mark or give up what is its own.
"""


def page() -> str:
    return "\n".join([HEAD, *(_section(name, rows) for name, rows in table().items())])


def _section(name: str, rows: Mapping[str, Row]) -> str:
    return "\n".join([f"## {name.capitalize()}", "", *_diagram(name, rows), "", *_cells(name, rows), ""])


def _diagram(name: str, rows: Mapping[str, Row]) -> list[str]:
    lines = [f"    [*] --> {_node(next(iter(MACHINES[name].states)))}"]
    for state, (waited, then) in MACHINES[name].passes.items():
        lines.append(f"    {_node(state)} --> {_node(then)}: day {waited}")
    for act, row in rows.items():
        for state, cell in row.cells.items():
            to = cell.removeprefix(LEADS)
            if cell.startswith(LEADS) and to != state:
                lines.append(f"    {_node(state)} --> {_node(to)}: {act}")
    return ["```mermaid", "stateDiagram-v2", *lines, "```"]


def _node(state: str) -> str:
    return state.replace(" ", "_")


def _cells(name: str, rows: Mapping[str, Row]) -> list[str]:
    states = list(MACHINES[name].states)
    head = ["act", "by", *states, "others"]
    lines = [head, ["---"] * len(head)]
    for act, row in rows.items():
        by = row.by if isinstance(row.by, str) else ", ".join(row.by)
        mark = " ✳" if DONE in row.barred else ""
        cells = [_cell(row, state) for state in states]
        lines.append([act + mark, by, *cells, ", ".join(sorted(row.others))])
    return ["| " + " | ".join(line) + " |" for line in lines]


def _cell(row: Row, state: str) -> str:
    only = f" ({', '.join(row.only[state])} only)" if state in row.only else ""
    return row.cells[state].replace(LEADS, "→ ") + only
