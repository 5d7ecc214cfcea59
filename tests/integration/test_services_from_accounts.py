"""ACC-3: everything that a party does with a plain key it does from an account contract, refusals and all.

The tests of bonds and receivables are run once more here, on a ledger where everybody but the settlement bank
(whose address is part of its cash) has an account contract with a clerk and an approver.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger import Ledger
from ledger.bootstrap.testing import BANK, CAST, fresh_ledger
from tests.integration.test_services_bonds import *  # noqa: F403 - the same tests, another town
from tests.integration.test_services_receivables import *  # noqa: F403


@pytest.fixture(scope="module")
def town(housed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """The town of `tests.conftest`, where everybody has an account contract."""
    with fresh_ledger(housed_template, tmp_path_factory.mktemp("housed") / "ledger") as opened:
        yield opened


@pytest.mark.spec("ACC-3")
def test_this_town_acts_from_account_contracts(town: Ledger) -> None:
    for name in CAST:
        assert (town.session.account_contract(name) is None) == (name == BANK)
        assert town.keys.signs(name) == (name == BANK)


@pytest.mark.spec("CONF-1")
def test_a_programme_of_two_persons_is_for_account_contracts(town: Ledger) -> None:
    receivable = confirmed(town, programme=3).id  # noqa: F405
    assert town.books.receivable(receivable).programme == 3
