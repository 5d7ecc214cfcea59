"""EVD-1: the checkers promise Python 3.9, and one line of theirs was grammar of 3.11.

`told[*place[:2], axis]` is read by the Python of our own tests and by no older one, so nobody noticed. An
older interpreter is not always at hand, so the grammar is looked at: what came after 3.9 is not in it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKER = Path(__file__).resolve().parents[2] / "ledger" / "reports" / "checker"
LATER_NAMES = ("pairwise", "bit_count", "StrEnum", "ExceptionGroup")


def too_new(text: str) -> Iterator[str]:
    """What Python 3.9 cannot read or has not got, of what our own Python reads."""
    for node in ast.walk(ast.parse(text, feature_version=(3, 9))):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
            starred = any(isinstance(part, ast.Starred) for part in node.slice.elts)
            if starred and not (ast.get_source_segment(text, node.slice) or "").startswith("("):
                yield f"line {node.lineno}: a star in a subscript"
        if isinstance(node, ast.keyword) and node.arg in ("strict", "slots", "kw_only"):
            yield f"line {node.value.lineno}: {node.arg}="
        if isinstance(node, (ast.Attribute, ast.Name)):
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            if name in LATER_NAMES:
                yield f"line {node.lineno}: {name}"


@pytest.mark.spec("EVD-1")
@pytest.mark.parametrize("path", sorted(CHECKER.glob("*.py")), ids=lambda path: path.name)
def test_every_file_of_the_checkers_is_read_by_python_3_9(path: Path) -> None:
    assert list(too_new(path.read_text())) == []


@pytest.mark.parametrize(
    "line", ["told[*place[:2], axis] = 1", "zip(a, b, strict=True)", "itertools.pairwise(a)"]
)
def test_what_is_newer_is_noticed(line: str) -> None:
    assert list(too_new(line))


def test_grammar_that_3_9_has_not_got_is_no_syntax() -> None:
    with pytest.raises(SyntaxError):
        list(too_new("match a:\n    case 1: pass"))
