"""The tree of a receivable's pieces: grown from their paths, told as text, drawn as a picture."""

from __future__ import annotations

from io import StringIO
from typing import Any
from xml.etree import ElementTree

import pytest
from rich.console import Console

from ledger import piece_tree
from ledger.words import speak

SVG = "{http://www.w3.org/2000/svg}"


def step(to: str, tx: str, against: str = "trade") -> dict[str, Any]:
    return {"to": {"party": to}, "against": against, "document": f"paper of {tx}", "tx": tx}


def piece(start: int, end: int, *history: dict[str, Any], state: str = "held") -> dict[str, Any]:
    return {"start": str(start), "end": str(end), "state": state, "history": list(history)}


def answer(*pieces: dict[str, Any]) -> dict[str, Any]:
    return {
        "receivable": "1",
        "currency": "CNY",
        "face": "1000",
        "state": "accepted",
        "due": "2025-06-30",
        "obligor": {"party": "Core & Sons"},
        "supplier": {"party": "First"},
        "pieces": list(pieces),
    }


TO_SECOND, TO_THIRD = step("Second", "0x1"), step("Third", "0x2")
TIERS = answer(
    piece(0, 400),
    piece(400, 600, TO_SECOND, TO_THIRD, step("Bank", "0x3", "financing"), state="locked"),
    piece(600, 700, TO_SECOND, TO_THIRD),
    piece(700, 1_000, TO_SECOND),
)


def leaves(branch: piece_tree.Branch) -> list[tuple[int, int, str, str | None]]:
    if not branch.branches:
        return [(branch.start, branch.end, branch.holder, branch.state)]
    return [leaf for part in branch.branches for leaf in leaves(part)]


def test_pieces_of_one_trunk_share_its_steps() -> None:
    root = piece_tree.grown(TIERS)
    assert root is not None and (root.holder, root.start, root.end, root.how) == ("First", 0, 1_000, "")
    kept, second = root.branches
    assert (kept.holder, kept.how, kept.state) == ("First", "", "held")
    assert (second.holder, second.start, second.end, second.state) == ("Second", 400, 1_000, None)
    third, rest = second.branches
    assert (third.holder, third.document, rest.holder) == ("Third", "paper of 0x2", "Second")
    assert leaves(root) == [
        (0, 400, "First", "held"),
        (400, 600, "Bank", "locked"),
        (600, 700, "Third", "held"),
        (700, 1_000, "Second", "held"),
    ]


def test_two_moves_to_one_holder_are_two_branches() -> None:
    root = piece_tree.grown(answer(piece(0, 500, TO_SECOND), piece(500, 1_000, step("Second", "0x9"))))
    assert root is not None and [(one.start, one.end) for one in root.branches] == [(0, 500), (500, 1_000)]


def test_cuts_that_nothing_followed_are_leaves() -> None:
    root = piece_tree.grown(answer(piece(0, 1), piece(1, 2), piece(2, 1_000)))
    assert root is not None and len(root.branches) == 3


def test_nothing_grows_before_it_is_accepted() -> None:
    assert piece_tree.grown(answer()) is None
    ElementTree.fromstring(piece_tree.picture(answer()))


def test_the_json_holds_offsets_as_texts() -> None:
    root = piece_tree.grown(TIERS)
    assert root is not None
    bank = piece_tree.as_json(root)["branches"][1]["branches"][0]["branches"][0]
    assert (bank["start"], bank["end"], bank["against"]) == ("400", "600", "financing")


@pytest.mark.spec("LANG-1")
def test_the_tree_is_told_in_either_language() -> None:
    told = StringIO()
    console = Console(file=told, width=120)
    piece_tree.show(console, TIERS)
    assert "trade → Third  [4.00 – 7.00)  3.00" in told.getvalue()
    speak("zh")
    try:
        piece_tree.show(console, TIERS)
    finally:
        speak("en")
    assert "融资 → Bank" in told.getvalue() and "核心企业 Core & Sons" in told.getvalue()


def test_the_boxes_of_the_picture_stand_as_wide_as_their_part() -> None:
    drawn = ElementTree.fromstring(piece_tree.picture(TIERS))
    boxes = [group.find(f"{SVG}rect") for group in drawn.iter(f"{SVG}g")]
    places = [
        (int(box.get("x", 0)), int(box.get("width", 0)), int(box.get("y", 0)))
        for box in boxes
        if box is not None
    ]
    margin, row = places[0][0], places[1][2] - places[0][2]
    wide = [((left - margin), width + 2, (y - places[0][2]) // row) for left, width, y in places]
    assert wide == [
        (0, 1_000, 0), (0, 400, 1), (400, 600, 1), (400, 300, 2), (400, 200, 3), (600, 100, 3), (700, 300, 2)
    ]  # fmt: skip
    texts = [one.text or "" for one in drawn.iter(f"{SVG}text")]
    assert any("Core & Sons" in text for text in texts) and "financing → Bank" in texts
    narrow = answer(*(piece(at, at + 10, step("Somebody", f"0x{at}")) for at in range(0, 1_000, 10)))
    words = [one.text for one in ElementTree.fromstring(piece_tree.picture(narrow)).iter(f"{SVG}text")]
    assert words.count("trade → Somebody") == 0 and "Somebody" in words, "the legend names who no box could"


def test_words_that_do_not_fit_their_box_are_cut_off() -> None:
    wordy = answer(piece(0, 150, step("A supplier of a long name", "0x1")), piece(150, 1_000))
    texts = [one.text for one in ElementTree.fromstring(piece_tree.picture(wordy)).iter(f"{SVG}text")]
    assert "trade → A supplie…" in texts and "A supplier of a long name" in texts
