"""A receivable as the tree of its pieces: who passed which interval on to whom, as a text tree and a picture.

It is grown from what `piece show` answers: the pieces that stand, each with its path. Pieces that were cut
from one piece share the first steps of their paths, and these are the trunk. In the picture each row is one
more holder and each box an interval, as wide as its part of the face.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import escape

from rich.console import Console
from rich.markup import escape as plain
from rich.tree import Tree

from ledger.domain.money import Currency
from ledger.domain.states import PieceState, ReceivableState
from ledger.tables import amount, party, unit_of
from ledger.words import say, value, word

Answer = Mapping[str, Any]

WIDTH: Final = 1_000
_ROW, _MARGIN, _LETTER = 46, 16, 8
"""Pixels; a letter's breadth is a guess that is rather too wide."""
_LEAST_SAID: Final = 12
_COLOURS: Final = ("#cfe8d5", "#d6e4f5", "#f7e3c4", "#ead7f0", "#f5d5d5", "#d9eef0", "#ecebc7", "#e2dcd3")


@dataclass(frozen=True, slots=True)
class Branch:
    """`[start, end)` as it came to `holder`; `how` is empty where it stayed, and only a leaf has a state."""

    start: int
    end: int
    holder: str
    how: str
    document: str | None
    state: str | None
    branches: tuple[Branch, ...] = ()


def grown(answer: Answer) -> Branch | None:
    """The tree of a receivable from what `piece show` answers; None until its supplier accepts."""
    pieces = answer["pieces"]
    return _branch(pieces, 0, party(answer["supplier"]), "", None) if pieces else None


def _branch(pieces: Sequence[Answer], depth: int, holder: str, how: str, document: str | None) -> Branch:
    start, end = int(pieces[0]["start"]), int(pieces[-1]["end"])
    if len(pieces) == 1 and len(pieces[0]["history"]) == depth:
        return Branch(start, end, holder, how, document, pieces[0]["state"])
    parts = tuple(_part(run, depth, holder) for run in _runs(pieces, depth))
    return Branch(start, end, holder, how, document, None, parts)


def _part(run: Sequence[Answer], depth: int, holder: str) -> Branch:
    history = run[0]["history"]
    if len(history) == depth:
        return _branch(run, depth, holder, "", None)
    step = history[depth]
    return _branch(run, depth + 1, party(step["to"]), step["against"], step["document"])


def _runs(pieces: Sequence[Answer], depth: int) -> Iterator[list[Answer]]:
    """Neighbours that made the step at `depth` together; a piece that stayed stands alone."""
    run: list[Answer] = []
    for piece in pieces:
        if run and _step(run[-1], depth) != _step(piece, depth):
            yield run
            run = []
        run.append(piece)
    yield run


def _step(piece: Answer, depth: int) -> tuple[str, ...]:
    history = piece["history"]
    if len(history) == depth:
        return (piece["start"],)
    return history[depth]["tx"], history[depth]["document"], party(history[depth]["to"])


def as_json(branch: Branch) -> dict[str, Any]:
    """Offsets are integer strings in minor units."""
    return {
        "start": str(branch.start),
        "end": str(branch.end),
        "holder": branch.holder,
        "against": branch.how or None,
        "document": branch.document,
        "state": branch.state,
        "branches": [as_json(part) for part in branch.branches],
    }


# --- text --------------------------------------------------------------------------------------------------


def heading(answer: Answer) -> str:
    """What the whole tree is about, in one line."""
    unit = unit_of(answer)
    facts = (
        say("Receivable #{number}", number=answer["receivable"]),
        f"{unit} {amount(answer['face'], unit)}",
        word(ReceivableState, answer["state"]),
        say("due {day}", day=answer["due"]),
        say("obligor {party}", party=party(answer["obligor"])),
    )
    return " · ".join(facts)


