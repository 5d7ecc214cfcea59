"""A bond's flows as a picture (SVG) that needs nothing else: a Sankey diagram of what `report flows` says.

Each column is one step of the money, each box as high as its amount, each ribbon as broad as what went from
box to box. A column shows its largest boxes and puts the others together, so that ten thousand investors fit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import escape

from ledger.domain.money import Currency
from ledger.domain.states import FenState
from ledger.tables import amount, unit_of
from ledger.words import say, value, word

Answer = Mapping[str, Any]

MOST: Final = 14
"""Boxes in a column."""
_STEP, _BOX, _HEIGHT, _GAP, _LABEL, _MARGIN, _TOP = 250, 14, 560, 8, 26, 20, 52
"""Pixels."""
_COLUMNS: Final = 5
_LETTERS: Final = 30
_COLOURS: Final = {
    "investor": "#7a9cc6",
    "bond": "#2f6f4f",
    "project": "#6bae7d",
    "state": "#b9b48f",
    "payee": "#d9a15c",
    "holder": "#b58bb8",
    "withheld": "#bbbbbb",
    "others": "#999999",
}


@dataclass(frozen=True, slots=True)
class _Node:
    id: str
    kind: str
    name: str
    level: int
    amount: int


@dataclass(slots=True)
class _Box:
    """Where a node is drawn, and how far down its sides are used up already."""

    node: _Node
    x: int
    y: int
    height: int
    entered: int = 0
    left: int = 0


def picture(answer: Answer) -> str:
    """The diagram of `report flows`, with a heading that names bond, day, block and rule."""
    nodes, links = _gathered(answer)
    raised = int(answer["raised"])
    boxes = _placed(nodes, raised)
    bottom = max((box.y + box.height for box in boxes.values()), default=_TOP) + _GAP
    unit = unit_of(answer)
    drawn = [
        *(_ribbon(boxes[a], boxes[b], size, raised, unit) for (a, b), size in links.items()),
        *(_drawn(box, unit) for box in boxes.values()),
    ]
    width = 2 * _MARGIN + (_COLUMNS - 1) * _STEP + _BOX + _STEP
    size = f'width="{width}" height="{bottom + _MARGIN}" viewBox="0 0 {width} {bottom + _MARGIN}"'
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">'
    title = f'<text x="{_MARGIN}" y="26" font-size="15" font-weight="bold">{escape(heading(answer))}</text>'
    return "\n".join((opening, '<rect width="100%" height="100%" fill="white"/>', title, *drawn, "</svg>\n"))


def heading(answer: Answer) -> str:
    """What the picture is about, in one line."""
    return say(
        "{label}: {currency} {raised} as of {day}, block {block}; beyond the first payee by the rule {rule}",
        label=answer["label"],
        currency=answer["currency"],
        raised=amount(answer["raised"], unit_of(answer)),
        day=answer["as_of"],
        block=answer["block"],
        rule=value(answer["rule"]),
    )


def name_of(node: Answer) -> str:
    """A node's name in the language of this run: states and what is withheld have words, parties have
    names."""
    if node["kind"] == "withheld":
        return say("withheld")
    if node["kind"] == "state":
        return word(FenState, node["name"])
    return " · ".join(value(part) for part in str(node["name"]).split(" · "))


# --- what is drawn -----------------------------------------------------------------------------------------


def _gathered(answer: Answer) -> tuple[list[_Node], dict[tuple[str, str], int]]:
    """Nodes with the small ones of each column put together, and the links between what is left."""
    nodes = [
        _Node(n["id"], n["kind"], name_of(n), int(n["level"]), int(n["amount"])) for n in answer["nodes"]
    ]
    becomes: dict[str, str] = {}
    kept: list[_Node] = []
    for level in range(_COLUMNS):
        column = [one for one in nodes if one.level == level]
        largest = sorted(column, key=lambda one: -one.amount)
        shown = set(largest if len(column) <= MOST else largest[: MOST - 1])
        small = [one for one in column if one not in shown]
        kept += [one for one in column if one in shown]
        if small:
            others = say("{count} others", count=len(small))
            gathered = _Node(f"others:{level}", "others", others, level, sum(one.amount for one in small))
            kept.append(gathered)
            becomes |= {one.id: gathered.id for one in small}
    links: dict[tuple[str, str], int] = defaultdict(int)
    for link in answer["links"]:
        source, target = link["source"], link["target"]
        links[becomes.get(source, source), becomes.get(target, target)] += int(link["amount"])
    return kept, links


def _placed(nodes: Sequence[_Node], raised: int) -> dict[str, _Box]:
    boxes: dict[str, _Box] = {}
    for level in range(_COLUMNS):
        y = _TOP
        for node in (one for one in nodes if one.level == level):
            height = max(1, _pixels(node.amount, raised))
            boxes[node.id] = _Box(node, _MARGIN + level * _STEP, y, height)
            y += max(height, _LABEL) + _GAP
    return boxes


def _pixels(size: int, raised: int) -> int:
    return _HEIGHT * size // max(raised, 1)


def _ribbon(source: _Box, target: _Box, size: int, raised: int, unit: Currency) -> str:
    """From where the source is used up to where the target is filled, as broad as the amount."""
    begin, end = _pixels(source.left, raised), _pixels(target.entered, raised)
    source.left += size
    target.entered += size
    breadth = max(1, _pixels(source.left, raised) - begin)
    x1, x2 = source.x + _BOX, target.x
    y1, y2 = source.y + begin, target.y + end
    middle = (x1 + x2) // 2
    path = (
        f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}V{y2 + breadth}"
        f"C{middle} {y2 + breadth} {middle} {y1 + breadth} {x1} {y1 + breadth}Z"
    )
    colour = _COLOURS[target.node.kind if target.node.level > 1 else source.node.kind]
    told = f"{source.node.name} → {target.node.name}: {unit} {amount(size, unit)}"
    return f'<path d="{path}" fill="{colour}" fill-opacity="0.35"><title>{escape(told)}</title></path>'


def _drawn(box: _Box, unit: Currency) -> str:
    node = box.node
    shape = f'x="{box.x}" y="{box.y}" width="{_BOX}" height="{box.height}"'
    size = f"{unit} {amount(node.amount, unit)}"
    name = node.name if len(node.name) <= _LETTERS else f"{node.name[: _LETTERS - 1]}…"
    x, y = box.x + _BOX + 5, box.y + max(box.height // 2 - 2, 10)
    label = (
        f'<text x="{x}" y="{y}">{escape(name)}</text>'
        f'<text x="{x}" y="{y + 13}" fill="#555">{escape(size)}</text>'
    )
    touched = f"<title>{escape(f'{node.name}: {size}')}</title>"
    return f'<g><rect {shape} fill="{_COLOURS[node.kind]}"/>{touched}{label}</g>'
