"""`greenledger check`: every promise derived again from RPC and the deployment record alone.

Nothing is shared with the index but ABI decoding; the index is then compared with what the chain said. A
check is a generator: it yields what is wrong, in words, and returns what it saw. A promise that is not built
yet is `absent`, which is never counted as holding.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from itertools import islice
from typing import Any, Final

from ledger.checks import (
    alerts,
    bonds,
    cash,
    documents,
    facilities,
    financing,
    gate,
    index,
    legs,
    limits,
    lines,
    loans,
    maturity,
    pieces,
    pools,
    units,
    works,
)
from ledger.checks.view import Rows, View, Watched, look
from ledger.errors import ChainUnavailable
from ledger.ports import Deployment

Check = Callable[[View], Generator[str, None, str]]

CHECKS: Final[dict[str, Check]] = {
    "CASH-1": cash.tiles,
    "PIECE-1": pieces.tile,
    "BOND-1": bonds.partition,
    "BOND-2": gate.every_payment,
    "BOND-9": limits.pockets,
    "BOND-10": limits.refinanced,
    "BOND-11": works.released_only,
    "HOLD-1": units.conserved,
    "DOC-1": documents.capacity,
    "DOC-3": documents.red_invoices,
    "DOC-4": documents.epochs,
    "LINE-1": lines.within,
    "ALERT-2": alerts.as_told,
    "LEG-1": legs.once,
    "LOAN-1": loans.within,
    "FAC-1": facilities.called,
    "POOL-1": pools.exclusive,
    "POOL-2": pools.conserved,
    "FIN-1": financing.both_or_neither,
    "MAT-2": maturity.shares,
}
ABSENT: Final = {
    "CLR-1": "clearing rounds are not built yet",
    "IMP-1": "metered impact is not built yet",
    "API-1": "Idempotency-Key is not built yet",
}
_MOST_NAMED: Final = 5


def check(chain: Watched, deployment: Deployment, rows: Rows | None) -> dict[str, Any]:
    """`{ok, chain_id, block, block_hash, checks: [{id, ok, detail}]}`.

    `ok` of one check is true, false, or null when it is absent; the whole is ok when none is false. `detail`
    says what was seen, or names the places where it does not hold (the first few of them).

    Args:
        rows: the index as it stands; None when there is none to compare, and IDX-1 is then absent.
    """
    view = look(chain, deployment)
    found = [_result(name, one(view)) for name, one in CHECKS.items()]
    absent = [_absent(name, why) for name, why in ABSENT.items()]
    indexed = _index(view, rows)
    return {
        "ok": all(one["ok"] for one in found) and indexed["ok"] is not False,
        "chain_id": chain.chain_id,
        "block": view.block,
        "block_hash": view.block_hash,
        "checks": [*found, indexed, *absent],
    }


def _index(view: View, rows: Rows | None) -> dict[str, Any]:
    if rows is None:
        return _absent("IDX-1", "there is no index to compare")
    return _result("IDX-1", index.same(view, rows))


def _absent(name: str, why: str) -> dict[str, Any]:
    return {"id": name, "ok": None, "detail": f"absent: {why}"}


def _result(name: str, running: Generator[str, None, str]) -> dict[str, Any]:
    """The first few problems, in words; a check that cannot run to its end has failed, and says how."""
    said: list[str] = []
    summary = ""

    def followed() -> Generator[str, None, None]:
        nonlocal summary
        summary = yield from running

    try:
        said.extend(islice(followed(), _MOST_NAMED))
    except ChainUnavailable:
        raise  # nothing was learned: that is neither green nor red
    except Exception as failure:  # what breaks the reading breaks the promise; it must never look green
        said.append(f"could not be derived: {type(failure).__name__}: {failure}")
    return {"id": name, "ok": not said, "detail": "; ".join(said) or summary}
