"""Prove a live deployment by reading alone: code, arguments, powers, and that nobody holds another.

    scripts/verify_deployment.py [--url URL --network NAME]

Exit status 1 when something is not as it was planned. No key is needed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ledger.bootstrap import Check, prove_configured
from ledger.config import Settings
from ledger.errors import LedgerError


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    named = {name: value for name, value in vars(given).items() if value is not None}
    try:
        return print_checks(prove_configured(Settings(**named)))
    except LedgerError as error:
        print(f"{error.code}: {error.message}", file=sys.stderr)
        return 1


def print_checks(checks: Sequence[Check]) -> int:
    """One line for each failure and one for the whole; the exit status."""
    failed = [check for check in checks if not check.ok]
    for check in failed:
        print(f"NOT SO  {check.id}: {check.detail}")
    print(f"{len(checks) - len(failed)} of {len(checks)} checks hold")
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", help="JSON-RPC address; without it, the embedded chain")
    parser.add_argument("--network", help="name of the folder of its records")
    parser.add_argument("--deployments", type=Path, help="folder of the records, when it is another")
    parser.add_argument("--state", type=Path, help="state folder")
    return parser


if __name__ == "__main__":
    sys.exit(main())
