"""The project's own linters: `python -m scripts.linters.NAME` exits 1 when it finds a breach."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, order=True)
class Breach:
    """Where a rule is broken (path relative to the repository) and what to do about it."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


def sources(root: Path, folder: str, pattern: str = "*.py") -> list[Path]:
    """The files below a folder that may not be there yet."""
    return sorted((root / folder).rglob(pattern))


def report(breaches: Iterable[Breach], what_holds: str) -> int:
    """Print what was found; the exit status."""
    found = sorted(set(breaches))
    for breach in found:
        print(breach, file=sys.stderr)
    print(f"{len(found)} breaches" if found else what_holds)
    return 1 if found else 0
