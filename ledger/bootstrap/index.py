"""The read model of one deployment: store and indexer, opened when they are first asked."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cached_property

from ledger.chain.client import ChainClient
from ledger.domain.history import Header
from ledger.indexer import Indexer, RpcSource
from ledger.indexer.indexer import Settings as IndexSettings
from ledger.ports import Deployment
from ledger.store import Store

_ANNOUNCED = ("GreenBond", "Cash")
"""Contracts that others announce in their events."""


class LazyIndex:
    """Opens the database on first use, so that acting needs none."""

    def __init__(
        self,
        client: ChainClient,
        deployment: Deployment,
        database: str,
        closing: ExitStack,
        *,
        confirmations: int = 0,
    ) -> None:
        self._client = client
        self._deployment = deployment
        self._database = database
        self._closing = closing
        self._confirmations = confirmations

    def sync(self) -> Header | None:
        """Reads up to the chain's present block (less the confirmations); the last block known afterwards."""
        return self._indexer.sync()

    @cached_property
    def store(self) -> Store:
        deployment = self._deployment
        store = Store(self._database, chain_id=deployment.chain_id, start_block=deployment.start_block)
        self._closing.callback(store.close)
        return store

    @cached_property
    def _indexer(self) -> Indexer:
        abis = self._client.abis
        contracts = {
            contract.address: (contract.abi, abis[contract.abi].abi)
            for contract in self._deployment.contracts.values()
        }
        return Indexer(
            RpcSource(self._client.rpc),
            self.store,
            contracts,
            self._deployment.start_block,
            announced={name: abis[name].abi for name in _ANNOUNCED},
            settings=IndexSettings(confirmations=self._confirmations),
        )
