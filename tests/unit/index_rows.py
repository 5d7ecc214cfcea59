"""Every row of an index, to be compared with another's."""

from __future__ import annotations

from typing import Any

from ledger.store import Store

TABLES = {
    "progress": "select number, hash, parent, timestamp from progress",
    "blocks": "select number, hash, parent, timestamp from blocks",
    "contracts": "select address, name, block from contracts",
    "events": "select block, log, tx, address, contract, name, args from events",
    "moves": (
        "select block, log, c.address, tx, p.address, q.address, amount, out_offset, in_offset, document"
        " from moves join addresses c on c.id = cash join addresses p on p.id = from_axis"
        " join addresses q on q.id = to_axis"
    ),
    "counters": (
        "select c.address, a.address, outgoing, incoming from counters"
        " join addresses c on c.id = cash join addresses a on a.id = axis"
    ),
}
"""Every row of every table; numbers of addresses, which depend on who came first, as the addresses."""


def rows(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    with store._engine.connect() as connection, connection.begin():
        found = {name: connection.exec_driver_sql(query).all() for name, query in TABLES.items()}
    return {name: sorted(map(_comparable, these)) for name, these in found.items()}


def _comparable(row: Any) -> tuple[Any, ...]:
    return tuple(bytes(one).hex() if isinstance(one, (bytes, memoryview)) else str(one) for one in row)
