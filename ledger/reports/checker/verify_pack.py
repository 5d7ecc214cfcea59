#!/usr/bin/env python3
"""Checks a Green Ledger evidence pack offline, with Python (3.9 or later) and its standard library alone.

    python3 verify_pack.py [DIR or FILE.zip] [--trust 0xADDRESS ...]     exits with 1 unless all follows

It holds for chains with Ethereum's headers and tries: a block's hash is keccak256 of its RLP header; state,
receipts and transactions are Merkle-Patricia tries. README.txt says what is proved, attested and trusted.
"""

from __future__ import annotations

import argparse
import sys
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

if __package__:
    from .answers import AccountPack, FundingPack, PaymentPack, RestingPack
    from .bonds import BondPack, IdlePack, ProjectPack
    from .compared import ComparePack, ProjectComparePack, ReceivableComparePack
    from .intervals import IntervalPack
    from .packs import Pack, read
    from .pieces import ReceivablePack
    from .pools import PoolPack
    from .proofs import Wrong, need
    from .statements import StatementPack
else:  # a copy in a pack, where Python shall leave no file of its own
    sys.dont_write_bytecode = True
    from answers import *  # type: ignore[import-not-found]  # noqa: F403
    from bonds import *  # type: ignore[import-not-found]  # noqa: F403
    from compared import *  # type: ignore[import-not-found]  # noqa: F403
    from intervals import *  # type: ignore[import-not-found]  # noqa: F403
    from pools import *  # type: ignore[import-not-found]  # noqa: F403
    from statements import *  # type: ignore[import-not-found]  # noqa: F403

KINDS: dict[str, type[Pack]] = {
    kind.kind: kind
    for kind in (
        AccountPack, BondPack, ComparePack, FundingPack, IdlePack, IntervalPack, PaymentPack, PoolPack,
        ProjectComparePack, ProjectPack, ReceivableComparePack, ReceivablePack, RestingPack, StatementPack,
    )
}  # fmt: skip
UNREADABLE = (
    ArithmeticError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def verify_pack(path: str | Path, trust: Sequence[str] = ()) -> dict[str, Any]:
    """Checks a pack, a folder or a zip. `trust` names addresses whose signature under a block hash the reader
    believes.

    Returns `{ok, problems, statement, kind, chain_id, block, block_hash, code_hash, headers, ...}`, or
    `{ok, problems}`: each problem is a sentence that begins with the file it is in.
    """
    try:
        files = read(Path(path))
    except (Wrong, *UNREADABLE) as why:
        return {"ok": False, "problems": [f"{path}: cannot be read: {type(why).__name__}: {why}"]}
    return verify_files(files, trust)


def verify_files(files: Mapping[str, bytes], trust: Sequence[str] = ()) -> dict[str, Any]:
    """`verify_pack` of files by name."""
    pack, problems = Pack(files), []
    try:
        problems = pack.changed()
        kind = pack.load("counters.json")["kind"]
        need(kind in KINDS, f"this checker knows no packs of the kind {kind}, but {', '.join(sorted(KINDS))}")
        pack = KINDS[kind](pack.files)
        pack.check([address.lower() for address in trust])
    except Wrong as wrong:
        problems.append(f"{pack.step}: {wrong}")
    except UNREADABLE as why:
        problems.append(f"{pack.step}: cannot be read: {type(why).__name__}: {why}")
    if problems:
        return {"ok": False, "problems": problems}
    return {"ok": True, "problems": [], **pack.report()}


def main() -> int:
    parser = argparse.ArgumentParser(description="Checks a Green Ledger evidence pack offline.")
    parser.add_argument(
        "path", nargs="?", default=Path(__file__).parent, type=Path, metavar="DIR or FILE.zip"
    )
    parser.add_argument("--trust", action="append", default=[], metavar="0xADDRESS")
    asked = parser.parse_args()
    report = verify_pack(asked.path, asked.trust)
    for problem in report.pop("problems"):
        print(f"WRONG  {problem}")
    for name, value in report.items():
        print(f"{name}: {value}")
    return 0 if report["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
