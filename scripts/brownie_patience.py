"""A pytest plugin for Brownie's runs: look again before a transaction is called dropped, and ask no more than
is needed.

While Anvil mines, a transaction is for an instant neither in the pool nor in a block, and its receipt comes
a moment after its sender's nonce has risen. Brownie asks once for each, and on a busy machine one of some
thousand acts then fails as "Tx dropped without known replacement".
"""

import time

import requests
from brownie import web3
from requests import Session
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

# Everything goes to a node on this machine that Brownie started itself. Without these, one request in six
# asks for the chain's number once more, and each looks for proxies in the environment and for a ~/.netrc.
web3.middleware_onion.remove("validation")


class _Direct(Session):
    """A session that goes straight to its address."""

    def __init__(self):
        super().__init__()
        self.trust_env = False


requests.Session = _Direct
