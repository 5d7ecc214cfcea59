"""Gas of every act, as frozen by `make bench-gas ARGS=--update`: a change to it is visible in review."""

from __future__ import annotations

import json

from scripts.bench.gas import SNAPSHOT, frozen, run

# Random addresses and salted hashes have more or fewer zero bytes, which calldata is charged by.
_SLACK = 600


def test_gas_is_what_was_frozen() -> None:
    _, mine = run(with_peers=False)
    was, now = json.loads(SNAPSHOT.read_text()), frozen(mine)
    assert set(now) == set(was)
    moved = {act: (was[act], now[act]) for act in was if abs(was[act] - now[act]) > _SLACK}
    assert not moved, f"frozen and measured gas differ: {moved}"
