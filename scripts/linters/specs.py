"""Each promise of docs/specs.md is carried by a test, and each id that a test carries is a promise there.

A promise is a line or a table's row of docs/specs.md that begins with its id, such as `CASH-1`.
A test carries an id in `@pytest.mark.spec("CASH-1")` or in its docstring, its class's or its module's;
a forge test in its name (`invariant_CASH_1_tiles`) or in the comment above it.
A test that is skipped or expected to fail carries nothing.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.linters import ROOT, Breach, report, sources

SPECS = "docs/specs.md"
ID = re.compile(r"\b[A-Z][A-Z0-9]*-\d+\b")
PROMISE = re.compile(r"^(?:\s*(?:[-*|]|#+)\s+)?[`*]*([A-Z][A-Z0-9]*-\d+)\b", re.MULTILINE)
SOLIDITY_TEST = re.compile(
    r"(?P<comment>(?:^[ \t]*//[^\n]*\n)*)^[ \t]*function[ \t]+(?P<name>(?:test|invariant)\w*)", re.MULTILINE
)
SOLIDITY_ID = re.compile(r"(?<=_)([A-Z][A-Z0-9]*)_(\d+)(?![A-Za-z0-9])")
NOT_RUN = {"skip", "skipif", "xfail"}


@dataclass(frozen=True)
class Carried:
    """An id that a test carries; `marked` when by a marker, where nothing but a promise can be meant."""

    id: str
    path: str
    line: int
    marked: bool


def promises(text: str) -> dict[str, int]:
    """{id: line} of the promises that the specification makes"""
    return {match[1]: text.count("\n", 0, match.start(1)) + 1 for match in PROMISE.finditer(text)}


def mark(expression: ast.expr) -> tuple[str, list[str]] | None:
    """(name, texts) of `pytest.mark.name("text", ...)` or `pytest.mark.name`"""
    call = expression if isinstance(expression, ast.Call) else None
    named = call.func if call else expression
    if not isinstance(named, ast.Attribute) or not isinstance(named.value, ast.Attribute):
        return None
    arguments = call.args if call else []
    texts = [a.value for a in arguments if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    return (named.attr, texts) if named.value.attr == "mark" else None


def marks(node: ast.AST) -> list[tuple[str, list[str]]]:
    """The marks of a function or class, or of a module by `pytestmark = ...`."""
    expressions: list[ast.expr] = list(getattr(node, "decorator_list", []))
    for statement in node.body if isinstance(node, ast.Module) else []:
        if isinstance(statement, ast.Assign) and getattr(statement.targets[0], "id", "") == "pytestmark":
            value = statement.value
            expressions += value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
    return [found for found in map(mark, expressions) if found]


def is_run(node: ast.AST) -> bool:
    return not any(name in NOT_RUN for name, _ in marks(node))


def tests_in(node: ast.AST) -> Iterator[ast.AST]:
    """The test functions that run, and the module and classes that hold some."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        if node.name.startswith("test") and is_run(node):
            yield node
    elif isinstance(node, ast.Module | ast.ClassDef) and is_run(node):
        held = [test for child in node.body for test in tests_in(child)]
        yield from [*held, node] if held else []


def carried_by_python(path: str, text: str) -> Iterator[Carried]:
    for node in tests_in(ast.parse(text)):
        line = getattr(node, "lineno", 1)
        documented = ast.get_docstring(node) or ""  # type: ignore[arg-type]
        yield from (Carried(found, path, line, False) for found in ID.findall(documented))
        named = [text for name, texts in marks(node) if name == "spec" for text in texts]
        yield from (Carried(found, path, line, True) for found in named)


def carried_by_solidity(path: str, text: str) -> Iterator[Carried]:
    for match in SOLIDITY_TEST.finditer(text):
        line = text.count("\n", 0, match.start("name")) + 1
        yield from (Carried(found, path, line, False) for found in ID.findall(match["comment"]))
        named = SOLIDITY_ID.findall(match["name"])
        yield from (Carried(f"{family}-{number}", path, line, True) for family, number in named)


def carried(root: Path) -> list[Carried]:
    python = [(file, carried_by_python) for file in sources(root, "tests", "test_*.py")]
    solidity = [(file, carried_by_solidity) for file in sources(root, "tests", "*.sol")]
    return [
        one
        for file, find in python + solidity
        for one in find(file.relative_to(root).as_posix(), file.read_text())
    ]


def breaches(root: Path) -> Iterator[Breach]:
    file = root / SPECS
    promised = promises(file.read_text()) if file.exists() else {}
    families = {promise.split("-")[0] for promise in promised}
    if not promised:
        yield Breach(SPECS, 1, "names no promise")
    found = carried(root)
    for promise in promised.keys() - {one.id for one in found}:
        yield Breach(SPECS, promised[promise], f"no test carries {promise}")
    for one in found:
        meant = one.marked or one.id.split("-")[0] in families  # EIP-712 in a docstring is no promise
        if meant and one.id not in promised:
            yield Breach(one.path, one.line, f"{one.id} is not in {SPECS}")


if __name__ == "__main__":
    sys.exit(report(breaches(ROOT), "every promise is carried by a test"))
