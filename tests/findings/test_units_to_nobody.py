"""The free view answers with the refusal's own code (DESIGN 3, rule 2): units sent to the zero address."""

from __future__ import annotations

import pytest

from tests.twin.actors import INVESTORS, NOBODY
from tests.twin.chain import Reverted
from tests.twin.pair import opened_pair


def test_asking_first_gives_the_code_of_the_refusal() -> None:
    with opened_pair(replay=True, seed=0) as (pair, _):
        token, holder = pair.world.bonds.tokens[1].address, INVESTORS[0].address
        with pytest.raises(Reverted) as refused:
            pair.chain.ask(holder, token, "transfer", (NOBODY, 1))
        with pytest.raises(Reverted) as answered:
            pair.chain.ask(holder, token, "checkTransfer", (holder, NOBODY, 1))
        assert answered.value == refused.value
