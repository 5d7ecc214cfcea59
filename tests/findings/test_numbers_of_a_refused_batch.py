"""A batch that was refused had given its new addresses numbers; the store went on using them, and later rows
named addresses that the table did not have."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.domain.history import Batch
from ledger.store import IndexConflict, Store
from tests.unit.test_store import batch, event, header, moves


@pytest.mark.spec("IDX-1")
def test_addresses_of_a_refused_batch_are_numbered_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "index.sqlite", chain_id=31337, start_block=1)
    doubled = Batch(header(2), [header(2)], moves(2, 5), [event(2), event(2)])
    with pytest.raises(Exception, match=r"(?i)unique"):
        store.append(doubled, None)
    store.append(batch(2, 5), None)
    with store.snapshot() as history:
        (cash,) = history.cashes()
        rows, known = history.moves(cash), history.addresses()
        assert known[rows.to_axis[0]].lower() == "0x" + "00" * 17 + "000203"
    with pytest.raises(IndexConflict):
        store.append(batch(3, 5), None)
