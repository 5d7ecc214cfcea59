"""Brownie's runs look again for a transaction or a receipt that the node cannot show for an instant."""

import pytest
from brownie import web3
from web3.exceptions import TransactionNotFound

from scripts import brownie_patience
from tests.contracts.world import GAS_PRICE

ASKED = ("get_transaction", "get_transaction_receipt")


@pytest.fixture(params=ASKED)
def misses(request, monkeypatch):
    """The next looks of this kind find nothing, one for each entry left in this list."""
    left, look = [], getattr(web3.eth, request.param)

    def miss(transaction_hash):
        if left:
            raise left.pop()
        return look(transaction_hash)

    monkeypatch.setattr(web3.eth, request.param, brownie_patience.patient(miss))
    return left


def test_a_transaction_missed_for_an_instant_is_not_dropped(accounts, misses):
    misses += [TransactionNotFound("not now")] * 3
    assert accounts[0].transfer(accounts[1], 1, gas_price=GAS_PRICE).status == 1
    assert not misses


@pytest.mark.parametrize("asked", ASKED)
def test_what_does_not_exist_is_still_not_found(monkeypatch, asked):
    monkeypatch.setattr(brownie_patience, "PAUSES", (0.001,) * 3)
    with pytest.raises(TransactionNotFound):
        getattr(web3.eth, asked)("0x" + "11" * 32)
