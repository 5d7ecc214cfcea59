"""Brownie's runs test the code that ships, and look again for a receipt that the node cannot show at once."""

import json
from importlib.resources import files

import pytest
from brownie import web3

from scripts import brownie_direct
from tests.contracts.world import GAS_PRICE


@pytest.fixture
def misses(monkeypatch):
    """The next looks for a receipt find nothing, one for each entry left in this list."""
    left, look = [], web3.provider.make_request

    def miss(method, params):
        return left.pop() if left and method == "eth_getTransactionReceipt" else look(method, params)

    monkeypatch.setattr(brownie_direct, "answers_with_the_receipt", lambda: False)
    monkeypatch.setattr(web3.provider, "make_request", miss)
    return left


def test_a_receipt_missed_for_an_instant_is_asked_for_again(accounts, misses):
    misses += [{"result": None}] * 3
    assert accounts[0].transfer(accounts[1], 1, gas_price=GAS_PRICE).status == 1
    assert not misses


def test_what_does_not_exist_is_still_not_found(monkeypatch):
    monkeypatch.setattr(brownie_direct, "PAUSES", (0.001,) * 3)
    with pytest.raises(RuntimeError, match="no receipt of 0x1111"):
        brownie_direct.receipt_of("0x" + "11" * 32)


def test_what_is_not_here_brownies_own_receipt_has(accounts):
    act = accounts[0].transfer(accounts[1], 5, gas_price=GAS_PRICE)
    assert (act.value, act.receiver, act.sender) == (5, accounts[1], accounts[0])


def test_what_is_tested_is_what_ships(world):
    shipped = json.loads((files("ledger.chain") / "abi" / "Cash.json").read_text())
    assert world.project.Cash.bytecode == shipped["bytecode"].removeprefix("0x")