def show(out: Console, answer: Answer) -> None:
    """The tree for a terminal."""
    root = grown(answer)
    out.print(f"[bold]{plain(heading(answer))}[/bold]", soft_wrap=True)
    if root is not None:
        out.print(_sprouted(root, unit_of(answer)), soft_wrap=True)


def _sprouted(branch: Branch, unit: Currency, into: Tree | None = None) -> Tree:
    told = plain(_told(branch, unit))
    node = Tree(told, guide_style="dim") if into is None else into.add(told)
    for part in branch.branches:
        _sprouted(part, unit, node)
    return node


def _told(branch: Branch, unit: Currency) -> str:
    came = f"{value(branch.how)} → {branch.holder}" if branch.how else branch.holder
    span = f"{amount(branch.start, unit)} – {amount(branch.end, unit)}"
    size = amount(branch.end - branch.start, unit)
    state = f" · {word(PieceState, branch.state)}" if branch.state else ""
    return f"{came}  [{span})  {size}{state}"


# --- picture -----------------------------------------------------------------------------------------------


def picture(answer: Answer) -> str:
    """The tree as a picture (SVG) that needs nothing else; a box too narrow for words says them on touch."""
    root, unit = grown(answer), unit_of(answer)
    boxes = list(_boxes(root, 0)) if root else []
    holders = list(dict.fromkeys(branch.holder for branch, _ in boxes))
    colours = {name: _COLOURS[index % len(_COLOURS)] for index, name in enumerate(holders)}
    top = 2 * _MARGIN + 20
    legend = top + _ROW * (1 + max((depth for _, depth in boxes), default=0)) + _MARGIN
    face = int(answer["face"])
    drawn = [
        f'<text x="{_MARGIN}" y="{_MARGIN + 14}" font-weight="bold">{escape(heading(answer))}</text>',
        *(_box(branch, top + _ROW * depth, face, colours[branch.holder], unit) for branch, depth in boxes),
        *(_key(index, name, legend, colours[name]) for index, name in enumerate(holders)),
    ]
    size = f'width="{WIDTH + 2 * _MARGIN}" height="{legend + 22 * len(holders) + _MARGIN}"'
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="13">'
    return "\n".join((opening, '<rect width="100%" height="100%" fill="white"/>', *drawn, "</svg>\n"))


def _boxes(branch: Branch, depth: int) -> Iterator[tuple[Branch, int]]:
    yield branch, depth
    for part in branch.branches:
        yield from _boxes(part, depth + 1)


def _box(branch: Branch, y: int, face: int, colour: str, unit: Currency) -> str:
    left, right = (_MARGIN + WIDTH * place // face for place in (branch.start, branch.end))
    size = amount(branch.end - branch.start, unit)
    state = f" · {word(PieceState, branch.state)}" if branch.state else ""
    lines = (f"{value(branch.how)} → {branch.holder}" if branch.how else branch.holder, f"{size}{state}")
    words = "".join(
        f'<text x="{left + 7}" y="{y + 18 + 17 * row}">{escape(said)}</text>'
        for row, line in enumerate(lines)
        if (said := _fitting(line, (right - left) // _LETTER))
    )
    shape = f'x="{left}" y="{y}" width="{max(1, right - left - 2)}" height="{_ROW - 4}" rx="4"'
    touched = f"<title>{escape(_told(branch, unit))}</title>"
    return f'<g><rect {shape} fill="{colour}" stroke="#777"/>{touched}{words}</g>'


def _fitting(line: str, letters: int) -> str:
    """A line, cut off where it is too long; nothing where too little of it would be left."""
    if len(line) <= letters:
        return line
    return f"{line[: letters - 1]}…" if letters >= _LEAST_SAID else ""


def _key(index: int, name: str, top: int, colour: str) -> str:
    """One line of the legend."""
    y = top + 22 * index
    square = f'<rect x="{_MARGIN}" y="{y}" width="14" height="14" fill="{colour}" stroke="#777"/>'
    return f'{square}<text x="{_MARGIN + 22}" y="{y + 12}">{escape(name)}</text>'
