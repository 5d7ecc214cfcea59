"""Brownie's runs look again for a transaction that the node cannot show for an instant."""

import pytest
from web3.exceptions import TransactionNotFound

from scripts import brownie_patience


@pytest.fixture
def misses(monkeypatch):
    """The next looks find nothing, one for each entry left in this list."""
    left, look = [], brownie_patience._get_transaction

    def miss(transaction_hash):
        if left:
            raise left.pop()
        return look(transaction_hash)

    monkeypatch.setattr(brownie_patience, "_get_transaction", miss)
    return left


def test_a_transaction_missed_for_an_instant_is_not_dropped(accounts, misses):
    misses += [TransactionNotFound("not now")] * 3
    assert accounts[0].transfer(accounts[1], 1).status == 1
    assert not misses


def test_a_transaction_that_does_not_exist_is_still_not_found(monkeypatch):
    monkeypatch.setattr(brownie_patience, "PAUSES", (0.001,) * 3)
    with pytest.raises(TransactionNotFound):
        brownie_patience.get_transaction("0x" + "11" * 32)
