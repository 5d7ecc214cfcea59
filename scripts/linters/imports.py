"""The import table: who may use whom. The table is the data below; docs/architecture.md says why it is so."""

import ast
import posixpath
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.linters import ROOT, Breach, report, sources

# A room is a package or module; it may import itself and the rooms named here.
PYTHON_TABLE: dict[str, set[str]] = {
    "ledger.errors": set(),
    "ledger.domain": {"ledger.errors"},
    "ledger.ports": {"ledger.domain", "ledger.errors"},
    "ledger.services": {"ledger.ports", "ledger.domain", "ledger.errors"},
    "ledger.tracing": {"ledger.domain", "ledger.errors"},
    "ledger.clearing": {"ledger.domain", "ledger.errors"},
    "ledger.reports": {"ledger.domain", "ledger.tracing", "ledger.ports", "ledger.errors"},
    "ledger.chain": {"ledger.domain", "ledger.ports", "ledger.errors"},
    "ledger.store": {"ledger.domain", "ledger.ports", "ledger.errors"},
    "ledger.crypto": {"ledger.domain", "ledger.ports", "ledger.errors"},
    "ledger.indexer": {"ledger.domain", "ledger.ports", "ledger.errors"},
    "ledger.checks": {"ledger.domain", "ledger.ports", "ledger.errors"},  # shares nothing with what it checks
    "ledger.config": {"ledger.domain", "ledger.errors"},
    "ledger.bootstrap": {"ledger"},
    "ledger.cli": {"ledger"},
    "ledger.commands": {"ledger"},
    "ledger.sentences": {"ledger.errors"},
    "ledger.words": {"ledger.domain", "ledger.errors"},
    "ledger.tables": {"ledger.domain", "ledger.words", "ledger.errors"},
    "ledger.impact_tables": {"ledger.tables", "ledger.domain", "ledger.words", "ledger.errors"},
    "ledger.maturity_tables": {"ledger.tables", "ledger.domain", "ledger.words", "ledger.errors"},
    "ledger.question_tables": {"ledger.tables", "ledger.domain", "ledger.words", "ledger.errors"},
    "ledger.piece_tree": {"ledger.tables", "ledger.domain", "ledger.words", "ledger.errors"},
    "ledger.flow_picture": {"ledger.tables", "ledger.domain", "ledger.words", "ledger.errors"},
    "ledger.statement_tables": {
        "ledger.tables",
        "ledger.flow_picture",
        "ledger.domain",
        "ledger.words",
        "ledger.errors",
    },
    "ledger.statement_page": {
        "ledger.tables",
        "ledger.flow_picture",
        "ledger.statement_tables",
        "ledger.domain",
        "ledger.words",
        "ledger.errors",
    },
    "ledger.story": {
        "ledger.services",
        "ledger.reports",
        "ledger.tracing",
        "ledger.tables",
        "ledger.impact_tables",
        "ledger.piece_tree",
        "ledger.words",
        "ledger.domain",
        "ledger.errors",
    },
    "ledger": {"ledger"},
    "api": {"ledger.services", "ledger.reports", "ledger.tracing", "ledger.domain", "ledger.errors"},
    "api.app": {"api", "ledger"},
    "api.deps": {"api", "ledger"},
    # `serve` and `token`: the command line finds them by entry point, so that ledger never imports api.
    "api.command": {"api", "ledger"},
    # Tokens are small secret files, written as the keystore writes its own.
    "api.tokens": {"ledger.crypto", "ledger.errors"},
}
# What is whole (the front door, what puts it together, what drives it) is only for those named here.
WHOLE: dict[str, set[str]] = {
    "ledger": {
        "ledger.tables",
        "ledger.story",
        "ledger.commands",
        "ledger.cli",
        "api.app",
        "api.deps",
        "api.command",
    },
    "ledger.bootstrap": {"ledger", "ledger.commands", "ledger.cli", "api.app", "api.deps"},
    "ledger.story": {"ledger.commands", "ledger.cli"},
    "ledger.commands": {"ledger.cli"},
    "ledger.cli": set(),
}
# Development and tests only: nothing that ships imports them.
NEVER_SHIPPED = ("brownie", "solcx", "pytest", "scripts", "tests")

