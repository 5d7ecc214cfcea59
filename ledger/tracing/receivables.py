"""Receivables by number, each with its party's view of it: one page of the index.

    {chain_id, block, block_hash, next,
     receivables: [{receivable, obligor, supplier, programme, order, currency, face, green, green_by_bond,
                    due, state, overdue}]}

`next` is the number to ask after for more, or null. Green minor units of a bond-funded receivable are counted
by its bond (`green_by_bond`), so a sum over receivables leaves them out and counts nothing twice.
"""

from __future__ import annotations

from ledger.domain.dates import format_day
from ledger.domain.states import LABELS, ReceivableState
from ledger.errors import BadInput
from ledger.tracing.books import Receivable
from ledger.tracing.hops import Json, who
from ledger.tracing.world import World

MOST = 200
_STATES = {label["en"]: state for state, label in LABELS[ReceivableState].items()}


def receivable_list(world: World, party: str | None, state: str | None, after: int, limit: int) -> Json:
    """Receivables of `party` (everybody's without one) in `state` (any without one) after number `after`."""
    if not 1 <= limit <= MOST:
        raise BadInput("a page has so many rows", had=limit, needed=f"1 to {MOST}")
    if state is not None and state not in _STATES:
        raise BadInput("a receivable has no such state", had=state, needed=", ".join(_STATES))
    found: list[Json] = []
    following = None
    for receivable in world.books.receivables.values():
        if receivable.id <= after or not _fits(receivable, party, state):
            continue
        if len(found) == limit:
            following = found[-1]["receivable"]
            break
        found.append(_row(world, receivable))
    return {
        "chain_id": world.history.chain_id,
        "block": world.header.number,
        "block_hash": world.header.hash,
        "receivables": found,
        "next": following,
    }


def _fits(receivable: Receivable, party: str | None, state: str | None) -> bool:
    if party is not None and party not in (receivable.obligor, receivable.supplier):
        return False
    return state is None or receivable.state == _STATES[state]


def _row(world: World, receivable: Receivable) -> Json:
    return {
        "receivable": receivable.id,
        "obligor": who(world.books.party(receivable.obligor)),
        "supplier": who(world.books.party(receivable.supplier)),
        "programme": receivable.programme,
        "order": receivable.order,
        "currency": world.currency(receivable.cash)[0],
        "face": str(receivable.face),
        "green": str(receivable.green),
        "green_by_bond": receivable.line != 0,
        "due": format_day(receivable.due),
        "state": LABELS[ReceivableState][receivable.state]["en"],
        "overdue": receivable.overdue,
    }
