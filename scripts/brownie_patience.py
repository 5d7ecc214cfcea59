"""A pytest plugin for Brownie's runs: look again before a transaction is called dropped.

While Anvil mines, a transaction is for an instant neither in the pool nor in a block, and its receipt comes
a moment after its sender's nonce has risen. Brownie asks once for each, and on a busy machine one of some
thousand acts then fails as "Tx dropped without known replacement".
"""

import time

from brownie import web3
from web3.exceptions import TransactionNotFound

PAUSES = (0.005, 0.02, 0.1, 0.5, 2.0)


def patient(ask):
    """As `ask`, after a look at each pause."""

    def asked(transaction_hash):
        for pause in PAUSES:
            try:
                return ask(transaction_hash)
            except TransactionNotFound:
                time.sleep(pause)
        return ask(transaction_hash)

    return asked


web3.eth.get_transaction = patient(web3.eth.get_transaction)
web3.eth.get_transaction_receipt = patient(web3.eth.get_transaction_receipt)
