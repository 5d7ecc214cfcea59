"""A pytest plugin for Brownie's runs: look again before a transaction is called dropped.

While Anvil mines, a transaction is for an instant neither in the pool nor in a block. Brownie asks once, and
on a busy machine one of some thousand acts then fails as "Tx dropped without known replacement".
"""

import time

from brownie import web3
from web3.exceptions import TransactionNotFound

PAUSES = (0.005, 0.02, 0.1, 0.5, 2.0)

_get_transaction = web3.eth.get_transaction


def get_transaction(transaction_hash):
    """As web3's, after a look at each pause."""
    for pause in PAUSES:
        try:
            return _get_transaction(transaction_hash)
        except TransactionNotFound:
            time.sleep(pause)
    return _get_transaction(transaction_hash)


web3.eth.get_transaction = get_transaction
