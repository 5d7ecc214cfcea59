"""`make bench-gas`: the peers and ours on one chain in one run, with ratios and the checks that are on.

    python -m scripts.bench.gas [--update] [--ours]

`--update` freezes our figures in tests/snapshots/gas.json; `--ours` leaves the peers out (no npm needed).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import tempfile
from pathlib import Path

from ledger import Ledger, tables
from scripts.bench import ours
from scripts.bench.accounts import measure_accounts
from scripts.bench.ours import Row

SNAPSHOT = Path(__file__).resolve().parents[2] / "tests" / "snapshots" / "gas.json"
CHEAP = 2**12
# Our act, the peer's it stands beside, and the most that ours may take (None: no ceiling set).
BESIDE: dict[str, tuple[str | None, int | None]] = {
    "cash move": ("plain ERC-20 transfer", 50_000),
    "split to another holder": ("ERC-3525 split", 95_000),
    "move a whole piece": ("ERC-3525 whole move", 65_000),
    "earmarked payment with gate": (None, 110_000),
    "delivery versus payment (allot one)": ("T-REX swap, the acceptance", 150_000),
    "bond units": ("T-REX transfer", 75_000),
    "trade: units against money": ("T-REX swap, the acceptance", 150_000),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--update", action="store_true", help="freeze our figures")
    parser.add_argument("--ours", action="store_true", help="without the peers")
    given = parser.parse_args()
    peers, mine = run(with_peers=not given.ours)
    show(peers, mine)
    if given.update:
        SNAPSHOT.write_text(json.dumps(frozen(mine), indent=2, sort_keys=True) + "\n")


def run(*, with_peers: bool) -> tuple[list[Row], list[Row]]:
    """The peers' rows (none without them) and ours, from one chain."""
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        with Ledger.embedded(Path(folder) / "live", keystore_cost=CHEAP) as ledger:
            mine = list(ours.measure(ledger))
            if with_peers:
                from scripts.bench import peers

                found = list(peers.measure(ledger.client.web3))
        with Ledger.embedded(Path(folder) / "replay", replay=True, keystore_cost=CHEAP) as ledger:
            mine += ours.measure_settlement(ledger, dt.date(2025, 9, 2))
        for alone in (True, False):
            with Ledger.embedded(Path(folder) / f"housed-{alone}", keystore_cost=CHEAP) as ledger:
                mine += measure_accounts(ledger, alone=alone)
    return found, mine


def frozen(rows: list[Row]) -> dict[str, int]:
    return {f"{row.act}, {row.case}": row.gas for row in rows}


def show(peers: list[Row], mine: list[Row]) -> None:
    out = tables.console()
    theirs = {(row.act, row.case): row.gas for row in peers}
    shown = tables.table(
        "Gas a transaction, one run, one chain", "act", "case", ">gas", ">peer", ">ours/peer", ">ceiling", ""
    )
    for row in mine:
        peer, ceiling = BESIDE.get(row.act, (None, None))
        beside = theirs.get((peer or "", row.case.split(",")[0]))
        ratio = f"{row.gas * 100 // beside}%" if beside else "–"
        mark = "" if ceiling is None else "✓" if row.gas <= ceiling else "above"
        cells = (
            f"{row.gas:,}",
            f"{beside:,}" if beside else "–",
            ratio,
            f"{ceiling:,}" if ceiling else "–",
            mark,
        )
        shown.add_row(row.act, row.case, *cells)
    out.print(shown)
    out.print("Checks that are on in ours:")
    for act, checks in {row.act: row.checks for row in mine}.items():
        out.print(f"  {act}: {checks}", soft_wrap=True)
    others = tables.table("The peers, and the rules that they keep", "act", "case", ">gas", "rules")
    for row in peers:
        others.add_row(row.act, row.case, f"{row.gas:,}", row.checks)
    if peers:
        out.print(others)


if __name__ == "__main__":
    main()
