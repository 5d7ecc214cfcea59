"""Deploy the ledger's contracts, or finish a deployment that was begun, and prove what stands there.

    scripts/deploy.py                                             the embedded chain of the state folder
    scripts/deploy.py --url http://127.0.0.1:8545 --network ours  any EVM network

The keystore needs GREENLEDGER_PASSPHRASE or GREENLEDGER_PASSPHRASE_FILE on a network. The account
`deployer` of the keystore sends; on a network where gas has a price it needs some coin first. Running it
again does nothing more than prove the deployment again.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ledger.bootstrap import DeployOptions, deploy_configured
from ledger.bootstrap.opening import BANK, CURRENCIES, GUARDIAN, OPERATOR
from ledger.config import Settings
from ledger.errors import LedgerError
from scripts.verify_deployment import print_checks


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    try:
        checks = deploy_configured(_settings(given), _options(given), print)
    except LedgerError as error:
        print(f"{error.code}: {error.message} (had {error.had}, needed {error.needed})", file=sys.stderr)
        return 1
    return print_checks(checks)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", help="JSON-RPC address; without it, the embedded chain")
    parser.add_argument("--network", help="name of the folder of its records")
    parser.add_argument("--deployments", type=Path, help="folder of the records, when it is another")
    parser.add_argument("--state", type=Path, help="state folder, with the keystore")
    parser.add_argument("--replay", action="store_true", help="business dates are posted, for ever")
    parser.add_argument("--operator", default=OPERATOR, help="account name or address")
    parser.add_argument("--guardian", default=GUARDIAN, help="account name or address of another key")
    parser.add_argument("--delay", type=int, default=2 * 24 * 3600, help="seconds before a change acts")
    parser.add_argument(
        "--bank",
        action="append",
        metavar="CURRENCY=ACCOUNT",
        help=f"a ledger cash and its settlement bank; by default {', '.join(CURRENCIES)} at `{BANK}`",
    )
    return parser


def _settings(given: argparse.Namespace) -> Settings:
    """What the command line gives wins over the environment."""
    named: dict[str, Any] = {
        name: getattr(given, name) for name in ("url", "network", "deployments", "state")
    }
    return Settings(**{name: value for name, value in named.items() if value is not None})


def _options(given: argparse.Namespace) -> DeployOptions:
    banks = dict(one.split("=", 1) for one in given.bank) if given.bank else None
    return DeployOptions(
        replay=given.replay,
        banks=banks,
        operator=given.operator,
        guardian=given.guardian,
        delay=given.delay,
    )


if __name__ == "__main__":
    sys.exit(main())
