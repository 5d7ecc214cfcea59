"""The read model of one deployment: store and indexer, loaded and opened when they are first asked.

An act needs neither SQL nor columns, so what brings them is imported inside.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ledger.bootstrap.progress import CatchUp
from ledger.chain.client import ChainClient
from ledger.domain.limits import UNLIMITED, Limits
from ledger.domain.questions import MOST_MOVES, IntervalQuestion
from ledger.ports import Deployment

if TYPE_CHECKING:
    from ledger.domain.conversion import Conversion
    from ledger.domain.history import Header
    from ledger.domain.indicators import Indicator
    from ledger.indexer import Indexer
    from ledger.store import Store
    from ledger.store.snapshot import Snapshot
    from ledger.tracing.readmodel import ReadModel

_ANNOUNCED = ("GreenBond", "Cash")
"""Contracts that others announce in their events."""


class LazyIndex:
    """Opens the database on first use, so that acting needs none. Safe to share among threads."""

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
        self._lock = threading.RLock()
        self._catch_up = CatchUp()

    def sync(self) -> Header | None:
        """Reads up to the chain's present block (less the confirmations); the last block known afterwards."""
        with self._lock:
            try:
                return self._indexer.sync()
            finally:
                self._catch_up.close()

    def bond_trace(
        self,
        bond: int | str,
        view: str = "cash",
        as_of_block: int | None = None,
        rule: str = "fifo",
        limits: Limits = UNLIMITED,
        conversions: Mapping[str, Conversion] | None = None,
    ) -> Mapping[str, Any]:
        return self._model.bond_trace(bond, view, as_of_block, rule, limits, conversions)

    def bond_named(self, bond: int | str) -> int:
        return self._model.bond_named(bond)

    def move_show(self, tx: str, log: int | None = None) -> Mapping[str, Any]:
        return self._model.move_show(tx, log)

    def payment_trace(
        self, tx: str, log: int | None = None, rule: str = "fifo", limits: Limits = UNLIMITED
    ) -> Mapping[str, Any]:
        return self._model.payment_trace(tx, log, rule, limits)

    def legs_trace(
        self, name: int | str, unit: str | None = None, as_of_block: int | None = None
    ) -> Mapping[str, Any]:
        return self._model.legs_trace(name, unit, as_of_block)

    def leg_list(
        self,
        bond: int | None = None,
        state: str | None = None,
        party: str | None = None,
        after: int = 0,
        limit: int = 50,
    ) -> Mapping[str, Any]:
        return self._model.leg_list(bond, state, party, after, limit)

    def leg_show(self, number: int) -> Mapping[str, Any]:
        return self._model.leg_show(number)

    def interval_trace(self, asked: IntervalQuestion, as_of_block: int | None = None) -> Mapping[str, Any]:
        return self._model.interval_trace(asked, as_of_block)

    def owner_of(self, named: str) -> Mapping[str, Any]:
        return self._model.owner_of(named)

    def purposes(self, addresses: Iterable[str]) -> Mapping[str, Sequence[Any]]:
        return self._model.purposes(addresses)

    def conversions(self) -> list[str]:
        return self._model.conversions()

    def project_trace(
        self,
        project: int | str,
        view: str = "cash",
        as_of_block: int | None = None,
        rule: str = "fifo",
        limits: Limits = UNLIMITED,
    ) -> Mapping[str, Any]:
        return self._model.project_trace(project, view, as_of_block, rule, limits)

    def line_trace(
        self,
        line: int,
        view: str = "cash",
        as_of_block: int | None = None,
        rule: str = "fifo",
        limits: Limits = UNLIMITED,
    ) -> Mapping[str, Any]:
        return self._model.line_trace(line, view, as_of_block, rule, limits)

    def piece_trace(
        self,
        receivable: int,
        start: int = 0,
        end: int | None = None,
        rule: str = "fifo",
        limits: Limits = UNLIMITED,
        as_of_block: int | None = None,
    ) -> Mapping[str, Any]:
        return self._model.piece_trace(receivable, start, end, rule, limits, as_of_block)

    def refinanced(self, bond: int | str, as_of_block: int | None = None) -> Mapping[str, Any]:
        return self._model.refinanced(bond, as_of_block)

    def idle(
        self, bond: int | str | None, party: str | None, as_of_block: int | None = None
    ) -> Mapping[str, Any]:
        return self._model.idle(bond, party, as_of_block)

    def compare(
        self, bond: int | str, before: str, after: str | None = None, line: int | None = None
    ) -> Mapping[str, Any]:
        return self._model.compare(bond, before, after, line)

    def compare_project(self, project: int | str, before: str, after: str | None = None) -> Mapping[str, Any]:
        return self._model.compare_project(project, before, after)

    def compare_interval(
        self, asked: IntervalQuestion, before: str, after: str | None = None
    ) -> Mapping[str, Any]:
        return self._model.compare_interval(asked, before, after)

    def compare_receivable(self, receivable: int, before: str, after: str | None = None) -> Mapping[str, Any]:
        return self._model.compare_receivable(receivable, before, after)

    def compare_pool(self, pool: int, before: str, after: str | None = None) -> Mapping[str, Any]:
        return self._model.compare_pool(pool, before, after)

    def statement(
        self,
        account: str,
        first: str | None = None,
        last: str | None = None,
        after: int = 0,
        limit: int = MOST_MOVES,
    ) -> Mapping[str, Any]:
        return self._model.statement(account, first, last, after, limit)

    def piece_show(self, receivable: int, as_of_block: int | None = None) -> Mapping[str, Any]:
        return self._model.piece_show(receivable, as_of_block)

    def receivable_list(
        self, party: str | None = None, state: str | None = None, after: int = 0, limit: int = 50
    ) -> Mapping[str, Any]:
        return self._model.receivable_list(party, state, after, limit)

    def proposals(self) -> list[int]:
        return self._model.proposals()

    def maturities(self, day: int | None = None, party: str | None = None) -> Mapping[str, Any]:
        return self._model.maturities(day, party)

    def piece_list(
        self, holder: str | None, first: int | None, last: int | None, limit: int = 1_000
    ) -> Mapping[str, Any]:
        return self._model.piece_list(holder, first, last, limit)

    def debts(self) -> Mapping[str, Any]:
        return self._model.debts()

    def pool_show(self, pool: int, as_of_block: int | None = None) -> Mapping[str, Any]:
        return self._model.pool_show(pool, as_of_block)

    def lookthrough(self, pool: int, as_of_block: int | None = None) -> Mapping[str, Any]:
        return self._model.lookthrough(pool, as_of_block)

    def pools(self, party: str | None = None) -> list[int]:
        return self._model.pools(party)

    def impact_list(self, project: int | None = None, indicator: str | None = None) -> Mapping[str, Any]:
        return self._model.impact_list(project, indicator)

    def impact_show(self, report: int) -> Mapping[str, Any]:
        return self._model.impact_show(report)

    def portfolio(self, investor: str, first: int, last: int) -> Mapping[str, Any]:
        return self._model.portfolio(investor, first, last)

    def holders(self, bond: int, day: int | None = None, as_of_block: int | None = None) -> Mapping[str, Any]:
        return self._model.holders(bond, day, as_of_block)

    def findings(
        self,
        bond: int | str | None = None,
        as_of_block: int | None = None,
        jurisdiction: str | None = None,
        rows: Sequence[Indicator] | None = None,
        beside: Any = None,
    ) -> Mapping[str, Any]:
        return self._model.findings(bond, as_of_block, jurisdiction, rows, beside)

    def names(self) -> dict[str, str]:
        """The name under which each account was admitted."""
        return self._model.names()

    def payments(self, bond: int) -> list[int]:
        return self._model.payments(bond)

    def rows(self) -> AbstractContextManager[Snapshot]:
        """One consistent view of the rows themselves, for who compares them with the chain."""
        return self.store.snapshot()

    @property
    def _model(self) -> ReadModel:
        with self._lock:
            return self._opened_model

    @cached_property
    def _opened_model(self) -> ReadModel:
        from ledger.tracing.readmodel import ReadModel

        zone = int(self._client.call(self._deployment["Participants"], "zone"))
        return ReadModel(self.store, zone_seconds=zone)

    @cached_property
    def store(self) -> Store:
        from ledger.store import Store

        deployment = self._deployment
        store = Store(self._database, chain_id=deployment.chain_id, start_block=deployment.start_block)
        self._closing.callback(store.close)
        return store

    @cached_property
    def _indexer(self) -> Indexer:
        from ledger.indexer import Indexer, RpcSource
        from ledger.indexer.indexer import Settings

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
            settings=Settings(confirmations=self._confirmations),
            progress=self._catch_up,
        )