# A folder of contracts may import itself, interfaces, libraries, and nothing else of ours.
SOLIDITY_SHARED = {"interfaces", "libraries"}
SOLIDITY_FREE = {"mocks"}
SOLIDITY_EXTERNAL = ("@openzeppelin/",)
SOLIDITY_IMPORT = re.compile(r"""^\s*import\s+(?:[^"';]*?\bfrom\s+)?["']([^"']+)["']""", re.MULTILINE)


def is_within(module: str, room: str) -> bool:
    return module == room or module.startswith(room + ".")


def room_of(module: str) -> str | None:
    """The most particular room of the table; None for a module of ours that the table does not know."""
    rooms = [room for room in PYTHON_TABLE if is_within(module, room) and room != "ledger"]
    if module == "ledger":
        return "ledger"
    return max(rooms, key=len, default=None)


def module_of(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree: ast.Module, module: str, is_package: bool) -> Iterator[tuple[int, str]]:
    """(line, module) of every import; `from a import b` may name a module, so it yields a and a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = absolute(node, module, is_package)
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and imports_by_name(node):
            yield node.lineno, node.args[0].value  # type: ignore[attr-defined]


def absolute(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".") + ([""] if is_package else [])
    return ".".join([*parts[: -node.level], *([node.module] if node.module else [])])


def imports_by_name(call: ast.Call) -> bool:
    """importlib.import_module("x") and __import__("x")"""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    literal = (
        bool(call.args) and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
    )
    return name in ("import_module", "__import__") and literal


def objection(importer: str, target: str) -> str | None:
    """Why `importer` may not import `target`; None when it may, or when the table does not judge `target`."""
    if any(is_within(target, name) for name in NEVER_SHIPPED):
        return f"{importer} ships and may not import {target.split('.')[0]}"
    if target.split(".")[0] not in ("ledger", "api"):
        return None
    room, wanted = room_of(importer), room_of(target) or front_door(target)
    if room is None:
        return f"{importer} is in no room of the import table: add it there, with what it may import"
    if wanted is None:
        return f"{target} is in no room of the import table: add it there, with what it may import"
    return None if is_allowed(room, wanted) else f"{room} may not import {wanted}"


def front_door(target: str) -> str | None:
    """`from ledger import Ledger` names no module of the table but the front door itself."""
    parts = target.split(".")
    return "ledger" if parts[0] == "ledger" and len(parts) == 2 and not parts[1].islower() else None


def is_allowed(room: str, wanted: str) -> bool:
    if wanted in WHOLE:
        return room == wanted or room in WHOLE[wanted]
    return any(is_within(wanted, allowed) for allowed in {room, *PYTHON_TABLE[room]})


def python_breaches(root: Path) -> Iterator[Breach]:
    for path in [*sources(root, "ledger"), *sources(root, "api")]:
        module, is_package = module_of(path, root), path.name == "__init__.py"
        for line, target in imported(ast.parse(path.read_text()), module, is_package):
            if message := objection(module, target):
                yield Breach(path.relative_to(root).as_posix(), line, message)


def solidity_objection(importer: str, name: str) -> str | None:
    """`importer` is a path from the repository's root; `name` is what its import says."""
    if not name.startswith("."):
        return None if name.startswith(SOLIDITY_EXTERNAL) else f"{name} is neither ours nor OpenZeppelin's"
    target = posixpath.normpath(posixpath.join(posixpath.dirname(importer), name))
    here, there = importer.split("/")[1], target.split("/")[1]
    if not target.startswith("contracts/"):
        return f"{name} is outside contracts/"
    if here in SOLIDITY_FREE or there in SOLIDITY_SHARED or here == there:
        return None
    return f"contracts/{here} may import interfaces, libraries and itself, not contracts/{there}"


def solidity_breaches(root: Path) -> Iterator[Breach]:
    for path in sources(root, "contracts", "*.sol"):
        name, text = path.relative_to(root).as_posix(), path.read_text()
        for match in SOLIDITY_IMPORT.finditer(text):
            if message := solidity_objection(name, match[1]):
                yield Breach(name, text.count("\n", 0, match.start(1)) + 1, message)


def breaches(root: Path) -> list[Breach]:
    return [*python_breaches(root), *solidity_breaches(root)]


if __name__ == "__main__":
    sys.exit(report(breaches(ROOT), "the import table holds"))
