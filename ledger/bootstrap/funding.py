"""Native coin for new accounts, on networks where gas has a price. A consortium's usually has none."""

from __future__ import annotations

from ledger.chain.client import ChainClient

_DEVELOPMENT_COINS = 10_000 * 10**18


def fund(client: ChainClient, account: str) -> None:
    """Lets `account` pay for its acts on a hand-started development chain; elsewhere nothing is done.

    On any other network with priced gas the account's holder brings the coin, and until then the network
    refuses its acts by name.
    """
    if int(client.rpc.call("eth_gasPrice"), 16) == 0:
        return
    if int(client.rpc.call("eth_getBalance", account, "latest"), 16) != 0:
        return
    if str(client.rpc.call("web3_clientVersion")).lower().startswith("anvil"):
        client.rpc.call("anvil_setBalance", account, hex(_DEVELOPMENT_COINS))
