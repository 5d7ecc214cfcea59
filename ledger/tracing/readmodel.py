"""The read model: every question of the tracing kind, asked of the index."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from ledger.domain.history import Header
from ledger.domain.indicators import Indicator
from ledger.domain.limits import UNLIMITED, Limits
from ledger.domain.states import ReceivableState
from ledger.errors import BadInput, NotFound
from ledger.tracing.alerts.case import Beside
from ledger.tracing.alerts.onledger import ledger_findings
from ledger.tracing.assetpools import lookthrough, pool_show
from ledger.tracing.bond import bond_trace
from ledger.tracing.hops import Json
from ledger.tracing.impact import impact_list, impact_show, portfolio
from ledger.tracing.legs import PROVED, beside, leg_list, leg_show, legs_trace
from ledger.tracing.maturity import maturities
from ledger.tracing.payment import payment_trace
from ledger.tracing.piecelist import MOST, debts, piece_list
from ledger.tracing.receivable import piece_show
from ledger.tracing.receivables import receivable_list
from ledger.tracing.shares import Rule
from ledger.tracing.units import holders
from ledger.tracing.world import History, State, World


class HistoryStore(Protocol):
    """Where the index is kept."""

    def snapshot(self) -> AbstractContextManager[History]: ...


class ReadModel:
    """Answers from the index as it stands, or as it stood at an earlier block. Safe to share among threads.

    Facts and columns are kept between questions and grow with the index; after a rollback they are read anew.

    Args:
        zone_seconds: the programme's time zone, seconds east of UTC; used where business dates are not
        posted.
    """

    def __init__(self, store: HistoryStore, *, zone_seconds: int = 0) -> None:
        self._store = store
        self._zone_seconds = zone_seconds
        self._state: State | None = None
        self._lock = threading.Lock()

    def bond_trace(
        self,
        bond: int | str,
        view: str = "cash",
        as_of_block: int | None = None,
        rule: str = Rule.FIFO,
        limits: Limits = UNLIMITED,
    ) -> Json:
        """Where each raised fen of a bond (number or label) is; see `ledger.tracing.bond`.

        `standing` is `proved`; `attested` is what was said of the bond's money outside the ledger, or null
        (`ledger.tracing.legs`): the two are never added.
        """
        with self._lock, self._store.snapshot() as history:
            world = self._world(history, as_of_block)
            trace = bond_trace(world, bond, view, rule, limits)
            return trace | {"standing": PROVED, "attested": beside(world, trace)}

    def legs_trace(self, name: int | str, unit: str | None = None, as_of_block: int | None = None) -> Json:
        """Where money of a bond went outside the ledger, as attested; see `ledger.tracing.legs`."""
        with self._lock, self._store.snapshot() as history:
            return legs_trace(self._world(history, as_of_block), name, unit)

    def leg_list(
        self,
        bond: int | None = None,
        state: str | None = None,
        party: str | None = None,
        after: int = 0,
        limit: int = 50,
    ) -> Json:
        """Legs by number; see `ledger.tracing.legs`."""
        with self._lock, self._store.snapshot() as history:
            return leg_list(self._world(history, None), bond, state, party, after, limit)

    def leg_show(self, number: int) -> Json:
        """One leg; see `ledger.tracing.legs`."""
        with self._lock, self._store.snapshot() as history:
            return leg_show(self._world(history, None), number)

    def payment_trace(
        self, tx: str, log: int | None = None, rule: str = Rule.FIFO, limits: Limits = UNLIMITED
    ) -> Json:
        """What funded a payment; see `ledger.tracing.payment`."""
        with self._lock, self._store.snapshot() as history:
            return payment_trace(self._world(history, None), tx, log, rule, limits)

    def piece_show(self, receivable: int, as_of_block: int | None = None) -> Json:
        """A receivable and its pieces; see `ledger.tracing.receivable`."""
        with self._lock, self._store.snapshot() as history:
            return piece_show(self._world(history, as_of_block), receivable)

    def receivable_list(
        self, party: str | None = None, state: str | None = None, after: int = 0, limit: int = 50
    ) -> Json:
        """Receivables by number; see `ledger.tracing.receivables`."""
        with self._lock, self._store.snapshot() as history:
            return receivable_list(self._world(history, None), party, state, after, limit)

    def proposals(self) -> list[int]:
        """Receivables that wait for their supplier's answer."""
        with self._lock, self._store.snapshot() as history:
            known = self._world(history, None).books.receivables.values()
            return [one.id for one in known if one.state == ReceivableState.PROPOSED]

    def maturities(self, day: int | None = None, party: str | None = None) -> Json:
        """What is owed and held by due date; see `ledger.tracing.maturity`. The day is a number."""
        with self._lock, self._store.snapshot() as history:
            return maturities(self._world(history, None), day, party)

    def piece_list(self, holder: str | None, first: int | None, last: int | None, limit: int = MOST) -> Json:
        """Pieces by holder and due date; see `ledger.tracing.piecelist`. Days are numbers."""
        with self._lock, self._store.snapshot() as history:
            return piece_list(self._world(history, None), holder, first, last, limit)

    def debts(self) -> Json:
        """What passing pieces on extinguished; see `ledger.tracing.piecelist`."""
        with self._lock, self._store.snapshot() as history:
            return debts(self._world(history, None))

    def pool_show(self, pool: int, as_of_block: int | None = None) -> Json:
        """An asset pool, its tranches and lots; see `ledger.tracing.assetpools`."""
        with self._lock, self._store.snapshot() as history:
            return pool_show(self._world(history, as_of_block), pool)

    def lookthrough(self, pool: int, as_of_block: int | None = None) -> Json:
        """Every fen of every piece of an asset pool; see `ledger.tracing.assetpools`."""
        with self._lock, self._store.snapshot() as history:
            return lookthrough(self._world(history, as_of_block), pool)

    def pools(self, party: str | None = None) -> list[int]:
        """Asset pools in which a party is originator, trustee or investor; all without a party."""
        with self._lock, self._store.snapshot() as history:
            known = self._world(history, None).books.asset_pools.pools.values()
            return [pool.id for pool in known if party is None or party in pool.parties]

    def impact_list(self, project: int | None = None, indicator: str | None = None) -> Json:
        """Impact reports; see `ledger.tracing.impact`."""
        with self._lock, self._store.snapshot() as history:
            return impact_list(self._world(history, None), project, indicator)

    def impact_show(self, report: int) -> Json:
        """One impact report and whose share of it is whose; see `ledger.tracing.impact`."""
        with self._lock, self._store.snapshot() as history:
            return impact_show(self._world(history, None), report)

    def portfolio(self, investor: str, first: int, last: int) -> Json:
        """What an investor holds and its share of impact; see `ledger.tracing.impact`. Days are numbers."""
        with self._lock, self._store.snapshot() as history:
            return portfolio(self._world(history, None), investor, first, last)

    def holders(self, bond: int, day: int | None = None, as_of_block: int | None = None) -> Json:
        """Who held a bond's units at the end of a day; see `ledger.tracing.units`. The day is a number."""
        with self._lock, self._store.snapshot() as history:
            return holders(self._world(history, as_of_block), bond, day)

    def findings(
        self,
        bond: int | str | None = None,
        as_of_block: int | None = None,
        jurisdiction: str | None = None,
        rows: Sequence[Indicator] | None = None,
        beside: Beside | None = None,
    ) -> Json:
        """What the indicators of greenwashing raise; see `ledger.tracing.alerts.onledger`."""
        with self._lock, self._store.snapshot() as history:
            return ledger_findings(self._world(history, as_of_block), bond, jurisdiction, rows, beside)

    def names(self) -> dict[str, str]:
        """The name under which each account was admitted."""
        with self._lock, self._store.snapshot() as history:
            known = self._world(history, None).books.parties.values()
            return {party.account: party.name for party in known}

    def payments(self, bond: int) -> list[int]:
        """The coupons and redemptions of a bond, in the order in which they were opened."""
        with self._lock, self._store.snapshot() as history:
            return list(self._world(history, None).books.payments[bond])

    def _world(self, history: History, as_of_block: int | None) -> World:
        tip = history.progress()
        if tip is None:
            raise NotFound("the index is empty: nothing was read from the chain yet")
        if as_of_block is not None and as_of_block != tip.number:
            return World(history, State.read(history, _past(history, tip, as_of_block), self._zone_seconds))
        return World(history, self._present(history, tip))

    def _present(self, history: History, tip: Header) -> State:
        # Taken out while it changes: a failure half-way must not leave half a state behind.
        state, self._state = self._state, None
        if state is None or history.header_at_or_before(state.header.number) != state.header:
            state = State.read(history, tip, self._zone_seconds)
        elif state.header != tip:
            state.advance(history, tip)
        self._state = state
        return state


def _past(history: History, tip: Header, block: int) -> Header:
    """Blocks without a kept header said nothing, so the one before them stands for them."""
    found = history.header_at_or_before(block) if block <= tip.number else None
    if found is None:
        raise BadInput(f"block {block} is not in the index", had=block, needed=f"at most {tip.number}")
    return found
