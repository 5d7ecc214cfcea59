"""No float near money: amounts and offsets are integers, and a float forgets fen from 2**53 on.

Refused in the rooms below: float literals, `float(...)`, NumPy's floats, and `/`. A line that handles seconds
or file names says so: `# not money: why`. A path joined with text, or named like a path, need not.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.linters import ROOT, Breach, report, sources

ROOMS = ("domain", "services", "tracing", "clearing", "reports", "chain", "indexer", "checks")
EXCUSE = re.compile(r"#\s*not money: \S")
PATH_NAME = re.compile(r"(?:^|_)(?:path|folder|directory|dir|file|root|home|parent)$", re.IGNORECASE)
NUMPY_DIVISIONS = {"divide", "true_divide"}


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def is_path(node: ast.expr) -> bool:
    """What a reader takes for a path: `folder / name`, `Path(x) / y`, and longer joins of these."""
    if isinstance(node, ast.BinOp):
        return is_path_join(node)
    if isinstance(node, ast.Call):
        return getattr(node.func, "id", "") == "Path"
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return bool(PATH_NAME.search(name))


def is_path_join(node: ast.BinOp) -> bool:
    return is_text(node.right) or is_text(node.left) or is_path(node.left)


def objection(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
        return f"float literal {node.value}"
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "float":
        return "float(...)"
    if isinstance(node, ast.Attribute) and (node.attr.startswith("float") or node.attr in NUMPY_DIVISIONS):
        return f".{node.attr}"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not is_path_join(node):
        return "true division; use // with the rounding direction in the name"
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Div):
        return "true division; use //= with the rounding direction in the name"
    return None


def breaches_in(path: str, text: str) -> Iterator[Breach]:
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        message = objection(node)
        if message and not EXCUSE.search(lines[node.lineno - 1]):  # type: ignore[attr-defined]
            yield Breach(path, node.lineno, f"{message} (or say `# not money: why`)")  # type: ignore[attr-defined]


def breaches(root: Path) -> list[Breach]:
    files = [file for room in ROOMS for file in sources(root, f"ledger/{room}")]
    return [one for file in files for one in breaches_in(file.relative_to(root).as_posix(), file.read_text())]


if __name__ == "__main__":
    sys.exit(report(breaches(ROOT), "no float near money"))
